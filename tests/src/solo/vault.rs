//! A real Vault of the test's own, unsealed and set up.

use std::{
    fs::File,
    path::PathBuf,
    process::{Command, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    authority::Authority,
    child::{self, Child},
    free_port,
    identity::Issuer,
    put,
};
use crate::wait;

/// How long anything that Vault does may take on a machine with much to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// One server: plain HTTP and TLS on loopback ports, data in a directory of the test's own.
#[derive(Debug)]
pub struct Vault {
    program: PathBuf,
    directory: TempDir,
    port: u16,
    tls_port: u16,
    authority: Authority,
    issuer: Issuer,
    child: Mutex<Option<Child>>,
    keys: Mutex<Keys>,
}

#[derive(Clone, Debug, Default)]
struct Keys {
    unseal: String,
    root: String,
}

impl Vault {
    /// The server of all tests that do it no harm; it ends with the last of them.
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Vault>> = Mutex::new(Weak::new());
        let mut shared = lock(&SHARED);
        shared.upgrade().unwrap_or_else(|| {
            let vault = Arc::new(Self::start());
            *shared = Arc::downgrade(&vault);
            vault
        })
    }

    /// A server of the test's own.
    ///
    /// # Panics
    /// When there is no Vault, or it does not start.
    pub fn start() -> Self {
        Self::of(program("VOUCHSAFE_TEST_VAULT", "vault_bin", "test-servers"))
    }

    /// A server of the test's own that tells of changes, with the engine KV version 1 at `old/`.
    ///
    /// # Panics
    /// When there is none, or it does not start.
    pub fn start_with_events() -> Self {
        let vault = Self::of(program(
            "VOUCHSAFE_TEST_EVENTS_VAULT",
            "events_vault_bin",
            "events",
        ));
        vault.write("sys/mounts/old", &json!({ "type": "kv" }));
        vault
    }

    fn of(program: PathBuf) -> Self {
        let vault = Self {
            program,
            directory: tempfile::tempdir().expect("a directory for Vault"),
            port: free_port(),
            tls_port: free_port(),
            authority: Authority::default(),
            issuer: Issuer::default(),
            child: Mutex::default(),
            keys: Mutex::default(),
        };
        vault.authority.put_server(vault.directory.path(), false);
        let directory = vault.directory.path().display();
        let (port, tls_port) = (vault.port, vault.tls_port);
        let config = format!(
            r#"
disable_mlock = true
ui            = false
log_level     = "warn"
api_addr      = "http://127.0.0.1:{port}"
storage "file" {{
  path = "{directory}/data"
}}
listener "tcp" {{
  address         = "127.0.0.1:{port}"
  cluster_address = "127.0.0.3:{port}"
  tls_disable     = true
}}
listener "tcp" {{
  address         = "127.0.0.1:{tls_port}"
  cluster_address = "127.0.0.3:{tls_port}"
  tls_cert_file   = "{directory}/server.crt"
  tls_key_file    = "{directory}/server.key"
}}
"#
        );
        put(&vault.path("server.hcl"), config).expect("Vault's configuration");
        vault.run();
        vault.initialise();
        vault
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Where it listens without TLS.
    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn tls_port(&self) -> u16 {
        self.tls_port
    }

    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    fn keys(&self) -> Keys {
        lock(&self.keys).clone()
    }

    fn run(&self) {
        let log = File::create(self.path("log")).expect("Vault's log");
        let config = format!("-config={}", self.path("server.hcl").display());
        let program = self.program.display().to_string();
        let child = child::start(&[&program, "server", &config], |command| {
            command.stderr(Stdio::from(log));
        });
        *lock(&self.child) = Some(child);
        wait::until(PATIENCE, "the start of Vault", || {
            self.ask("GET", "sys/health", None, "").map(drop)
        });
    }

    fn initialise(&self) {
        let body = json!({ "secret_shares": 1, "secret_threshold": 1 });
        let made = self.expect("PUT", "sys/init", Some(&body));
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        *lock(&self.keys) = Keys {
            unseal: text(&made["keys"][0]),
            root: text(&made["root_token"]),
        };
        self.unseal();
        self.write(
            "sys/mounts/secret",
            &json!({ "type": "kv", "options": { "version": "2" } }),
        );
        self.write("sys/auth/jwt", &json!({ "type": "jwt" }));
        let keys = [self.issuer.public_key()];
        self.write(
            "auth/jwt/config",
            &json!({ "jwt_validation_pubkeys": keys }),
        );
        // A new version 2 mount answers only after it has set itself up.
        wait::until(PATIENCE, "the set-up of secret/", || {
            self.try_call("GET", "secret/config", None)
        });
    }

    /// Ends it; its data stay.
    pub fn stop(&self) {
        drop(lock(&self.child).take());
    }

    /// Has it run again, unsealed.
    pub fn start_again(&self) {
        self.run();
        self.unseal();
    }

    /// Has it run again as one that knows nothing of before: neither tokens nor secrets nor roles.
    pub fn start_empty(&self) {
        std::fs::remove_dir_all(self.path("data")).expect("Vault has data");
        self.run();
        self.initialise();
    }

    pub fn seal(&self) {
        self.write("sys/seal", &json!({}));
    }

    pub fn unseal(&self) {
        let key = self.keys().unseal;
        wait::until(PATIENCE, "the unsealing of Vault", || {
            self.try_call("PUT", "sys/unseal", Some(&json!({ "key": key })))
        });
        wait::until(PATIENCE, "Vault's being active", || {
            self.try_call("GET", "sys/health", None)
        });
    }

    /// Makes it stand still, or go on.
    pub fn freeze(&self, frozen: bool) {
        self.with_child(|child| child.signal(if frozen { "STOP" } else { "CONT" }));
    }

    fn with_child(&self, act: impl FnOnce(&Child)) {
        act(lock(&self.child).as_ref().expect("Vault runs"));
    }

    /// Replaces the certificate that new connections see.
    pub fn use_certificate_of(&self, authority: &Authority, expired: bool) {
        authority.put_server(self.directory.path(), expired);
        self.with_child(|child| child.signal("HUP"));
        let expected = std::fs::read_to_string(self.path("server.crt")).expect("a certificate");
        wait::until(PATIENCE, "Vault's other certificate", || {
            let shown = Command::new("openssl")
                .args([
                    "s_client",
                    "-connect",
                    &format!("127.0.0.1:{}", self.tls_port),
                ])
                .stdin(Stdio::null())
                .output()
                .map_err(|error| error.to_string())?;
            let shown = String::from_utf8_lossy(&shown.stdout).replace('\r', "");
            let is_shown = shown.contains(expected.replace('\r', "").trim());
            is_shown.then_some(()).ok_or(shown)
        });
    }

    /// A role that whoever has a token for `role` may log in as, and that reads what is below
    /// `secret/` and `old/` and gets database users; its tokens live for `ttl`.
    pub fn role(&self, role: &str, ttl: &str) {
        self.policy(role);
        self.jwt_role(role, ttl);
    }

    /// The role's policy.
    pub fn policy(&self, role: &str) {
        let rules = format!(
            r#"path "secret/*" {{ capabilities = ["read", "list"] }}
            path "old/*" {{ capabilities = ["read", "list"] }}
            path "database/creds/{role}" {{ capabilities = ["read"] }}"#
        );
        self.write(
            &format!("sys/policies/acl/{role}"),
            &json!({ "policy": rules }),
        );
    }

    /// The role of the auth method alone.
    pub fn jwt_role(&self, role: &str, ttl: &str) {
        let body = json!({
            "role_type": "jwt",
            "user_claim": "sub",
            "bound_subject": role,
            "bound_audiences": [Issuer::AUDIENCE],
            "token_policies": [role],
            "token_ttl": ttl,
        });
        self.write(&format!("auth/jwt/role/{role}"), &body);
    }

    /// A new version of a secret at `secret/`.
    pub fn put(&self, name: &str, data: &Value) {
        self.write(&format!("secret/data/{name}"), &json!({ "data": data }));
    }

    /// Writes to any path of the API, below `/v1/`.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn write(&self, path: &str, body: &Value) -> Value {
        self.expect("POST", path, Some(body))
    }

    /// # Panics
    /// When the server refuses.
    pub fn delete(&self, path: &str) {
        self.expect("DELETE", path, None);
    }

    /// The keys of a list; none when there is no list.
    pub fn list(&self, path: &str) -> Vec<String> {
        let listed = self.try_call("GET", &format!("{path}?list=true"), None);
        let listed = listed.unwrap_or_default();
        let keys = listed["data"]["keys"].as_array().cloned();
        let keys = keys.unwrap_or_default().into_iter();
        keys.filter_map(|key| key.as_str().map(str::to_owned))
            .collect()
    }

    /// What the server says of a token to its holder; nothing when it does not know it.
    pub fn lookup(&self, token: &str) -> Option<Value> {
        let (status, body) = self
            .ask("GET", "auth/token/lookup-self", None, token)
            .ok()?;
        (status == 200).then_some(body)
    }

    /// Revokes a token by its own word.
    pub fn revoke_token(&self, token: &str) {
        self.write("auth/token/revoke", &json!({ "token": token }));
    }

    fn expect(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        self.try_call(method, path, body)
            .unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// Calls as the administrator.
    ///
    /// # Errors
    /// The status and the server's words, or why there was no answer.
    pub fn try_call(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, String> {
        match self.ask(method, path, body, &self.keys().root)? {
            (200..300, body) => Ok(body),
            (status, body) => Err(format!("{status} {body}")),
        }
    }

    fn ask(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
        token: &str,
    ) -> Result<(u16, Value), String> {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .build();
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://127.0.0.1:{}/v1/{path}", self.port))
            .header("X-Vault-Token", token)
            .body(body.map(Value::to_string).unwrap_or_default())
            .map_err(|error| error.to_string())?;
        let response = ureq::Agent::from(agent).run(request);
        let mut response = response.map_err(|error| error.to_string())?;
        let text = response.body_mut().read_to_string();
        let text = text.map_err(|error| error.to_string())?;
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok((response.status().as_u16(), body))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The server that a variable names, or the one in the cache, in the directory that the scripts of
/// the test bed call `directory`.
fn program(variable: &str, directory: &str, target: &str) -> PathBuf {
    if let Some(path) = std::env::var_os(variable) {
        return path.into();
    }
    let script = format!(". tests/cluster/common.sh && echo ${directory}/vault");
    let told = Command::new("bash")
        .args(["-c", &script])
        .current_dir(crate::repository())
        .output()
        .expect("bash runs");
    let program = PathBuf::from(String::from_utf8_lossy(&told.stdout).trim());
    assert!(
        program.is_file(),
        "there is no Vault at {}: make {target}",
        program.display()
    );
    program
}
