use std::{fmt, net::SocketAddr, str::FromStr, time::Duration};

use vouchsafe_shared::{
    annotations::DefaultTemplate,
    value::{AuthMount, ByteSize, HumanDuration, Quantity, StoreAddress, ValueError},
};

/// What the operator of the webhook decides for all pods; annotations go before where both speak.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own on the command line"
)]
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Our own agent's; see [`super::is_original_image`].
    pub agent_image: String,
    /// Kubernetes' own rule (by the image's tag) when absent.
    pub agent_image_pull_policy: Option<PullPolicy>,
    pub resources: Resources,
    /// Where agents serve `/live`, `/ready` and `/metrics`; nowhere when absent.
    pub agent_listen: Option<SocketAddr>,
    pub vault_address: Option<StoreAddress>,
    /// How agents log in, by the name of the store's auth method: `kubernetes`.
    pub auth_method: String,
    pub vault_auth_mount: AuthMount,
    pub vault_namespace: Option<String>,
    /// Certificates of the store's CA in PEM, which are public.
    pub vault_ca_pem: Option<String>,
    /// The URL of the HTTP proxy by which the store is reached.
    pub proxy: Option<String>,
    /// The token's audience where the pod names none; when absent, the dialect's own default.
    pub token_audience: Option<String>,
    pub token_expiration: TokenExpiration,
    /// Of all files of a pod together.
    pub secrets_volume_size: ByteSize,
    /// For the secrets without a template of pods with annotations of the original injector.
    pub default_template: DefaultTemplate,
    /// As whom agents run; as it suits the pod when absent.
    pub run_as_user: Option<u64>,
    pub run_as_group: Option<u64>,
    /// Run as the user of the pod's first container.
    pub run_as_same_user: bool,
    /// Whether agents get a security context at all.
    pub set_security_context: bool,
    /// Between two attempts to log in; the agent's own when absent.
    pub min_backoff: Option<HumanDuration>,
    pub max_backoff: Option<HumanDuration>,
    /// End agents for Kubernetes to start them again when the store gives nothing for long.
    pub exit_on_retry_failure: bool,
    /// How often what has no lease is read again; the agent's own when absent.
    pub refresh_interval: Option<HumanDuration>,
    /// After which share of its life a lease is renewed; the agent's own when absent.
    pub lease_renewal_threshold: Option<f64>,
    /// Close the connection to the store after each answer.
    pub close_after_answer: bool,
    /// Give the store's token back when an agent stops.
    pub revoke_on_shutdown: bool,
}

/// What the agent's containers request and may use. What is absent is not said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resources {
    pub cpu_request: Option<Quantity>,
    pub cpu_limit: Option<Quantity>,
    pub memory_request: Option<Quantity>,
    /// Holds the files of the tmpfs volumes too: their pages count as the agent's memory.
    pub memory_limit: Option<Quantity>,
    pub ephemeral_storage_request: Option<Quantity>,
    pub ephemeral_storage_limit: Option<Quantity>,
}

impl Settings {
    /// Our own defaults: an agent that takes little and passes every admission there is.
    pub fn new(agent_image: impl Into<String>) -> Self {
        Self {
            agent_image: agent_image.into(),
            agent_image_pull_policy: None,
            resources: Resources {
                cpu_request: quantity("5m"),
                memory_request: quantity("16Mi"),
                memory_limit: quantity("64Mi"),
                ..Resources::default()
            },
            agent_listen: None,
            vault_address: None,
            auth_method: "kubernetes".to_owned(),
            vault_auth_mount: AuthMount::kubernetes(),
            vault_namespace: None,
            vault_ca_pem: None,
            proxy: None,
            token_audience: None,
            token_expiration: TokenExpiration::SHORTEST,
            secrets_volume_size: ByteSize::from_mebibytes(8),
            default_template: DefaultTemplate::Map,
            run_as_user: None,
            run_as_group: None,
            run_as_same_user: false,
            set_security_context: true,
            min_backoff: None,
            max_backoff: None,
            exit_on_retry_failure: false,
            refresh_interval: None,
            lease_renewal_threshold: None,
            close_after_answer: false,
            revoke_on_shutdown: false,
        }
    }

    /// The original injector's defaults, and its agent's where it leaves them to that one.
    ///
    /// Source: <https://developer.hashicorp.com/vault/docs/deploy/kubernetes/injector/annotations>;
    /// of the interval, <https://developer.hashicorp.com/vault/docs/agent-and-proxy/agent/template>.
    pub fn original(agent_image: impl Into<String>) -> Self {
        Self {
            resources: Resources {
                cpu_request: quantity("250m"),
                cpu_limit: quantity("500m"),
                memory_request: quantity("64Mi"),
                memory_limit: quantity("128Mi"),
                ..Resources::default()
            },
            run_as_user: Some(100),
            run_as_group: Some(1000),
            exit_on_retry_failure: true,
            refresh_interval: Some(HumanDuration::from_secs(5 * 60)),
            ..Self::new(agent_image)
        }
    }
}

fn quantity(text: &str) -> Option<Quantity> {
    text.parse().ok()
}

/// When the kubelet pulls the agent's image.
/// Source: <https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy>.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PullPolicy {
    Always,
    IfNotPresent,
    Never,
}

/// How long a projected token is good for: 10 minutes, the shortest that the API server grants, or
/// more. The longest duration that can be written, 100 years, is within its limit of 2^32 seconds.
///
/// Source: <https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/volume/#projections>.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct TokenExpiration {
    seconds: u64,
}

impl PullPolicy {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Always => "Always",
            Self::IfNotPresent => "IfNotPresent",
            Self::Never => "Never",
        }
    }
}

impl FromStr for PullPolicy {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        [Self::Always, Self::IfNotPresent, Self::Never]
            .into_iter()
            .find(|policy| policy.as_str() == text)
            .ok_or_else(|| {
                ValueError::new("not a pull policy; expected Always, IfNotPresent or Never")
            })
    }
}

impl TokenExpiration {
    pub const SHORTEST: Self = Self { seconds: 600 };

    pub const fn seconds(self) -> u64 {
        self.seconds
    }
}

impl FromStr for TokenExpiration {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let duration: Duration = text.parse::<HumanDuration>()?.into();
        let expiration = Self {
            seconds: duration.as_secs(),
        };
        if expiration < Self::SHORTEST {
            return Err(ValueError::new(
                "shorter than the API server grants; expected 10m or more",
            ));
        }
        Ok(expiration)
    }
}

impl fmt::Display for TokenExpiration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        HumanDuration::from_secs(self.seconds).fmt(formatter)
    }
}
