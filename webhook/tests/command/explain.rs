use std::{fs::File, io::Write as _};

use insta::assert_snapshot;
use tempfile::TempDir;

use crate::run;

const DEPLOYMENT: &str = r#"
apiVersion: v1
kind: Service
metadata: { name: web }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  template:
    metadata:
      annotations:
        vouchsafe.dev/inject: "true"
        vouchsafe.dev/role: web
        vouchsafe.dev/secret-db.env: secret/data/db
    spec:
      containers: [{ name: web, image: "web:1" }]
"#;

#[test]
fn a_pod_that_would_get_an_agent() {
    let ended = run(&["explain"], DEPLOYMENT);
    assert_eq!((ended.code, &*ended.complaint), (Some(0), ""));
    assert_snapshot!("explain_injected", ended.output);
}

#[test]
fn a_pod_that_would_be_denied() {
    let denied = DEPLOYMENT
        .replace("vouchsafe.dev/role:", "vouchsafe.dev/rolle:")
        .replace("namespace: shop", "namespace: other");
    let both = format!("{DEPLOYMENT}---{denied}");
    let ended = run(&["explain", "-f", "-"], &both);
    assert_eq!((ended.code, &*ended.complaint), (Some(1), ""));
    assert_snapshot!("explain_denied", ended.output);
}

#[test]
fn a_pod_that_asks_for_nothing() {
    let plain = DEPLOYMENT.replace("vouchsafe.dev/", "example.com/");
    let ended = run(&["explain"], &plain);
    assert_eq!(ended.code, Some(0));
    assert_snapshot!("explain_left_alone", ended.output);
}

#[test]
fn defaults_are_told_with_their_layer() {
    let directory = TempDir::new().unwrap();
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        File::create(&path)
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
        path.into_os_string().into_string().unwrap()
    };
    let namespace = file(
        "namespace.yaml",
        "kind: Namespace\nmetadata:\n  annotations:\n    vouchsafe.dev/role: team\n    vouchsafe.dev/profile: small\n",
    );
    let defaults = file(
        "defaults.yaml",
        "kind: ConfigMap\ndata:\n  defaults: |\n    vouchsafe.dev/address: https://vault:8200\n    vouchsafe.dev/role: all\n  profile.small: |\n    vouchsafe.dev/memory-limit: 32Mi\n",
    );
    let ended = run(
        &[
            "explain",
            "--namespace-annotations",
            &namespace,
            "--defaults",
            &defaults,
        ],
        DEPLOYMENT,
    );
    assert_snapshot!("explain_defaults", ended.output);
}

#[test]
fn programs_get_json() {
    let ended = run(&["explain", "-o", "json"], DEPLOYMENT);
    let reports: serde_json::Value = serde_json::from_str(&ended.output).unwrap();
    assert_eq!(reports[0]["object"], "Deployment web in shop");
    assert_eq!(reports[0]["verdict"], "injected");
    assert_eq!(reports[0]["settings"][1]["value"], "web");
    assert_eq!(reports[0]["errors"], serde_json::json!([]));

    let patch = run(&["explain", "--patch"], DEPLOYMENT);
    assert_eq!(patch.code, Some(0));
    let patch: json_patch::Patch = serde_json::from_str(&patch.output).unwrap();
    assert!(!patch.0.is_empty());
}

#[test]
fn what_cannot_be_read_is_a_mistake_of_its_own() {
    for (words, input, expected) in [
        (
            &["explain", "-f", "/nowhere"][..],
            "",
            "/nowhere: No such file",
        ),
        (&["explain"], "", "-: there is no object in it"),
        (&["explain"], "kind: Service", "-: there is no pod in it"),
        (&["explain"], "a: [", "-: "),
        (
            &["explain", "--defaults=/nowhere"],
            DEPLOYMENT,
            "/nowhere: No such file",
        ),
        (&["explain", "--output=yaml"], "", "--output"),
    ] {
        let ended = run(words, input);
        assert_eq!(ended.code, Some(64), "{words:?}");
        assert!(ended.complaint.contains(expected), "{}", ended.complaint);
        assert_eq!(ended.output, "");
    }
    let both = format!("{DEPLOYMENT}---{DEPLOYMENT}");
    let ended = run(&["explain", "--patch"], &both);
    assert_eq!(ended.code, Some(64));
    assert!(
        ended.complaint.contains("there are 2 pods"),
        "{}",
        ended.complaint
    );
}
