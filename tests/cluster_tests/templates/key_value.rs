use std::io::Write;

use serde_json::json;
use vouchsafe_tests::{agent::Agent, app, cluster::PATIENCE};

use super::{SOON, pod, ready_namespace, wait_content};

#[test]
fn a_template_is_rendered_before_the_app_starts_and_again_after_a_rotation() {
    let (namespace, vault) = ready_namespace("template");
    let role = namespace.name.as_str();
    let put = |password: &str| {
        let data =
            json!({ "user": "app", "password": password, "port": 5432, "hosts": ["a", "b"] });
        vault.put(role, &data);
    };
    put("it's <$1>\n\"wörd\"");
    let template = format!(
        r#"{{{{- with secret "secret/data/{role}" -}}}}
[database] # version {{{{ .Data.metadata.version }}}}
{{{{ range $key, $value := .Data.data }}}}{{{{ $key }}}} = {{{{ $value }}}}
{{{{ end }}}}json = {{{{ .Data.data.password | toJSON }}}}
{{{{ end -}}}}
"#
    );
    let expected = |version: u32, password: &str, json: &str| {
        format!(
            "[database] # version {version}\nhosts = [a b]\npassword = {password}\nport = 5432\nuser = app\njson = {json}\n"
        )
    };
    namespace.apply(&pod(
        role,
        &[
            ("agent-inject-template-app.ini", &template),
            ("agent-inject-perms-app.ini", "0440"),
            // Without a secret of its own: a template may stand in every file.
            (
                "agent-inject-template-plain",
                "{{ \"no\" | toUpper }} secret",
            ),
            ("agent-inject-file-plain", "conf/plain.txt"),
        ],
        // What the log shows was there when the container started.
        &format!(
            "md5sum < /vault/secrets/app.ini; cat /vault/secrets/conf/plain.txt; echo; {}",
            app::STAY
        ),
    ));
    namespace.wait_ready("web");
    let first = expected(
        1,
        "it's <$1>\n\"wörd\"",
        r#""it's \u003c$1\u003e\n\"wörd\"""#,
    );
    wait_content(&namespace, "/vault/secrets/app.ini", &first);
    let sum = namespace.shell("web", "app", "md5sum < /vault/secrets/app.ini");
    let log = namespace.wait_log("web", "app", "NO secret", PATIENCE);
    assert_eq!(log, format!("{sum}NO secret\n"), "not there at the start");
    let mode = namespace.shell("web", "app", "stat -L -c %a /vault/secrets/app.ini");
    assert_eq!(mode.trim(), "440");
    put("canary-new");
    let second = expected(2, "canary-new", "\"canary-new\"");
    wait_content(&namespace, "/vault/secrets/app.ini", &second);
    let log = namespace.logs("web", "vouchsafe-agent");
    assert!(!log.contains("canary"), "a secret in the log: {log}");
}

#[test]
fn a_secret_without_a_template_gets_the_originals_default_one() {
    let (namespace, vault) = ready_namespace("default");
    let role = namespace.name.as_str();
    let data = json!({ "user": "app", "password": "<p>", "port": 1.50 });
    vault.write(&format!("kv1/{role}"), &data);
    vault.put(role, &data);
    let (one, two) = (format!("kv1/{role}"), format!("secret/data/{role}"));
    namespace.apply(&pod(
        role,
        &[
            ("agent-inject-secret-one", &one),
            ("agent-inject-secret-two", &two),
        ],
        app::STAY,
    ));
    namespace.wait_ready("web");
    let file = |name: &str| namespace.shell("web", "app", &format!("cat /vault/secrets/{name}"));
    assert_eq!(file("one"), "password: <p>\nport: 1.5\nuser: app\n");
    // Not what anybody wants, and what the original prints.
    let two = file("two");
    assert!(
        two.starts_with("data: map[password:<p> port:1.5 user:app]\nmetadata: map[created_time:"),
        "{two}"
    );
    assert!(two.ends_with(" version:1]\n"), "{two}");
}

#[test]
fn the_default_template_json_is_the_secrets_data() {
    let (namespace, vault) = ready_namespace("json");
    let role = namespace.name.as_str();
    let path = format!("kv1/{role}");
    vault.write(&path, &json!({ "user": "app", "password": "<p>" }));
    namespace.apply(&pod(
        role,
        &[
            ("agent-inject-secret-one", &path),
            ("agent-inject-default-template", "JSON"),
        ],
        app::STAY,
    ));
    namespace.wait_ready("web");
    let found = namespace.shell("web", "app", "cat /vault/secrets/one");
    assert_eq!(
        found,
        "{\"password\":\"\\u003cp\\u003e\",\"user\":\"app\"}\n"
    );
}

#[test]
fn delimiters_of_ones_own_leave_braces_alone() {
    let (namespace, vault) = ready_namespace("delimiters");
    let role = namespace.name.as_str();
    vault.put(role, &json!({ "user": "app" }));
    let template = format!(
        "[[ with secret \"secret/data/{role}\" ]]{{{{ user }}}} is [[ .Data.data.user ]][[ end ]]"
    );
    namespace.apply(&pod(
        role,
        &[
            ("agent-inject-template-conf", &template),
            ("agent-template-left-delim-conf", "[["),
            ("agent-template-right-delim-conf", "]]"),
        ],
        app::STAY,
    ));
    namespace.wait_ready("web");
    wait_content(&namespace, "/vault/secrets/conf", "{{ user }} is app");
}

#[test]
fn a_template_is_read_from_a_file_of_the_agent() {
    let (namespace, vault) = ready_namespace("from-file");
    let role = namespace.name.as_str();
    vault.role(role, role, &json!({ "audience": "vouchsafe" }));
    vault.put(role, &json!({ "user": "app" }));
    let mut template = tempfile::NamedTempFile::new().unwrap();
    let text =
        format!("{{{{ with secret \"secret/{role}\" }}}}{{{{ .Data.data.user }}}}{{{{ end }}}}\n");
    template.write_all(text.as_bytes()).unwrap();
    let files = json!([{ "name": "conf", "source": { "template_file": template.path() } }]);
    let mut agent = Agent::new(&vault, role, role, &files, |_| {});
    agent.start();
    agent.wait_file("conf", b"app\n", SOON);
}

#[test]
fn a_list_of_secrets_is_walked_and_grows() {
    let (namespace, vault) = ready_namespace("list");
    let role = namespace.name.as_str();
    vault.put(&format!("{role}/b"), &json!({ "user": "bob" }));
    vault.put(&format!("{role}/a"), &json!({ "user": "ann" }));
    let template = format!(
        "{{{{ range secrets \"secret/metadata/{role}/\" }}}}{{{{ . }}}}={{{{ with secret (printf \"secret/data/{role}/%s\" .) }}}}{{{{ .Data.data.user }}}}{{{{ end }}}} {{{{ end }}}}"
    );
    namespace.apply(&pod(
        role,
        &[("agent-inject-template-users", &template)],
        app::STAY,
    ));
    namespace.wait_ready("web");
    wait_content(&namespace, "/vault/secrets/users", "a=ann b=bob ");
    vault.put(&format!("{role}/c"), &json!({ "user": "cyd" }));
    wait_content(&namespace, "/vault/secrets/users", "a=ann b=bob c=cyd ");
}
