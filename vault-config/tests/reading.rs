//! What files mean, and what a user reads about those that are refused.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test program may end with a panic"
)]

use std::fmt::Write as _;

use vouchsafe_shared::{
    config::{LogFormat, LogLevel},
    diagnostic::{Diagnostic, Severity},
};
use vouchsafe_vault_config::{
    VaultAgentConfig,
    config::{AutoAuthToken, Login, Run, TemplateText},
    parse,
};

fn read(text: &str) -> VaultAgentConfig {
    let (config, warnings) = parse("config.hcl", text).unwrap_or_else(|problems| {
        panic!("{}", shown(&problems));
    });
    assert_eq!(warnings, [], "{text}");
    config
}

fn shown(diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let _ = writeln!(text, "{severity}: {diagnostic}");
        for line in &diagnostic.excerpt {
            let _ = writeln!(text, "{line}");
        }
    }
    text
}

/// The errors of a file, a line each.
fn refused(text: &str) -> Vec<String> {
    let problems = parse("config.hcl", text).map(|_| ()).unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

const WHOLE: &str = include_str!("files/whole.hcl");

#[test]
fn a_whole_file_is_read() {
    let config = read(WHOLE);
    let auto_auth = config.auto_auth.as_ref().unwrap();
    let method = &auto_auth.method;
    assert_eq!(method.mount_path.value, "auth/kubernetes-eu");
    assert_eq!(method.namespace.as_deref(), Some("team/a"));
    assert_eq!(method.min_backoff.unwrap().to_string(), "2s");
    assert_eq!(method.max_backoff.unwrap().to_string(), "10m");
    assert!(method.exit_on_error);
    let Login::Kubernetes { role, token_path } = &method.login else {
        panic!("{:?}", method.login);
    };
    assert_eq!((role.value.as_str(), role.position.line), ("web", 13));
    assert_eq!(token_path, "/var/run/secrets/vault/token");
    let sinks: Vec<(&str, String, Option<u32>)> = auto_auth
        .sinks
        .iter()
        .map(|sink| (sink.path.value.as_str(), sink.mode.to_string(), sink.user))
        .collect();
    assert_eq!(
        sinks,
        [
            ("/home/vault/.vault-token", "0640".to_owned(), None),
            ("/vault/secrets/token", "0444".to_owned(), Some(100)),
        ]
    );
    let vault = &config.vault;
    assert_eq!(
        vault.address.as_ref().unwrap().value,
        "https://vault.example.com:8200"
    );
    assert_eq!(vault.ca_cert.as_ref().unwrap().value, "/vault/tls/ca.crt");
    assert_eq!(
        vault.tls_skip_verify.as_ref().map(|skip| skip.value),
        Some(false)
    );
    let [first, second] = config.templates.as_slice() else {
        panic!("{:?}", config.templates);
    };
    assert_eq!(
        first.text,
        TemplateText::Contents(
            "{{ with secret \"kv/db\" }}\n{{ .Data.password }}\n{{ end }}\n".to_owned()
        )
    );
    assert_eq!(first.destination.value, "/vault/secrets/db");
    assert_eq!(first.mode.unwrap().to_string(), "0440");
    let command = &first.command.as_ref().unwrap().value;
    assert_eq!(command.run, Run::Shell("kill -HUP 1, 2".to_owned()));
    assert_eq!(command.timeout.to_string(), "5s");
    assert!(first.error_on_missing_key && first.error_fatal);
    assert!(matches!(&second.text, TemplateText::Source(source) if source.value == "/etc/b.tmpl"));
    let command = &second.command.as_ref().unwrap().value;
    assert_eq!(
        command.run,
        Run::Program(vec!["nginx".into(), "-s".into(), "reload".into()])
    );
    assert_eq!(command.timeout.to_string(), "30s");
    assert_eq!(
        (second.left_delimiter.as_str(), second.user),
        ("<<", Some(1000))
    );
    assert!(!second.error_fatal);
    let template_config = &config.template_config;
    assert!(template_config.exit_on_retry_failure);
    assert_eq!(
        template_config
            .static_secret_render_interval
            .unwrap()
            .to_string(),
        "1m30s"
    );
    assert_eq!(template_config.lease_renewal_threshold, Some(0.8));
    let [listener] = config.listeners.as_slice() else {
        panic!("{:?}", config.listeners);
    };
    assert_eq!(listener.address.value, "127.0.0.1:8200");
    assert!(listener.enable_quit && !listener.metrics_only);
    let cache = config.cache.as_ref().unwrap();
    assert_eq!(
        (cache.use_auto_auth_token, cache.persist),
        (AutoAuthToken::Force, true)
    );
    assert!(config.exit_after_auth);
    assert_eq!(config.pid_file.as_ref().unwrap().value, "/home/vault/.pid");
    assert_eq!(config.log_level, Some(LogLevel::Warn));
    assert_eq!(config.log_format, Some(LogFormat::Json));
    assert_eq!(config.disable_keep_alives, ["templating", "auto-auth"]);
}

/// What the original injector writes, so that our agent can stand in for the original's image.
#[test]
fn the_injectors_json_is_read() {
    let config = read(include_str!("files/injector.json"));
    let auto_auth = config.auto_auth.as_ref().unwrap();
    assert_eq!(auto_auth.method.mount_path.value, "auth/kubernetes");
    assert_eq!(auto_auth.sinks[0].path.value, "/home/vault/.vault-token");
    assert_eq!(config.templates.len(), 2);
    assert!(config.listeners[0].enable_quit);
    assert!(config.cache.as_ref().unwrap().persist);
    assert_eq!(config.disable_idle_connections, ["auto-auth"]);
}

#[test]
fn blocks_may_be_written_in_every_way_that_json_and_hcl_have() {
    for text in [
        r#"auto_auth { method "jwt" { config { path = "/t" role = "r" } } sink "file" { config { path = "/a" } } sink "file" { config { path = "/b" } } }"#,
        r#"auto_auth = { method = { type = "JWT", config = { path = "/t", role = "r" } }, sink = [{ type = "file", config = { path = "/a" } }, { type = "file", config = { path = "/b" } }] }"#,
        r#"auto_auth { method { jwt { config { path = "/t" role = "r" } } } sink { file { config { path = "/a" } } } sink { file { config { path = "/b" } } } }"#,
        r#"{"auto_auth": {"method": {"type": "jwt", "config": {"path": "/t", "role": "r"}}, "sink": [{"type": "file", "config": {"path": "/a"}}, {"type": "file", "config": {"path": "/b"}}]}}"#,
        r#"{"auto_auth": [{"method": [{"jwt": {"config": [{"path": "/t", "role": "r"}]}}], "sink": [{"file": {"config": {"path": "/a"}}}, {"file": {"config": {"path": "/b"}}}]}]}"#,
        r#"{"auto_auth": {"method": {"jwt": {"config": {"path": "/t", "role": "r"}}}, "sink": {"file": [{"config": {"path": "/a"}}, {"config": {"path": "/b"}}]}}}"#,
        r#"Auto_Auth { METHOD "Jwt" { Config { path = "/t" role = "r" } } Sink "FILE" { config { path = "/a" } } sink "file" { config { path = "/b" } } }"#,
    ] {
        let auto_auth = read(text).auto_auth.unwrap();
        assert!(
            matches!(&auto_auth.method.login, Login::Jwt { path, .. } if path == "/t"),
            "{text}"
        );
        assert_eq!(auto_auth.method.mount_path.value, "auth/jwt", "{text}");
        let paths: Vec<&str> = auto_auth
            .sinks
            .iter()
            .map(|sink| sink.path.value.as_str())
            .collect();
        assert_eq!(paths, ["/a", "/b"], "{text}");
    }
}

#[test]
fn a_switch_means_what_it_says() {
    for (written, expected) in [
        ("true", true),
        ("false", false),
        ("\"true\"", true),
        ("\"false\"", false),
        ("\"\"", false),
        ("\"0\"", false),
        ("1", true),
        ("0", false),
        ("\"T\"", true),
    ] {
        let config = read(&format!("vault {{ tls_skip_verify = {written} }}"));
        let skip = config.vault.tls_skip_verify.unwrap();
        assert_eq!(skip.value, expected, "{written}");
    }
    assert_eq!(read("").vault.tls_skip_verify, None);
    assert_eq!(
        refused("vault { tls_skip_verify = \"yes\" }"),
        [
            "VS7004 file config.hcl: line 1, column 27: vault.tls_skip_verify is a text and not true or false (help: write true or false without quotes)"
        ]
    );
}

#[test]
fn a_duration_is_a_text_or_seconds() {
    for (written, expected) in [
        ("\"5m\"", Some("5m")),
        ("\"90\"", Some("1m30s")),
        ("90", Some("1m30s")),
        ("1.9", Some("1s")),
        ("\"1d\"", Some("24h")),
        ("\"1h30m\"", Some("1h30m")),
        ("\"\"", None),
        ("0", None),
    ] {
        let config = read(&format!(
            "template_config {{ static_secret_render_interval = {written} }}"
        ));
        let interval = config.template_config.static_secret_render_interval;
        assert_eq!(
            interval.map(|interval| interval.to_string()).as_deref(),
            expected,
            "{written}"
        );
    }
    for written in [
        "-1",
        "\"-5m\"",
        "\"soon\"",
        "true",
        "\"1.5d\"",
        "\"99999999999999999999d\"",
    ] {
        let problems = refused(&format!(
            "template_config {{ static_secret_render_interval = {written} }}"
        ));
        assert!(
            problems[0].contains("not a duration"),
            "{written}: {problems:?}"
        );
    }
}

#[test]
fn a_bare_number_is_no_timeout_of_a_command() {
    let template = |timeout: &str| {
        format!(
            r#"template {{ contents = "x" destination = "/a" command = "b" command_timeout = {timeout} }}"#
        )
    };
    let config = read(&template("\"10s\""));
    let command = &config.templates[0].command.as_ref().unwrap().value;
    assert_eq!(command.timeout.to_string(), "10s");
    assert_eq!(command.run, Run::Program(vec!["b".to_owned()]));
    for bare in ["10", "\"10\""] {
        assert!(refused(&template(bare))[0].contains("not a duration with a unit"));
    }
}

#[test]
fn a_mode_is_octal_wherever_it_can_be() {
    let template =
        |mode: &str| format!(r#"template {{ contents = "x" destination = "/a" perms = {mode} }}"#);
    for (written, expected) in [
        ("\"0440\"", Some("0440")),
        ("\"640\"", Some("0640")),
        ("0640", Some("0640")),
        ("416", Some("0640")),
        ("\"\"", None),
        ("0", None),
    ] {
        let mode = read(&template(written)).templates[0].mode;
        assert_eq!(
            mode.map(|mode| mode.to_string()).as_deref(),
            expected,
            "{written}"
        );
    }
    assert!(refused(&template("644"))[0].contains("lacks the leading 0"));
    for wrong in ["\"888\"", "\"0044\"", "-1", "true", "\"rw\"", "04000"] {
        assert_eq!(refused(&template(wrong)).len(), 1, "{wrong}");
    }
}

#[test]
fn the_newer_way_to_name_a_command_wins() {
    let config = read(
        r#"template {
             contents = "x"
             destination = "/a"
             command = "old"
             command_timeout = "1s"
             exec { command = ["first"] }
             exec { command = ["second", "b"] timeout = "2s" }
           }"#,
    );
    let command = &config.templates[0].command.as_ref().unwrap().value;
    assert_eq!(command.run, Run::Program(vec!["second".into(), "b".into()]));
    assert_eq!(command.timeout.to_string(), "2s");
    for none in [
        "command = \"\"",
        "command = []",
        "exec {}",
        "command = [\"\"]",
    ] {
        let text = format!("template {{ contents = \"x\" destination = \"/a\" {none} }}");
        assert_eq!(read(&text).templates[0].command, None, "{none}");
    }
}

#[test]
fn other_logins_are_read() {
    let login = |text: &str| {
        read(&format!("auto_auth {{ method {text} }}"))
            .auto_auth
            .unwrap()
            .method
            .login
    };
    assert_eq!(
        login(
            r#""approle" { config = { role_id_file_path = "/r" secret_id_file_path = "/s" remove_secret_id_file_after_reading = "false" } }"#
        ),
        Login::AppRole {
            role_id_file_path: "/r".to_owned(),
            secret_id_file_path: Some("/s".to_owned()),
            remove_secret_id_file_after_reading: false,
            secret_id_response_wrapping_path: None,
        }
    );
    assert_eq!(
        login(r#""cert" {}"#),
        Login::Cert {
            name: None,
            ca_cert: None,
            client_cert: None,
            client_key: None
        }
    );
    assert_eq!(
        login(r#""token_file" { config { token_file_path = "/t" } }"#),
        Login::TokenFile {
            token_file_path: "/t".to_owned()
        }
    );
    let Login::Jwt {
        remove_after_reading,
        ..
    } = login(r#""jwt" { config { path = "/t" role = "r" } }"#)
    else {
        panic!("not jwt");
    };
    assert!(remove_after_reading);
}

#[test]
fn what_switches_something_off_that_is_not_supported_is_no_problem() {
    read(
        r#"auto_auth {
             method "kubernetes" { wrap_ttl = 0 config { role = "r" } }
             sink "file" { derive_key = false dh_type = "" wrap_ttl = "0s" config { path = "/a" } }
           }
           template { contents = "x" destination = "/a" function_denylist = [] backup = false }"#,
    );
}

#[test]
fn what_is_lost_without_harm_is_a_warning() {
    let text = "log_file = \"/var/log/agent\"\ntemplate {\n  contents = \"x\"\n  destination = \"/a\"\n  backup = true\n  wait { min = \"2s\" }\n}\n";
    let (config, warnings) = parse("config.hcl", text).unwrap();
    assert_eq!(config.templates.len(), 1);
    insta::assert_snapshot!(shown(&warnings));
}

#[test]
fn every_problem_is_told_at_once_with_its_line() {
    let problems = parse("/vault/configs/config.hcl", include_str!("files/wrong.hcl"));
    insta::assert_snapshot!(shown(&problems.unwrap_err()));
}

#[test]
fn every_problem_of_json_in_one_line_is_told_too() {
    let text = r#"{"auto_auth":{"method":{"type":"ldap","config":{"username":"a"}},"sink":[{"type":"file","wrap_ttl":"5m","config":{"path":"/home/vault/.vault-token","moed":416}}]},"exec":{"command":["a"]},"vault":{"addres":"https://vault:8200","token":"s.4711"}}"#;
    let problems = shown(&parse("config.json", text).unwrap_err());
    assert!(!problems.contains("4711"), "{problems}");
    insta::assert_snapshot!(problems);
}

#[test]
fn a_text_that_is_neither_hcl_nor_json_is_refused_at_its_place() {
    let problems = parse("config.hcl", "vault {\n  address = https://vault\n}\n");
    insta::assert_snapshot!(shown(&problems.unwrap_err()));
}
