use std::{fs::File, io::Write as _, path::PathBuf};

use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;

use super::*;

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
    let arguments = Arguments::try_parse_from(REQUIRED.iter().chain(more))
        .map_err(|error| error.to_string())?;
    let Command::Serve(arguments) = arguments.command else {
        panic!("not serve");
    };
    arguments.into_config().map_err(|error| error.to_string())
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
    assert_eq!(config.health_listen.port(), 8080);
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
    assert_eq!(settings.agent_cpu_request.to_string(), "250m");
    assert_eq!(settings.agent_memory_request.to_string(), "8Mi");
    assert_eq!(settings.agent_memory_limit.to_string(), "32Mi");
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
        ("--agent-cpu-request=5mm", "not a share of a processor"),
        ("--agent-cpu-request=0.0001", "not a share of a processor"),
        (
            "--agent-memory-limit=8Mi",
            "--agent-memory-request: 16Mi is more than --agent-memory-limit, 8Mi",
        ),
        (
            "--agent-image-pull-policy=Sometimes",
            "expected Always, IfNotPresent or Never",
        ),
        (
            "--default-template=yaml",
            "not a default template; expected map or json",
        ),
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

#[test]
fn shares_of_a_processor_are_written_as_kubernetes_writes_them() {
    for (text, expected) in [
        ("5m", "5m"),
        ("1000m", "1"),
        ("0.5", "500m"),
        ("2", "2"),
        ("1.250", "1250m"),
    ] {
        assert_eq!(text.parse::<Cpu>().unwrap().to_string(), expected);
    }
    for text in [
        "",
        "m",
        "-1",
        "1.",
        ".5",
        "1e3",
        "9999999999",
        "+5m",
        "4294968",
    ] {
        assert!(text.parse::<Cpu>().is_err(), "{text}");
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
