//! `serve`: our own spelling. Every flag is a variable too, and goes before it.

mod agents;
mod server;
mod store;

use clap::Args;
use tracing::warn;
use vouchsafe_shared::value::Quantity;

use self::{agents::AgentDefaultArguments, server::ServerArguments, store::StoreArguments};
use super::{
    Variables,
    authorities::AuthoritiesError,
    certificate::{CERTIFICATE_INTERVAL, CertificateMistake, certificate},
    own::{AGENT_IMAGE, AgentArguments, ClusterArguments, LimitArguments},
};
use crate::{
    app::Config,
    log::LogOptions,
    mutate::Settings,
    server::tls::{TlsMistake, TlsOptions},
};

#[derive(Args, Debug)]
pub struct ServeArguments {
    #[command(flatten)]
    server: ServerArguments,
    #[command(flatten)]
    store: StoreArguments,
    #[command(flatten)]
    agents: AgentArguments,
    #[command(flatten)]
    defaults: AgentDefaultArguments,
    #[command(flatten)]
    cluster: ClusterArguments,
    #[command(flatten)]
    limits: LimitArguments,
}

/// A configuration that makes no sense although every flag does.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("--agent-image: is empty; expected for example registry.example/vouchsafe/agent:1.0.0")]
    AgentImage,
    #[error("--agent-{resource}-request: {request} is more than --agent-{resource}-limit, {limit}")]
    Resources {
        resource: &'static str,
        request: Quantity,
        limit: Quantity,
    },
    #[error("--vault-ca-cert-file: {0}")]
    Authorities(#[from] AuthoritiesError),
    #[error(transparent)]
    Certificate(#[from] CertificateMistake),
    #[error(transparent)]
    Tls(#[from] TlsMistake),
}

impl ServeArguments {
    pub fn log_options(&self) -> LogOptions {
        self.server.log_options()
    }

    /// Reads what the flags name but the server's certificate, which may change.
    ///
    /// # Errors
    /// Names the flag.
    pub fn into_config(self, variables: Variables<'_>) -> Result<Config, ConfigError> {
        let Self {
            server,
            store,
            agents,
            defaults,
            cluster,
            limits,
        } = self;
        let image = agents
            .agent_image
            .clone()
            .unwrap_or_else(|| AGENT_IMAGE.to_owned());
        if image.trim().is_empty() {
            return Err(ConfigError::AgentImage);
        }
        let native_sidecar = agents.native_sidecar.into();
        let settings = store.apply(Settings::new(image))?;
        let settings = agents.apply(defaults.apply(settings)?);
        let mut warnings = Vec::new();
        let tls = TlsOptions::read(
            &server.tls_min_version,
            &server.tls_cipher_suites,
            &mut warnings,
        )?;
        for warning in warnings {
            warn!(%warning, "configuration");
        }
        let (certificate, cluster) = certificate(
            server.certificate_flags(),
            &cluster,
            native_sidecar,
            variables,
        )?;
        Ok(Config {
            listen: server.listen,
            health_listen: Some(server.health_listen),
            telemetry_path: None,
            certificate,
            certificate_interval: CERTIFICATE_INTERVAL,
            tls,
            cluster,
            native_sidecar,
            settings,
            limits: limits.limits(),
            drain_delay: limits.drain_delay.as_duration(),
        })
    }
}
