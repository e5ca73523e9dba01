//! From the first login to the last request: the shipped agent against the real Vault, as a
//! process of the test's own.

use std::time::Duration;

use serde_json::json;
use vouchsafe_tests::{agent::Agent, vault::Vault, wait};

use crate::ready_namespace;

const SOON: Duration = Duration::from_secs(20);

#[test]
fn init_renders_once_and_ready_tells_by_its_exit_code() {
    let (namespace, vault) = ready_namespace("once");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app" }));
    let files = json!([{ "name": "db.json", "source": { "secret": format!("secret/data/{role}"), "format": "json" } }]);
    let agent = Agent::new(&vault, role, role, &files, |_| {});
    let before = agent.command("ready", &[]);
    assert_eq!(before.status.code(), Some(1));
    assert_eq!(
        String::from_utf8_lossy(&before.stdout),
        "not ready: the agent is starting\n"
    );
    let init = agent.command("init", &["--timeout", "20s"]);
    assert!(
        init.status.success(),
        "{}",
        String::from_utf8_lossy(&init.stderr)
    );
    assert_eq!(agent.file("db.json").unwrap(), b"{\"user\":\"app\"}\n");
    assert_eq!(agent.command("ready", &[]).status.code(), Some(0));
}

#[test]
fn init_gives_up_in_time_with_the_reason() {
    let (namespace, vault) = ready_namespace("gives-up");
    let role = namespace.name.as_str();
    let files =
        json!([{ "name": "x", "source": { "secret": "secret/data/no/such", "format": "json" } }]);
    let agent = Agent::new(&vault, role, role, &files, |_| {});
    let init = agent.command("init", &["--timeout", "3s"]);
    assert_eq!(init.status.code(), Some(1));
    let log = String::from_utf8_lossy(&init.stderr);
    assert!(log.contains("VS3005") && log.contains("gave_up"), "{log}");
}

#[test]
fn an_untrusted_certificate_is_refused_and_told() {
    let (namespace, vault) = ready_namespace("untrusted");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app" }));
    let files = json!([{ "name": "x", "source": { "secret": format!("secret/data/{role}"), "format": "json" } }]);
    // No CA given: the public authorities do not know the test bed's.
    let mut agent = Agent::new(&vault, role, role, &files, |config| {
        config["stores"][0].as_object_mut().unwrap().remove("tls");
    });
    agent.start();
    agent.wait_log("VS3002", SOON);
    assert_eq!(vault.audited(role), []);
}

#[test]
fn a_terminated_agent_ends_in_bounded_time_even_when_vault_hangs() {
    let namespace = vouchsafe_tests::cluster::Namespace::new("hangs");
    let vault = Vault::start_own("hangs");
    let role = namespace.name.as_str();
    vault.role(role, role, &json!({}));
    vault.put(role, &json!({ "user": "app" }));
    let files = json!([{ "name": "x", "source": { "secret": format!("secret/data/{role}"), "format": "json" } }]);
    let mut agent = Agent::new(&vault, role, role, &files, |config| {
        config["stores"][0]["revoke_on_shutdown"] = json!(true);
    });
    agent.start();
    agent.wait_file("x", b"{\"user\":\"app\"}\n", SOON);
    let hanging = vault.hang();
    agent.signal("TERM");
    let status = agent.wait_end(Duration::from_secs(8));
    drop(hanging);
    assert_eq!(status.code(), Some(0), "{}", agent.log());
}

#[test]
fn a_revoked_token_is_replaced_without_losing_a_file() {
    let (namespace, vault) = ready_namespace("lost-token");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app" }));
    let files = json!([{ "name": "x", "source": { "secret": format!("secret/data/{role}"), "format": "json" } }]);
    let mut agent = Agent::new(&vault, role, role, &files, |_| {});
    agent.start();
    agent.wait_file("x", b"{\"user\":\"app\"}\n", SOON);
    vault.write(
        "auth/token/revoke-accessor",
        &json!({ "accessor": vault.accessor(role) }),
    );
    vault.put(role, &json!({ "user": "other" }));
    agent.wait_file("x", b"{\"user\":\"other\"}\n", SOON);
    let logins = vault
        .audited(role)
        .iter()
        .filter(|(_, path)| path == "auth/kubernetes/login")
        .count();
    assert_eq!(logins, 2, "{}", agent.log());
}

#[test]
fn sighup_reads_all_secrets_again_at_once() {
    let (namespace, vault) = ready_namespace("refresh");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app" }));
    let files = json!([{ "name": "x", "source": { "secret": format!("secret/data/{role}"), "format": "json" } }]);
    let mut agent = Agent::new(&vault, role, role, &files, |config| {
        config["refresh"]["interval"] = json!("1h");
    });
    agent.start();
    agent.wait_file("x", b"{\"user\":\"app\"}\n", SOON);
    vault.put(role, &json!({ "user": "other" }));
    agent.signal("HUP");
    agent.wait_file("x", b"{\"user\":\"other\"}\n", SOON);
    wait::until(SOON, "the count of generations", || {
        match agent.metric("vouchsafe_agent_generations_total")? {
            2 => Ok(()),
            other => Err(other.to_string()),
        }
    });
}

/// The kubelet replaces the token while the pod runs, so what was read at one login may be no good
/// at the next.
#[test]
fn the_token_for_logging_in_is_read_again_at_each_login() {
    let (namespace, vault) = ready_namespace("token-file");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app" }));
    let source = json!({ "secret": format!("secret/data/{role}"), "format": "json" });
    let files = json!([{ "name": "x", "source": source }]);
    let mut agent = Agent::new(&vault, role, role, &files, |_| {});
    let (token, aside) = (agent.path("token"), agent.path("aside"));
    std::fs::rename(&token, &aside).unwrap();
    agent.start();
    agent.wait_log("cannot be read", SOON);
    std::fs::File::create(&token).unwrap();
    agent.wait_log("is empty", SOON);
    let log = agent.log();
    let mut failures = log.lines().filter(|line| line.contains("login_failed"));
    assert!(failures.all(|line| line.contains("VS3010")), "{log}");
    std::fs::rename(&aside, &token).unwrap();
    agent.wait_file("x", b"{\"user\":\"app\"}\n", SOON);
    assert!(
        !agent.log().contains("eyJ"),
        "a token in the log: {}",
        agent.log()
    );
}
