//! Trading what the pod has for a token.

mod approle;
mod credential_file;

use hyper::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use vouchsafe_shared::{
    config::{AuthConfig, CertAuth, JwtAuth, KubernetesAuth, StoreConfig, TokenFileAuth},
    value::AuthMount,
};

use self::{approle::AppRole, credential_file::Remembered};
use super::{
    answer::{self, Granted},
    connection::{Connection, Outgoing},
    fault,
};
use crate::fault::Fault;

/// One auth method, with what it must remember from one login to the next.
#[derive(Debug)]
pub(super) enum Login {
    Kubernetes(KubernetesAuth),
    Jwt { auth: JwtAuth, token: Remembered },
    AppRole(AppRole),
    Cert(CertAuth),
    TokenFile(TokenFileAuth),
}

impl Login {
    pub(super) fn new(config: &StoreConfig) -> Self {
        match &config.auth {
            AuthConfig::Kubernetes(auth) => Self::Kubernetes(auth.clone()),
            AuthConfig::Jwt(auth) => Self::Jwt {
                auth: auth.clone(),
                token: Remembered::default(),
            },
            AuthConfig::AppRole(auth) => Self::AppRole(AppRole::new(auth)),
            AuthConfig::Cert(auth) => Self::Cert(auth.clone()),
            AuthConfig::TokenFile(auth) => Self::TokenFile(auth.clone()),
        }
    }

    /// Logs in once.
    pub(super) async fn log_in(&mut self, connection: &mut Connection) -> Result<Granted, Fault> {
        let identified = self.identified(connection);
        match self {
            Self::Kubernetes(auth) => {
                let token = credential_file::read("token for logging in", &auth.token_file)?;
                let body = json!({ "role": auth.role, "jwt": token.expose_secret() });
                send(connection, &auth.mount, &auth.role, body).await
            }
            Self::Jwt { auth, token } => {
                let what = "token for logging in";
                let token = token.refresh(what, &auth.token_file, auth.remove_after_reading)?;
                let mut body = json!({ "jwt": token.expose_secret() });
                if !auth.role.is_empty() {
                    body["role"] = json!(auth.role);
                }
                send(connection, &auth.mount, &auth.role, body).await
            }
            Self::AppRole(role) => role.log_in(connection).await,
            Self::Cert(auth) => {
                let mut body = json!({});
                if !auth.role.is_empty() {
                    body["name"] = json!(auth.role);
                }
                let mut identified = identified;
                let connection = identified.as_mut().unwrap_or(connection);
                send(connection, &auth.mount, &auth.role, body).await
            }
            Self::TokenFile(auth) => {
                let token = credential_file::read("token", &auth.token_file)?;
                let what = format!("look at the token of {}", auth.token_file);
                let answer = look_up(connection, &token).await?;
                let answer = fault::check_login(answer, &what)?;
                answer::looked_up(&answer.body, token, &what)
            }
        }
    }

    /// The connection that the login's own certificate needs. The server wants to see it at every
    /// renewal, too.
    /// Source: `disable_binding` at <https://developer.hashicorp.com/vault/api-docs/auth/cert#configure-tls-certificate-method>.
    pub(super) fn identified(&self, connection: &Connection) -> Option<Connection> {
        match self {
            Self::Cert(auth) => {
                let certificate = auth.certificate_file.as_deref()?;
                Some(connection.identified_by(certificate, auth.key_file.as_deref()))
            }
            _ => None,
        }
    }
}

/// Asks what is left of a token; any token may ask that about itself unless its policies lack the
/// server's default one.
pub(super) async fn look_up(
    connection: &mut Connection,
    token: &SecretString,
) -> Result<super::connection::Answer, Fault> {
    let outgoing = Outgoing {
        method: Method::GET,
        path: "auth/token/lookup-self",
        token: Some(token),
        body: None,
    };
    connection.send(&outgoing).await
}

/// The refusal, as one of the token where the store no longer knows it: servers do not always say
/// whether a token or its policies are at fault.
pub(super) async fn clarified(
    connection: &mut Connection,
    token: &SecretString,
    refusal: Fault,
) -> Fault {
    if !fault::is_ambiguous(&refusal) {
        return refusal;
    }
    match look_up(connection, token).await {
        Ok(answer)
            if answer.status == StatusCode::FORBIDDEN && !fault::is_foreign(&answer.body) =>
        {
            fault::of_the_token(&refusal)
        }
        _ => refusal,
    }
}

async fn send(
    connection: &mut Connection,
    mount: &AuthMount,
    role: &str,
    body: Value,
) -> Result<Granted, Fault> {
    let what = match role {
        "" => format!("login at {mount}"),
        role => format!("login as role {role} at {mount}"),
    };
    let outgoing = Outgoing {
        method: Method::POST,
        path: &format!("{mount}/login"),
        token: None,
        body: Some(answer::encode(body)),
    };
    let answer = connection.send(&outgoing).await?;
    let answer = fault::check_login(answer, &what)?;
    answer::token(&answer.body, &what)
}
