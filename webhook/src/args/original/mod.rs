//! `agent-inject`: the original injector's command, with its flags, variables and defaults.
//!
//! Variables go before flags, empty variables count as none, and whatever comes after the flags is
//! ignored: a chart or manifest of the original needs another image and nothing else. Our own
//! settings stand beside, as flags and as `VOUCHSAFE_…` variables; there a flag goes before.
//! `NAMESPACE` says where certificates are kept; `POD_NAME`, which the original chooses a leader by,
//! has no effect.

mod flags;
mod settings;
mod values;

use std::net::SocketAddr;

use clap::Args;
use tracing::level_filters::LevelFilter;

use self::values::{GivenFlags, Values};
pub use self::values::{Origin, ValueMistake};
use super::{
    Variables,
    authorities::AuthoritiesError,
    certificate::{CERTIFICATE_INTERVAL, CertificateFlags, CertificateMistake, certificate},
    own::{AgentArguments, ClusterArguments, LimitArguments},
};
use crate::{
    app::Config,
    log::{LogFormat, LogOptions},
    server::tls::{TlsMistake, TlsOptions},
};

#[derive(Args, Debug)]
pub struct AgentInjectArguments {
    #[command(flatten)]
    given: GivenFlags,

    /// Where /live, /ready and /metrics are served too, over plain HTTP [default: nowhere].
    #[arg(long, env = "VOUCHSAFE_HEALTH_LISTEN", value_name = "ADDRESS", value_parser = super::listen::address,
          help_heading = "The server")]
    health_listen: Option<SocketAddr>,

    #[command(flatten)]
    agents: AgentArguments,

    #[command(flatten)]
    cluster: ClusterArguments,

    #[command(flatten)]
    limits: LimitArguments,
}

/// How the program is to run, and what is to be said about it.
#[derive(Debug)]
pub struct Original {
    pub log: LogOptions,
    pub config: Config,
    /// For the log, once it is started.
    pub warnings: Vec<String>,
}

/// Why it cannot run. Where the original would not start either, the text begins as its does.
#[derive(Debug, thiserror::Error)]
pub enum OriginalMistake {
    #[error("No Vault service configured: set AGENT_INJECT_VAULT_ADDR or -vault-address")]
    NoAddress,
    #[error("Invalid default flag type: {type_} ({origin}; expected map or json)", type_ = .0, origin = .1)]
    DefaultTemplate(String, Origin),
    #[error(
        "Error setting log level: unknown log level: {0} ({1}; expected trace, debug, info, warn or error)"
    )]
    LogLevel(String, Origin),
    #[error("{}{_0}", if matches!(_0.origin, Origin::Variable(_)) { "Error parsing environment variables: " } else { "invalid value for " })]
    Value(#[from] ValueMistake),
    #[error("{origin}: {source}")]
    Authorities {
        origin: Origin,
        source: AuthoritiesError,
    },
    #[error("Failed to configure TLS: {0}")]
    Tls(#[from] TlsMistake),
    #[error("Failed to configure TLS: {0}")]
    Certificate(#[from] CertificateMistake),
}

impl AgentInjectArguments {
    /// Reads everything but the certificate's files, which may change.
    ///
    /// # Errors
    /// Names the first value that is wrong, by its variable or flag.
    pub fn resolve(self, variables: Variables<'_>) -> Result<Original, OriginalMistake> {
        let Self {
            given,
            health_listen,
            agents,
            cluster,
            limits,
        } = self;
        let values = Values::collect(&given, variables);
        let mut warnings = Vec::new();
        let native_sidecar = agents.native_sidecar.into();
        let settings = settings::read(&values, agents, &mut warnings)?;
        let log = LogOptions {
            level: log_level(&values)?,
            // As the original: everything else is its standard format.
            format: match values.text("log-format").as_str() {
                "json" => LogFormat::Json,
                _ => LogFormat::Text,
            },
        };
        let tls = TlsOptions::read(
            &values.text("tls-min-version"),
            &values.text("tls-cipher-suites"),
            &mut warnings,
        )?;
        let (certificate, cluster) = certificate(
            CertificateFlags {
                auto: values.non_empty("tls-auto"),
                hosts: values.text("tls-auto-hosts"),
                certificate: values.non_empty("tls-cert-file").map(Into::into),
                key: values.non_empty("tls-key-file").map(Into::into),
                authority: values.non_empty("tls-ca-cert-file").map(Into::into),
            },
            &cluster,
            native_sidecar,
            variables,
        )?;
        let config = Config {
            listen: values
                .get("listen")
                .parse(super::listen::address)?
                .unwrap_or_else(|| SocketAddr::from(([0, 0, 0, 0], 8080))),
            health_listen,
            telemetry_path: settings::telemetry_path(&values)?,
            certificate,
            certificate_interval: CERTIFICATE_INTERVAL,
            tls,
            cluster,
            native_sidecar,
            settings,
            limits: limits.limits(),
            drain_delay: limits.drain_delay.as_duration(),
        };
        Ok(Original {
            log,
            config,
            warnings,
        })
    }
}

fn log_level(values: &Values) -> Result<LevelFilter, OriginalMistake> {
    let value = values.get("log-level");
    match value.text.trim().to_lowercase().as_str() {
        "trace" => Ok(LevelFilter::TRACE),
        "debug" => Ok(LevelFilter::DEBUG),
        "info" | "notice" | "" => Ok(LevelFilter::INFO),
        "warn" | "warning" => Ok(LevelFilter::WARN),
        "err" | "error" => Ok(LevelFilter::ERROR),
        other => Err(OriginalMistake::LogLevel(other.to_owned(), value.origin)),
    }
}

#[cfg(test)]
mod tests;
