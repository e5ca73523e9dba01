//! The token is gone, or what it is got with.

use vouchsafe_tests::solo::put;

use crate::{
    FEW, LASTS, SOON,
    scene::{Scene, Trial},
};

#[test]
fn fault_token_revoked() {
    let mut scene = Scene::new();
    let token = scene.token();
    let mut trial = scene.trial("fault_token_revoked");
    trial.scene.vault.revoke_token(&token);
    trial.over();
    trial
        .is_named("read_failed", "VS3004")
        .is_named("logged_in", "");
    trial.recovers(SOON / 3);
    assert_eq!(scene.logins(), 2, "one more login, at once");
}

/// Takes the agent's token away while it has nothing to log in with, for a time.
fn without_credentials(trial: &mut Trial<'_>, code: &str) {
    let token = trial.scene.token();
    trial.scene.vault.revoke_token(&token);
    trial.is_named("login_failed", code).holds(LASTS, FEW);
    trial.scene.issue_token();
    trial.recovers(SOON);
}

#[test]
fn fault_token_file_missing() {
    let mut scene = Scene::new();
    let mut trial = scene.trial("fault_token_file_missing");
    std::fs::remove_file(trial.scene.agent.path("token")).unwrap();
    without_credentials(&mut trial, "VS3010");
    assert_eq!(scene.logins(), 2, "nothing is sent without a token");
}

#[test]
fn fault_token_file_empty() {
    let mut scene = Scene::new();
    let mut trial = scene.trial("fault_token_file_empty");
    put(&trial.scene.agent.path("token"), "").unwrap();
    without_credentials(&mut trial, "VS3010");
    assert_eq!(scene.logins(), 2, "nothing is sent without a token");
}

#[test]
fn fault_token_file_replaced() {
    let mut scene = Scene::new();
    let mut trial = scene.trial("fault_token_file_replaced");
    let foreign = trial.scene.vault.issuer().token("somebody-else");
    trial.scene.agent.put_token(&foreign);
    without_credentials(&mut trial, "VS3003");
}
