//! The agent's or the application's process ends.

use std::{os::unix::process::ExitStatusExt, time::Duration};

use serde_json::json;
use vouchsafe_tests::{
    solo::{cgroup::MemoryLimit, vault::Vault},
    wait,
};

use crate::{
    SOON,
    scene::{PATIENCE, Scene},
};

#[test]
fn fault_application_restarted() {
    let mut scene = Scene::new();
    let mut trial = scene.trial("fault_application_restarted");
    trial.scene.application.stop();
    trial.scene.rotate();
    trial.scene.wait_value(SOON);
    trial.is_named("reload_failed", "VS5005");
    // Its next life finds the files as they are; it may be told of the change that it missed, and is
    // told of the next.
    trial.scene.application.start();
    trial.over();
    trial.scene.rotate();
    trial.scene.wait_value(SOON);
    let told = || match trial.scene.application.reloads() {
        0 => Err("never told"),
        1 | 2 => Ok(()),
        _ => panic!("told more often than there was news"),
    };
    wait::until(SOON, "a reload", told);
    wait::throughout(Duration::from_secs(1), "no more reloads than changes", told);
    trial.ends_with("the next change");
}

#[test]
fn fault_memory_limit_reached() {
    let Some(group) = MemoryLimit::new() else {
        eprintln!("skipped: no control group for memory can be made here");
        return;
    };
    let mut scene = Scene::prepared(Vault::shared(), "1h", |_| ());
    let enter = format!("echo $$ > {}; exec \"$@\"", group.members().display());
    scene.agent.through(&["bash", "-euc", &enter, "enter"]);
    scene.start();
    let mut trial = scene.trial("fault_memory_limit_reached");
    // As tight as it gets, and then a secret that does not fit.
    let mut limit = 64 * 1024 * 1024;
    while group.limit(limit).is_ok() && limit > 1024 * 1024 {
        limit -= 256 * 1024;
    }
    let large = "x".repeat(500 * 1024);
    let role = trial.scene.role.clone();
    trial.scene.vault.put(
        &role,
        &json!({ "password": "", "1": large, "2": large, "3": large, "4": large, "5": large }),
    );
    let status = trial.scene.agent.wait_end(PATIENCE);
    assert_eq!(status.signal(), Some(9), "{status}\n{}", trial.log());
    trial.holds(Duration::from_millis(500), 10);
    group.limit(256 * 1024 * 1024).unwrap();
    trial.scene.rotate();
    trial.scene.agent.start();
    trial.over();
    trial.is_named("token_adopted", "");
    trial.arrives(SOON);
    assert_eq!(scene.logins(), 1, "the token is still good");
    scene.agent.kill();
    wait::until(PATIENCE, "the end of the group", || {
        let members = std::fs::read_to_string(group.members()).unwrap_or_default();
        members.is_empty().then_some(()).ok_or(members)
    });
}
