//! What lies between agent and Vault fails.

use std::time::Duration;

use serde_json::json;
use vouchsafe_tests::{
    fault_proxy::Fault,
    solo::{put, vault::Vault},
};

use crate::{
    FEW, LASTS, SOON,
    scene::{Scene, is_out_of_reach},
};

/// Answers after 30 s, to an agent that waits for 2 s as others wait for 30 s.
#[test]
fn fault_slow_answers() {
    let mut scene = Scene::new();
    let mut trial = scene.trial("fault_slow_answers");
    trial.scene.proxy.all(Fault::Delay(Duration::from_secs(30)));
    trial.is_named("read_failed", "VS3009").holds(LASTS, FEW);
    trial.scene.proxy.heal();
    trial.recovers(SOON);
    assert_eq!(scene.logins(), 1);
}

#[test]
fn fault_answers_lost() {
    let mut scene = Scene::new();
    let mut trial = scene.trial("fault_answers_lost");
    trial.scene.proxy.all(Fault::AnswerLost);
    trial.is_named("read_failed", "VS3009").holds(LASTS, FEW);
    trial.scene.proxy.heal();
    trial.recovers(SOON);
}

#[test]
fn fault_connection_reset_mid_body() {
    let mut scene = Scene::new();
    let mut trial = scene.trial("fault_connection_reset_mid_body");
    trial.scene.proxy.all(Fault::ResetMidBody);
    trial.is_named("read_failed", "VS3001").holds(LASTS, FEW);
    trial.scene.proxy.heal();
    trial.recovers(SOON);
    assert_eq!(scene.logins(), 1);
}

#[test]
fn fault_connection_refused() {
    let mut scene = Scene::new();
    let mut trial = scene.trial("fault_connection_refused");
    trial.scene.proxy.refuse();
    trial.is_named("read_failed", "VS3001").holds(LASTS, FEW);
    assert!(
        trial.log().contains("Connection refused"),
        "{}",
        trial.log()
    );
    trial.scene.proxy.listen();
    trial.recovers(SOON);
    assert_eq!(scene.logins(), 1);
}

/// By the proxy, on loopback: a share of requests is lost for ever and another share comes late, as
/// when packets are sent again.
#[test]
fn fault_packet_loss() {
    let mut scene = Scene::new();
    let mut trial = scene.trial("fault_packet_loss");
    trial.scene.proxy.all(Fault::Loss(0.4));
    trial
        .is_named("read_failed", "VS3009")
        .holds(Duration::from_secs(6), 2 * FEW);
    // What changes meanwhile arrives all the same.
    trial.over();
    trial.recovers(Duration::from_secs(60));
    scene.proxy.heal();
    scene.rotate();
    scene.wait_value(SOON);
    assert_eq!(scene.logins(), 1);
}

/// The name stands in a file that only the agent sees, and no name server answers.
#[test]
fn fault_dns_gone() {
    if is_out_of_reach("a name that only the agent knows") {
        return;
    }
    let mut scene = Scene::prepared(Vault::shared(), "1h", |config| {
        let address = config["stores"][0]["address"].as_str().unwrap();
        config["stores"][0]["address"] = json!(address.replace("127.0.0.1", "vault.test"));
        // Or the name would be looked up once.
        config["stores"][0]["connection"]["close_after_answer"] = json!(true);
    });
    let hosts = scene.agent.path("hosts");
    put(&hosts, "127.0.0.1 vault.test\n").unwrap();
    put(
        &scene.agent.path("resolv.conf"),
        "nameserver 127.0.0.254\noptions timeout:1 attempts:1\n",
    )
    .unwrap();
    scene.agent.apart(
        r#"mount --bind "$1/hosts" /etc/hosts; mount --bind "$1/resolv.conf" /etc/resolv.conf"#,
    );
    scene.start();
    let mut trial = scene.trial("fault_dns_gone");
    put(&hosts, "").unwrap();
    trial.is_named("read_failed", "VS3001").holds(LASTS, FEW);
    assert!(
        trial.log().contains("cannot look up the name"),
        "{}",
        trial.log()
    );
    put(&hosts, "127.0.0.1 vault.test\n").unwrap();
    trial.recovers(SOON);
    assert_eq!(scene.logins(), 1);
}
