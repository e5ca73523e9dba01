use serde_json::json;
use vouchsafe_tests::{
    app,
    cluster::{self, Namespace, PATIENCE},
    wait,
};

use crate::ready_namespace;

const INSTALLED: [&str; 2] = ["--namespace", "vouchsafe"];

fn installed(arguments: &[&str]) -> Result<String, String> {
    let output = cluster::kubectl()
        .args(INSTALLED)
        .args(arguments)
        .output()
        .unwrap();
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[test]
fn pods_without_annotations_never_reach_the_webhook() {
    let (namespace, vault) = ready_namespace("reach");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app" }));
    let path = format!("secret/data/{role}");
    let annotations = app::asking(role, &[("vouchsafe.dev/secret-db.json", &path)]);
    namespace.apply(&app::pod(
        "bystander",
        &[("example.com/inject", "true")],
        app::STAY,
    ));
    namespace.apply(&app::pod("annotated", &annotations, app::STAY));
    let log = wait::until(
        PATIENCE,
        "the webhook's word about the annotated pod",
        || {
            let log = installed(&[
                "logs",
                "--selector",
                "app.kubernetes.io/name=vouchsafe-webhook",
                "--tail=-1",
            ])?;
            let told = log
                .lines()
                .any(|line| line.contains(role) && line.contains("annotated"));
            if told { Ok(log) } else { Err(log) }
        },
    );
    assert!(!log.contains("bystander"), "{log}");
}

#[test]
fn a_webhook_that_is_down_holds_back_annotated_pods_and_nobody_else() {
    let namespace = Namespace::new("nobody");
    let role = namespace.name.as_str();
    let annotations = app::asking(role, &[("vouchsafe.dev/secret-db.json", "secret/data/db")]);
    // A configuration of this test's own, with the same conditions and failure policy, for a service
    // that nobody answers for: other tests need the real one.
    let configuration = cluster::kubectl()
        .args([
            "get",
            "mutatingwebhookconfiguration",
            "vouchsafe-webhook",
            "--output",
            "json",
        ])
        .output()
        .unwrap();
    let mut configuration: serde_json::Value =
        serde_json::from_slice(&configuration.stdout).unwrap();
    let name = format!("nobody-{role}");
    configuration["metadata"] = json!({ "name": name });
    let webhook = &mut configuration["webhooks"][0];
    webhook["name"] = json!("nobody.vouchsafe.dev");
    webhook["clientConfig"]["service"]["name"] = json!("nobody");
    webhook["namespaceSelector"] =
        json!({ "matchLabels": { "kubernetes.io/metadata.name": role } });
    cluster::apply(&configuration.to_string());
    let _removed = Removed(name);
    wait::until(PATIENCE, "an annotated pod to be refused", || {
        let again = app::pod("annotated-again", &annotations, app::STAY);
        match namespace.try_apply(&again) {
            Err(refused) if refused.contains("nobody.vouchsafe.dev") => Ok(()),
            other => {
                let _ = namespace.try_kubectl(&["delete", "pod", "annotated-again", "--now"]);
                Err(format!("{other:?}"))
            }
        }
    });
    namespace.apply(&app::pod("undisturbed", &[], app::STAY));
    namespace.wait_ready("undisturbed");
}

struct Removed(String);

impl Drop for Removed {
    fn drop(&mut self) {
        let _ = cluster::kubectl()
            .args(["delete", "mutatingwebhookconfiguration", &self.0])
            .output();
    }
}
