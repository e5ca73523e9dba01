//! How the agent proves to a store who it is.

use serde::{Deserialize, Serialize};

use crate::value::AuthMount;

/// One of the auth methods. Files are in the agent's container and hold what must not stand here.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "method", rename_all = "lowercase")]
pub enum AuthConfig {
    Kubernetes(KubernetesAuth),
    Jwt(JwtAuth),
    #[serde(rename = "approle")]
    AppRole(AppRoleAuth),
    Cert(CertAuth),
    #[serde(rename = "token_file")]
    TokenFile(TokenFileAuth),
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

/// Login with any JSON web token.
/// Source: <https://developer.hashicorp.com/vault/api-docs/auth/jwt#jwt-login>.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct JwtAuth {
    pub mount: AuthMount,
    /// The mount's default role when empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
    /// Read again at every login.
    pub token_file: String,
    /// Remove the file once it was read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub remove_after_reading: bool,
}

/// Login with a role's id and, unless the role needs none, a secret id.
/// Source: <https://developer.hashicorp.com/vault/api-docs/auth/approle#login-with-approle>.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AppRoleAuth {
    pub mount: AuthMount,
    pub role_id_file: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_id_file: Option<String>,
    /// Remove the file of the secret id once it was read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub remove_after_reading: bool,
    /// The file holds a token that the secret id is wrapped in, and the token must have been made
    /// at this path.
    /// Source: <https://developer.hashicorp.com/vault/docs/concepts/response-wrapping>.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrapping_path: Option<String>,
}

/// Login with the client certificate of the store's `tls`.
/// Source: <https://developer.hashicorp.com/vault/api-docs/auth/cert#login-with-tls-certificate-method>.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CertAuth {
    pub mount: AuthMount,
    /// The role; the store tries all when empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
    /// Another certificate than that of the store's `tls`, for the login alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_file: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_file: Option<String>,
}

/// No login: a token that somebody else puts there.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TokenFileAuth {
    /// Read again at every login.
    pub token_file: String,
}

impl AuthConfig {
    /// What messages and metrics call it.
    pub const fn method(&self) -> &'static str {
        match self {
            Self::Kubernetes(_) => "kubernetes",
            Self::Jwt(_) => "jwt",
            Self::AppRole(_) => "approle",
            Self::Cert(_) => "cert",
            Self::TokenFile(_) => "token_file",
        }
    }

    /// Where it is mounted; a token file needs no mount.
    pub const fn mount(&self) -> Option<&AuthMount> {
        match self {
            Self::Kubernetes(auth) => Some(&auth.mount),
            Self::Jwt(auth) => Some(&auth.mount),
            Self::AppRole(auth) => Some(&auth.mount),
            Self::Cert(auth) => Some(&auth.mount),
            Self::TokenFile(_) => None,
        }
    }
}
