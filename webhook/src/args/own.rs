//! Flags that both ways to serve have and that the original injector does not know.

use std::{fs, net::SocketAddr};

use clap::{Args, ValueEnum};
use vouchsafe_shared::value::{ByteSize, HumanDuration};

use vouchsafe_cluster::options::{CONFIG_MAP, Defaults, SECRET};

use super::Variables;
use crate::{
    app::NativeSidecar,
    mutate::{PullPolicy, Settings, TokenExpiration},
    server::Limits,
};

/// Our own agent's image, of this version.
pub(crate) const AGENT_IMAGE: &str = concat!("ghcr.io/vouchsafe/agent:", env!("CARGO_PKG_VERSION"));

#[derive(Args, Debug)]
#[command(next_help_heading = "The agents in the pods")]
pub(super) struct AgentArguments {
    /// The agent's image [default: this version's at ghcr.io/vouchsafe/agent].
    #[arg(long, env = "VOUCHSAFE_AGENT_IMAGE", value_name = "IMAGE")]
    pub(super) agent_image: Option<String>,

    #[arg(
        long,
        env = "VOUCHSAFE_AGENT_IMAGE_PULL_POLICY",
        value_name = "POLICY",
        help = "When the agent's image is pulled: Always, IfNotPresent or Never [default: by its tag]"
    )]
    agent_image_pull_policy: Option<PullPolicy>,

    /// Whether pods get one native sidecar instead of an init container and a sidecar; auto by the
    /// cluster's version.
    #[arg(
        long,
        env = "VOUCHSAFE_NATIVE_SIDECAR",
        value_name = "WHEN",
        default_value = "auto"
    )]
    pub(super) native_sidecar: When,

    /// The audience of the tokens that agents log in with, for pods that name none [default:
    /// vouchsafe, and the API server's for pods with annotations of the original injector].
    #[arg(long, env = "VOUCHSAFE_TOKEN_AUDIENCE", value_name = "AUDIENCE")]
    token_audience: Option<String>,

    /// How long such a token is good for, 10m or more; the kubelet renews it in time.
    #[arg(long, env = "VOUCHSAFE_TOKEN_EXPIRATION", value_name = "DURATION", default_value_t = TokenExpiration::SHORTEST)]
    token_expiration: TokenExpiration,

    /// How much the files of a pod may hold, the previous version of each included.
    #[arg(
        long,
        env = "VOUCHSAFE_SECRETS_VOLUME_SIZE",
        value_name = "SIZE",
        default_value = "8Mi"
    )]
    secrets_volume_size: ByteSize,

    /// Where agents serve /live, /ready and /metrics, for example 0.0.0.0:9102 [default: nowhere].
    #[arg(long, env = "VOUCHSAFE_AGENT_LISTEN", value_name = "ADDRESS", value_parser = super::listen::address)]
    agent_listen: Option<SocketAddr>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum When {
    Auto,
    Always,
    Never,
}

impl From<When> for NativeSidecar {
    fn from(when: When) -> Self {
        match when {
            When::Auto => Self::Auto,
            When::Always => Self::Always,
            When::Never => Self::Never,
        }
    }
}

impl AgentArguments {
    pub(super) fn apply(self, settings: Settings) -> Settings {
        Settings {
            agent_image_pull_policy: self.agent_image_pull_policy,
            token_audience: non_empty(self.token_audience),
            token_expiration: self.token_expiration,
            secrets_volume_size: self.secrets_volume_size,
            agent_listen: self.agent_listen,
            ..settings
        }
    }
}

#[derive(Args, Debug)]
#[command(next_help_heading = "The cluster")]
pub(super) struct ClusterArguments {
    /// The namespace of the ConfigMap and the Secret below [default: NAMESPACE, or the webhook's
    /// own].
    #[arg(long, env = "VOUCHSAFE_NAMESPACE", value_name = "NAMESPACE")]
    pub(super) namespace: Option<String>,

    /// The ConfigMap with annotations that pods have where they do not say otherwise; empty for
    /// none.
    #[arg(long, env = "VOUCHSAFE_DEFAULTS_CONFIG_MAP", value_name = "NAME", default_value = CONFIG_MAP)]
    defaults_config_map: String,

    /// Whether annotations of a namespace are such defaults for its pods.
    #[arg(long, env = "VOUCHSAFE_NAMESPACE_DEFAULTS", value_name = "BOOLEAN", default_value = "true",
          action = clap::ArgAction::Set)]
    namespace_defaults: bool,

    /// The Secret in which replicas share the certificate that they make.
    #[arg(long, env = "VOUCHSAFE_TLS_SECRET", value_name = "NAME", default_value = SECRET)]
    pub(super) tls_secret: String,
}

impl ClusterArguments {
    pub(super) fn defaults(&self) -> Defaults {
        Defaults {
            config_map: non_empty(Some(self.defaults_config_map.clone())),
            namespaces: self.namespace_defaults,
        }
    }

    /// As the original injector, by `NAMESPACE`; where that says nothing, the pod's own instead of
    /// `default`, where nobody gave the webhook a right to anything.
    pub(super) fn namespace(&self, variables: Variables<'_>) -> String {
        /// Source: <https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/#directly-accessing-the-rest-api>.
        const OWN: &str = "/var/run/secrets/kubernetes.io/serviceaccount/namespace";
        non_empty(self.namespace.clone())
            .or_else(|| non_empty(variables("NAMESPACE")))
            .or_else(|| non_empty(fs::read_to_string(OWN).ok()))
            .map_or_else(|| "default".to_owned(), |name| name.trim().to_owned())
    }
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Limits")]
pub(super) struct LimitArguments {
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
    pub(super) drain_delay: HumanDuration,
}

impl LimitArguments {
    pub(super) fn limits(&self) -> Limits {
        Limits {
            connections: self.max_connections as usize,
            ..Limits::default()
        }
    }
}

/// An empty variable in a manifest says the same as none.
pub(super) fn non_empty(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}
