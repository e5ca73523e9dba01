use std::fmt::Write as _;

use vouchsafe_shared::config::{AuthConfig, CommandLine, ProxyToken, SourceConfig, StoreConfig};

use super::*;
use crate::parse;

const AUTO_AUTH: &str = "auto_auth { method \"kubernetes\" { config { role = \"r\" } } }\n";

fn context(variables: &[(&str, &str)]) -> Context {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Context {
        environment: variables.iter().map(pair).collect(),
        volumes: ["/vault/secrets", "/vault/secrets/tls", "/home/vault"]
            .map(|path| path.parse().unwrap())
            .to_vec(),
    }
}

fn convert(text: &str, variables: &[(&str, &str)]) -> Result<Conversion, Vec<Diagnostic>> {
    let (config, _) = parse("config.hcl", text).unwrap();
    let converted = config.into_agent_config(&context(variables));
    if let Ok(conversion) = &converted {
        let config = &conversion.config;
        assert_eq!(
            AgentConfig::from_json(&config.to_json()).as_ref(),
            Ok(config)
        );
    }
    converted
}

/// The store of a file that logs in and writes a template, with more of a block or of variables.
fn store(more: &str, variables: &[(&str, &str)]) -> StoreConfig {
    let text = format!(
        "{AUTO_AUTH}{more}\ntemplate {{ contents = \"x\" destination = \"/vault/secrets/a\" }}\n"
    );
    let mut converted = convert(&text, variables).unwrap();
    converted.config.stores.remove(0)
}

fn refused(text: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let problems = convert(text, variables).unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

const ADDRESS: (&str, &str) = ("VAULT_ADDR", "https://vault:8200");

#[test]
fn a_whole_file_becomes_a_configuration_of_the_agent() {
    let (config, warnings) =
        parse("config.hcl", include_str!("../../tests/files/whole.hcl")).unwrap();
    assert_eq!(warnings, []);
    let conversion = config.into_agent_config(&context(&[])).unwrap();
    assert!(conversion.exit_after_auth);
    let json = conversion.config.to_json();
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let mut shown = serde_json::to_string_pretty(&value).unwrap();
    for warning in &conversion.warnings {
        let _ = write!(shown, "\n{warning}");
    }
    insta::assert_snapshot!(shown);
    assert_eq!(AgentConfig::from_json(&json).unwrap(), conversion.config);
}

#[test]
fn what_the_original_injector_writes_is_converted() {
    let (config, _) = parse(
        "config.json",
        include_str!("../../tests/files/injector.json"),
    )
    .unwrap();
    let conversion = config.into_agent_config(&context(&[])).unwrap();
    let config = conversion.config;
    let names: Vec<(&str, &str)> = config
        .files
        .iter()
        .map(|file| {
            (
                config.volumes[file.volume].path.as_str(),
                file.name.as_str(),
            )
        })
        .collect();
    assert_eq!(
        names,
        [
            ("/vault/secrets", "foo"),
            ("/vault/secrets", "bar"),
            ("/home/vault", ".vault-token"),
            ("/vault/secrets", "token"),
        ]
    );
    assert!(matches!(config.files[3].source, SourceConfig::Token(_)));
    assert_eq!(config.files[3].mode.to_string(), "0640");
    assert_eq!(config.files[0].mode.to_string(), "0644");
    let api = config.api.unwrap();
    assert_eq!(
        (api.port, api.quit, api.proxy),
        (8200, true, Some(ProxyToken::Offer))
    );
    assert!(config.stores[0].tls.skip_verify);
    assert_eq!(
        config.stores[0].tls.ca_file.as_deref(),
        Some("/vault/tls/ca.crt")
    );
    assert_eq!(config.stores[0].lease.renewal_threshold, Some(0.9));
}

#[test]
fn the_environment_wins_over_the_file() {
    let file = "vault {\n  address = \"https://file:1\"\n  ca_cert = \"/file\"\n  client_cert = \"/fc\"\n  client_key = \"/fk\"\n  tls_skip_verify = true\n  tls_server_name = \"file\"\n  namespace = \"file/\"\n}";
    let own = store(file, &[]);
    assert_eq!(own.address.to_string(), "https://file:1");
    assert_eq!(own.tls.ca_file.as_deref(), Some("/file"));
    assert_eq!(own.tls.client_certificate_file.as_deref(), Some("/fc"));
    assert_eq!(own.tls.client_key_file.as_deref(), Some("/fk"));
    assert_eq!(own.tls.server_name.as_deref(), Some("file"));
    assert_eq!(own.namespace.as_deref(), Some("file"));
    assert!(own.tls.skip_verify);
    let other = store(
        file,
        &[
            ("VAULT_ADDR", "https://env:2"),
            ("VAULT_CACERT", "/env"),
            ("VAULT_CLIENT_CERT", "/ec"),
            ("VAULT_CLIENT_KEY", "/ek"),
            ("VAULT_SKIP_VERIFY", "false"),
            ("VAULT_TLS_SERVER_NAME", "env"),
            ("VAULT_NAMESPACE", "/env"),
            ("VAULT_CLIENT_TIMEOUT", "90"),
            ("VAULT_MAX_RETRIES", "5"),
            ("HTTPS_PROXY", "http://proxy:3128"),
        ],
    );
    assert_eq!(other.address.to_string(), "https://env:2");
    assert_eq!(other.tls.ca_file.as_deref(), Some("/env"));
    assert_eq!(other.tls.client_certificate_file.as_deref(), Some("/ec"));
    assert_eq!(other.tls.client_key_file.as_deref(), Some("/ek"));
    assert_eq!(other.tls.server_name.as_deref(), Some("env"));
    assert_eq!(other.namespace.as_deref(), Some("env"));
    assert_eq!(other.connection.timeout.unwrap().to_string(), "1m30s");
    assert_eq!(other.connection.retries, Some(5));
    assert_eq!(other.connection.proxy.as_deref(), Some("http://proxy:3128"));
    assert!(!other.tls.skip_verify);
    let bao = store(
        file,
        &[
            ("VAULT_ADDR", "https://env:2"),
            ("BAO_ADDR", "https://bao:3"),
        ],
    );
    assert_eq!(bao.address.to_string(), "https://bao:3");
    let empty = store(file, &[("VAULT_ADDR", "")]);
    assert_eq!(empty.address.to_string(), "https://file:1");
}

/// The original took every value of this variable for true:
/// <https://github.com/hashicorp/vault/issues/14316>.
#[test]
fn certificates_are_checked_unless_the_switch_is_true() {
    for (value, expected) in [
        ("false", false),
        ("0", false),
        ("", false),
        ("true", true),
        ("1", true),
    ] {
        let store = store("", &[ADDRESS, ("VAULT_SKIP_VERIFY", value)]);
        assert_eq!(store.tls.skip_verify, expected, "{value}");
    }
    assert_eq!(
        refused(AUTO_AUTH, &[ADDRESS, ("VAULT_SKIP_VERIFY", "yes")]),
        [
            "VS7004 environment variable VAULT_SKIP_VERIFY: neither true nor false (help: set it to true or false)"
        ]
    );
}

#[test]
fn one_authority_counts_as_in_the_original() {
    let all = [
        ADDRESS,
        ("VAULT_CACERT", "/file"),
        ("VAULT_CACERT_BYTES", "PEM"),
        ("VAULT_CAPATH", "/directory"),
    ];
    let tls = store("", &all).tls;
    assert_eq!(
        (tls.ca_file.as_deref(), tls.ca_pem, tls.ca_directory),
        (Some("/file"), None, None)
    );
    let tls = store("", &[all[0], all[2], all[3]]).tls;
    assert_eq!(
        (tls.ca_file, tls.ca_pem.as_deref(), tls.ca_directory),
        (None, Some("PEM"), None)
    );
    let tls = store("", &[all[0], all[3]]).tls;
    assert_eq!(tls.ca_directory.as_deref(), Some("/directory"));
}

#[test]
fn a_proxy_is_used_for_its_scheme_and_not_for_exceptions() {
    let proxy = |variables: &[(&str, &str)]| store("", variables).connection.proxy;
    let plain = ("VAULT_ADDR", "http://vault:8200");
    let https = ("https_proxy", "http://p:1");
    let http = ("HTTP_PROXY", "http://p:2");
    assert_eq!(
        proxy(&[ADDRESS, https, http]).as_deref(),
        Some("http://p:1")
    );
    assert_eq!(proxy(&[plain, https, http]).as_deref(), Some("http://p:2"));
    assert_eq!(proxy(&[ADDRESS, http]), None);
    assert_eq!(proxy(&[ADDRESS, https, ("NO_PROXY", "vault")]), None);
    assert_eq!(proxy(&[("VAULT_ADDR", "https://127.0.0.1:1"), https]), None);
    assert_eq!(
        proxy(&[
            ADDRESS,
            https,
            ("NO_PROXY", "*"),
            ("VAULT_PROXY_ADDR", "http://p:3")
        ])
        .as_deref(),
        Some("http://p:3")
    );
}

#[test]
fn a_file_is_in_the_innermost_volume_that_holds_it() {
    let place = |path: &str| {
        let text = format!("{AUTO_AUTH}template {{ contents = \"x\" destination = \"{path}\" }}");
        let config = convert(&text, &[ADDRESS]).unwrap().config;
        let file = &config.files[0];
        (
            config.volumes[file.volume].path.clone(),
            file.name.to_string(),
        )
    };
    for (path, volume, name) in [
        ("/vault/secrets/a", "/vault/secrets", "a"),
        ("/vault/secrets/tls/key", "/vault/secrets/tls", "key"),
        ("/vault/secrets/tls2/key", "/vault/secrets", "tls2/key"),
        (
            "/vault//secrets/./x/../tls/key",
            "/vault/secrets/tls",
            "key",
        ),
    ] {
        assert_eq!(place(path), (volume.to_owned(), name.to_owned()), "{path}");
    }
}

#[test]
fn a_file_that_is_in_no_volume_is_told_with_its_line_and_the_volumes() {
    let outside = "VS7007 file config.hcl: line 4, column 17: this file is in none of the volumes that the agent can write to (help: write it below one of /vault/secrets, /vault/secrets/tls, /home/vault)";
    let mounted = "VS7004 file config.hcl: line 4, column 17: a volume is mounted at this path or below it (help: name a file within a volume)";
    for (path, expected) in [
        ("/etc/app/a", outside),
        ("/vault/secrets2/a", outside),
        ("/vault/secrets", mounted),
        ("/vault/secrets/tls", mounted),
        ("/vault", mounted),
        ("/vault/secrets/../../etc/a", outside),
        (
            "a",
            "VS7004 file config.hcl: line 4, column 17: not an absolute path of a file (help: begin it with the path of a volume, such as /vault/secrets/)",
        ),
        (
            "/vault/secrets/",
            "VS7004 file config.hcl: line 4, column 17: not an absolute path of a file (help: begin it with the path of a volume, such as /vault/secrets/)",
        ),
        (
            "/vault/secrets/..data",
            "VS7004 file config.hcl: line 4, column 17: names that start with .. are reserved for generations (help: expected for example .env)",
        ),
    ] {
        let text =
            format!("{AUTO_AUTH}template {{\n  contents = \"x\"\n  destination = \"{path}\"\n}}");
        assert_eq!(refused(&text, &[ADDRESS]), [expected], "{path}");
    }
}

#[test]
fn two_files_at_one_place_are_refused() {
    let template =
        |path: &str| format!("template {{ contents = \"x\" destination = \"{path}\" }}\n");
    let text = [
        AUTO_AUTH,
        &template("/vault/secrets/a"),
        &template("/vault/secrets/./a"),
    ]
    .concat();
    assert!(
        refused(&text, &[ADDRESS])[0]
            .contains("line 3, column 41: line 2 writes this file already")
    );
    let text = [
        AUTO_AUTH,
        &template("/vault/secrets/a/b"),
        &template("/vault/secrets/a"),
    ]
    .concat();
    assert!(
        refused(&text, &[ADDRESS])[0].contains("line 2, column 41: line 3 writes a file where")
    );
}

#[test]
fn every_login_is_converted() {
    let auth = |method: &str| {
        let text = format!(
            "auto_auth {{ method {method} sink \"file\" {{ config {{ path = \"/home/vault/t\" }} }} }}"
        );
        convert(&text, &[ADDRESS]).map(|conversion| conversion.config.stores[0].auth.clone())
    };
    for (method, expected) in [
        (
            r#""kubernetes" { mount_path = "auth/k" config { role = "r" token_path = "/t" } }"#,
            r#"{"method":"kubernetes","mount":"auth/k","role":"r","token_file":"/t"}"#,
        ),
        (
            r#""jwt" { config { role = "r" path = "/t" } }"#,
            r#"{"method":"jwt","mount":"auth/jwt","role":"r","token_file":"/t","remove_after_reading":true}"#,
        ),
        (
            r#""approle" { config { role_id_file_path = "/r" secret_id_file_path = "/s" secret_id_response_wrapping_path = "auth/approle/role/r/secret-id" } }"#,
            r#"{"method":"approle","mount":"auth/approle","role_id_file":"/r","secret_id_file":"/s","remove_after_reading":true,"wrapping_path":"auth/approle/role/r/secret-id"}"#,
        ),
        (
            r#""cert" { config { name = "n" client_cert = "/c" client_key = "/k" } }"#,
            r#"{"method":"cert","mount":"auth/cert","role":"n","certificate_file":"/c","key_file":"/k"}"#,
        ),
        (
            r#""token_file" { config { token_file_path = "/t" } }"#,
            r#"{"method":"token_file","token_file":"/t"}"#,
        ),
    ] {
        let expected: AuthConfig = serde_json::from_str(expected).unwrap();
        assert_eq!(auth(method), Ok(expected), "{method}");
    }
    let problems = auth(r#""cert" { config { client_cert = "/c" ca_cert = "/ca" } }"#).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
}

#[test]
fn commands_and_waits_are_converted() {
    let text = format!(
        "{AUTO_AUTH}template {{ contents = \"x\" destination = \"/vault/secrets/a\" command = \"kill -1 1\" }}\n\
         template {{ contents = \"x\" destination = \"/vault/secrets/b\" exec {{ command = [\"a\", \"b\"] timeout = \"0s\" }} }}\n\
         disable_keep_alives = [\"templating\"]\n"
    );
    let config = convert(&text, &[ADDRESS]).unwrap().config;
    let command = |index: usize| config.files[index].command.clone().unwrap();
    assert_eq!(command(0).run, CommandLine::Shell("kill -1 1".to_owned()));
    assert_eq!(command(0).timeout.to_string(), "30s");
    assert_eq!(
        command(1).run,
        CommandLine::Arguments(vec!["a".into(), "b".into()])
    );
    assert!(command(1).timeout.as_duration().as_secs() > 24 * 3600);
    assert!(config.stores[0].connection.close_after_answer);
    assert_eq!(config.refresh.interval.to_string(), "5m");
}

#[test]
fn what_cannot_be_served_is_refused() {
    for (listener, expected) in [
        ("address = \"0.0.0.0:8200\"", "127.0.0.1 alone"),
        ("address = \":8200\"", "127.0.0.1 alone"),
        ("address = \"127.0.0.1\"", "not host:port"),
        ("address = \"127.0.0.1:0\"", "not host:port"),
        ("address = \"127.0.0.1:http\"", "not host:port"),
    ] {
        let text = format!("{AUTO_AUTH}listener \"tcp\" {{ tls_disable = true {listener} }}");
        let problems = refused(&text, &[ADDRESS]);
        assert!(
            problems.len() == 1 && problems[0].contains(expected),
            "{problems:?}"
        );
    }
    let listener = "listener \"tcp\" { tls_disable = true address = \"localhost:8200\" }\n";
    let api = convert(&format!("{AUTO_AUTH}{listener}"), &[ADDRESS])
        .unwrap()
        .config
        .api
        .unwrap();
    assert_eq!(
        (api.port, api.quit, api.proxy, api.metrics),
        (8200, false, Some(ProxyToken::Own), true)
    );
    let problems = refused(&[AUTO_AUTH, listener, listener].concat(), &[ADDRESS]);
    assert!(
        problems[0].contains("more than one listener"),
        "{problems:?}"
    );
    let metrics = listener.replace("tls_disable", "role = \"metrics_only\" tls_disable");
    let api = convert(&format!("{AUTO_AUTH}{metrics}"), &[ADDRESS])
        .unwrap()
        .config
        .api
        .unwrap();
    assert_eq!((api.proxy, api.metrics), (None, true));
}

#[test]
fn what_is_missing_is_told_all_at_once() {
    let problems = refused(
        "template { contents = \"x\" destination = \"/etc/a\" }",
        &[
            ("VAULT_CLIENT_KEY", "/k"),
            ("VAULT_LOG_LEVEL", "loud"),
            ("VAULT_CLIENT_TIMEOUT", "soon"),
        ],
    );
    let starts = [
        "no address",
        "a client certificate needs",
        "not a duration",
        "auto_auth is missing",
        "none of the volumes",
        "none of the words",
    ];
    assert_eq!(problems.len(), starts.len(), "{problems:#?}");
    for (problem, start) in problems.iter().zip(starts) {
        assert!(problem.contains(start), "{problem}");
    }
    assert!(refused(AUTO_AUTH, &[ADDRESS])[0].contains("nothing to do"));
    let two = "auto_auth { method \"kubernetes\" { namespace = \"a\" config { role = \"r\" } } sink \"file\" { config { path = \"/home/vault/t\" } } }\nvault { namespace = \"b\" }";
    assert!(refused(two, &[ADDRESS])[0].contains("namespace"));
    assert!(convert(two, &[ADDRESS, ("VAULT_NAMESPACE", "a/")]).is_ok());
}
