//! The secret is taken away, or moves, or its lease ends.

use std::time::Duration;

use serde_json::json;
use vouchsafe_tests::{
    solo::{postgres::Postgres, vault::Vault},
    wait,
};

use crate::{
    FEW, LASTS, LATER,
    scene::{PATIENCE, Scene, is_out_of_reach},
};

#[test]
fn fault_secret_deleted_and_undeleted() {
    let mut scene = Scene::new();
    let role = scene.role.clone();
    let mut trial = scene.trial("fault_secret_deleted_and_undeleted");
    trial.scene.vault.delete(&format!("secret/data/{role}"));
    trial
        .is_named("read_failed", "VS3005")
        .holds(LASTS, 2 * FEW);
    trial.scene.vault.write(
        &format!("secret/undelete/{role}"),
        &json!({ "versions": [1] }),
    );
    trial.over();
    // It is the same as before, so nothing is to be told.
    wait::until(LATER, "the end of the problem", || {
        let status = std::fs::read_to_string(trial.scene.agent.path("run/status.json"));
        let status = status.unwrap_or_default();
        status
            .contains(r#""problems":[]"#)
            .then_some(())
            .ok_or(status)
    });
    trial.holds(Duration::from_millis(500), 2 * FEW);
    trial.recovers(LATER);
}

#[test]
fn fault_secret_destroyed() {
    let mut scene = Scene::new();
    let role = scene.role.clone();
    let mut trial = scene.trial("fault_secret_destroyed");
    trial.scene.vault.write(
        &format!("secret/destroy/{role}"),
        &json!({ "versions": [1] }),
    );
    trial
        .is_named("read_failed", "VS3005")
        .holds(LASTS, 2 * FEW);
    trial.recovers(LATER);
}

#[test]
fn fault_mount_moved_from_version_1_to_2() {
    let vault = Vault::shared();
    vault.write(
        "sys/mounts/old",
        &json!({ "type": "kv", "options": { "version": "1" } }),
    );
    let mut scene = Scene::prepared(vault, "1h", |config| {
        for file in config["files"].as_array_mut().unwrap() {
            let path = file["source"]["secret"]
                .as_str()
                .unwrap()
                .replace("secret/data/", "old/");
            file["source"]["secret"] = json!(path);
        }
    });
    let role = scene.role.clone();
    scene.rotate_at(&format!("old/{role}"));
    scene.start();
    let mut trial = scene.trial("fault_mount_moved_from_version_1_to_2");
    trial.scene.vault.write(
        "sys/mounts/old/tune",
        &json!({ "options": { "version": "2" } }),
    );
    trial.is_named("read_failed", "VS3005");
    trial.over();
    wait::until(PATIENCE, "the engine's second version", || {
        trial
            .scene
            .vault
            .try_call("GET", &format!("old/data/{role}"), None)
    });
    trial.scene.rotate_at(&format!("old/data/{role}"));
    trial.arrives(LATER);
}

#[test]
fn fault_lease_revoked() {
    if is_out_of_reach("a database of the test's own") {
        return;
    }
    let postgres = Postgres::start();
    let vault = std::sync::Arc::new(Vault::start());
    let mut scene = Scene::prepared(vault, "1h", |config| {
        let role = config["stores"][0]["auth"]["role"].as_str().unwrap();
        let file = json!({ "name": "user.json", "store": "vault",
            "source": { "secret": format!("database/creds/{role}"), "format": "json" } });
        config["files"].as_array_mut().unwrap().push(file);
        config["reload"][0]["on"] = json!(["password", "all.json", "user.json"]);
    });
    let role = scene.role.clone();
    postgres.role(&scene.vault, &role, "6s");
    scene.start();
    let user = scene.agent.file("user.json").unwrap();
    // It is renewed while all is well.
    scene.agent.wait_log("lease_renewed", PATIENCE);
    let leases = format!("sys/leases/lookup/database/creds/{role}/");
    let lease = scene.vault.list(&leases).remove(0);
    let mut trial = scene.trial("fault_lease_revoked");
    let lease = format!("database/creds/{role}/{lease}");
    trial.scene.vault.write(
        "sys/leases/revoke",
        &json!({ "lease_id": lease, "sync": true }),
    );
    trial.over();
    trial.is_named("lease_renewal_failed", "VS3005");
    wait::until(LATER, "another user", || {
        let found = trial.scene.agent.file("user.json").unwrap();
        (found != user).then_some(()).ok_or(found)
    });
    trial.arrives(LATER);
    assert_eq!(scene.vault.list(&leases).len(), 1, "one user at a time");
}
