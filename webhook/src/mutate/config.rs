//! What the agent is told.

use vouchsafe_shared::{
    annotations::{Dialect, FileSource, FileSpec, InjectSpec, Phases, RefreshSpec},
    config::{
        AgentConfig, ApiConfig, CommandConfig, CommandLine, ConnectionConfig, FileConfig,
        LeaseConfig, LogConfig, LoginConfig, RefreshConfig, SourceConfig, StoreConfig, StoreKind,
        TlsConfig, TokenSource, VolumeConfig,
    },
    diagnostic::{Code, Diagnostic},
    value::{HumanDuration, StoreAddress},
};

use super::{
    Settings, auth::Login, layout::Layout, names::RUN_DIRECTORY, reload::Reloads, template,
};

const STORE: &str = "vault";

/// How long the original injector lets the app end before it gives the token back.
const ORIGINAL_GRACE: HumanDuration = HumanDuration::from_secs(5);

/// Where the store is. `None` when nobody says.
pub(super) fn address<'s>(
    spec: &'s InjectSpec,
    settings: &'s Settings,
    problems: &mut Vec<Diagnostic>,
) -> Option<&'s StoreAddress> {
    let asked = &spec.connection.address;
    let address = asked.over(settings.vault_address.as_ref());
    if address.is_none() {
        problems.push(Diagnostic::error(
            Code::MissingAddress,
            "annotation vouchsafe.dev/address",
            "is missing, and the webhook has no address of its own",
            "add it with the store's URL, or start the webhook with --vault-address",
        ));
    }
    address
}

/// The one store of a pod.
pub(super) fn store(
    spec: &InjectSpec,
    settings: &Settings,
    address: &StoreAddress,
    login: Login,
) -> StoreConfig {
    let (asked, auth) = (&spec.connection, &spec.auth);
    let namespace = asked.namespace.as_ref();
    let revokes = spec
        .revoke_on_shutdown
        .unwrap_or(settings.revoke_on_shutdown);
    let default_grace = (spec.dialect == Dialect::Original).then_some(ORIGINAL_GRACE);
    StoreConfig {
        name: STORE.to_owned(),
        kind: StoreKind::Vault,
        address: address.clone(),
        namespace: filled(namespace.or(settings.vault_namespace.as_ref())),
        tls: tls(spec, settings, login.ca_file),
        auth: login.auth,
        login: LoginConfig {
            min_backoff: auth
                .min_backoff
                .over(settings.min_backoff.as_ref())
                .copied(),
            max_backoff: auth
                .max_backoff
                .over(settings.max_backoff.as_ref())
                .copied(),
            exit_on_error: auth.exit_on_error,
        },
        connection: ConnectionConfig {
            proxy: filled(asked.proxy.as_ref().or(settings.proxy.as_ref())),
            timeout: asked.timeout,
            retries: asked.retries,
            close_after_answer: asked
                .close_after_answer
                .unwrap_or(settings.close_after_answer),
        },
        lease: LeaseConfig {
            renewal_threshold: spec
                .lease_renewal_threshold
                .or(settings.lease_renewal_threshold),
        },
        events: spec.events,
        revoke_on_shutdown: revokes,
        revoke_grace: spec.revoke_grace.or(default_grace).filter(|_| revokes),
    }
}

/// A pod may say that there is none.
pub(super) fn filled(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.is_empty()).cloned()
}

/// A pod that names a file of authorities trusts these alone, as in the original agent.
fn tls(spec: &InjectSpec, settings: &Settings, login_ca_file: Option<String>) -> TlsConfig {
    let asked = &spec.connection;
    let ca_file = asked.ca_file.clone().or(login_ca_file);
    TlsConfig {
        ca_pem: settings.vault_ca_pem.clone().filter(|_| ca_file.is_none()),
        ca_file,
        ca_directory: asked.ca_directory.clone(),
        client_certificate_file: asked.client_certificate_file.clone(),
        client_key_file: asked.client_key_file.clone(),
        server_name: asked.server_name.clone(),
        skip_verify: asked.skip_verify,
    }
}

pub(super) fn agent_config(
    spec: &InjectSpec,
    settings: &Settings,
    store: StoreConfig,
    layout: &Layout<'_>,
    reloads: &Reloads<'_>,
) -> AgentConfig {
    let mut refresh = RefreshConfig::default();
    if let Some(interval) = spec.refresh.interval.or(settings.refresh_interval) {
        refresh.interval = interval;
    }
    refresh.adaptive = spec.refresh.adaptive;
    refresh.version_first = spec.refresh_version_first;
    AgentConfig {
        version: AgentConfig::VERSION,
        stores: vec![store],
        volumes: layout
            .written()
            .map(|volume| VolumeConfig {
                path: volume.agent_path.clone(),
                keep_previous: spec.keep_previous,
            })
            .collect(),
        files: files(spec, settings, layout, refresh),
        reload: reloads.configs.clone(),
        refresh,
        log: LogConfig {
            level: spec.log_level,
            format: spec.log_format,
        },
        run_directory: RUN_DIRECTORY.to_owned(),
        listen: settings.agent_listen,
        api: api(spec),
        pid_file: None,
        exit_on_retry_failure: spec
            .exit_on_retry_failure
            .unwrap_or(settings.exit_on_retry_failure),
    }
}

/// As in the original, an agent that ends before the app starts passes nothing on to the store, and
/// metrics alone are no reason to listen.
fn api(spec: &InjectSpec) -> Option<ApiConfig> {
    let asked = spec.api;
    let proxy = asked.proxy.filter(|_| spec.phases != Phases::Init);
    (asked.quit || proxy.is_some()).then_some(ApiConfig {
        port: asked.port,
        quit: asked.quit,
        proxy,
        metrics: asked.metrics,
    })
}

/// Each file, once for each volume that shows it.
fn files(
    spec: &InjectSpec,
    settings: &Settings,
    layout: &Layout<'_>,
    refresh: RefreshConfig,
) -> Vec<FileConfig> {
    let mut files = Vec::new();
    for (index, (file, name)) in spec.files.iter().zip(&layout.names).enumerate() {
        let volumes = layout
            .written()
            .enumerate()
            .filter(|(_, volume)| volume.files.contains(&index));
        let mut command = file.command.as_ref().map(|asked| CommandConfig {
            run: CommandLine::Shell(asked.value.clone()),
            timeout: CommandConfig::DEFAULT_TIMEOUT,
        });
        for (volume, _) in volumes {
            files.push(FileConfig {
                name: name.clone(),
                volume,
                store: STORE.to_owned(),
                mode: file.mode,
                user: None,
                group: None,
                source: match &file.source {
                    FileSource::Secret(source) => SourceConfig::Secret(source.clone()),
                    FileSource::Template(spec) => {
                        SourceConfig::Template(template::source(spec, settings))
                    }
                    FileSource::Token => SourceConfig::Token(TokenSource::default()),
                },
                // Of copies of a file the first alone is told of.
                command: command.take(),
                refresh: file_refresh(file, refresh),
                optional: file.optional,
                fallback: file.fallback.clone(),
                bundle: file.bundle.clone(),
            });
        }
    }
    files
}

/// What the file says itself goes before what the pod says.
fn file_refresh(file: &FileSpec, of_pod: RefreshConfig) -> Option<RefreshConfig> {
    let RefreshSpec { interval, adaptive } = file.refresh;
    (interval.is_some() || adaptive.is_some()).then(|| RefreshConfig {
        interval: interval.unwrap_or(of_pod.interval),
        adaptive: adaptive.or(of_pod.adaptive),
        ..of_pod
    })
}

/// The agent's two listeners share the pod's addresses.
pub(super) fn check_ports(config: &AgentConfig, problems: &mut Vec<Diagnostic>) {
    if let (Some(api), Some(listen)) = (config.api, config.listen)
        && api.port == listen.port()
    {
        problems.push(Diagnostic::error(
            Code::PortTaken,
            format!("port {}", api.port),
            "is asked for by the pod for the agent's API, but agents show their health there",
            "choose another with vouchsafe.dev/agent-cache-listener-port",
        ));
    }
}
