//! Vault itself fails, or no longer knows the agent.

use std::time::Duration;

use crate::{FEW, LASTS, LATER, SOON, scene::Scene};

#[test]
fn fault_vault_sealed_and_unsealed() {
    let mut scene = Scene::with_own_vault();
    let mut trial = scene.trial("fault_vault_sealed_and_unsealed");
    trial.scene.vault.seal();
    trial.is_named("read_failed", "VS3006").holds(LASTS, FEW);
    assert!(trial.log().contains("Vault is sealed"), "{}", trial.log());
    trial.scene.vault.unseal();
    trial.recovers(SOON);
    assert_eq!(scene.logins(), 1, "the token is still good");
}

#[test]
fn fault_vault_restarted_with_its_data() {
    let mut scene = Scene::with_own_vault();
    let mut trial = scene.trial("fault_vault_restarted_with_its_data");
    trial.scene.vault.stop();
    trial.is_named("read_failed", "VS3001").holds(LASTS, FEW);
    trial.scene.vault.start_again();
    trial.recovers(SOON);
    assert_eq!(scene.logins(), 1, "the token is still good");
}

#[test]
fn fault_vault_restarted_without_its_data() {
    let mut scene = Scene::with_own_vault();
    // The versions of the secret begin anew, too.
    for times in 1..=3 {
        scene.rotate();
        scene.wait_told(times);
    }
    let mut trial = scene.trial("fault_vault_restarted_without_its_data");
    trial.scene.vault.stop();
    trial.scene.vault.start_empty();
    // Neither its token nor its role is known.
    trial
        .is_named("login_failed", "VS3003")
        .holds(LASTS, 2 * FEW);
    let role = trial.scene.role.clone();
    trial.scene.vault.role(&role, "1h");
    trial.recovers(SOON);
}

#[test]
fn fault_vault_hangs() {
    let mut scene = Scene::with_own_vault();
    let mut trial = scene.trial("fault_vault_hangs");
    trial.scene.vault.freeze(true);
    trial.is_named("read_failed", "VS3009").holds(LASTS, FEW);
    trial.scene.vault.freeze(false);
    trial.recovers(SOON);
    assert_eq!(scene.logins(), 1, "the token is still good");
}

#[test]
fn fault_policy_removed() {
    let mut scene = Scene::new();
    let role = scene.role.clone();
    let mut trial = scene.trial("fault_policy_removed");
    trial
        .scene
        .vault
        .delete(&format!("sys/policies/acl/{role}"));
    // Each refusal is followed by the question whether it is the token's.
    trial
        .is_named("read_failed", "VS3004")
        .holds(LASTS, 2 * FEW);
    trial.scene.vault.policy(&role);
    trial.recovers(LATER);
    assert_eq!(
        scene.logins(),
        1,
        "another token would have no other policies"
    );
}

#[test]
fn fault_role_deleted() {
    let mut scene = Scene::started(vouchsafe_tests::solo::vault::Vault::shared(), "6s", |_| ());
    let role = scene.role.clone();
    let mut trial = scene.trial("fault_role_deleted");
    trial.scene.vault.delete(&format!("auth/jwt/role/{role}"));
    // The token is good for a while, but cannot be renewed, and there is no other.
    trial
        .is_named("renewal_failed", "VS3003")
        .is_named("login_failed", "VS3003");
    trial.holds(Duration::from_secs(6), 40);
    trial.scene.vault.jwt_role(&role, "6s");
    trial.recovers(SOON);
}
