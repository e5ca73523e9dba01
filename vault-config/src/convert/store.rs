//! The store: where it is, whom to trust, how to log in.

use vouchsafe_shared::{
    config::{
        AppRoleAuth, AuthConfig, CertAuth, ConnectionConfig, JwtAuth, KubernetesAuth, LeaseConfig,
        LoginConfig, StoreConfig, StoreKind, TlsConfig, TokenFileAuth,
    },
    diagnostic::{Code, Diagnostic},
    value::{AuthMount, StoreAddress},
};

use super::{
    STORE,
    environment::{Environment, Origin, Setting},
    proxy,
};
use crate::{
    config::{Login, Method, VaultAgentConfig},
    read::duration,
    syntax::Position,
};

pub(super) fn convert(
    config: &VaultAgentConfig,
    environment: &Environment<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Option<StoreConfig> {
    let address = address(config, environment, problems);
    let mut tls = tls(config, environment, problems);
    let connection = connection(config, address.as_ref(), environment, problems);
    let Some(auto_auth) = &config.auto_auth else {
        problems.push(config.source.diagnostic(
            Code::VaultConfigIncomplete,
            Position::START,
            "auto_auth is missing: the agent must log in",
            "add auto_auth with a method",
        ));
        return None;
    };
    let method = &auto_auth.method;
    let auth = auth(config, method, &mut tls, environment, problems);
    let namespace = namespace(config, method, environment, problems);
    Some(StoreConfig {
        name: STORE.to_owned(),
        kind: StoreKind::Vault,
        address: address?,
        namespace,
        tls,
        auth: auth?,
        login: LoginConfig {
            min_backoff: method.min_backoff,
            max_backoff: method.max_backoff,
            exit_on_error: method.exit_on_error,
        },
        connection,
        lease: LeaseConfig {
            renewal_threshold: config.template_config.lease_renewal_threshold,
        },
        events: false,
        revoke_on_shutdown: false,
        revoke_grace: None,
    })
}

fn address(
    config: &VaultAgentConfig,
    environment: &Environment<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Option<StoreAddress> {
    let Some(address) = environment.or("ADDR", config.vault.address.as_ref()) else {
        problems.push(config.source.diagnostic(
            Code::VaultConfigIncomplete,
            Position::START,
            "no address of the store is known",
            "add vault { address = \"https://…\" }, or set VAULT_ADDR",
        ));
        return None;
    };
    environment.parsed(&address, problems)
}

fn tls(
    config: &VaultAgentConfig,
    environment: &Environment<'_>,
    problems: &mut Vec<Diagnostic>,
) -> TlsConfig {
    let vault = &config.vault;
    let file = environment.or("CACERT", vault.ca_cert.as_ref());
    let pem = environment.variable("CACERT_BYTES");
    let directory = environment.or("CAPATH", vault.ca_path.as_ref());
    // The first of them counts alone, as in the original.
    // Source: <https://pkg.go.dev/github.com/hashicorp/go-rootcerts#LoadCACerts>.
    let (ca_file, ca_pem, ca_directory) = match (file, pem, directory) {
        (Some(file), _, _) => (Some(file.value), None, None),
        (None, Some(pem), _) => (None, Some(pem.value), None),
        (None, None, directory) => (None, None, directory.map(|directory| directory.value)),
    };
    let certificate = environment.or("CLIENT_CERT", vault.client_cert.as_ref());
    let key = environment.or("CLIENT_KEY", vault.client_key.as_ref());
    if let (Some(alone), None) | (None, Some(alone)) = (&certificate, &key) {
        problems.push(environment.problem(
            Code::VaultConfigIncomplete,
            &alone.origin,
            "a client certificate needs its key, and a key its certificate",
            "set client_cert and client_key, or neither",
        ));
    }
    let skip_verify = environment.flag("SKIP_VERIFY", problems).or_else(|| {
        vault.tls_skip_verify.as_ref().map(|skip| Setting {
            value: skip.value,
            origin: Origin::File(skip.position),
        })
    });
    let server_name = environment.variable("TLS_SERVER_NAME");
    TlsConfig {
        ca_pem,
        ca_file,
        ca_directory,
        client_certificate_file: certificate.map(|certificate| certificate.value),
        client_key_file: key.map(|key| key.value),
        server_name: server_name
            .map(|name| name.value)
            .or_else(|| vault.tls_server_name.clone()),
        skip_verify: skip_verify.is_some_and(|skip| skip.value),
    }
}

fn connection(
    config: &VaultAgentConfig,
    address: Option<&StoreAddress>,
    environment: &Environment<'_>,
    problems: &mut Vec<Diagnostic>,
) -> ConnectionConfig {
    let timeout = environment.variable("CLIENT_TIMEOUT").and_then(|setting| {
        let timeout = duration(&setting.value);
        if timeout.is_none() {
            problems.push(environment.problem(
                Code::VaultConfigValue,
                &setting.origin,
                "not a duration",
                "set it to a duration such as 60s",
            ));
        }
        timeout.filter(|timeout| !timeout.as_duration().is_zero())
    });
    let retries = environment.variable("MAX_RETRIES").and_then(|setting| {
        let retries = setting.value.trim().parse();
        if retries.is_err() {
            problems.push(environment.problem(
                Code::VaultConfigValue,
                &setting.origin,
                "not a whole number",
                "set it to a number such as 2",
            ));
        }
        retries.ok()
    });
    let keep_alives = &config.disable_keep_alives;
    ConnectionConfig {
        proxy: address.and_then(|address| proxy::of(address, environment)),
        timeout,
        retries,
        close_after_answer: keep_alives
            .iter()
            .any(|part| part == "auto-auth" || part == "templating"),
    }
}

/// The agent has one namespace for all that it does.
fn namespace(
    config: &VaultAgentConfig,
    method: &Method,
    environment: &Environment<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Option<String> {
    let general = environment
        .variable("NAMESPACE")
        .map(|namespace| namespace.value.trim_matches('/').to_owned())
        .filter(|namespace| !namespace.is_empty())
        .or_else(|| config.vault.namespace.clone());
    match (general, &method.namespace) {
        (Some(general), Some(login)) if general != *login => {
            problems.push(config.source.diagnostic(
                Code::VaultConfigUnsupported,
                method.position,
                "the login's namespace is not that of vault.namespace or VAULT_NAMESPACE",
                "keep one of them, and name what lies in namespaces below it by its path: ns/secret/data/db",
            ));
            None
        }
        (general, login) => general.or_else(|| login.clone()),
    }
}

fn auth(
    config: &VaultAgentConfig,
    method: &Method,
    tls: &mut TlsConfig,
    environment: &Environment<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Option<AuthConfig> {
    let mount: Option<AuthMount> = environment.parsed(
        &Setting {
            value: method.mount_path.value.clone(),
            origin: Origin::File(method.mount_path.position),
        },
        problems,
    );
    Some(match &method.login {
        Login::Kubernetes { role, token_path } => AuthConfig::Kubernetes(KubernetesAuth {
            mount: mount?,
            role: role.value.clone(),
            token_file: token_path.clone(),
        }),
        Login::Jwt {
            role,
            path,
            remove_after_reading,
        } => AuthConfig::Jwt(JwtAuth {
            mount: mount?,
            role: role.value.clone(),
            token_file: path.clone(),
            remove_after_reading: *remove_after_reading,
        }),
        Login::AppRole {
            role_id_file_path,
            secret_id_file_path,
            remove_secret_id_file_after_reading,
            secret_id_response_wrapping_path,
        } => AuthConfig::AppRole(AppRoleAuth {
            mount: mount?,
            role_id_file: role_id_file_path.clone(),
            secret_id_file: secret_id_file_path.clone(),
            remove_after_reading: *remove_secret_id_file_after_reading,
            wrapping_path: secret_id_response_wrapping_path.clone(),
        }),
        Login::Cert {
            name,
            ca_cert,
            client_cert,
            client_key,
        } => {
            let incomplete = match (client_cert, client_key) {
                (None, None) => tls.client_certificate_file.is_none(),
                (Some(_), Some(_)) => false,
                _ => true,
            };
            if incomplete {
                problems.push(config.source.diagnostic(
                    Code::VaultConfigIncomplete,
                    method.position,
                    "logging in with a certificate needs the certificate and its key",
                    "set client_cert and client_key, here or in vault",
                ));
            }
            if let Some(ca_cert) = ca_cert {
                let other = tls.ca_pem.is_some() || tls.ca_directory.is_some();
                let file = tls.ca_file.get_or_insert_with(|| ca_cert.value.clone());
                if other || *file != ca_cert.value {
                    problems.push(config.source.diagnostic(
                        Code::VaultConfigUnsupported,
                        ca_cert.position,
                        "another CA for the login than for everything else is not supported",
                        "set ca_cert in vault alone, to a file with both",
                    ));
                }
            }
            AuthConfig::Cert(CertAuth {
                mount: mount?,
                role: name.clone().unwrap_or_default(),
                certificate_file: client_cert.clone(),
                key_file: client_key.clone(),
            })
        }
        Login::TokenFile { token_file_path } => AuthConfig::TokenFile(TokenFileAuth {
            token_file: token_file_path.clone(),
        }),
    })
}
