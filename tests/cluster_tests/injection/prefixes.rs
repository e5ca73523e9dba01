use serde_json::json;
use vouchsafe_tests::app;

use super::ready_namespace;

#[test]
fn the_same_annotations_work_under_every_prefix() {
    let (namespace, vault) = ready_namespace("prefixes");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app", "password": "one" }));
    let template = format!(
        "{{{{ with secret \"secret/data/{role}\" }}}}{{{{ .Data.data.user }}}}:{{{{ .Data.data.password }}}}{{{{ end }}}}"
    );
    for prefix in ["vouchsafe.dev", "openbao.org", "vault.hashicorp.com"] {
        let settings = [
            ("agent-inject", "true"),
            ("role", role),
            ("agent-inject-template-Login", &template),
            ("agent-inject-file-Login", "app/login"),
            ("agent-inject-perms-Login", "0440"),
            ("secret-volume-path", "/etc/app-secrets"),
        ]
        .map(|(name, value)| (format!("{prefix}/{name}"), value));
        let annotations: Vec<_> = settings
            .iter()
            .map(|(key, value)| (key.as_str(), *value))
            .collect();
        let name = prefix.replace('.', "-");
        namespace.apply(&app::pod(&name, &annotations, app::STAY));
        namespace.wait_ready(&name);
        let file = "/etc/app-secrets/app/login";
        assert_eq!(
            namespace.shell(&name, "app", &format!("cat {file}")),
            "app:one",
            "{prefix}"
        );
        let mode = namespace.shell(&name, "app", &format!("stat -L -c %a {file}"));
        assert_eq!(mode.trim(), "440", "{prefix}");
    }
}

#[test]
fn each_secret_can_be_for_some_containers_alone() {
    let (namespace, vault) = ready_namespace("targets");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app" }));
    let path = format!("secret/data/{role}#user");
    let mut pod = app::pod(
        "web",
        &app::asking(
            role,
            &[
                ("vouchsafe.dev/secret-shared", &path),
                ("vouchsafe.dev/secret-private", &path),
                ("vouchsafe.dev/containers-private", "app"),
            ],
        ),
        app::STAY,
    );
    let containers = pod["spec"]["containers"].as_array_mut().unwrap();
    containers.push(app::container("worker", app::STAY));
    namespace.apply(&pod);
    namespace.wait_ready("web");
    let seen = |container| namespace.shell("web", container, "ls /vault/secrets");
    assert_eq!(seen("app"), "private\nshared\n");
    assert_eq!(seen("worker"), "shared\n");
    assert_eq!(
        namespace.shell("web", "worker", "cat /vault/secrets/shared"),
        "app"
    );
}
