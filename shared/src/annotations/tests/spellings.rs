//! Every annotation is understood under every prefix and spelling, and does something.

use super::*;

/// As the original injector spells them.
const ORIGINALS: [&str; 74] = [
    "agent-inject",
    "agent-inject-status",
    "agent-request-namespace",
    "agent-inject-containers",
    "agent-inject-secret",
    "agent-inject-template",
    "agent-inject-template-file",
    "agent-template-left-delim",
    "agent-template-right-delim",
    "agent-inject-file",
    "secret-volume-path",
    "agent-inject-perms",
    "agent-inject-command",
    "error-on-missing-key",
    "preserve-secret-case",
    "agent-inject-default-template",
    "agent-inject-token",
    "agent-pre-populate",
    "agent-pre-populate-only",
    "agent-init-first",
    "agent-share-process-namespace",
    "agent-copy-volume-mounts",
    "agent-revoke-on-shutdown",
    "agent-revoke-grace",
    "agent-enable-quit",
    "agent-json-patch",
    "agent-init-json-patch",
    "agent-configmap",
    "agent-extra-secret",
    "agent-service-account-token-volume-name",
    "agent-image",
    "agent-run-as-user",
    "agent-run-as-group",
    "agent-run-as-same-user",
    "agent-set-security-context",
    "agent-limits-cpu",
    "agent-limits-mem",
    "agent-limits-ephemeral",
    "agent-requests-cpu",
    "agent-requests-mem",
    "agent-requests-ephemeral",
    "service",
    "namespace",
    "role",
    "auth-type",
    "auth-path",
    "auth-config",
    "auth-min-backoff",
    "auth-max-backoff",
    "agent-auto-auth-exit-on-err",
    "proxy-address",
    "tls-skip-verify",
    "tls-server-name",
    "tls-secret",
    "ca-cert",
    "ca-key",
    "client-cert",
    "client-key",
    "client-timeout",
    "client-max-retries",
    "go-max-procs",
    "log-level",
    "log-format",
    "agent-cache-enable",
    "agent-cache-listener-port",
    "agent-cache-use-auto-auth-token",
    "agent-cache-exit-on-err",
    "template-config-exit-on-retry-failure",
    "template-static-secret-render-interval",
    "template-max-connections-per-host",
    "template-lease-renewal-threshold",
    "agent-disable-idle-connections",
    "agent-disable-keep-alives",
    "agent-telemetry",
];

fn spelled_by(row: &Annotation) -> &'static str {
    row.original.unwrap_or(row.short)
}

#[test]
fn the_table_has_all_annotations_of_the_original_and_those_proposed_to_it() {
    let mut originals: Vec<&str> = TABLE
        .iter()
        .filter(|row| row.origin == Origin::Original)
        .map(spelled_by)
        .collect();
    originals.sort_unstable();
    originals.dedup();
    let mut expected = ORIGINALS.to_vec();
    expected.sort_unstable();
    assert_eq!(originals, expected);
    let proposed: Vec<&str> = TABLE
        .iter()
        .filter(|row| row.origin == Origin::Proposed)
        .map(spelled_by)
        .collect();
    assert_eq!(
        proposed,
        [
            "agent-native-sidecar",
            "agent-inject-token-file",
            "agent-inject-token-perms"
        ]
    );
}

#[test]
fn no_spelling_means_two_things() {
    let mut seen = std::collections::BTreeSet::new();
    for row in TABLE {
        assert!(!row.effect.is_empty() && !row.values.is_empty(), "{row:?}");
        for spelling in row.spellings() {
            assert!(
                seen.insert((row.scope == Scope::Pod, spelling)),
                "{spelling}"
            );
        }
    }
}

/// `key` of a row under a prefix, about something where it must be.
fn keys(row: &Annotation) -> Vec<(Prefix, String)> {
    let about = match row.scope {
        Scope::Pod => "",
        Scope::Secret => "-db",
        Scope::Parameter => "-lease-metrics",
    };
    Prefix::ALL
        .into_iter()
        .flat_map(|prefix| {
            row.spellings_under(prefix)
                .map(move |spelling| (prefix, format!("{prefix}{spelling}{about}")))
        })
        .collect()
}

#[test]
fn every_row_is_reached_by_each_of_its_spellings() {
    for row in TABLE {
        for (_, key) in keys(row) {
            let explanation = explain(&Layers::of_pod([(key.as_str(), "x")]));
            let [setting] = explanation.settings.as_slice() else {
                panic!("{key}: {explanation}")
            };
            assert!(setting.setting.starts_with(row.short), "{key}: {setting:?}");
            assert_eq!(setting.annotation, key);
        }
    }
}

/// A value that is not the default in either dialect.
fn telling(name: Name) -> &'static str {
    match name {
        Name::Secret => "secret/data/other",
        Name::Template | Name::TemplateFile => "text",
        Name::PrePopulate | Name::MountsReadOnly | Name::RefreshVersionFirst => "false",
        Name::Placement => "after:migrate",
        Name::Directory | Name::DirectoryOfSecret => "/app/secrets",
        Name::Mode | Name::TokenMode => "0440",
        Name::DefaultTemplate | Name::LogFormat => "json",
        Name::Format => "yaml",
        Name::Reload | Name::ReloadFile => "signal:SIGHUP@web",
        Name::ReloadHeaders | Name::ReloadHeadersOfSecret => "X-Reload: now",
        Name::ReloadExpectStatus | Name::ReloadExpectStatusOfSecret => "204",
        Name::Address => "https://other:8200",
        Name::AuthPath => "auth/other",
        Name::VolumeSize => "3Mi",
        Name::RunAsUser | Name::RunAsGroup => "2000",
        Name::CpuLimit | Name::CpuRequest | Name::MemoryLimit | Name::MemoryRequest => "12",
        Name::EphemeralLimit | Name::EphemeralRequest => "12Mi",
        Name::JsonPatch | Name::InitJsonPatch => "[{\"op\":\"remove\",\"path\":\"/tty\"}]",
        Name::AuthMinBackoff | Name::AuthMaxBackoff | Name::ClientTimeout => "7s",
        Name::RefreshInterval
        | Name::RefreshIntervalOfSecret
        | Name::KeepPrevious
        | Name::TokenExpiration => "11m",
        Name::RefreshAdaptive | Name::RefreshAdaptiveOfSecret => "15s..5m",
        Name::RevokeGrace
        | Name::ClientRetries
        | Name::MaxConnectionsPerHost
        | Name::ReloadTimeout
        | Name::ReloadTimeoutOfSecret
        | Name::ReloadRetries
        | Name::ReloadRetriesOfSecret
        | Name::ReloadDebounce
        | Name::ReloadDebounceOfSecret => "7",
        Name::LeaseRenewalThreshold => "0.5",
        Name::LogLevel => "debug",
        Name::CachePort => "8300",
        Name::CacheToken => "force",
        Name::DisableKeepAlives | Name::DisableIdleConnections => "auto-auth",
        _ => match TABLE
            .iter()
            .find(|row| row.name == name)
            .map(|row| row.kind)
        {
            Some(Kind::Boolean) => "true",
            _ => "other",
        },
    }
}

/// What goes with a setting so that it can be seen to do something.
fn beside(name: Name, prefix: Prefix) -> Vec<(String, &'static str)> {
    let key = |name: &str| format!("{prefix}{name}");
    match name {
        Name::TokenFile | Name::TokenMode => vec![(key("agent-inject-token"), "true")],
        Name::CacheToken => vec![(key("agent-cache-enable"), "true")],
        Name::LeftDelimiter | Name::RightDelimiter | Name::ErrorOnMissingKey | Name::ErrorFatal => {
            vec![(key("agent-inject-template-db"), "text")]
        }
        Name::ReloadTimeout
        | Name::ReloadRetries
        | Name::ReloadDebounce
        | Name::ReloadOnFirst
        | Name::ReloadHeaders
        | Name::ReloadExpectStatus => vec![(key("reload"), "http:8080")],
        Name::ReloadTimeoutOfSecret
        | Name::ReloadRetriesOfSecret
        | Name::ReloadDebounceOfSecret
        | Name::ReloadOnFirstOfSecret
        | Name::ReloadHeadersOfSecret
        | Name::ReloadExpectStatusOfSecret => vec![(key("reload-db"), "http:8080")],
        _ => vec![],
    }
}

/// A pod that asks under a prefix for the secret `db`.
fn asking_under(prefix: Prefix) -> Vec<(String, &'static str)> {
    let key = |name: &str| format!("{prefix}{name}");
    vec![
        (key("agent-inject"), "true"),
        (key("role"), "web"),
        (key("agent-inject-secret-db"), "secret/data/db"),
    ]
}

fn spec_of(annotations: &[(String, &'static str)]) -> InjectSpec {
    let pairs: Vec<(&str, &str)> = annotations
        .iter()
        .map(|(key, value)| (key.as_str(), *value))
        .collect();
    inject(&pairs)
}

/// Understood, but nothing comes of it.
const WITHOUT_EFFECT: [Name; 8] = [
    Name::Inject,
    Name::Status,
    Name::RequestNamespace,
    Name::Profile,
    Name::DisableIdleConnections,
    Name::MaxConnectionsPerHost,
    Name::MaxProcessors,
    Name::CacheExitOnError,
];

#[test]
fn every_annotation_does_something_under_every_prefix() {
    for row in TABLE {
        // Half a certificate is refused; the whole is looked at below.
        let half = matches!(row.name, Name::ClientCertificate | Name::ClientKey);
        if half || WITHOUT_EFFECT.contains(&row.name) {
            continue;
        }
        for (prefix, key) in keys(row) {
            let mut pod = asking_under(prefix);
            let mut key = key;
            let mut value = telling(row.name);
            // What is the default depends on the dialect.
            if matches!(
                row.name,
                Name::PreserveCase | Name::PreserveCaseOfSecret | Name::InitFirst
            ) {
                value = if prefix == Prefix::Vouchsafe {
                    "false"
                } else {
                    "true"
                };
            }
            if matches!(row.name, Name::PreserveCase | Name::PreserveCaseOfSecret) {
                pod.truncate(2);
                pod.push((format!("{prefix}agent-inject-secret-Db"), "secret/data/db"));
                key = key.replace("-db", "-Db");
            }
            pod.extend(beside(row.name, prefix));
            let without = spec_of(&pod);
            pod.retain(|(present, _)| match row.name {
                Name::Secret => !present.ends_with("secret-db"),
                Name::Role => !present.ends_with("role"),
                _ => true,
            });
            pod.push((key.clone(), value));
            assert_ne!(spec_of(&pod), without, "{key}: {value}");
        }
    }
}

#[test]
fn a_client_certificate_has_two_halves() {
    for prefix in Prefix::ALL {
        let mut pod = asking_under(prefix);
        pod.push((format!("{prefix}client-cert"), "/vault/tls/tls.crt"));
        pod.push((format!("{prefix}client-key"), "/vault/tls/tls.key"));
        let connection = spec_of(&pod).connection;
        assert_eq!(
            (
                connection.client_certificate_file.as_deref(),
                connection.client_key_file.as_deref()
            ),
            (Some("/vault/tls/tls.crt"), Some("/vault/tls/tls.key"))
        );
    }
}

/// Something that no value of this kind is.
fn wrong(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Text | Kind::Reference | Kind::Names | Kind::LooseBoolean => None,
        Kind::Filled => Some(" "),
        Kind::FileName => Some("../x"),
        Kind::Mount => Some("auth/"),
        Kind::Address => Some("vault"),
        _ => Some("so so"),
    }
}

#[test]
fn a_wrong_value_is_told_with_annotation_value_and_a_way_out() {
    for row in TABLE {
        let Some(value) = wrong(row.kind) else {
            continue;
        };
        for (prefix, key) in keys(row) {
            let mut pod = asking_under(prefix);
            pod.retain(|(present, _)| *present != key && row.name != Name::Inject);
            pod.extend(beside(row.name, prefix));
            pod.push((key.clone(), value));
            let pairs: Vec<(&str, &str)> = pod
                .iter()
                .map(|(key, value)| (key.as_str(), *value))
                .collect();
            let problems = rejected(&pairs);
            let told = problems.iter().find(|(code, _)| *code == Code::BadValue);
            let Some((_, text)) = told else {
                panic!("{key}: {problems:?}")
            };
            let start = format!("VS1002 annotation {key}: {value:?}: ");
            assert!(text.starts_with(&start), "{text}");
            assert!(!text.contains("(help: correct the value)"), "{text}");
        }
    }
}

#[test]
fn under_one_prefix_the_spelling_of_its_own_dialect_counts() {
    for (prefix, expected) in [(Prefix::Vouchsafe, "short"), (Prefix::Vault, "long")] {
        let mut pod = asking_under(prefix);
        pod.push((format!("{prefix}image"), "short"));
        pod.push((format!("{prefix}agent-image"), "long"));
        assert_eq!(spec_of(&pod).container.image.unwrap().value, expected);
    }
}
