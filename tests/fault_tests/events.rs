//! Vault tells of changes. Another Vault than that of the other tests, which refuses to: `make events`
//! builds it and runs what is ignored here.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use vouchsafe_tests::{
    fault_proxy::{Fault, FaultProxy},
    solo::vault::Vault,
    wait,
};

use crate::{
    LASTS, SOON,
    scene::{PATIENCE, Scene},
};

/// Half of it is the most that an agent waits after it was told; the rest is for a busy machine.
const AT_ONCE: Duration = Duration::from_secs(4);

/// The longest pause of a subscription, and the longest wait after a new one.
const CAUGHT_UP: Duration = Duration::from_secs(90);

/// The agent looks at its secrets once an hour, and whenever it is told.
fn told_alone(config: &mut Value) {
    config["refresh"]["interval"] = json!("1h");
    config["stores"][0]["events"] = json!(true);
}

/// An agent that is told of changes.
fn scene(ttl: &str) -> Scene {
    let vault = Arc::new(Vault::start_with_events());
    let mut scene = Scene::prepared(vault, ttl, told_alone);
    start(&mut scene);
    scene
}

fn start(scene: &mut Scene) {
    allow(scene, r#"["read", "list", "subscribe"]"#);
    scene.start();
    scene.agent.wait_log("events_awaited", PATIENCE);
}

/// Gives the role the policy that the documentation asks for.
fn allow(scene: &Scene, capabilities: &str) {
    let role = &scene.role;
    let secrets = ["data", "metadata", "delete", "undelete", "destroy"].map(|part| {
        format!(
            r#"path "secret/{part}/*" {{ capabilities = {capabilities} subscribe_event_types = ["*"] }}"#
        )
    });
    let rules = format!(
        r#"path "sys/events/subscribe/kv*" {{ capabilities = ["read"] }}
        path "old/*" {{ capabilities = {capabilities} subscribe_event_types = ["*"] }}
        {}"#,
        secrets.join("\n")
    );
    let policy = format!("sys/policies/acl/{role}");
    scene.vault.write(&policy, &json!({ "policy": rules }));
}

fn heard(scene: &Scene, result: &str) -> u64 {
    let label = format!("result=\"{result}\"");
    scene.agent.count("events_total", &label)
}

fn subscriptions(scene: &Scene) -> usize {
    scene.agent.log().matches(" events_awaited").count()
}

fn wait_subscription(scene: &Scene, before: usize) {
    wait::until(CAUGHT_UP, "another subscription", || {
        let now = subscriptions(scene);
        (now > before)
            .then_some(())
            .ok_or_else(|| scene.agent.log())
    });
}

#[test]
#[ignore = "needs a Vault that tells of changes: make events"]
fn event_secret_written() {
    let mut scene = scene("1h");
    for _ in 0..3 {
        let before = heard(&scene, "looked");
        let mut trial = scene.trial("event_secret_written");
        trial.recovers(AT_ONCE);
        assert!(trial.requests() <= 2, "{}", trial.log());
        assert_eq!(heard(&scene, "looked"), before + 1);
    }
    assert_eq!(scene.logins(), 1);
}

#[test]
#[ignore = "needs a Vault that tells of changes: make events"]
fn event_secret_of_version_1_written() {
    let vault = Arc::new(Vault::start_with_events());
    let mut scene = Scene::prepared(vault, "1h", |config| {
        told_alone(config);
        let text = config["files"].to_string().replace("secret/data/", "old/");
        config["files"] = serde_json::from_str(&text).unwrap();
    });
    let path = format!("old/{}", scene.role);
    scene.rotate_at(&path);
    start(&mut scene);
    let mut trial = scene.trial("event_secret_of_version_1_written");
    trial.over();
    trial.scene.rotate_at(&path);
    trial.arrives(AT_ONCE);
    assert_eq!(heard(&scene, "looked"), 1);
}

/// Each operation that this Vault tells of to others than root.
#[test]
#[ignore = "needs a Vault that tells of changes: make events"]
fn event_of_every_operation() {
    let scene = scene("1h");
    let role = scene.role.clone();
    let body = json!({ "versions": [1] });
    for (count, (path, body)) in [
        (
            format!("secret/metadata/{role}"),
            json!({ "max_versions": 7 }),
        ),
        (format!("secret/undelete/{role}"), body.clone()),
        (
            format!("secret/data/{role}"),
            json!({ "data": { "password": "x" } }),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        scene.vault.write(&path, &body);
        wait::until(PATIENCE, &format!("an event of {path}"), || {
            let told = heard(&scene, "looked");
            (told == count as u64 + 1).then_some(()).ok_or(told)
        });
    }
    // Settings of the engine, and another's secret.
    scene
        .vault
        .write("secret/config", &json!({ "max_versions": 9 }));
    scene
        .vault
        .put("of-somebody-else", &json!({ "password": "y" }));
    wait::until(PATIENCE, "an event of another's secret", || {
        let others = heard(&scene, "others");
        (others == 1).then_some(()).ok_or(others)
    });
    assert_eq!(heard(&scene, "looked"), 3);
    scene.check();
}

#[test]
#[ignore = "needs a Vault that tells of changes: make events"]
fn event_connection_breaks() {
    let mut scene = scene("1h");
    let before = subscriptions(&scene);
    let mut trial = scene.trial("event_connection_breaks");
    trial.scene.proxy.only("/v1/sys/events", Fault::Reset);
    trial.scene.proxy.cut();
    trial.is_named("events_interrupted", "VS3001");
    // Nobody is told of this.
    trial.scene.rotate();
    trial.holds(LASTS, 8);
    trial.scene.proxy.heal();
    trial.over();
    trial.arrives(CAUGHT_UP);
    assert_eq!(subscriptions(&scene), before + 1);
    scene.trial("event_after_the_connection").recovers(AT_ONCE);
    assert_eq!(scene.logins(), 1);
}

#[test]
#[ignore = "needs a Vault that tells of changes: make events"]
fn event_server_restarted() {
    let mut scene = scene("1h");
    let before = subscriptions(&scene);
    let mut trial = scene.trial("event_server_restarted");
    trial.scene.vault.stop();
    trial
        .is_named("events_interrupted", "VS3001")
        .holds(LASTS, 8);
    trial.scene.vault.start_again();
    wait_subscription(trial.scene, before);
    trial.recovers(AT_ONCE);
    assert_eq!(scene.logins(), 1);
}

/// A subscription is one of a token: the next token has its own.
#[test]
#[ignore = "needs a Vault that tells of changes: make events"]
fn event_token_ends() {
    let mut scene = scene("6s");
    let role = scene.role.clone();
    let mut trial = scene.trial("event_token_ends");
    let token = trial.scene.token();
    let ends = json!({ "role_type": "jwt", "user_claim": "sub", "token_max_ttl": "7s" });
    trial
        .scene
        .vault
        .write(&format!("auth/jwt/role/{role}"), &ends);
    trial.scene.vault.revoke_token(&token);
    for _ in 0..2 {
        let before = (trial.scene.logins(), subscriptions(trial.scene));
        wait::until(PATIENCE, "another login and subscription", || {
            let now = (trial.scene.logins(), subscriptions(trial.scene));
            let is_next = now.0 > before.0 && now.1 > before.1;
            is_next.then_some(()).ok_or_else(|| trial.log())
        });
    }
    trial.recovers(AT_ONCE);
    assert!(heard(&scene, "looked") > 0);
}

/// Longer than server and agent are silent without a sign of life.
#[test]
#[ignore = "needs a Vault that tells of changes: make events"]
fn event_after_a_long_silence() {
    let mut scene = scene("1h");
    let before = subscriptions(&scene);
    let mut trial = scene.trial("event_after_a_long_silence");
    trial.holds(Duration::from_secs(100), 0);
    trial.recovers(AT_ONCE);
    assert_eq!(subscriptions(&scene), before);
    assert!(!scene.agent.log().contains("events_interrupted"));
}

/// The server would rather speak HTTP/2, which has no such upgrade.
#[test]
#[ignore = "needs a Vault that tells of changes: make events"]
fn event_over_tls() {
    let vault = Arc::new(Vault::start_with_events());
    let proxy = FaultProxy::blind(vault.tls_port());
    let (port, authority) = (proxy.port(), vault.authority().pem());
    let mut scene = Scene::behind(proxy, vault, "1h", |config| {
        told_alone(config);
        config["stores"][0]["address"] = json!(format!("https://127.0.0.1:{port}"));
        config["stores"][0]["tls"] = json!({ "ca_pem": authority });
    });
    start(&mut scene);
    scene.trial("event_over_tls").recovers(AT_ONCE);
}

/// Without `subscribe` for the secret the server takes the subscription and tells nothing.
#[test]
#[ignore = "needs a Vault that tells of changes: make events"]
fn event_policy_lets_nothing_through() {
    let vault = Arc::new(Vault::start_with_events());
    let mut scene = Scene::prepared(vault, "1h", |config| {
        config["stores"][0]["events"] = json!(true);
    });
    allow(&scene, r#"["read", "list"]"#);
    scene.start();
    scene.agent.wait_log("events_awaited", PATIENCE);
    scene
        .trial("event_policy_lets_nothing_through")
        .recovers(SOON);
    assert_eq!(heard(&scene, "looked") + heard(&scene, "others"), 0);
}

/// A Vault that has no events to tell of, or a policy that does not let the agent ask.
#[test]
fn fault_events_not_offered() {
    for (rules, code) in [
        ("", "VS3004"),
        (
            r#"path "sys/events/*" { capabilities = ["read"] }"#,
            "VS3005",
        ),
    ] {
        let mut scene = Scene::prepared(Vault::shared(), "1h", |config| {
            config["stores"][0]["events"] = json!(true);
        });
        let role = scene.role.clone();
        let rules = format!(r#"{rules} path "secret/*" {{ capabilities = ["read"] }}"#);
        let policy = format!("sys/policies/acl/{role}");
        scene.vault.write(&policy, &json!({ "policy": rules }));
        scene.start();
        let mut trial = scene.trial("fault_events_not_offered");
        trial.scene.agent.wait_log("events_not_offered", PATIENCE);
        assert!(trial.scene.agent.log().contains(code));
        trial.recovers(SOON);
        let asked = scene.proxy.requests_for(0, "/v1/sys/events/");
        assert_eq!(asked, 1, "once for each token");
        assert_eq!(scene.logins(), 1);
    }
}
