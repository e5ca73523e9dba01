//! One login and one credential, however many lives an agent has: the shipped agent against the real
//! Vault, as processes of the test's own.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    time::Duration,
};

use serde_json::{Value, json};
use vouchsafe_tests::{agent::Agent, postgres::Postgres, vault::Vault, wait};

use crate::ready_namespace;

const SOON: Duration = Duration::from_secs(20);

fn requests(vault: &Vault, role: &str, wanted: &str) -> usize {
    let audited = vault.audited(role);
    audited.iter().filter(|(_, path)| path == wanted).count()
}

fn database_user(role: &str) -> Value {
    let path = format!("database/creds/{role}");
    json!({ "name": "user", "source": { "secret": path, "key": "username", "format": "raw" } })
}

#[test]
fn an_init_container_and_its_sidecar_log_in_once_and_have_one_database_user() {
    let (namespace, vault) = ready_namespace("hand-over");
    let role = namespace.name.as_str();
    let postgres = Postgres::start();
    postgres.role(&vault, role, "1h", "24h");
    let mut agent = Agent::new(&vault, role, role, &json!([database_user(role)]), |_| {});
    let init = agent.command("init", &[]);
    let log = String::from_utf8_lossy(&init.stderr).into_owned();
    assert!(init.status.success(), "{log}");
    let user = agent.file("user").unwrap();
    agent.start();
    agent.wait_log("token_adopted", SOON);
    assert_eq!(agent.file("user").unwrap(), user);
    assert_eq!(requests(&vault, role, "auth/kubernetes/login"), 1);
    assert_eq!(requests(&vault, role, "auth/token/lookup-self"), 1);
    assert_eq!(vault.leases(&format!("database/creds/{role}")).len(), 1);
    assert_eq!(postgres.users(role).len(), 1);
}

#[test]
fn an_agent_that_was_killed_goes_on_with_its_token_and_its_lease() {
    let (namespace, vault) = ready_namespace("killed");
    let role = namespace.name.as_str();
    let postgres = Postgres::start();
    postgres.role(&vault, role, "10s", "1h");
    let mut agent = Agent::new(&vault, role, role, &json!([database_user(role)]), |_| {});
    agent.start();
    agent.wait_log("secret_rendered", SOON);
    let user = agent.file("user").unwrap();
    agent.kill();
    agent.start();
    agent.wait_log("token_adopted", SOON);
    // The lease that the life before had is renewed by this one.
    vault.wait_audited(role, "sys/leases/renew", SOON);
    agent.wait_log("lease_renewed", SOON);
    assert_eq!(agent.file("user").unwrap(), user);
    assert_eq!(requests(&vault, role, "auth/kubernetes/login"), 1);
    assert_eq!(postgres.users(role).len(), 1);
}

#[test]
fn a_token_as_a_file_is_good_and_follows_the_next_login() {
    let (namespace, vault) = ready_namespace("token-as-file");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app" }));
    let secret = json!({ "secret": format!("secret/data/{role}"), "format": "json" });
    let files = json!([
        { "name": "x", "source": secret },
        { "name": "token", "mode": "0640", "source": { "token": true } },
    ]);
    let mut agent = Agent::new(&vault, role, role, &files, |_| {});
    agent.start();
    agent.wait_file("x", b"{\"user\":\"app\"}\n", SOON);
    let token = |agent: &Agent| String::from_utf8(agent.file("token").unwrap()).unwrap();
    let first = token(&agent);
    let found = vault.write("auth/token/lookup", &json!({ "token": first }));
    assert_eq!(found["data"]["accessor"], vault.accessor(role));
    let mode = std::fs::metadata(agent.path("secrets/token")).unwrap();
    assert_eq!(mode.permissions().mode() & 0o777, 0o640);
    vault.write("auth/token/revoke", &json!({ "token": first }));
    wait::until(SOON, "another token", || {
        let found = token(&agent);
        if found == first {
            Err("the old one")
        } else {
            Ok(())
        }
    });
    let second = token(&agent);
    vault.write("auth/token/lookup", &json!({ "token": second }));
    assert!(!agent.log().contains(&first) && !agent.log().contains(&second));
}

#[test]
fn a_program_runs_after_the_first_rendering_and_after_each_change() {
    let (namespace, vault) = ready_namespace("program");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app" }));
    let secret = json!({ "secret": format!("secret/data/{role}"), "key": "user", "format": "raw" });
    let mut agent = Agent::new(&vault, role, role, &json!([]), |config| {
        let secrets = config["volumes"][0]["path"].as_str().unwrap().to_owned();
        let run = format!("cat '{secrets}/x' >> '{secrets}/../ran'");
        config["files"] =
            json!([{ "name": "x", "store": "vault", "source": secret, "command": { "run": run } }]);
    });
    agent.start();
    let ran = |expected: &str| {
        wait::until(SOON, expected, || {
            let ran = std::fs::read_to_string(agent.path("ran")).unwrap_or_default();
            if ran == expected { Ok(()) } else { Err(ran) }
        });
    };
    ran("app");
    vault.put(role, &json!({ "user": "other" }));
    ran("appother");
}

#[test]
fn the_listener_passes_requests_on_and_ends_the_agent() {
    let (namespace, vault) = ready_namespace("listener");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app" }));
    let port = TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .unwrap()
        .port();
    let files = json!([{ "name": "x", "source": { "secret": format!("secret/data/{role}"), "format": "json" } }]);
    let mut agent = Agent::new(&vault, role, role, &files, |config| {
        config["stores"][0]["revoke_on_shutdown"] = json!(true);
        config["api"] = json!({ "port": port, "quit": true, "proxy": "offer" });
    });
    agent.start();
    agent.wait_file("x", b"{\"user\":\"app\"}\n", SOON);
    let accessor = vault.accessor(role);
    let (status, body) = ask(port, "GET", &format!("/v1/secret/data/{role}"));
    assert!(
        status == 200 && body.contains("\"user\":\"app\""),
        "{status} {body}"
    );
    assert_eq!(ask(port, "GET", "/v1/sys/policies/acl/root").0, 403);
    assert_eq!(ask(port, "POST", "/agent/v1/quit").0, 200);
    assert_eq!(agent.wait_end(SOON).code(), Some(0), "{}", agent.log());
    assert_eq!(
        requests(&vault, role, "auth/token/revoke-self"),
        1,
        "{accessor}"
    );
}

#[test]
fn once_gives_the_token_back() {
    let (namespace, vault) = ready_namespace("only-once");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app" }));
    let files = json!([{ "name": "x", "source": { "secret": format!("secret/data/{role}"), "format": "json" } }]);
    let agent = Agent::new(&vault, role, role, &files, |config| {
        config["stores"][0]["revoke_on_shutdown"] = json!(true);
    });
    let once = agent.command("once", &[]);
    let log = String::from_utf8_lossy(&once.stderr);
    assert!(once.status.success(), "{log}");
    assert_eq!(agent.file("x").unwrap(), b"{\"user\":\"app\"}\n");
    assert_eq!(requests(&vault, role, "auth/token/revoke-self"), 1, "{log}");
    assert!(!agent.path("run/state.json").exists());
}

/// A request to the agent's own listener: the status and the body.
fn ask(port: u16, method: &str, path: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let head = "Host: x\r\nConnection: close\r\nContent-Length: 0";
    let request = format!("{method} {path} HTTP/1.1\r\n{head}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    (status, body.to_owned())
}
