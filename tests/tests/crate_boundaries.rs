//! Who may depend on what, over the whole tree of each crate.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::{collections::BTreeSet, process::Command};

/// What would make the agent large, or give it a way to talk to Kubernetes.
const NOT_IN_THE_AGENT: [&str; 10] = [
    "axum",
    "clap",
    "h2",
    "k8s-openapi",
    "kube",
    "opentelemetry",
    "regex",
    "tower",
    "vouchsafe-cluster",
    "vouchsafe-webhook",
];

/// What does I/O or encrypts: `shared` is parsed types only, `template` computes.
const NOT_WHERE_NO_IO_IS: [&str; 6] = ["aws-lc-rs", "hyper", "mio", "rustls", "tokio", "tracing"];

/// The names of all crates that one crate's program is made of, without those that only build it.
fn crates_in(package: &str) -> BTreeSet<String> {
    crates_with(package, &[])
}

/// The same with other features than the usual.
fn crates_with(package: &str, features: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--locked",
            "--package",
            package,
            "--edges",
            "normal",
        ])
        .args(["--target", "x86_64-unknown-linux-musl", "--prefix", "none"])
        .args(features)
        .current_dir(vouchsafe_tests::repository())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let lines = String::from_utf8(output.stdout).expect("cargo prints text");
    lines
        .lines()
        .filter_map(|line| Some(line.split(' ').next()?.to_owned()))
        .collect()
}

#[test]
fn the_agent_has_nothing_to_serve_a_webhook_or_to_talk_to_kubernetes() {
    let found = crates_in("vouchsafe-agent");
    assert!(found.contains("hyper"), "{found:?}");
    for name in NOT_IN_THE_AGENT {
        assert!(!found.contains(name), "the agent depends on {name}");
    }
}

#[test]
fn shared_does_no_input_or_output() {
    let found = crates_in("vouchsafe-shared");
    assert!(found.contains("serde"), "{found:?}");
    for name in NOT_WHERE_NO_IO_IS {
        assert!(!found.contains(name), "shared depends on {name}");
    }
}

#[test]
fn the_template_language_does_no_input_or_output() {
    let found = crates_in("vouchsafe-template");
    assert!(found.contains("regex-automata"), "{found:?}");
    for name in NOT_WHERE_NO_IO_IS {
        assert!(!found.contains(name), "template depends on {name}");
    }
}

#[test]
fn a_webhook_that_asks_the_api_server_nothing_has_no_client_of_it() {
    let found = crates_in("vouchsafe-webhook");
    assert!(found.contains("kube"), "{found:?}");
    let found = crates_with("vouchsafe-webhook", &["--no-default-features"]);
    assert!(found.contains("vouchsafe-cluster"), "{found:?}");
    for name in ["k8s-openapi", "kube", "rcgen"] {
        assert!(!found.contains(name), "it depends on {name}");
    }
}

#[test]
fn the_webhook_never_holds_a_client_of_a_store() {
    let found = crates_in("vouchsafe-webhook");
    assert!(!found.contains("vouchsafe-agent"));
}

#[test]
fn the_simulation_has_no_runtime_of_its_own_and_nothing_depends_on_it() {
    let manifest = vouchsafe_tests::repository().join("simulation/Cargo.toml");
    let manifest = std::fs::read_to_string(manifest).expect("the simulation is there");
    assert!(manifest.contains("vouchsafe-agent"), "{manifest}");
    for name in NOT_WHERE_NO_IO_IS {
        assert!(!manifest.contains(name), "the simulation asks for {name}");
    }
    for package in ["vouchsafe-agent", "vouchsafe-webhook"] {
        assert!(!crates_in(package).contains("vouchsafe-simulation"));
    }
}
