use std::{fmt, net::SocketAddr, str::FromStr, time::Duration};

use vouchsafe_shared::{
    annotations::DefaultTemplate,
    value::{AuthMount, ByteSize, HumanDuration, StoreAddress, ValueError},
};

/// What the operator of the webhook decides for all pods; annotations go before where both speak.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub agent_image: String,
    /// Kubernetes' own rule (by the image's tag) when absent.
    pub agent_image_pull_policy: Option<PullPolicy>,
    pub agent_cpu_request: Cpu,
    pub agent_memory_request: ByteSize,
    /// Holds the files of the two tmpfs volumes too: their pages count as the agent's memory.
    pub agent_memory_limit: ByteSize,
    /// Where agents serve `/live`, `/ready` and `/metrics`; nowhere when absent.
    pub agent_listen: Option<SocketAddr>,
    pub vault_address: Option<StoreAddress>,
    pub vault_auth_mount: AuthMount,
    pub vault_namespace: Option<String>,
    /// Certificates of the store's CA in PEM, which are public.
    pub vault_ca_pem: Option<String>,
    /// The token's audience where the pod names none; when absent, the dialect's own default.
    pub token_audience: Option<String>,
    pub token_expiration: TokenExpiration,
    pub secrets_volume_size: ByteSize,
    /// For the secrets without a template of pods with annotations of the original injector.
    pub default_template: DefaultTemplate,
}

impl Settings {
    pub fn new(agent_image: impl Into<String>) -> Self {
        Self {
            agent_image: agent_image.into(),
            agent_image_pull_policy: None,
            agent_cpu_request: Cpu::from_millicores(5),
            agent_memory_request: ByteSize::from_mebibytes(16),
            agent_memory_limit: ByteSize::from_mebibytes(64),
            agent_listen: None,
            vault_address: None,
            vault_auth_mount: AuthMount::kubernetes(),
            vault_namespace: None,
            vault_ca_pem: None,
            token_audience: None,
            token_expiration: TokenExpiration::SHORTEST,
            secrets_volume_size: ByteSize::from_mebibytes(8),
            default_template: DefaultTemplate::Map,
        }
    }
}

/// When the kubelet pulls the agent's image.
/// Source: <https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy>.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PullPolicy {
    Always,
    IfNotPresent,
    Never,
}

/// A share of a processor in Kubernetes' notation: `5m`, `1`, `0.25`.
///
/// Source: <https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#meaning-of-cpu>.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cpu {
    millicores: u32,
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

impl Cpu {
    pub const fn from_millicores(millicores: u32) -> Self {
        Self { millicores }
    }
}

impl FromStr for Cpu {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let invalid =
            || ValueError::new("not a share of a processor; expected for example 5m or 0.25");
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let whole = |text: &str| {
            if text.is_empty() || !digits(text) {
                return Err(invalid());
            }
            text.parse::<u32>().map_err(|_| invalid())
        };
        if let Some(millicores) = text.strip_suffix('m') {
            return whole(millicores).map(Self::from_millicores);
        }
        let (cores, fraction) = text.split_once('.').unwrap_or((text, "0"));
        if fraction.is_empty() || fraction.len() > 3 || !digits(fraction) {
            return Err(invalid());
        }
        let millicores = whole(&format!("{fraction:0<3}"))?;
        whole(cores)?
            .checked_mul(1000)
            .and_then(|cores| cores.checked_add(millicores))
            .map(Self::from_millicores)
            .ok_or_else(invalid)
    }
}

impl fmt::Display for Cpu {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.millicores.is_multiple_of(1000) {
            write!(formatter, "{}", self.millicores / 1000)
        } else {
            write!(formatter, "{}m", self.millicores)
        }
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
