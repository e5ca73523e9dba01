//! Applications under test: a shell in a pod that complies with Pod Security `restricted`.

use serde_json::{Value, json};

/// The shell's image, in the test bed's own registry of one.
pub const IMAGE: &str = "vouchsafe.test/busybox:1";
/// The application's user.
pub const UID: u32 = 10_001;

/// Keeps a container running until it is told to end.
pub const STAY: &str = "trap 'exit 0' TERM; while :; do sleep 0.2 & wait $!; done";

/// A container named `app` that runs a shell script.
pub fn container(name: &str, script: &str) -> Value {
    json!({
        "name": name,
        "image": IMAGE,
        "imagePullPolicy": "Never",
        "command": ["sh", "-c", script],
        "securityContext": { "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] } },
    })
}

/// The annotations of a pod that asks for secrets as `role`, and more of them.
pub fn asking<'a>(role: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let asking = [
        ("vouchsafe.dev/inject", "true"),
        ("vouchsafe.dev/role", role),
    ];
    asking.iter().chain(more).copied().collect()
}

/// A pod with one container `app`.
pub fn pod(name: &str, annotations: &[(&str, &str)], script: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata(name, annotations),
        "spec": spec(script),
    })
}

/// A Deployment of one replica of the same.
pub fn deployment(name: &str, annotations: &[(&str, &str)], script: &str) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": { "name": name },
        "spec": {
            "replicas": 1,
            "selector": { "matchLabels": { "app": name } },
            "template": { "metadata": metadata(name, annotations), "spec": spec(script) },
        },
    })
}

/// A Job of the same.
pub fn job(name: &str, annotations: &[(&str, &str)], script: &str) -> Value {
    let mut spec = spec(script);
    spec["restartPolicy"] = json!("Never");
    json!({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": { "name": name },
        "spec": {
            "backoffLimit": 0,
            "template": { "metadata": metadata(name, annotations), "spec": spec },
        },
    })
}

fn metadata(name: &str, annotations: &[(&str, &str)]) -> Value {
    let annotations: serde_json::Map<String, Value> = annotations
        .iter()
        .map(|(key, value)| ((*key).to_owned(), json!(value)))
        .collect();
    json!({ "name": name, "labels": { "app": name }, "annotations": annotations })
}

fn spec(script: &str) -> Value {
    json!({
        "terminationGracePeriodSeconds": 5,
        "automountServiceAccountToken": false,
        "securityContext": {
            "runAsNonRoot": true,
            "runAsUser": UID,
            "runAsGroup": UID,
            "seccompProfile": { "type": "RuntimeDefault" },
        },
        "containers": [container("app", script)],
    })
}
