//! Real Vault servers, through their HTTP API.

use std::{collections::BTreeMap, fs, net::TcpListener, process::Command, time::Duration};

use serde_json::{Value, json};

use crate::{from_test_bed, wait};

/// One server with its administrator's token, configured for the cluster's service accounts.
#[derive(Debug)]
pub struct Vault {
    name: String,
    /// Plain HTTP, for the tests.
    admin_address: String,
    token: String,
    /// TLS, for agents.
    pub address: String,
    pub ca_file: String,
    audit_log: String,
    pid: u32,
    owned: bool,
}

/// A server that stands still.
#[derive(Debug)]
pub struct Hanging(u32);

impl Drop for Hanging {
    fn drop(&mut self) {
        signal(self.0, "CONT");
    }
}

impl Vault {
    /// The server that all tests share; it is never stopped.
    pub fn shared() -> Self {
        Self::known("main", false)
    }

    /// A server of the test's own, to be stopped and mistreated; gone when dropped.
    pub fn start_own(name: &str) -> Self {
        let port = two_free_ports();
        let name = format!("{name}-{port}");
        script(&["up", &name, &port.to_string()]);
        Self::known(&name, true)
    }

    fn known(name: &str, owned: bool) -> Self {
        let assignments = script(&["env", name]);
        let variables: BTreeMap<&str, &str> = assignments
            .lines()
            .filter_map(|line| line.trim_start_matches("export ").split_once('='))
            .map(|(name, value)| (name, value.trim_matches(['\'', '"'])))
            .collect();
        let variable = |name: &str| {
            let value = variables.get(name);
            (*value.unwrap_or_else(|| panic!("vault.sh env says no {name}: {assignments}")))
                .to_owned()
        };
        Self {
            name: name.to_owned(),
            admin_address: variable("VAULT_ADDR"),
            token: variable("VAULT_TOKEN"),
            address: variable("VAULT_TLS_ADDRESS"),
            ca_file: variable("VAULT_CA_FILE"),
            audit_log: variable("VAULT_AUDIT_LOG"),
            pid: variable("VAULT_PID").parse().expect("a process id"),
            owned,
        }
    }

    /// An address without TLS and a token that may do anything.
    pub(crate) fn administrator(&self) -> (&str, &str) {
        (&self.admin_address, &self.token)
    }

    /// Stops the server; its data stay.
    pub fn stop(&self) {
        assert!(self.owned, "the shared server is for everybody");
        script(&["stop", &self.name]);
    }

    pub fn start_again(&self) {
        script(&["start", &self.name]);
    }

    /// Writes to any path of the API, below `/v1/`.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn write(&self, path: &str, body: &Value) -> Value {
        let response = ureq::post(format!("{}/v1/{path}", self.admin_address))
            .header("X-Vault-Token", &self.token)
            .config()
            .http_status_as_error(false)
            .build()
            .send_json(body);
        let mut response = response.unwrap_or_else(|error| panic!("write of {path}: {error}"));
        let status = response.status();
        let text = response.body_mut().read_to_string().unwrap_or_default();
        assert!(status.is_success(), "write of {path}: {status} {text}");
        if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).expect("Vault answers in JSON")
        }
    }

    /// Writes, and has the answer wrapped for a minute: the wrapping token, a string.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn write_wrapped(&self, path: &str, body: &Value) -> Value {
        let response = ureq::post(format!("{}/v1/{path}", self.admin_address))
            .header("X-Vault-Token", &self.token)
            .header("X-Vault-Wrap-TTL", "60s")
            .send_json(body);
        let mut response = response.unwrap_or_else(|error| panic!("write of {path}: {error}"));
        let mut answer: Value = response
            .body_mut()
            .read_json()
            .expect("Vault answers in JSON");
        answer["wrap_info"]["token"].take()
    }

    /// A new version of a secret in the KV version 2 engine at `secret/`.
    pub fn put(&self, name: &str, data: &Value) {
        self.write(&format!("secret/data/{name}"), &json!({ "data": data }));
    }

    /// A role that any service account of `namespace` may log in as and that reads everything
    /// below `secret/` and `kv1/`, gets users of the database by the role of the same name, and
    /// certificates; `more` overrides the token's times or audience.
    pub fn role(&self, role: &str, namespace: &str, more: &Value) {
        let rules = format!(
            r#"path "secret/*" {{ capabilities = ["read", "list"] }}
            path "kv1/*" {{ capabilities = ["read", "list"] }}
            path "database/creds/{role}" {{ capabilities = ["read"] }}
            path "pki/issue/web" {{ capabilities = ["update"] }}"#
        );
        self.write(
            &format!("sys/policies/acl/{role}"),
            &json!({ "policy": rules }),
        );
        let mut body = json!({
            "bound_service_account_names": ["*"],
            "bound_service_account_namespaces": [namespace],
            "token_policies": [role],
            "token_ttl": "1h",
        });
        let body_map = body.as_object_mut().expect("an object");
        body_map.extend(more.as_object().cloned().unwrap_or_default());
        self.write(&format!("auth/kubernetes/role/{role}"), &body);
    }

    /// What the audit log says happened to this role's tokens: `(operation, path)` of each answered
    /// request of a token with the role's policy, in order.
    pub fn audited(&self, role: &str) -> Vec<(String, String)> {
        let log = fs::read_to_string(&self.audit_log).expect("the audit log is there");
        log.lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|entry| entry["type"] == "response" && entry["error"].is_null())
            .filter(|entry| {
                let policies = entry["auth"]["token_policies"].as_array();
                policies.is_some_and(|policies| policies.iter().any(|policy| policy == role))
            })
            .map(|entry| {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                (
                    text(&entry["request"]["operation"]),
                    text(&entry["request"]["path"]),
                )
            })
            .collect()
    }

    /// The accessor of the role's latest token, as the server lists it.
    pub fn accessor(&self, role: &str) -> String {
        let keys = self.list("auth/token/accessors");
        let of_role = keys.into_iter().find(|accessor| {
            let found = self.write(
                "auth/token/lookup-accessor",
                &json!({ "accessor": accessor }),
            );
            let policies = found["data"]["policies"].as_array();
            policies.is_some_and(|policies| policies.iter().any(|policy| policy == role))
        });
        of_role.unwrap_or_else(|| panic!("no token of role {role}"))
    }

    /// What the server says of a token, to its holder.
    pub fn lookup(&self, token: &str) -> Value {
        let response = ureq::get(format!("{}/v1/auth/token/lookup-self", self.admin_address))
            .header("X-Vault-Token", token)
            .call();
        let mut response = response.unwrap_or_else(|error| panic!("lookup of a token: {error}"));
        response
            .body_mut()
            .read_json()
            .expect("Vault answers in JSON")
    }

    /// The leases below a path, such as `database/creds/ROLE`.
    pub fn leases(&self, path: &str) -> Vec<String> {
        self.list(&format!("sys/leases/lookup/{path}/"))
    }

    /// The serial numbers of all certificates that were issued, with colons.
    pub fn certificates(&self) -> Vec<String> {
        self.list("pki/certs")
    }

    fn list(&self, path: &str) -> Vec<String> {
        let response = ureq::get(format!("{}/v1/{path}?list=true", self.admin_address))
            .header("X-Vault-Token", &self.token)
            .config()
            .http_status_as_error(false)
            .build()
            .call();
        let mut response = response.unwrap_or_else(|error| panic!("list of {path}: {error}"));
        // A list without entries is not there.
        if response.status() == 404 {
            return Vec::new();
        }
        assert!(
            response.status().is_success(),
            "list of {path}: {}",
            response.status()
        );
        let body: Value = response
            .body_mut()
            .read_json()
            .expect("Vault answers in JSON");
        let keys = body["data"]["keys"].as_array().expect("a list has keys");
        keys.iter()
            .filter_map(|key| key.as_str().map(str::to_owned))
            .collect()
    }

    /// Makes the server stand still until the result is dropped.
    pub fn hang(&self) -> Hanging {
        assert!(self.owned, "the shared server is for everybody");
        signal(self.pid, "STOP");
        Hanging(self.pid)
    }

    /// Waits until the audit log has an entry for this role that `wanted` accepts.
    pub fn wait_audited(&self, role: &str, path: &str, limit: Duration) {
        wait::until(
            limit,
            &format!("a request for {path} by role {role}"),
            || {
                let seen = self.audited(role);
                if seen.iter().any(|(_, found)| found == path) {
                    Ok(())
                } else {
                    Err(format!("{seen:?}"))
                }
            },
        );
    }
}

impl Drop for Vault {
    fn drop(&mut self) {
        if self.owned {
            let _ = run(&["down", &self.name]);
        }
    }
}

/// The first of two neighbouring ports that nobody has: below the range from which the kernel takes
/// ports for connections, or one of those might have taken it before the server does.
fn two_free_ports() -> u16 {
    let is_free = |port: u16| TcpListener::bind(("0.0.0.0", port)).is_ok();
    let candidates = (0..100).map(|_| 20_000 + 2 * fastrand::u16(0..6_000));
    let found = candidates
        .into_iter()
        .find(|port| is_free(*port) && is_free(port + 1));
    found.expect("two free ports")
}

fn signal(pid: u32, signal: &str) {
    let status = Command::new("kill")
        .args(["-s", signal, &pid.to_string()])
        .status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "process {pid} takes no SIG{signal}"
    );
}

fn script(arguments: &[&str]) -> String {
    run(arguments).unwrap_or_else(|error| panic!("vault.sh {arguments:?}: {error}"))
}

fn run(arguments: &[&str]) -> Result<String, String> {
    let script = format!("{}/vault.sh", from_test_bed("VOUCHSAFE_CLUSTER_SCRIPTS"));
    let output = Command::new(script)
        .args(arguments)
        .output()
        .map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}
