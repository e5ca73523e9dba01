use serde::{Deserialize, Serialize};

use crate::value::{AuthMount, StoreAddress};

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
    /// Give the token back when the agent stops.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub revoke_on_shutdown: bool,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StoreKind {
    /// HashiCorp Vault or OpenBao: they speak the same protocol.
    Vault,
}

/// Whom to trust. With neither CA, the public certificate authorities.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// Certificates in PEM; a CA certificate is public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_pem: Option<String>,
    /// A file of certificates in PEM, in the agent's container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<String>,
    /// The name to expect in the store's certificate instead of the address's host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
}

impl TlsConfig {
    fn is_default(&self) -> bool {
        self == &Self::default()
    }
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "method", rename_all = "lowercase")]
pub enum AuthConfig {
    Kubernetes(KubernetesAuth),
}

/// Login with a service-account token.
/// Source: <https://developer.hashicorp.com/vault/api-docs/auth/kubernetes#login>.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct KubernetesAuth {
    pub mount: AuthMount,
    pub role: String,
    /// Read again at every login: the kubelet replaces it before it ends.
    pub token_file: String,
}
