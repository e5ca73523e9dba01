//! What anybody who reaches the webhook's port may send: as it is, and inside of a review that is
//! right around it.
#![no_main]

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use vouchsafe_webhook::{
    admission::{Surroundings, decide},
    mutate::Settings,
};

static OWN: LazyLock<Settings> = LazyLock::new(|| Settings::new("agent:1"));
static ORIGINAL: LazyLock<Settings> = LazyLock::new(|| Settings {
    vault_address: "https://vault:8200".parse().ok(),
    ..Settings::original("agent:1")
});

/// As often as a text is repeated to be long, and as deep as one is nested.
const MANY: usize = 20_000;

fuzz_target!(|body: &[u8]| {
    check(body);
    let text = String::from_utf8_lossy(body);
    // `{…}` alone is taken for a pod or for its annotations, anything else for a template.
    match serde_json::from_slice::<Value>(body) {
        Ok(object @ Value::Object(_)) if object["request"].is_null() => {
            check(&review("v1", &object));
            check(&review("v1beta1", &pod(object)));
        }
        Ok(_) => {}
        Err(_) => check(&review(
            "v1",
            &pod(json!({
                "vault.hashicorp.com/agent-inject": "true",
                "vault.hashicorp.com/role": text,
                "vault.hashicorp.com/agent-inject-template-x": text,
                "vault.hashicorp.com/agent-inject-secret-y": text,
            })),
        )),
    }
    if body.len() < 64 {
        check(text.repeat(MANY).as_bytes());
        let pod = pod(
            json!({ "vouchsafe.dev/inject": "true", "vouchsafe.dev/template-x": text.repeat(MANY) }),
        );
        check(&review("v1", &pod));
        let nested = format!("{}{text}{}", "[".repeat(MANY), "]".repeat(MANY));
        check(nested.as_bytes());
    }
});

fn review(version: &str, object: &Value) -> Vec<u8> {
    let review = json!({
        "apiVersion": format!("admission.k8s.io/{version}"),
        "kind": "AdmissionReview",
        "request": {
            "uid": "the-uid",
            "kind": { "group": "", "version": "v1", "kind": "Pod" },
            "operation": "CREATE",
            "namespace": "apps",
            "object": object,
        },
    });
    serde_json::to_vec(&review).unwrap()
}

fn pod(annotations: Value) -> Value {
    json!({
        "metadata": { "name": "web", "annotations": annotations },
        "spec": {
            "containers": [
                { "name": "app", "securityContext": { "runAsUser": 1000 } },
                { "name": "metrics", "volumeMounts": [{ "name": "data", "mountPath": "/data" }] },
            ],
            "initContainers": [{ "name": "migrate" }],
            "volumes": [{ "name": "data", "emptyDir": {} }],
        },
    })
}

/// An answer is one to its question, and its patch can be applied.
fn check(body: &[u8]) {
    for settings in [&*OWN, &*ORIGINAL] {
        let Ok(decision) = decide(body, &Surroundings::new(settings)) else {
            continue;
        };
        let answer: Value = serde_json::from_slice(&decision.answer).unwrap();
        let mut question: Value = serde_json::from_slice(body).unwrap();
        let response = &answer["response"];
        assert_eq!(answer["apiVersion"], question["apiVersion"]);
        assert_eq!(response["uid"], question["request"]["uid"]);
        if response["allowed"] != true {
            assert_ne!(response["status"]["message"].as_str().unwrap(), "");
        }
        if let Some(patch) = response["patch"].as_str() {
            let patch = STANDARD.decode(patch).unwrap();
            let patch: json_patch::Patch = serde_json::from_slice(&patch).unwrap();
            json_patch::patch(&mut question["request"]["object"], &patch).unwrap();
        }
    }
}
