use std::{fs::File, io::Write as _, path::PathBuf, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;
use vouchsafe_cluster::options;
use vouchsafe_shared::annotations::DefaultTemplate;

use super::*;
use crate::{
    app::{CertificateSource, Config, NativeSidecar},
    mutate::{PullPolicy, Settings},
};

const REQUIRED: [&str; 8] = [
    "vouchsafe-webhook",
    "serve",
    "--tls-cert-file",
    "/tls/tls.crt",
    "--tls-key-file",
    "/tls/tls.key",
    "--agent-image",
    "agent:1",
];

fn config(more: &[&str]) -> Result<Config, String> {
    let words = REQUIRED.iter().chain(more).map(OsString::from);
    let arguments = Arguments::read(words).map_err(|error| error.to_string())?;
    let Command::Serve(arguments) = arguments.command else {
        panic!("not serve");
    };
    arguments
        .into_config(&|_| None)
        .map_err(|error| error.to_string())
}

#[test]
fn the_command_line_is_consistent() {
    Arguments::command().debug_assert();
}

#[test]
fn the_required_flags_suffice() {
    let config = config(&[]).unwrap();
    assert_eq!(config.settings, Settings::new("agent:1"));
    assert_eq!(config.listen.port(), 8443);
    assert_eq!(config.health_listen.unwrap().port(), 8080);
    assert_eq!(config.drain_delay, Duration::from_secs(3));
    assert_eq!(config.limits.connections, 512);
}

#[test]
fn every_flag_reaches_the_settings() {
    let config = config(&[
        "--agent-image-pull-policy=Always",
        "--vault-address=https://vault:8200",
        "--vault-auth-mount=kubernetes-prod",
        "--vault-namespace=team",
        "--token-audience=vault",
        "--token-expiration=1h",
        "--agent-cpu-request=0.25",
        "--agent-cpu-limit=1",
        "--vault-auth-method=jwt",
        "--vault-proxy=http://proxy:3128",
        "--login-min-backoff=2s",
        "--login-max-backoff=1m",
        "--close-after-answer",
        "--revoke-on-shutdown",
        "--run-as-user=7",
        "--run-as-group=8",
        "--run-as-same-user",
        "--set-security-context=false",
        "--agent-ephemeral-storage-request=1Mi",
        "--agent-ephemeral-storage-limit=2Mi",
        "--exit-on-retry-failure",
        "--refresh-interval=5m",
        "--lease-renewal-threshold=0.5",
        "--agent-memory-request=8Mi",
        "--agent-memory-limit=32Mi",
        "--secrets-volume-size=1Mi",
        "--agent-listen=0.0.0.0:9102",
        "--default-template=JSON",
    ])
    .unwrap();
    let settings = config.settings;
    assert_eq!(settings.agent_image_pull_policy, Some(PullPolicy::Always));
    assert_eq!(
        settings.vault_address.unwrap().to_string(),
        "https://vault:8200"
    );
    assert_eq!(settings.vault_auth_mount.as_str(), "auth/kubernetes-prod");
    assert_eq!(settings.vault_namespace.as_deref(), Some("team"));
    assert_eq!(settings.token_audience.as_deref(), Some("vault"));
    assert_eq!(settings.token_expiration.seconds(), 3600);
    let resources = settings.resources;
    assert_eq!(resources.cpu_request.unwrap().as_str(), "0.25");
    assert_eq!(resources.cpu_limit.unwrap().as_str(), "1");
    assert_eq!(resources.memory_request.unwrap().as_str(), "8Mi");
    assert_eq!(resources.memory_limit.unwrap().as_str(), "32Mi");
    assert_eq!(settings.auth_method, "jwt");
    assert_eq!(settings.proxy.as_deref(), Some("http://proxy:3128"));
    assert_eq!(settings.min_backoff.unwrap().to_string(), "2s");
    assert_eq!(settings.max_backoff.unwrap().to_string(), "1m");
    assert!(settings.close_after_answer && settings.revoke_on_shutdown);
    assert_eq!(
        (settings.run_as_user, settings.run_as_group),
        (Some(7), Some(8))
    );
    assert!(settings.exit_on_retry_failure);
    assert!(settings.run_as_same_user && !settings.set_security_context);
    assert!(resources.ephemeral_storage_request.is_some());
    assert!(resources.ephemeral_storage_limit.is_some());
    assert_eq!(settings.refresh_interval.unwrap().to_string(), "5m");
    assert_eq!(settings.lease_renewal_threshold, Some(0.5));
    assert_eq!(settings.secrets_volume_size.to_string(), "1Mi");
    assert_eq!(settings.agent_listen.unwrap().port(), 9102);
    assert_eq!(settings.default_template, DefaultTemplate::Json);
}

#[test]
fn a_mistake_names_its_flag() {
    for (flag, expected) in [
        (
            "--token-expiration=9m59s",
            "shorter than the API server grants",
        ),
        (
            "--agent-cpu-request=5mm",
            "of a resource; expected for example 250m",
        ),
        ("--lease-renewal-threshold=1.5", "not a share above 0"),
        ("--listen=8443", "not an address to listen at"),
        ("--tls-min-version=1.2", "expected tls12 or tls13"),
        ("--tls-cipher-suites=AES", "unsupported cipher"),
        ("--native-sidecar=perhaps", "--native-sidecar"),
        (
            "--agent-memory-limit=8Mi",
            "--agent-memory-request: 16Mi is more than --agent-memory-limit, 8Mi",
        ),
        (
            "--agent-image-pull-policy=Sometimes",
            "expected Always, IfNotPresent or Never",
        ),
        ("--default-template=yaml", "expected map or json"),
        ("--vault-address=vault:8200", "--vault-address"),
        ("--max-connections=0", "--max-connections"),
        (
            "--vault-ca-cert-file=/nowhere/ca.crt",
            "--vault-ca-cert-file: /nowhere/ca.crt: ",
        ),
        ("--log-level=loud", "--log-level"),
    ] {
        let message = config(&[flag]).unwrap_err();
        assert!(message.contains(expected), "{flag}: {message}");
    }
}

fn cluster(more: &[&str]) -> Result<(CertificateSource, options::Options), String> {
    let words = ["vouchsafe-webhook", "serve"].iter().chain(more);
    let arguments =
        Arguments::read(words.map(OsString::from)).map_err(|error| error.to_string())?;
    let Command::Serve(arguments) = arguments.command else {
        panic!("not serve");
    };
    let config = arguments
        .into_config(&|_| None)
        .map_err(|error| error.to_string())?;
    Ok((config.certificate, config.cluster))
}

const FILES: [&str; 2] = ["--tls-cert-file=a", "--tls-key-file=b"];
const AUTO: [&str; 2] = ["--tls-auto=webhook", "--tls-auto-hosts=a.svc,b.svc"];

#[test]
fn the_certificate_comes_from_files_or_is_made() {
    let (source, options) = cluster(&AUTO).unwrap();
    assert!(matches!(source, CertificateSource::Automatic));
    let options::Certificate::Own(own) = options.certificate else {
        panic!("not own");
    };
    assert_eq!(own.configuration, "webhook");
    assert_eq!(own.hosts.len(), 2);
    assert_eq!(own.secret, options::SECRET);

    let (source, options) = cluster(&FILES).unwrap();
    assert!(matches!(source, CertificateSource::Files(_)));
    assert_eq!(options.certificate, options::Certificate::Elsewhere);

    let all = [&FILES[..], &AUTO, &["--tls-ca-cert-file=c"]].concat();
    let (source, options) = cluster(&all).unwrap();
    assert!(matches!(source, CertificateSource::Files(_)));
    assert!(matches!(options.certificate, options::Certificate::File(_)));

    for (words, expected) in [
        (&FILES[..1], "go together"),
        (&AUTO[..1], "names no host"),
        (&[][..], "no certificate"),
    ] {
        let message = cluster(words).unwrap_err();
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn the_cluster_is_asked_for_what_is_wanted() {
    let (_, options) = cluster(&FILES).unwrap();
    assert!(options.version && options.defaults.namespaces);
    assert_eq!(
        options.defaults.config_map.as_deref(),
        Some(options::CONFIG_MAP)
    );
    let nothing = [
        "--native-sidecar=never",
        "--defaults-config-map=",
        "--namespace-defaults=false",
        "--namespace=here",
    ];
    let (_, options) = cluster(&[&FILES[..], &nothing].concat()).unwrap();
    assert!(options.is_idle());
    assert_eq!(options.namespace, "here");
}

#[test]
fn native_sidecars_are_assumed_until_the_cluster_says_otherwise() {
    for (when, known, expected) in [
        (NativeSidecar::Auto, None, true),
        (NativeSidecar::Auto, Some(false), false),
        (NativeSidecar::Always, Some(false), true),
        (NativeSidecar::Never, Some(true), false),
    ] {
        assert_eq!(when.decide(known), expected, "{when:?} {known:?}");
    }
}

struct Authorities(TempDir);

impl Authorities {
    fn file(&self, content: &str) -> PathBuf {
        let path = self.0.path().join("ca.crt");
        File::create(&path)
            .unwrap()
            .write_all(content.as_bytes())
            .unwrap();
        path
    }
}

#[test]
fn authorities_are_copied_without_what_stands_between_them() {
    let directory = Authorities(TempDir::new().unwrap());
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["ca".to_owned()])
        .unwrap()
        .self_signed(&key)
        .unwrap();
    let pem = certificate.pem().replace("\r\n", "\n");
    let path = directory.file(&format!("# our own\n{pem}\n# again\n{pem}"));
    assert_eq!(authorities::read(&path).unwrap(), pem.repeat(2));
    let packed = STANDARD.encode(&pem);
    for text in [
        &pem,
        &packed,
        &format!("{}\n{}\n", &packed[..64], &packed[64..]),
    ] {
        assert_eq!(authorities::from_text(text).unwrap(), pem);
    }

    for (content, expected) in [
        (String::new(), "no certificate in it"),
        ("text".to_owned(), "no certificate in it"),
        (
            format!("{pem}{}", key.serialize_pem()),
            "holds something else than certificates",
        ),
        (pem.replacen("-----END", "-----ENT", 1), "not PEM"),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_owned(),
            "certificate 1: ",
        ),
        (pem.repeat(200), "at most, would go into every pod"),
    ] {
        let message = authorities::read(&directory.file(&content))
            .unwrap_err()
            .to_string();
        assert!(message.contains(expected), "{message}");
    }
}
