use serde::{Deserialize, Serialize};

use super::AuthConfig;
use crate::value::{HumanDuration, StoreAddress};

/// One store and how to log in to it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StoreConfig {
    /// By which files name it, unique.
    pub name: String,
    pub kind: StoreKind,
    pub address: StoreAddress,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    #[serde(default, skip_serializing_if = "TlsConfig::is_default")]
    pub tls: TlsConfig,
    pub auth: AuthConfig,
    #[serde(default, skip_serializing_if = "LoginConfig::is_default")]
    pub login: LoginConfig,
    #[serde(default, skip_serializing_if = "ConnectionConfig::is_default")]
    pub connection: ConnectionConfig,
    #[serde(default, skip_serializing_if = "LeaseConfig::is_default")]
    pub lease: LeaseConfig,
    /// Have the store tell of changes, where it offers that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub events: bool,
    /// Give the token back when the agent stops.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub revoke_on_shutdown: bool,
    /// How long after it was told to stop the agent waits before it gives the token back; the
    /// app's containers end meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoke_grace: Option<HumanDuration>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StoreKind {
    /// HashiCorp Vault or OpenBao: they speak the same protocol.
    Vault,
}

/// Whom to trust and as whom to connect. With no authority named, the public ones.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// Certificates in PEM; a CA certificate is public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_pem: Option<String>,
    /// A file of certificates in PEM, in the agent's container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<String>,
    /// A directory of such files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_directory: Option<String>,
    /// The agent's own certificate and its chain in PEM, read at every connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_certificate_file: Option<String>,
    /// The key of that certificate in PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_key_file: Option<String>,
    /// The name to expect in the store's certificate instead of the address's host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
    /// Believe any certificate: whoever answers gets the login. For tests alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub skip_verify: bool,
}

impl TlsConfig {
    fn is_default(&self) -> bool {
        self == &Self::default()
    }
}

/// What to do when a login fails. The longest and the shortest wait are the agent's own when
/// absent.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LoginConfig {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_backoff: Option<HumanDuration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_backoff: Option<HumanDuration>,
    /// End the agent at the first failure instead of trying again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exit_on_error: bool,
}

impl LoginConfig {
    fn is_default(&self) -> bool {
        self == &Self::default()
    }
}

/// How the store is reached.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectionConfig {
    /// The URL of an HTTP proxy, for stores with an `https` address through `CONNECT`. `$(NAME)`
    /// stands for a variable of the agent's environment, and `$$` for `$`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// Of one request; the agent's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<HumanDuration>,
    /// How often one request is repeated at once after a failure of the store or the network,
    /// before the failure counts; the agent's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retries: Option<u32>,
    /// Close the connection after each answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub close_after_answer: bool,
}

impl ConnectionConfig {
    fn is_default(&self) -> bool {
        self == &Self::default()
    }
}

/// When what ends is renewed or replaced.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LeaseConfig {
    /// After which share of its life, above 0 and below 1; the agent's own when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal_threshold: Option<f64>,
}

impl LeaseConfig {
    fn is_default(&self) -> bool {
        self == &Self::default()
    }
}
