//! Vault's certificate changes.

use std::sync::Arc;

use serde_json::json;
use vouchsafe_tests::{
    fault_proxy::FaultProxy,
    solo::{authority::Authority, vault::Vault},
};

use crate::{
    FEW, LASTS, LATER, SOON,
    scene::{Scene, Trial},
};

/// Over TLS, through a proxy that can break connections; those after that see the present
/// certificate.
fn scene() -> Scene {
    let vault = Arc::new(Vault::start());
    let proxy = FaultProxy::blind(vault.tls_port());
    let (port, authority) = (proxy.port(), vault.authority().pem());
    let mut scene = Scene::behind(proxy, vault, "1h", |config| {
        config["stores"][0]["address"] = json!(format!("https://127.0.0.1:{port}"));
        config["stores"][0]["tls"] = json!({ "ca_pem": authority });
    });
    scene.start();
    scene
}

fn logins(scene: &Scene) -> usize {
    scene.agent.log().matches(" logged_in ").count()
}

#[test]
fn fault_certificate_rotated() {
    let mut scene = scene();
    let mut trial = scene.trial("fault_certificate_rotated");
    let vault = Arc::clone(&trial.scene.vault);
    vault.use_certificate_of(vault.authority(), false);
    trial.scene.proxy.cut();
    trial.over();
    trial.recovers(SOON / 3);
    assert_eq!(logins(&scene), 1);
}

/// While the certificate is not good.
fn distrusted(trial: &mut Trial<'_>, reason: &str) {
    trial.scene.proxy.cut();
    trial.is_named("read_failed", "VS3002").holds(LASTS, FEW);
    assert!(trial.log().contains(reason), "{}", trial.log());
    let vault = Arc::clone(&trial.scene.vault);
    vault.use_certificate_of(vault.authority(), false);
    trial.recovers(LATER);
}

#[test]
fn fault_certificate_expired() {
    let mut scene = scene();
    let mut trial = scene.trial("fault_certificate_expired");
    let vault = Arc::clone(&trial.scene.vault);
    vault.use_certificate_of(vault.authority(), true);
    distrusted(&mut trial, "expired");
    assert_eq!(logins(&scene), 1);
}

#[test]
fn fault_certificate_of_another_authority() {
    let mut scene = scene();
    let mut trial = scene.trial("fault_certificate_of_another_authority");
    trial
        .scene
        .vault
        .use_certificate_of(&Authority::default(), false);
    distrusted(&mut trial, "UnknownIssuer");
    assert_eq!(logins(&scene), 1);
}

/// A renewal that falls into the time of a wrong certificate is no reason for another login, which
/// would end what hangs on the token.
#[test]
fn fault_certificate_expired_at_a_renewal() {
    let vault = Arc::new(Vault::start());
    let proxy = FaultProxy::blind(vault.tls_port());
    let (port, authority) = (proxy.port(), vault.authority().pem());
    let mut scene = Scene::behind(proxy, vault, "20s", |config| {
        config["stores"][0]["address"] = json!(format!("https://127.0.0.1:{port}"));
        config["stores"][0]["tls"] = json!({ "ca_pem": authority });
        // Only the renewals of the token meet the certificate.
        config["refresh"]["interval"] = json!("1h");
    });
    scene.start();
    let mut trial = scene.trial("fault_certificate_expired_at_a_renewal");
    let vault = Arc::clone(&trial.scene.vault);
    vault.use_certificate_of(vault.authority(), true);
    trial.scene.proxy.cut();
    trial.is_named("renewal_failed", "VS3002");
    vault.use_certificate_of(vault.authority(), false);
    trial.over();
    trial.is_named("token_renewed", "");
    trial.ends_with("the next renewal");
    assert_eq!(logins(&scene), 1, "{}", scene.agent.log());
}
