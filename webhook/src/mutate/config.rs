//! What the agent is told.

use vouchsafe_shared::{
    annotations::InjectSpec,
    config::{
        AgentConfig, AuthConfig, FileConfig, KubernetesAuth, LogConfig, RefreshConfig,
        SourceConfig, StoreConfig, StoreKind, TlsConfig, VolumeConfig,
    },
    diagnostic::{Code, Diagnostic},
};

use super::{
    Settings,
    names::{RUN_DIRECTORY, SECRETS_PATH, TOKEN_FILE},
    reload::Reloads,
};

const STORE: &str = "vault";

/// The one store of a pod. `None` when nobody says where it is.
pub(super) fn store(
    spec: &InjectSpec,
    settings: &Settings,
    problems: &mut Vec<Diagnostic>,
) -> Option<StoreConfig> {
    let Some(address) = spec.address.as_ref().or(settings.vault_address.as_ref()) else {
        problems.push(Diagnostic::error(
            Code::MissingAddress,
            "annotation vouchsafe.dev/address",
            "is missing, and the webhook has no address of its own",
            "add it with the store's URL, or start the webhook with --vault-address",
        ));
        return None;
    };
    let mount = spec.auth_mount.as_ref();
    let namespace = spec.namespace.as_ref();
    Some(StoreConfig {
        name: STORE.to_owned(),
        kind: StoreKind::Vault,
        address: address.clone(),
        namespace: namespace.or(settings.vault_namespace.as_ref()).cloned(),
        tls: TlsConfig {
            ca_pem: settings.vault_ca_pem.clone(),
            ..TlsConfig::default()
        },
        auth: AuthConfig::Kubernetes(KubernetesAuth {
            mount: mount.unwrap_or(&settings.vault_auth_mount).clone(),
            role: spec.role.clone(),
            token_file: TOKEN_FILE.to_owned(),
        }),
        revoke_on_shutdown: spec.revoke_on_shutdown,
    })
}

pub(super) fn agent_config(
    spec: &InjectSpec,
    settings: &Settings,
    store: StoreConfig,
    reloads: &Reloads<'_>,
) -> AgentConfig {
    let files = spec.files.iter().map(|file| FileConfig {
        name: file.name.clone(),
        volume: 0,
        store: STORE.to_owned(),
        mode: file.mode,
        user: None,
        group: None,
        source: SourceConfig {
            secret: file.path.clone(),
            key: file.key.clone(),
            format: file.format,
        },
    });
    let mut refresh = RefreshConfig::default();
    if let Some(interval) = spec.refresh_interval {
        refresh.interval = interval;
    }
    AgentConfig {
        version: AgentConfig::VERSION,
        stores: vec![store],
        volumes: vec![VolumeConfig {
            path: SECRETS_PATH.to_owned(),
        }],
        files: files.collect(),
        reload: reloads.configs.clone(),
        refresh,
        log: LogConfig {
            level: spec.log_level,
            format: spec.log_format,
        },
        run_directory: RUN_DIRECTORY.to_owned(),
        listen: settings.agent_listen,
    }
}

/// The value of the agent's environment variable, if it can be one.
pub(super) fn to_environment(
    config: &AgentConfig,
    problems: &mut Vec<Diagnostic>,
) -> Option<String> {
    /// Linux refuses to start a program with a longer `NAME=value`, its final zero byte included:
    /// `MAX_ARG_STRLEN`, 32 pages of 4 KiB. Source: <https://man7.org/linux/man-pages/man2/execve.2.html>.
    const VARIABLE_LIMIT: usize = 131_072;
    const LIMIT: usize = VARIABLE_LIMIT - AgentConfig::VARIABLE.len() - "=\0".len();
    let json = config.to_json();
    if json.len() > LIMIT {
        problems.push(Diagnostic::error(
            Code::TooLarge,
            "the agent's configuration",
            format!("has {} bytes, of {LIMIT} at most", json.len()),
            "name fewer secrets, or shorter paths and names, in this pod",
        ));
        return None;
    }
    Some(json)
}
