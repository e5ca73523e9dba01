//! What lies between agent and Vault fails.

use std::time::Duration;

use serde_json::json;
use vouchsafe_tests::{
    fault_proxy::{Fault, FaultProxy},
    solo::{
        network::{Way, is_apart},
        put,
        vault::Vault,
    },
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

/// Of packets, by the kernel, on a way that only this test has; TCP sends again what was lost.
#[test]
fn fault_packet_loss() {
    if is_out_of_reach("a network of its own") || !is_apart("network::fault_packet_loss") {
        return;
    }
    let (mut scene, way) = far_away();
    let mut trial = scene.trial("fault_packet_loss_of_a_quarter");
    way.lose(0.25);
    // What changes meanwhile arrives all the same.
    trial.holds(LASTS, 2 * FEW).over();
    trial.recovers(SOON);
    let few = way.lost();
    let mut trial = scene.trial("fault_packet_loss");
    way.lose(0.6);
    trial
        .is_named("read_failed", "VS3009")
        .holds(LASTS, 2 * FEW);
    let many = way.lost();
    way.heal();
    trial.recovers(SOON);
    assert_eq!(scene.logins(), 1);
    let is_lossy = few.iter().sum::<u64>() > 0 && many.iter().all(|lost| *lost > 0);
    assert!(is_lossy, "{few:?} {many:?}");
}

/// No packet arrives any longer, and nobody says so.
#[test]
fn fault_network_gone() {
    if is_out_of_reach("a network of its own") || !is_apart("network::fault_network_gone") {
        return;
    }
    let (mut scene, way) = far_away();
    let mut trial = scene.trial("fault_network_gone");
    way.lose(1.0);
    trial.is_named("read_failed", "VS3009").holds(LASTS, FEW);
    way.heal();
    trial.recovers(SOON);
    assert_eq!(scene.logins(), 1);
}

/// An agent with a way between itself and its Vault.
fn far_away() -> (Scene, Way) {
    let way = Way::laid();
    let vault = Vault::shared();
    let proxy = FaultProxy::behind(way.listener(), vault.port());
    let mut scene = Scene::behind(proxy, vault, "1h", |_| ());
    scene.start();
    (scene, way)
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
