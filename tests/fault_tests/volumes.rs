//! The agent's volume takes no more.

use vouchsafe_tests::{
    fault_proxy::Fault,
    solo::{put, vault::Vault},
};

use crate::{
    FEW, LASTS, SOON,
    scene::{Scene, is_out_of_reach},
};

/// With a volume of 256 KiB that only the agent sees.
fn scene() -> Scene {
    let mut scene = Scene::prepared(Vault::shared(), "1h", |_| ());
    let volume =
        r#"mkdir -p "$1/secrets"; mount -t tmpfs -o size=256k,mode=755 tmpfs "$1/secrets""#;
    scene.agent.apart(volume);
    scene.start();
    scene
}

#[test]
fn fault_tmpfs_full() {
    if is_out_of_reach("a volume that only the agent has") {
        return;
    }
    let mut scene = scene();
    let mut trial = scene.trial("fault_tmpfs_full");
    let filler = trial.scene.agent.volume().join("filler");
    put(&filler, vec![0; 1024 * 1024]).unwrap_err();
    trial.scene.rotate();
    trial
        .is_named("render_failed", "VS4001")
        .holds(LASTS, 2 * FEW);
    assert!(trial.log().contains("No space left"), "{}", trial.log());
    std::fs::remove_file(filler).unwrap();
    trial.over();
    trial.arrives(SOON);
}

#[test]
fn fault_volume_read_only() {
    if is_out_of_reach("a volume that only the agent has") {
        return;
    }
    let mut scene = scene();
    let mut trial = scene.trial("fault_volume_read_only");
    trial
        .scene
        .agent
        .within(r#"mount -o remount,ro "$1/secrets""#);
    trial.scene.rotate();
    trial
        .is_named("render_failed", "VS4001")
        .holds(LASTS, 2 * FEW);
    assert!(
        trial.log().contains("Read-only file system"),
        "{}",
        trial.log()
    );
    trial
        .scene
        .agent
        .within(r#"mount -o remount,rw "$1/secrets""#);
    trial.over();
    trial.arrives(SOON);
}

/// The agent's own directory takes no more: what the next life would go on with and what the probe
/// shows. The application's files are elsewhere.
#[test]
fn fault_run_directory_full() {
    if is_out_of_reach("a volume that only the agent has") {
        return;
    }
    let mut scene = Scene::prepared(Vault::shared(), "1h", |_| ());
    let volume = r#"mkdir -p "$1/run"; mount -t tmpfs -o size=64k,mode=700 tmpfs "$1/run""#;
    scene.agent.apart(volume);
    scene.start();
    let mut trial = scene.trial("fault_run_directory_full");
    trial
        .scene
        .agent
        .within(r#"head -c 1M /dev/zero >"$1/run/filler" 2>/dev/null || true"#);
    trial.scene.proxy.all(Fault::Reset);
    trial
        .is_named("read_failed", "VS3001")
        .is_named("status_not_written", "");
    trial.holds(LASTS, FEW);
    // It is said once, and not with each event.
    assert_eq!(
        trial.log().matches("status_not_written").count(),
        1,
        "{}",
        trial.log()
    );
    trial.scene.proxy.heal();
    trial.recovers(SOON);
    let log = scene.agent.log();
    assert_eq!(log.matches("state_not_saved").count(), 1, "{log}");
    scene.agent.within(r#"rm "$1/run/filler""#);
    scene.rotate();
    scene.wait_value(SOON);
    assert_eq!(scene.logins(), 1);
}
