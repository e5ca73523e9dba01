//! What the agent is told.

use vouchsafe_shared::{
    annotations::{FileSource, InjectSpec},
    config::{
        AgentConfig, AuthConfig, ConnectionConfig, FileConfig, KubernetesAuth, LeaseConfig,
        LogConfig, LoginConfig, RefreshConfig, SourceConfig, StoreConfig, StoreKind, TemplateText,
        TlsConfig, TokenSource, VolumeConfig,
    },
    diagnostic::{Code, Diagnostic},
};

use super::{
    Settings,
    names::{RUN_DIRECTORY, SECRETS_PATH, TOKEN_FILE},
    reload::Reloads,
    template,
};

const STORE: &str = "vault";

/// The one store of a pod. `None` when nobody says where it is.
pub(super) fn store(
    spec: &InjectSpec,
    settings: &Settings,
    problems: &mut Vec<Diagnostic>,
) -> Option<StoreConfig> {
    let Some(address) = spec
        .connection
        .address
        .as_ref()
        .or(settings.vault_address.as_ref())
    else {
        problems.push(Diagnostic::error(
            Code::MissingAddress,
            "annotation vouchsafe.dev/address",
            "is missing, and the webhook has no address of its own",
            "add it with the store's URL, or start the webhook with --vault-address",
        ));
        return None;
    };
    let mount = spec.auth.mount.as_ref();
    let namespace = spec.connection.namespace.as_ref();
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
            role: spec
                .auth
                .role
                .as_ref()
                .map(|role| role.value.clone())
                .unwrap_or_default(),
            token_file: TOKEN_FILE.to_owned(),
        }),
        login: LoginConfig::default(),
        connection: ConnectionConfig::default(),
        lease: LeaseConfig::default(),
        revoke_on_shutdown: spec.revoke_on_shutdown.unwrap_or(false),
        revoke_grace: None,
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
        source: match &file.source {
            FileSource::Secret(source) => SourceConfig::Secret(source.clone()),
            FileSource::Template(spec) => SourceConfig::Template(template::source(spec, settings)),
            FileSource::Token => SourceConfig::Token(TokenSource::default()),
        },
        command: None,
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
        api: None,
        pid_file: None,
        exit_on_retry_failure: false,
    }
}

/// The value of the agent's environment variable, if it can be one.
pub(super) fn to_environment(
    config: &AgentConfig,
    problems: &mut Vec<Diagnostic>,
) -> Option<String> {
    const LIMIT: usize = AgentConfig::LIMIT;
    let json = config.to_json();
    if json.len() > LIMIT {
        let inline: usize = config.files.iter().map(inline_bytes).sum();
        let (of_which, help) = if inline > 0 {
            (
                format!(" ({inline} in templates)"),
                "shorten the templates, write fewer files in this pod, or name with \
                 template-file-NAME a template that is in the agent's image",
            )
        } else {
            (
                String::new(),
                "name fewer secrets, or shorter paths and names, in this pod",
            )
        };
        problems.push(Diagnostic::error(
            Code::TooLarge,
            "the agent's configuration",
            format!("has {} bytes{of_which}, of {LIMIT} at most", json.len()),
            help,
        ));
        return None;
    }
    Some(json)
}

fn inline_bytes(file: &FileConfig) -> usize {
    match &file.source {
        SourceConfig::Template(source) => match &source.text {
            TemplateText::Inline(text) => text.len(),
            TemplateText::File(_) => 0,
        },
        SourceConfig::Secret(_) | SourceConfig::Token(_) => 0,
    }
}
