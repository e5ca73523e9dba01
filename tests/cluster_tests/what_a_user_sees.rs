use serde_json::json;
use vouchsafe_tests::{app, cluster::PATIENCE, wait};

use crate::ready_namespace;

/// Waits until `kubectl describe pod` shows the text in an event of the startup probe.
fn described(namespace: &vouchsafe_tests::cluster::Namespace, pod: &str, text: &str) {
    wait::until(PATIENCE, &format!("{text:?} in kubectl describe"), || {
        let described = namespace.kubectl(&["describe", "pod", pod]);
        let probe = described
            .lines()
            .any(|line| line.contains("Startup probe failed") && line.contains(text));
        if probe { Ok(()) } else { Err(described) }
    });
}

#[test]
fn a_wrong_role_is_named_in_kubectl_describe() {
    let (namespace, vault) = ready_namespace("role");
    vault.put(&namespace.name, &json!({ "user": "app" }));
    let path = format!("secret/data/{}", namespace.name);
    namespace.apply(&app::pod(
        "web",
        &app::asking("nobody", &[("vouchsafe.dev/secret-db.json", &path)]),
        app::STAY,
    ));
    described(
        &namespace,
        "web",
        "VS3003 login as role nobody at auth/kubernetes: refused (HTTP 400: invalid role name \"nobody\")",
    );
}

#[test]
fn a_missing_path_and_a_missing_permission_are_named_in_kubectl_describe() {
    let (namespace, vault) = ready_namespace("path");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app" }));
    let annotations = |path: &'static str| {
        [
            ("vouchsafe.dev/inject", "true"),
            ("vouchsafe.dev/role", role),
            ("vouchsafe.dev/secret-db.json", path),
        ]
    };
    namespace.apply(&app::pod(
        "missing",
        &annotations("secret/data/no/such"),
        app::STAY,
    ));
    namespace.apply(&app::pod(
        "forbidden",
        &annotations("identity/entity/x"),
        app::STAY,
    ));
    described(
        &namespace,
        "missing",
        "secret secret/data/no/such: VS3005 read of secret/data/no/such: nothing is there",
    );
    described(&namespace, "forbidden", "secret identity/entity/x: VS3004");
}

#[test]
fn a_missing_key_is_told_with_the_keys_that_are_there() {
    let (namespace, vault) = ready_namespace("key");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app", "pass": "canary" }));
    let path = format!("secret/data/{role}#password");
    namespace.apply(&app::pod(
        "web",
        &app::asking(role, &[("vouchsafe.dev/secret-password", &path)]),
        app::STAY,
    ));
    described(&namespace, "web", "VS4002");
    let described = namespace.describe("web");
    assert!(
        described.contains("pass") && described.contains("user"),
        "{described}"
    );
    assert!(
        !described.contains("canary"),
        "a secret is shown: {described}"
    );
}

#[test]
fn a_bad_annotation_is_denied_with_its_name_its_value_and_the_fix() {
    let (namespace, _) = ready_namespace("denied");
    let denied = namespace.try_apply(&app::pod(
        "web",
        &[
            ("vouchsafe.dev/inject", "true"),
            ("vouchsafe.dev/rolle", "web"),
            ("vouchsafe.dev/secret-db.json", "secret/data/db"),
            ("vouchsafe.dev/mode-db.json", "0888"),
            ("vouchsafe.dev/reload", "signal:SIGHUP@wbe"),
        ],
        app::STAY,
    ));
    let denied = denied.unwrap_err();
    for expected in [
        "admission webhook \"inject.vouchsafe.dev\" denied the request",
        "VS1001 annotation vouchsafe.dev/rolle: is not an annotation we know (help: did you mean vouchsafe.dev/role?)",
        "VS1003 annotation vouchsafe.dev/role: is missing",
        "VS1002 annotation vouchsafe.dev/mode-db.json: \"0888\": not a file mode (help: expected octal digits up to 0777, for example 0440)",
    ] {
        assert!(
            denied.contains(expected),
            "missing {expected:?} in:\n{denied}"
        );
    }
    assert!(namespace.try_kubectl(&["get", "pod", "web"]).is_err());
}

#[test]
fn a_reload_that_cannot_work_is_denied_with_the_reason() {
    let (namespace, _) = ready_namespace("reload");
    let annotations = [
        ("vouchsafe.dev/inject", "true"),
        ("vouchsafe.dev/role", "web"),
        ("vouchsafe.dev/secret-db.json", "secret/data/db"),
        ("vouchsafe.dev/reload", "signal:SIGHUP@wbe"),
    ];
    let denied = namespace
        .try_apply(&app::pod("web", &annotations, app::STAY))
        .unwrap_err();
    assert!(
        denied.contains("VS5001") && denied.contains("app"),
        "{denied}"
    );
    let annotations = [
        annotations[0],
        annotations[1],
        annotations[2],
        ("vouchsafe.dev/reload", "signal:SIGHUP@app"),
    ];
    let mut pod = app::pod("web", &annotations, app::STAY);
    pod["spec"]["securityContext"]
        .as_object_mut()
        .unwrap()
        .remove("runAsUser");
    let denied = namespace.try_apply(&pod).unwrap_err();
    assert!(
        denied.contains("VS5002") && denied.contains("runAsUser"),
        "{denied}"
    );
}
