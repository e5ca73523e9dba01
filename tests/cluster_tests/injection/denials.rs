use serde_json::{Value, json};
use vouchsafe_tests::app;

use super::ready_namespace;

/// What kubectl shows of a denial, after the API server's own words, a problem a line.
fn problems(said: &str) -> Vec<String> {
    assert!(said.contains("denied the request: "), "no denial: {said}");
    let (_, told) = said.split_once("denied the request: ").unwrap();
    told.trim_end()
        .lines()
        .map(|line| line.trim().to_owned())
        .collect()
}

fn denied(namespace: &vouchsafe_tests::cluster::Namespace, pod: &Value) -> Vec<String> {
    problems(&namespace.try_apply(pod).unwrap_err())
}

#[test]
fn kubectl_shows_every_problem_of_a_pod_at_once() {
    let (namespace, _) = ready_namespace("denials");
    let mut pod = app::pod(
        "web",
        &[
            ("vault.hashicorp.com/agent-inject", "true"),
            (
                "vault.hashicorp.com/agent-inject-template-db",
                "{{ with secret \"x\" }}",
            ),
            ("vault.hashicorp.com/agent-limits-mem", "64mb"),
            ("vault.hashicorp.com/agent-run-as-user", "root"),
            ("vault.hashicorp.com/agent-share-process-namespace", "true"),
            (
                "vault.hashicorp.com/agent-inject-file-db",
                "../../etc/passwd",
            ),
        ],
        app::STAY,
    );
    pod["spec"]["shareProcessNamespace"] = json!(false);
    let told = denied(&namespace, &pod).join("\n");
    for cause in [
        "vault.hashicorp.com/role",
        "vault.hashicorp.com/agent-inject-template-db",
        "vault.hashicorp.com/agent-limits-mem",
        "vault.hashicorp.com/agent-run-as-user",
        "vault.hashicorp.com/agent-inject-file-db",
    ] {
        assert!(told.contains(cause), "{cause} is not told:\n{told}");
    }
}
