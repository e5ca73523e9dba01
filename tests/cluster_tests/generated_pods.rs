//! Whatever a pod asks for: what the webhook makes of it, the API server takes.

use std::io::Write as _;

use serde_json::{Value, json};
use tempfile::NamedTempFile;
use vouchsafe_tests::{
    cluster::{self, Namespace, PATIENCE},
    wait,
};

#[expect(dead_code, reason = "other tests make pods smaller")]
#[path = "../../webhook/tests/generator/mod.rs"]
mod generator;

use generator::Recipe;

const PODS: u64 = 500;
/// In one call of kubectl.
const AT_ONCE: usize = 50;

/// What is said of one pod.
#[derive(Debug, Default, Eq, PartialEq)]
struct Answers {
    admitted: usize,
    denied: usize,
    /// All else, in the API server's words.
    refused: Vec<String>,
}

#[test]
fn the_api_server_takes_every_pod_that_the_webhook_admits() {
    let namespace = unrestricted();
    let pods: Vec<_> = (0..PODS).map(|seed| Recipe::new(seed).pod()).collect();
    // Without the webhook each of them can be created: what is refused is refused for what is ours.
    let plain: Vec<_> = pods.iter().cloned().map(without_annotations).collect();
    let untouched = answers(&namespace, &plain);
    assert_eq!(untouched.refused, Vec::<String>::new());
    assert_eq!(untouched.admitted, pods.len());

    let answers = answers(&namespace, &pods);
    assert!(
        answers.refused.is_empty(),
        "{}",
        answers.refused.join("\n\n")
    );
    assert_eq!(answers.admitted + answers.denied, pods.len());
    // Neither of them by accident.
    assert!(answers.admitted > pods.len() / 4, "{answers:?}");
    assert!(answers.denied > pods.len() / 20, "{answers:?}");
}

/// Pod Security would refuse some of the pods for what is their own.
fn unrestricted() -> Namespace {
    let name = format!("generated-{:06x}", fastrand::u32(0..1 << 24));
    cluster::apply(&format!(
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {name}\n"
    ));
    let namespace = Namespace { name };
    wait::until(PATIENCE, "the default service account", || {
        namespace.try_kubectl(&["get", "serviceaccount", "default"])
    });
    namespace
}

fn without_annotations(mut pod: Value) -> Value {
    pod["metadata"]["annotations"] = json!({});
    pod
}

/// Creates the pods without keeping them, through all admission and validation.
fn answers(namespace: &Namespace, pods: &[Value]) -> Answers {
    let mut answers = Answers::default();
    for pods in pods.chunks(AT_ONCE) {
        let list = json!({ "apiVersion": "v1", "kind": "List", "items": pods });
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(list.to_string().as_bytes()).unwrap();
        let output = cluster::kubectl()
            .args(["create", "--dry-run=server", "--namespace", &namespace.name])
            .arg("--filename")
            .arg(file.path())
            .output()
            .unwrap();
        let created = String::from_utf8_lossy(&output.stdout);
        let told = String::from_utf8_lossy(&output.stderr);
        answers.admitted += created
            .lines()
            .filter(|line| line.contains("created"))
            .count();
        for told in errors(&told) {
            if told.contains("admission webhook \"inject.vouchsafe.dev\" denied the request")
                && told.contains("VS")
            {
                answers.denied += 1;
            } else {
                answers.refused.push(told);
            }
        }
    }
    answers
}

/// What kubectl says of each object that was not created; a denial has more than one line.
fn errors(told: &str) -> Vec<String> {
    let mut errors: Vec<String> = Vec::new();
    for line in told.lines() {
        let is_first = ["Error from server", "The Pod ", "error: "]
            .iter()
            .any(|start| line.starts_with(start));
        if is_first {
            errors.push(line.to_owned());
        } else if let Some(last) = errors.last_mut()
            && !line.starts_with("Warning: ")
        {
            last.push('\n');
            last.push_str(line);
        }
    }
    errors
}

#[test]
fn every_answer_of_kubectl_is_counted_once() {
    let told = "Warning: vouchsafe: x\n\
                Error from server (Forbidden): error when creating \"STDIN\": admission webhook \
                \"inject.vouchsafe.dev\" denied the request: vouchsafe: 2 problems:\nVS1001 a\nVS1002 b\n\
                The Pod \"generated-7\" is invalid: spec.x: Required value\n";
    let errors = errors(told);
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].ends_with("VS1001 a\nVS1002 b"), "{errors:?}");
    assert!(errors[1].starts_with("The Pod"), "{errors:?}");
}
