use std::time::Duration;

use serde_json::json;
use vouchsafe_tests::{app, cluster::PATIENCE, wait};

use super::{SOON, pod, ready_namespace, wait_content};

#[test]
fn a_missing_key_that_is_an_error_keeps_the_app_from_starting_and_is_told_with_its_place() {
    let (namespace, vault) = ready_namespace("missing");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "canary-value" }));
    let template = format!(
        "first line\n{{{{ with secret \"secret/data/{role}\" }}}}{{{{ .Data.data.user }}}} {{{{ .Data.data.password }}}}{{{{ end }}}}"
    );
    namespace.apply(&pod(
        role,
        &[
            ("agent-inject-template-conf", &template),
            ("error-on-missing-key-conf", "true"),
        ],
        app::STAY,
    ));
    let place = "line 2, column ";
    let log = namespace.wait_log("web", "vouchsafe-agent", place, PATIENCE);
    assert!(
        log.contains("conf") && log.contains("there is no key `password`"),
        "{log}"
    );
    let described = wait::until(PATIENCE, "the place in kubectl describe", || {
        let described = namespace.kubectl(&["describe", "pod", "web"]);
        let told = described
            .lines()
            .any(|line| line.contains("Startup probe failed") && line.contains(place));
        if told { Ok(described) } else { Err(described) }
    });
    let events = described.split_once("Events:").unwrap().1;
    assert!(
        !log.contains("canary") && !events.contains("canary"),
        "a secret is shown: {log}\n{events}"
    );
    let app = &namespace.get("pod", "web")["status"]["containerStatuses"][0];
    assert_eq!(app["started"], false, "{app}");
    assert!(app["state"]["waiting"].is_object(), "{app}");

    // The key comes, and with it the app.
    vault.put(role, &json!({ "user": "ann", "password": "p" }));
    namespace.wait_ready("web");
    wait_content(&namespace, "/vault/secrets/conf", "first line\nann p");
}

#[test]
fn a_template_that_fails_after_a_rotation_keeps_its_last_good_file_and_holds_up_no_other() {
    let (namespace, vault) = ready_namespace("broken");
    let role = namespace.name.as_str();
    let put = |version: &str, hosts: &[&str]| {
        vault.put(role, &json!({ "version": version, "hosts": hosts }));
    };
    put("one", &["a", "canary-host"]);
    let of = |action: &str| {
        format!("{{{{ with secret \"secret/data/{role}\" }}}}{{{{ {action} }}}}{{{{ end }}}}")
    };
    namespace.apply(&pod(
        role,
        &[
            (
                "agent-inject-template-second",
                &of("index .Data.data.hosts 1"),
            ),
            ("agent-inject-template-version", &of(".Data.data.version")),
        ],
        app::STAY,
    ));
    namespace.wait_ready("web");
    wait_content(&namespace, "/vault/secrets/second", "canary-host");
    put("canary-two", &["canary-other"]);
    wait_content(&namespace, "/vault/secrets/version", "canary-two");
    let log = namespace.wait_log("web", "vouchsafe-agent", "template_failed", SOON);
    assert!(
        log.contains("second") && log.contains("line 1, column ") && log.contains("beyond the end"),
        "{log}"
    );
    wait::throughout(Duration::from_secs(3), "the last good file", || {
        let found = namespace.shell("web", "app", "cat /vault/secrets/second");
        if found == "canary-host" {
            Ok(())
        } else {
            Err(found)
        }
    });
    let agent = &namespace.get("pod", "web")["status"]["initContainerStatuses"][0];
    assert_eq!(agent["restartCount"], 0);
    assert_eq!(agent["started"], true);
    put("three", &["a", "new-host"]);
    wait_content(&namespace, "/vault/secrets/second", "new-host");
    let log = namespace.logs("web", "vouchsafe-agent");
    assert!(!log.contains("canary"), "a secret in the log: {log}");
}
