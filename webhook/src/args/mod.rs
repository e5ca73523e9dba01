//! The command line. Every flag is an environment variable too.

mod authorities;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use tracing::level_filters::LevelFilter;
use vouchsafe_shared::{
    annotations::DefaultTemplate,
    value::{AuthMount, ByteSize, HumanDuration, StoreAddress},
};

pub use self::authorities::AuthoritiesError;
use crate::{
    app::Config,
    log::{LogFormat, LogOptions},
    mutate::{Cpu, PullPolicy, Settings, TokenExpiration},
    server::{Limits, certificate::CertificateFiles},
};

/// Adds Vouchsafe's agent to the pods that ask for it.
#[derive(Debug, Parser)]
#[command(name = "vouchsafe-webhook", version, after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve admissions until stopped.
    Serve(Box<ServeArguments>),
    /// Print the version.
    Version,
    /// Print a completion script for a shell.
    Completion { shell: Shell },
}

const AFTER_HELP: &str = "\
Signals:
  SIGTERM, SIGINT  Fail /ready, serve on for --drain-delay, finish what is under way within
                   20 s, exit; a second one exits at once

Exit codes:
  0   stopped as asked
  1   failed to start, or stopped at once
  64  wrong command line or configuration";

#[derive(Args, Debug)]
pub struct ServeArguments {
    /// Where admissions are served, over TLS, as POST /mutate.
    #[arg(
        long,
        env = "VOUCHSAFE_LISTEN",
        value_name = "ADDRESS",
        default_value = "0.0.0.0:8443"
    )]
    listen: SocketAddr,

    /// Where /live, /ready and /metrics are served, over plain HTTP.
    #[arg(
        long,
        env = "VOUCHSAFE_HEALTH_LISTEN",
        value_name = "ADDRESS",
        default_value = "0.0.0.0:8080"
    )]
    health_listen: SocketAddr,

    /// The certificate and its chain in PEM; read again when it changes.
    #[arg(long, env = "VOUCHSAFE_TLS_CERT_FILE", value_name = "FILE")]
    tls_cert_file: PathBuf,

    /// The certificate's private key in PEM; read again when it changes.
    #[arg(long, env = "VOUCHSAFE_TLS_KEY_FILE", value_name = "FILE")]
    tls_key_file: PathBuf,

    /// The agent's image.
    #[arg(long, env = "VOUCHSAFE_AGENT_IMAGE", value_name = "IMAGE")]
    agent_image: String,

    #[arg(
        long,
        env = "VOUCHSAFE_AGENT_IMAGE_PULL_POLICY",
        value_name = "POLICY",
        help = "When the agent's image is pulled: Always, IfNotPresent or Never [default: by its tag]"
    )]
    agent_image_pull_policy: Option<PullPolicy>,

    /// The store's URL, for pods that name none.
    #[arg(long, env = "VOUCHSAFE_VAULT_ADDRESS", value_name = "URL")]
    vault_address: Option<StoreAddress>,

    /// Where the store's Kubernetes auth method is mounted, for pods that do not say.
    #[arg(
        long,
        env = "VOUCHSAFE_VAULT_AUTH_MOUNT",
        value_name = "PATH",
        default_value = "auth/kubernetes"
    )]
    vault_auth_mount: AuthMount,

    /// The store's namespace, for pods that name none.
    #[arg(long, env = "VOUCHSAFE_VAULT_NAMESPACE", value_name = "NAMESPACE")]
    vault_namespace: Option<String>,

    /// Certificates in PEM of the authorities that agents trust for the store's certificate, read
    /// once [default: the public authorities].
    #[arg(long, env = "VOUCHSAFE_VAULT_CA_CERT_FILE", value_name = "FILE")]
    vault_ca_cert_file: Option<PathBuf>,

    /// The audience of the tokens that agents log in with, for pods that name none [default:
    /// vouchsafe, and the API server's for pods with annotations of the original injector].
    #[arg(long, env = "VOUCHSAFE_TOKEN_AUDIENCE", value_name = "AUDIENCE")]
    token_audience: Option<String>,

    /// How long such a token is good for, 10m or more; the kubelet renews it in time.
    #[arg(long, env = "VOUCHSAFE_TOKEN_EXPIRATION", value_name = "DURATION", default_value_t = TokenExpiration::SHORTEST)]
    token_expiration: TokenExpiration,

    /// The processor share that an agent requests.
    #[arg(
        long,
        env = "VOUCHSAFE_AGENT_CPU_REQUEST",
        value_name = "CPU",
        default_value = "5m"
    )]
    agent_cpu_request: Cpu,

    /// The memory that an agent requests.
    #[arg(
        long,
        env = "VOUCHSAFE_AGENT_MEMORY_REQUEST",
        value_name = "SIZE",
        default_value = "16Mi"
    )]
    agent_memory_request: ByteSize,

    /// The memory that an agent may use, its files included: they are held in memory.
    #[arg(
        long,
        env = "VOUCHSAFE_AGENT_MEMORY_LIMIT",
        value_name = "SIZE",
        default_value = "64Mi"
    )]
    agent_memory_limit: ByteSize,

    /// How much the files of a pod may hold, the previous version of each included.
    #[arg(
        long,
        env = "VOUCHSAFE_SECRETS_VOLUME_SIZE",
        value_name = "SIZE",
        default_value = "8Mi"
    )]
    secrets_volume_size: ByteSize,

    /// What secrets without a template are rendered with, map or json, in pods with annotations of
    /// the original injector.
    #[arg(long, env = "VOUCHSAFE_DEFAULT_TEMPLATE", value_name = "TEMPLATE", default_value_t = DefaultTemplate::Map)]
    default_template: DefaultTemplate,

    /// Where agents serve /live, /ready and /metrics, for example 0.0.0.0:9102 [default: nowhere].
    #[arg(long, env = "VOUCHSAFE_AGENT_LISTEN", value_name = "ADDRESS")]
    agent_listen: Option<SocketAddr>,

    /// The most connections at a time; others wait.
    #[arg(long, env = "VOUCHSAFE_MAX_CONNECTIONS", value_name = "NUMBER", default_value_t = 512,
          value_parser = clap::value_parser!(u32).range(1..=65_536))]
    max_connections: u32,

    /// How long to serve on after /ready has begun to fail, until the service has noticed. With the
    /// 20 s of a drain less than the pod's terminationGracePeriodSeconds.
    #[arg(
        long,
        env = "VOUCHSAFE_DRAIN_DELAY",
        value_name = "DURATION",
        default_value = "3s"
    )]
    drain_delay: HumanDuration,

    /// How much to log.
    #[arg(
        long,
        env = "VOUCHSAFE_LOG_LEVEL",
        value_name = "LEVEL",
        default_value = "info"
    )]
    log_level: Level,

    /// How to log.
    #[arg(
        long,
        env = "VOUCHSAFE_LOG_FORMAT",
        value_name = "FORMAT",
        default_value = "text"
    )]
    log_format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Level {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Text,
    Json,
}

/// A configuration that makes no sense although every flag does.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("--agent-image: is empty; expected for example registry.example/vouchsafe/agent:1.0.0")]
    AgentImage,
    #[error("--agent-memory-request: {request} is more than --agent-memory-limit, {limit}")]
    AgentMemory { request: ByteSize, limit: ByteSize },
    #[error("--vault-ca-cert-file: {0}")]
    Authorities(#[from] AuthoritiesError),
}

/// The script that a shell reads to complete this command line.
pub fn completion(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    let mut command = Arguments::command();
    let name = command.get_name().to_owned();
    clap_complete::generate(shell, &mut command, name, &mut script);
    script
}

impl ServeArguments {
    pub fn log_options(&self) -> LogOptions {
        LogOptions {
            level: match self.log_level {
                Level::Error => LevelFilter::ERROR,
                Level::Warn => LevelFilter::WARN,
                Level::Info => LevelFilter::INFO,
                Level::Debug => LevelFilter::DEBUG,
                Level::Trace => LevelFilter::TRACE,
            },
            format: match self.log_format {
                Format::Text => LogFormat::Text,
                Format::Json => LogFormat::Json,
            },
        }
    }

    /// Reads what the flags name but the server's certificate, which may change.
    ///
    /// # Errors
    /// Names the flag.
    pub fn into_config(self) -> Result<Config, ConfigError> {
        let Self {
            listen,
            health_listen,
            tls_cert_file,
            tls_key_file,
            agent_image,
            agent_image_pull_policy,
            vault_address,
            vault_auth_mount,
            vault_namespace,
            vault_ca_cert_file,
            token_audience,
            token_expiration,
            agent_cpu_request,
            agent_memory_request,
            agent_memory_limit,
            secrets_volume_size,
            default_template,
            agent_listen,
            max_connections,
            drain_delay,
            log_level: _,
            log_format: _,
        } = self;
        if agent_image.trim().is_empty() {
            return Err(ConfigError::AgentImage);
        }
        if agent_memory_request > agent_memory_limit {
            return Err(ConfigError::AgentMemory {
                request: agent_memory_request,
                limit: agent_memory_limit,
            });
        }
        let vault_ca_pem = vault_ca_cert_file
            .map(|path| authorities::read(&path))
            .transpose()?;
        Ok(Config {
            listen,
            health_listen,
            certificate: CertificateFiles {
                certificate: tls_cert_file,
                key: tls_key_file,
            },
            // The kubelet takes about a minute to write a changed secret: this adds little.
            certificate_interval: Duration::from_secs(10),
            settings: Settings {
                agent_image,
                agent_image_pull_policy,
                agent_cpu_request,
                agent_memory_request,
                agent_memory_limit,
                agent_listen,
                vault_address,
                vault_auth_mount,
                vault_namespace: non_empty(vault_namespace),
                vault_ca_pem,
                token_audience: non_empty(token_audience),
                token_expiration,
                secrets_volume_size,
                default_template,
            },
            limits: Limits {
                connections: max_connections as usize,
                ..Limits::default()
            },
            drain_delay: drain_delay.as_duration(),
        })
    }
}

/// An empty variable in a manifest says the same as none.
fn non_empty(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests;
