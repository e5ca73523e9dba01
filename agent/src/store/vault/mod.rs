//! HashiCorp Vault and OpenBao over their HTTP API.
//!
//! Source: <https://developer.hashicorp.com/vault/api-docs>. Lease data are kept as the server
//! sent them; redirects are never followed, so the token goes to no other host.

mod answer;
mod connection;
mod fault;
mod mount;
mod tls;

use std::{fs, time::Duration};

use hyper::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use vouchsafe_shared::{
    config::{AuthConfig, KubernetesAuth, StoreConfig},
    diagnostic::Code,
    value::SecretPath,
};
use zeroize::Zeroizing;

use self::{connection::Connection, mount::Mounts};
use super::{Secret, Store, TokenLease};
use crate::fault::{Fault, Retry, Whose};

/// How long one request may take, from writing it to the last byte of the answer. Vault's own
/// client waits 60 s; nothing the agent asks for takes that long in a healthy server.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// One server, one token, one connection.
#[derive(Debug)]
pub struct Vault {
    auth: KubernetesAuth,
    connection: Connection,
    token: Option<SecretString>,
    mounts: Mounts,
}

impl Vault {
    /// Connects to nothing yet.
    pub fn new(config: &StoreConfig) -> Self {
        let AuthConfig::Kubernetes(auth) = &config.auth;
        Self {
            auth: auth.clone(),
            connection: Connection::new(config),
            token: None,
            mounts: Mounts::default(),
        }
    }

    async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<Zeroizing<Vec<u8>>>,
    ) -> Result<connection::Answer, Fault> {
        let sending = self
            .connection
            .send(method, path, self.token.as_ref(), body);
        let answer = match tokio::time::timeout(REQUEST_TIMEOUT, sending).await {
            Ok(answer) => answer?,
            Err(_) => {
                self.connection.close();
                return Err(Fault::new(
                    Code::StoreTimeout,
                    Whose::Network,
                    Retry::Backoff,
                    format!(
                        "no answer from {} within {} s",
                        self.connection.address(),
                        REQUEST_TIMEOUT.as_secs()
                    ),
                ));
            }
        };
        Ok(answer)
    }
}

impl Store for Vault {
    async fn login(&mut self) -> Result<TokenLease, Fault> {
        let file = &self.auth.token_file;
        let unreadable = |reason: String| {
            let message = format!("the token for logging in at {file} {reason}");
            Fault::new(
                Code::TokenFileUnreadable,
                Whose::Pod,
                Retry::Backoff,
                message,
            )
        };
        let content = fs::read_to_string(file).map(Zeroizing::new);
        let content = content.map_err(|error| unreadable(format!("cannot be read: {error}")))?;
        let jwt = content.trim();
        if jwt.is_empty() {
            return Err(unreadable("is empty".to_owned()));
        }
        let body = json!({ "role": self.auth.role, "jwt": jwt });
        let body = answer::encode(body);
        let path = format!("{}/login", self.auth.mount);
        self.token = None;
        let answer = self.send(Method::POST, &path, Some(body)).await?;
        let what = format!("login as role {} at {}", self.auth.role, self.auth.mount);
        let answer = fault::check_login(answer, &what)?;
        let (token, lease) = answer::token(&answer.body, &what)?;
        self.token = Some(token);
        Ok(lease)
    }

    async fn renew(&mut self) -> Result<TokenLease, Fault> {
        let body = answer::encode(json!({}));
        let answer = self
            .send(Method::POST, "auth/token/renew-self", Some(body))
            .await?;
        let what = "renewal of the token";
        let answer = fault::check(answer, what)?;
        let (_, lease) = answer::token(&answer.body, what)?;
        Ok(lease)
    }

    async fn read(&mut self, path: &SecretPath) -> Result<Secret, Fault> {
        let mount = match self.mounts.find(path) {
            Some(mount) => mount,
            None => {
                let question = format!("sys/internal/ui/mounts/{}", mount::encoded(path.as_str()));
                let answer = self.send(Method::GET, &question, None).await?;
                self.mounts.learn(path, answer)?
            }
        };
        let what = format!("read of {path}");
        let answer = self
            .send(Method::GET, &mount.request_path(path), None)
            .await?;
        let answer = fault::check(answer, &what)?;
        answer::secret(&answer.body, mount.version(), &what)
    }

    async fn revoke(&mut self) -> Result<(), Fault> {
        if self.token.is_none() {
            return Ok(());
        }
        let body = answer::encode(json!({}));
        let answer = self
            .send(Method::POST, "auth/token/revoke-self", Some(body))
            .await?;
        fault::check(answer, "revocation of the token")?;
        self.token = None;
        Ok(())
    }
}

/// The value of the `X-Vault-Token` header.
fn token_header(token: &SecretString) -> Option<hyper::header::HeaderValue> {
    let mut value = hyper::header::HeaderValue::from_str(token.expose_secret()).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Reads an answer's body in every way there is: the fuzzer's door to the parsers.
#[cfg(fuzzing)]
pub fn read_every_way(body: &[u8]) {
    let _ = answer::token(body, "login");
    for version in [mount::KvVersion::One, mount::KvVersion::Two] {
        let _ = answer::secret(body, version, "read");
    }
    for status in [200, 307, 400, 403, 404, 429, 503] {
        let answer = connection::Answer {
            status: hyper::StatusCode::from_u16(status).unwrap_or_default(),
            retry_after: None,
            body: Zeroizing::new(body.to_vec()),
        };
        if let Ok(path) = "secret/data/db".parse() {
            drop(Mounts::default().learn(&path, answer));
        }
    }
}
