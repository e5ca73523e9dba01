//! Every way to log in, against the methods of a real Vault.

use std::{fs::File, io::Write as _, time::Duration};

use serde_json::{Value, json};
use tempfile::TempDir;
use vouchsafe_tests::{agent::Agent, from_test_bed, vault::Vault};

use crate::ready_namespace;

const SOON: Duration = Duration::from_secs(20);

/// A secret that holders of the policy `role` may read, and an agent that logs in by `auth` for it.
fn agent(vault: &Vault, role: &str, change: impl FnOnce(&mut Value)) -> Agent {
    vault.put(role, &json!({ "user": "app" }));
    let files = json!([{ "name": "user", "source": { "secret": format!("secret/data/{role}"), "key": "user", "format": "raw" } }]);
    Agent::new(vault, role, role, &files, |config| {
        change(&mut config["stores"][0]);
    })
}

fn assert_renders(agent: &Agent) {
    let init = agent.command("init", &["--timeout", "20s"]);
    assert!(
        init.status.success(),
        "{}",
        String::from_utf8_lossy(&init.stderr)
    );
    assert_eq!(agent.file("user").unwrap(), b"app");
}

fn put(directory: &TempDir, name: &str, content: &Value) -> String {
    let path = directory.path().join(name);
    let mut file = File::create(&path).unwrap();
    file.write_all(content.as_str().unwrap().as_bytes())
        .unwrap();
    path.display().to_string()
}

#[test]
fn a_jwt_is_taken_by_the_method_of_that_name() {
    let (namespace, vault) = ready_namespace("jwt");
    let role = namespace.name.as_str();
    let mount = format!("jwt-{role}");
    let key = format!(
        "{}/pki/service-account.pub",
        from_test_bed("VOUCHSAFE_CLUSTER_DIR")
    );
    let key = std::fs::read_to_string(key).unwrap();
    vault.write(&format!("sys/auth/{mount}"), &json!({ "type": "jwt" }));
    vault.write(
        &format!("auth/{mount}/config"),
        &json!({ "jwt_validation_pubkeys": [key], "default_role": role }),
    );
    vault.write(
        &format!("auth/{mount}/role/{role}"),
        &json!({ "role_type": "jwt", "user_claim": "sub", "bound_audiences": ["vouchsafe"], "token_policies": [role] }),
    );
    for named in [role, ""] {
        let agent = agent(&vault, role, |store| {
            let token_file = store["auth"]["token_file"].take();
            store["auth"] = json!({ "method": "jwt", "mount": mount, "role": named, "token_file": token_file, "remove_after_reading": true });
        });
        assert_renders(&agent);
        assert!(!agent.path("token").exists());
    }
}

/// A role of the approle method; its id, in a file.
fn approle(vault: &Vault, role: &str, directory: &TempDir) -> Value {
    let mount = format!("approle-{role}");
    vault.write(&format!("sys/auth/{mount}"), &json!({ "type": "approle" }));
    let path = format!("auth/{mount}/role/web");
    vault.write(&path, &json!({ "token_policies": [role] }));
    let id = json!({ "role_id": format!("id-of-{role}") });
    vault.write(&format!("{path}/role-id"), &id);
    json!({ "method": "approle", "mount": mount, "role_id_file": put(directory, "role-id", &id["role_id"]) })
}

#[test]
fn a_role_logs_in_with_its_secret_id() {
    let (namespace, vault) = ready_namespace("approle");
    let role = namespace.name.as_str();
    let directory = tempfile::tempdir().unwrap();
    let mut auth = approle(&vault, role, &directory);
    let path = format!("auth/approle-{role}/role/web/secret-id");
    let id = vault.write(&path, &json!({}));
    auth["secret_id_file"] = json!(put(&directory, "secret-id", &id["data"]["secret_id"]));
    assert_renders(&agent(&vault, role, |store| store["auth"] = auth));
}

#[test]
fn a_wrapped_secret_id_is_unwrapped_if_it_was_wrapped_where_it_must_be() {
    let (namespace, vault) = ready_namespace("wrapped");
    let role = namespace.name.as_str();
    let directory = tempfile::tempdir().unwrap();
    let mut auth = approle(&vault, role, &directory);
    let path = format!("auth/approle-{role}/role/web/secret-id");
    auth["wrapping_path"] = json!(path);
    let token = vault.write_wrapped(&path, &json!({}));
    auth["secret_id_file"] = json!(put(&directory, "secret-id", &token));
    let logging_in = |auth: &Value| agent(&vault, role, |store| store["auth"] = auth.clone());
    assert_renders(&logging_in(&auth));

    // The same token again, in another life of the agent.
    let init = logging_in(&auth).command("init", &["--timeout", "3s"]);
    let log = String::from_utf8_lossy(&init.stderr);
    assert!(log.contains("VS3012") && log.contains("was used"), "{log}");

    let foreign = vault.write_wrapped("sys/wrapping/wrap", &json!({ "secret_id": "x" }));
    put(&directory, "secret-id", &foreign);
    let init = logging_in(&auth).command("init", &["--timeout", "3s"]);
    let log = String::from_utf8_lossy(&init.stderr);
    assert!(
        log.contains("VS3012") && log.contains("made at sys/wrapping/wrap"),
        "{log}"
    );
}

#[test]
fn a_certificate_logs_in_and_renews_what_it_got() {
    let (namespace, vault) = ready_namespace("cert");
    let role = namespace.name.as_str();
    let mount = format!("cert-{role}");
    let issued = vault.write("pki/issue/web", &json!({ "common_name": role }));
    let issued = &issued["data"];
    vault.write(&format!("sys/auth/{mount}"), &json!({ "type": "cert" }));
    vault.write(
        &format!("auth/{mount}/certs/{role}"),
        &json!({ "certificate": issued["issuing_ca"], "allowed_common_names": [role], "token_policies": [role], "token_ttl": "6s" }),
    );
    let directory = tempfile::tempdir().unwrap();
    let auth = json!({
        "method": "cert", "mount": mount, "role": role,
        "certificate_file": put(&directory, "cert", &issued["certificate"]),
        "key_file": put(&directory, "key", &issued["private_key"]),
    });
    let mut agent = agent(&vault, role, |store| store["auth"] = auth);
    agent.start();
    agent.wait_file("user", b"app", SOON);
    vault.wait_audited(role, "auth/token/renew-self", SOON);
    let login = format!("auth/{mount}/login");
    let logins = vault
        .audited(role)
        .into_iter()
        .filter(|(_, path)| *path == login);
    assert_eq!(logins.count(), 1, "{}", agent.log());
}

#[test]
fn a_token_that_somebody_else_puts_there_is_used_as_it_is() {
    let (namespace, vault) = ready_namespace("token-file");
    let role = namespace.name.as_str();
    let directory = tempfile::tempdir().unwrap();
    let created = vault.write(
        "auth/token/create",
        &json!({ "policies": [role], "ttl": "1h" }),
    );
    let file = put(&directory, "token", &created["auth"]["client_token"]);
    let agent = agent(&vault, role, |store| {
        store["auth"] = json!({ "method": "token_file", "token_file": file });
    });
    assert_renders(&agent);
    let (_, first) = vault.audited(role).swap_remove(0);
    assert_eq!(first, "auth/token/lookup-self");
}
