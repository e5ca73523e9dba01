use std::{collections::BTreeMap, ffi::OsString};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{CertificateParams, KeyPair};
use vouchsafe_cluster::options;
use vouchsafe_shared::annotations::DefaultTemplate;

use super::*;
use crate::{
    app::CertificateSource,
    args::{AGENT_IMAGE, Arguments, Command},
    mutate::Settings,
};

fn resolved(words: &[&str], variables: &[(&str, &str)]) -> Result<Original, String> {
    let words = ["vouchsafe-webhook", "agent-inject"].iter().chain(words);
    let arguments =
        Arguments::read(words.map(OsString::from)).map_err(|error| error.to_string())?;
    let Command::AgentInject(arguments) = arguments.command else {
        panic!("not agent-inject");
    };
    let variables: BTreeMap<_, _> = variables.iter().copied().collect();
    arguments
        .resolve(&|name| variables.get(name).map(|text| (*text).to_owned()))
        .map_err(|error| error.to_string())
}

const ADDRESS: &str = "-vault-address=https://vault:8200";
const FILES: [&str; 2] = ["-tls-cert-file=/c", "-tls-key-file=/k"];

/// With what every start needs.
fn started(words: &[&str], variables: &[(&str, &str)]) -> Result<Original, String> {
    resolved(&[&[ADDRESS], &FILES[..], words].concat(), variables)
}

/// What vault-helm 0.34.1 gives the injector for release `vault` in namespace `default`, with its
/// values as they come.
/// Source: <https://github.com/hashicorp/vault-helm/blob/v0.34.1/templates/injector-deployment.yaml>.
const CHART: &[(&str, &str)] = &[
    ("AGENT_INJECT_LISTEN", ":8080"),
    ("AGENT_INJECT_LOG_LEVEL", "info"),
    ("AGENT_INJECT_VAULT_ADDR", "http://vault.default.svc:8200"),
    ("AGENT_INJECT_VAULT_AUTH_PATH", "auth/kubernetes"),
    ("AGENT_INJECT_VAULT_IMAGE", "hashicorp/vault:2.0.4"),
    ("AGENT_INJECT_TLS_AUTO", "vault-agent-injector-cfg"),
    (
        "AGENT_INJECT_TLS_AUTO_HOSTS",
        "vault-agent-injector-svc,vault-agent-injector-svc.default,vault-agent-injector-svc.default.svc",
    ),
    ("AGENT_INJECT_LOG_FORMAT", "standard"),
    ("AGENT_INJECT_REVOKE_ON_SHUTDOWN", "false"),
    ("AGENT_INJECT_CPU_REQUEST", "250m"),
    ("AGENT_INJECT_CPU_LIMIT", "500m"),
    ("AGENT_INJECT_MEM_REQUEST", "64Mi"),
    ("AGENT_INJECT_MEM_LIMIT", "128Mi"),
    ("AGENT_INJECT_DEFAULT_TEMPLATE", "map"),
    ("AGENT_INJECT_TEMPLATE_CONFIG_EXIT_ON_RETRY_FAILURE", "true"),
    ("POD_NAME", "vault-agent-injector-5d5b8b5c7-x2x2x"),
];

#[test]
fn the_chart_of_the_original_runs_us_as_it_is() {
    let Original {
        log,
        config,
        warnings,
    } = resolved(&["2>&1"], CHART).unwrap();
    assert_eq!(log.level, LevelFilter::INFO);
    assert_eq!(config.listen, "[::]:8080".parse().unwrap());
    assert_eq!(config.health_listen, None);
    assert_eq!(config.telemetry_path, None);
    assert!(matches!(config.certificate, CertificateSource::Automatic));
    let options::Certificate::Own(own) = config.cluster.certificate else {
        panic!("not own");
    };
    assert_eq!(own.configuration, "vault-agent-injector-cfg");
    assert_eq!(own.hosts.len(), 3);
    let expected = Settings {
        vault_address: Some("http://vault.default.svc:8200".parse().unwrap()),
        ..Settings::original(AGENT_IMAGE)
    };
    assert_eq!(config.settings, expected);
    let [warning] = warnings.as_slice() else {
        panic!("{warnings:?}");
    };
    assert!(warning.contains("hashicorp/vault:2.0.4 cannot be run as our agent"));
}

#[test]
fn the_charts_of_the_original_have_more_to_say() {
    let more = [
        ("AGENT_INJECT_SET_SECURITY_CONTEXT", "false"),
        ("AGENT_INJECT_TELEMETRY_PATH", "/metrics"),
        ("AGENT_INJECT_USE_LEADER_ELECTOR", "true"),
        ("NAMESPACE", "vault"),
        ("AGENT_INJECT_EPHEMERAL_LIMIT", "1Gi"),
    ];
    let config = resolved(&["2>&1"], &[CHART, &more].concat())
        .unwrap()
        .config;
    assert_eq!(config.cluster.namespace, "vault");
    assert!(!config.settings.set_security_context);
    assert_eq!(config.telemetry_path.as_deref(), Some("/metrics"));
    let limit = config.settings.resources.ephemeral_storage_limit.unwrap();
    assert_eq!(limit.as_str(), "1Gi");
}

#[test]
fn without_flags_the_defaults_are_the_originals() {
    let config = started(&[], &[]).unwrap().config;
    let expected = Settings {
        vault_address: Some("https://vault:8200".parse().unwrap()),
        ..Settings::original(AGENT_IMAGE)
    };
    assert_eq!(config.settings, expected);
    assert_eq!(config.listen.port(), 8080);
}

type Check = fn(&Settings) -> bool;

/// Every setting of pods: its flag, its variable, a value and how it is seen.
const SETTINGS: &[(&str, &str, &str, Check)] = &[
    (
        "vault-address",
        "AGENT_INJECT_VAULT_ADDR",
        "http://v:1",
        |s| s.vault_address.as_ref().is_some_and(|a| a.port() == 1),
    ),
    (
        "proxy-address",
        "AGENT_INJECT_PROXY_ADDR",
        "http://p:1",
        |s| s.proxy.as_deref() == Some("http://p:1"),
    ),
    (
        "vault-image",
        "AGENT_INJECT_VAULT_IMAGE",
        "r/agent:2",
        |s| s.agent_image == "r/agent:2",
    ),
    (
        "vault-auth-type",
        "AGENT_INJECT_VAULT_AUTH_TYPE",
        "jwt",
        |s| s.auth_method == "jwt",
    ),
    (
        "vault-auth-path",
        "AGENT_INJECT_VAULT_AUTH_PATH",
        "auth/k2",
        |s| s.vault_auth_mount.as_str() == "auth/k2",
    ),
    (
        "vault-namespace",
        "AGENT_INJECT_VAULT_NAMESPACE",
        "n",
        |s| s.vault_namespace.as_deref() == Some("n"),
    ),
    (
        "revoke-on-shutdown",
        "AGENT_INJECT_REVOKE_ON_SHUTDOWN",
        "t",
        |s| s.revoke_on_shutdown,
    ),
    ("run-as-user", "AGENT_INJECT_RUN_AS_USER", "0", |s| {
        s.run_as_user == Some(0)
    }),
    ("run-as-group", "AGENT_INJECT_RUN_AS_GROUP", "7", |s| {
        s.run_as_group == Some(7)
    }),
    (
        "run-as-same-user",
        "AGENT_INJECT_RUN_AS_SAME_USER",
        "TRUE",
        |s| s.run_as_same_user,
    ),
    (
        "set-security-context",
        "AGENT_INJECT_SET_SECURITY_CONTEXT",
        "0",
        |s| !s.set_security_context,
    ),
    (
        "default-template",
        "AGENT_INJECT_DEFAULT_TEMPLATE",
        "json",
        |s| s.default_template == DefaultTemplate::Json,
    ),
    ("cpu-request", "AGENT_INJECT_CPU_REQUEST", "1m", |s| {
        s.resources
            .cpu_request
            .as_ref()
            .is_some_and(|q| q.as_str() == "1m")
    }),
    ("cpu-limit", "AGENT_INJECT_CPU_LIMIT", "2m", |s| {
        s.resources
            .cpu_limit
            .as_ref()
            .is_some_and(|q| q.as_str() == "2m")
    }),
    ("memory-request", "AGENT_INJECT_MEM_REQUEST", "3Mi", |s| {
        s.resources
            .memory_request
            .as_ref()
            .is_some_and(|q| q.as_str() == "3Mi")
    }),
    ("memory-limit", "AGENT_INJECT_MEM_LIMIT", "4Mi", |s| {
        s.resources
            .memory_limit
            .as_ref()
            .is_some_and(|q| q.as_str() == "4Mi")
    }),
    (
        "ephemeral-storage-request",
        "AGENT_INJECT_EPHEMERAL_REQUEST",
        "5Mi",
        |s| s.resources.ephemeral_storage_request.is_some(),
    ),
    (
        "ephemeral-storage-limit",
        "AGENT_INJECT_EPHEMERAL_LIMIT",
        "6Mi",
        |s| s.resources.ephemeral_storage_limit.is_some(),
    ),
    (
        "template-config-exit-on-retry-failure",
        "AGENT_INJECT_TEMPLATE_CONFIG_EXIT_ON_RETRY_FAILURE",
        "False",
        |s| !s.exit_on_retry_failure,
    ),
    (
        "template-static-secret-render-interval",
        "AGENT_INJECT_TEMPLATE_STATIC_SECRET_RENDER_INTERVAL",
        "30s",
        |s| s.refresh_interval.is_some_and(|d| d.to_string() == "30s"),
    ),
    (
        "template-lease-renewal-threshold",
        "AGENT_INJECT_TEMPLATE_LEASE_RENEWAL_THRESHOLD",
        "0.5",
        |s| s.lease_renewal_threshold == Some(0.5),
    ),
    (
        "auth-min-backoff",
        "AGENT_INJECT_AUTH_MIN_BACKOFF",
        "1m30s",
        |s| s.min_backoff.is_some(),
    ),
    (
        "auth-max-backoff",
        "AGENT_INJECT_AUTH_MAX_BACKOFF",
        "2m",
        |s| s.max_backoff.is_some(),
    ),
    (
        "disable-keep-alives",
        "AGENT_INJECT_DISABLE_KEEP_ALIVES",
        "caching,templating",
        |s| s.close_after_answer,
    ),
];

#[test]
fn every_setting_has_a_flag_and_a_variable() {
    for (flag, variable, value, check) in SETTINGS {
        assert!(
            !check(&started(&[], &[]).unwrap().config.settings),
            "{flag}"
        );
        for (words, variables) in [
            (vec![format!("-{flag}={value}")], vec![]),
            (vec![], vec![(*variable, *value)]),
            // The variable goes before.
            (vec![format!("--{flag}=1")], vec![(*variable, *value)]),
        ] {
            let words: Vec<_> = words.iter().map(String::as_str).collect();
            let original =
                started(&words, &variables).unwrap_or_else(|error| panic!("{flag}: {error}"));
            assert!(
                check(&original.config.settings),
                "{flag} {words:?} {variables:?}"
            );
        }
    }
}

#[test]
fn an_empty_variable_counts_as_none_and_an_empty_flag_takes_away() {
    let limit = |words: &[&str], variables: &[(&str, &str)]| {
        let settings = started(words, variables).unwrap().config.settings;
        settings.resources.cpu_limit.map(|limit| limit.to_string())
    };
    let empty = [("AGENT_INJECT_CPU_LIMIT", "")];
    assert_eq!(limit(&[], &empty).as_deref(), Some("500m"));
    assert_eq!(limit(&["-cpu-limit=1"], &empty).as_deref(), Some("1"));
    assert_eq!(limit(&["-cpu-limit="], &[]), None);
    assert_eq!(
        limit(&["-cpu-limit=1", "-cpu-limit", "2"], &[]).as_deref(),
        Some("2")
    );
}

#[test]
fn bare_names_and_openbaos_are_known() {
    let variables = [
        ("TLS_CERT_FILE", "/c"),
        ("TLS_KEY_FILE", "/k"),
        ("TLS_MIN_VERSION", "tls13"),
        ("AGENT_INJECT_BAO_ADDR", "http://bao:8200"),
        ("AGENT_INJECT_BAO_IMAGE", "quay.io/openbao/openbao:2.4.0"),
        ("AGENT_INJECT_BAO_AUTH_TYPE", "approle"),
        ("AGENT_INJECT_BAO_AUTH_PATH", "auth/bao"),
        ("AGENT_INJECT_BAO_NAMESPACE", "team"),
        ("AGENT_INJECT_REWRITE_VAULT_ANNOTATIONS", "false"),
        ("VAULT_ADDR", "http://ignored:1"),
    ];
    let Original { config, .. } = resolved(&[], &variables).unwrap();
    assert!(matches!(config.certificate, CertificateSource::Files(_)));
    let settings = config.settings;
    assert_eq!(settings.vault_address.unwrap().host(), "bao");
    assert_eq!(settings.agent_image, AGENT_IMAGE);
    assert_eq!(settings.auth_method, "approle");
    assert_eq!(settings.vault_auth_mount.as_str(), "auth/bao");
    assert_eq!(settings.vault_namespace.as_deref(), Some("team"));
    let prefixed = [
        ("AGENT_INJECT_TLS_CERT_FILE", "/d"),
        ("TLS_CERT_FILE", "/c"),
        ("TLS_KEY_FILE", "/k"),
    ];
    let CertificateSource::Files(files) =
        resolved(&[ADDRESS], &prefixed).unwrap().config.certificate
    else {
        panic!("not files");
    };
    assert_eq!(files.certificate.to_str(), Some("/d"));
}

#[test]
fn our_own_image_goes_before_theirs() {
    let image = |words: &[&str]| {
        let original = started(words, &[("AGENT_INJECT_VAULT_IMAGE", "r/vault:1")]).unwrap();
        (
            original.config.settings.agent_image,
            original.warnings.len(),
        )
    };
    assert_eq!(image(&[]), (AGENT_IMAGE.to_owned(), 1));
    assert_eq!(
        image(&["-agent-image", "r/agent:1"]),
        ("r/agent:1".to_owned(), 0)
    );
}

#[test]
fn a_mistake_is_told_as_the_original_tells_it() {
    for (words, variables, expected) in [
        (
            &[][..],
            &[("AGENT_INJECT_VAULT_ADDR", "")][..],
            "No Vault service configured",
        ),
        (
            &[ADDRESS, "-default-template=MAP"],
            &[],
            "Invalid default flag type: MAP (-default-template",
        ),
        (
            &[ADDRESS],
            &[("AGENT_INJECT_LOG_LEVEL", "Loud")],
            "Error setting log level: unknown log level: loud (AGENT_INJECT_LOG_LEVEL",
        ),
        (
            &[ADDRESS],
            &[("AGENT_INJECT_RUN_AS_SAME_USER", "yes")],
            "Error parsing environment variables: AGENT_INJECT_RUN_AS_SAME_USER: \"yes\": not a bool",
        ),
        (
            &[ADDRESS, "-run-as-user=root"],
            &[],
            "invalid value for -run-as-user: \"root\": not a whole number",
        ),
        (
            &[ADDRESS, "-auth-min-backoff=5"],
            &[],
            "invalid value for -auth-min-backoff: \"5\": time: missing unit",
        ),
        (
            &[ADDRESS],
            &[("AGENT_INJECT_AUTH_MAX_BACKOFF", "soon")],
            "AGENT_INJECT_AUTH_MAX_BACKOFF: \"soon\": ",
        ),
        (
            &[ADDRESS, "-cpu-limit=1x"],
            &[],
            "-cpu-limit: \"1x\": not a",
        ),
        (
            &[ADDRESS],
            &[("AGENT_INJECT_USE_LEADER_ELECTOR", "on")],
            "AGENT_INJECT_USE_LEADER_ELECTOR: \"on\": not a bool",
        ),
        (
            &[ADDRESS],
            &[("AGENT_INJECT_TEMPLATE_LEASE_RENEWAL_THRESHOLD", "half")],
            "AGENT_INJECT_TEMPLATE_LEASE_RENEWAL_THRESHOLD: \"half\"",
        ),
        (
            &[ADDRESS, "-vault-cacert-bytes=text"],
            &[],
            "-vault-cacert-bytes: no certificate in it",
        ),
        (
            &["-vault-address=vault:8200"],
            &[],
            "invalid value for -vault-address: \"vault:8200\": ",
        ),
        (
            &[ADDRESS, "-tls-min-version=ssl3"],
            &[],
            "Failed to configure TLS: tls-min-version: invalid or unsupported TLS version \"ssl3\"",
        ),
        (
            &[ADDRESS, "-tls-cipher-suites=A"],
            &[],
            "Failed to configure TLS: tls-cipher-suites: unsupported cipher \"A\"",
        ),
        (&[ADDRESS], &[], "Failed to configure TLS: no certificate"),
        (
            &[ADDRESS, "-tls-auto=a"],
            &[],
            "Failed to configure TLS: tls-auto-hosts: names no host",
        ),
        (
            &[ADDRESS, FILES[0], FILES[1], "-telemetry-path=metrics"],
            &[],
            "-telemetry-path: \"metrics\": not a path",
        ),
        (
            &[ADDRESS, FILES[0], FILES[1], "-telemetry-path=/mutate"],
            &[],
            "-telemetry-path: \"/mutate\": taken",
        ),
        (
            &[ADDRESS, FILES[0], FILES[1], "-listen=8080"],
            &[],
            "-listen: \"8080\": not an address",
        ),
        (&["-vault-adress=x"], &[], "'--vault-address'"),
    ] {
        let message = resolved(words, variables).unwrap_err();
        assert!(
            message.contains(expected),
            "{words:?} {variables:?}: {message}"
        );
    }
}

#[test]
fn levels_are_named_in_many_ways() {
    for (text, expected) in [
        (" Trace ", LevelFilter::TRACE),
        ("notice", LevelFilter::INFO),
        ("WARNING", LevelFilter::WARN),
        ("err", LevelFilter::ERROR),
    ] {
        let log = started(&["-log-level", text], &[]).unwrap().log;
        assert_eq!(log.level, expected, "{text}");
    }
    assert_eq!(
        started(&["-log-level="], &[]).unwrap().log.level,
        LevelFilter::INFO
    );
    assert_eq!(
        started(&["-log-format=json"], &[]).unwrap().log.format,
        LogFormat::Json
    );
}

#[test]
fn what_has_no_effect_in_the_original_does_not_keep_us_from_starting() {
    for share in ["0", "inf", "-1"] {
        let variable = ("AGENT_INJECT_TEMPLATE_LEASE_RENEWAL_THRESHOLD", share);
        let original = started(&[], &[variable]).unwrap();
        assert_eq!(original.config.settings.lease_renewal_threshold, None);
        assert_eq!(original.warnings.len(), 1, "{share}");
    }
    let old = started(&["-tls-min-version=tls10"], &[]).unwrap();
    assert_eq!(
        old.warnings,
        ["tls-min-version: tls10 is broken; tls12 is used"]
    );
}

#[test]
fn authorities_are_given_in_pem_or_in_base64_of_it() {
    let key = KeyPair::generate().unwrap();
    let parameters = CertificateParams::new(["ca".to_owned()]).unwrap();
    let pem = parameters
        .self_signed(&key)
        .unwrap()
        .pem()
        .replace("\r\n", "\n");
    for text in [pem.clone(), STANDARD.encode(&pem)] {
        let variable = ("AGENT_INJECT_VAULT_CACERT_BYTES", text.as_str());
        let settings = started(&[], &[variable]).unwrap().config.settings;
        assert_eq!(settings.vault_ca_pem.as_ref(), Some(&pem));
    }
    let flag = format!("-vault-cacert-bytes={}", key.serialize_pem());
    let message = started(&[&flag], &[]).unwrap_err();
    assert!(
        message.contains("holds something else than certificates"),
        "{message}"
    );
    assert!(!message.contains("PRIVATE"), "{message}");
}
