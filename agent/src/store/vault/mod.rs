//! HashiCorp Vault and OpenBao over their HTTP API.
//!
//! Source: <https://developer.hashicorp.com/vault/api-docs>. Lease data are kept as the server
//! sent them; redirects are never followed, so the token goes to no other host.

mod answer;
mod connection;
mod fault;
mod mount;
mod tls;

use std::{collections::BTreeMap, fs, time::Duration};

use hyper::{Method, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use vouchsafe_shared::{
    config::{AuthConfig, KubernetesAuth, StoreConfig},
    diagnostic::Code,
};
use vouchsafe_template::{scope::Dependency, value::Text};
use zeroize::Zeroizing;

use self::{
    connection::Connection,
    mount::{KvVersion, Mount, Mounts},
};
use super::{Layout, Lease, Reply, Store, TokenLease};
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
        let AuthConfig::Kubernetes(auth) = &config.auth else {
            unreachable!("temporary")
        };
        Self {
            auth: auth.clone(),
            connection: Connection::new(config),
            token: None,
            mounts: Mounts::new(config.namespace.as_deref()),
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

    async fn read(&mut self, url: &str) -> Result<Reply, Fault> {
        let (path, query) = mount::decoded(url);
        let (request, layout) = self.mount(&path).await?.request_path(&path);
        let request = match query {
            "" => request,
            query => format!("{request}?{}", mount::encoded_query(query)),
        };
        let answer = self.send(Method::GET, &request, None).await?;
        let answer = fault::check(answer, &format!("read of {url}"))?;
        Ok(Reply {
            body: answer.body,
            layout,
        })
    }

    /// A path with nothing below is no fault.
    async fn list(&mut self, path: &str) -> Result<Reply, Fault> {
        let mount = self.mount_if_told(path).await?;
        // The way to list that every proxy lets through.
        let request = format!("{}?list=true", mount.list_path(path));
        let answer = self.send(Method::GET, &request, None).await?;
        let body = if answer.status == StatusCode::NOT_FOUND {
            Zeroizing::default()
        } else {
            fault::check(answer, &format!("list of {path}"))?.body
        };
        let layout = Layout::Plain;
        Ok(Reply { body, layout })
    }

    async fn write(
        &mut self,
        path: &str,
        arguments: &BTreeMap<Text, Text>,
    ) -> Result<Reply, Fault> {
        let mount = self.mount_if_told(path).await?;
        let (request, layout) = mount.request_path(path);
        let body = match mount.version() {
            KvVersion::One => json(arguments),
            KvVersion::Two => json!({ "data": json(arguments) }),
        };
        self.put(&request, layout, answer::encode(body)).await
    }

    async fn put(
        &mut self,
        path: &str,
        layout: Layout,
        body: Zeroizing<Vec<u8>>,
    ) -> Result<Reply, Fault> {
        let answer = self.send(Method::PUT, path, Some(body)).await?;
        let answer = fault::check(answer, &format!("write to {path}"))?;
        Ok(Reply {
            body: answer.body,
            layout,
        })
    }

    /// The engine behind a path.
    async fn mount(&mut self, path: &str) -> Result<Mount, Fault> {
        if let Some(mount) = self.mounts.find(path) {
            return Ok(mount);
        }
        let question = format!("sys/internal/ui/mounts/{}", mount::encoded(path));
        let answer = self.send(Method::GET, &question, None).await?;
        self.mounts.learn(path, answer)
    }

    /// The same for requests that most engines take as they are: without the permission to ask, the
    /// engine counts as one of those.
    async fn mount_if_told(&mut self, path: &str) -> Result<Mount, Fault> {
        match self.mount(path).await {
            Err(fault) if fault.retry == Retry::Rarely => Ok(Mount::unknown()),
            mount => mount,
        }
    }
}

/// Arguments as the store wants them: all are strings.
fn json(arguments: &BTreeMap<Text, Text>) -> Value {
    let text = |text: &Text| String::from_utf8_lossy(text).into_owned();
    let entries = arguments.iter();
    Value::Object(
        entries
            .map(|(key, value)| (text(key), Value::String(text(value))))
            .collect(),
    )
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

    async fn ask(&mut self, dependency: &Dependency) -> Result<Reply, Fault> {
        match dependency {
            Dependency::Read { path } => self.read(path).await,
            Dependency::List { path } => self.list(path).await,
            Dependency::Write { path, arguments } => self.write(path, arguments).await,
            Dependency::Certificate { path, arguments } => {
                let (path, _) = mount::decoded(path);
                let body = answer::encode(json(arguments));
                let path = mount::encoded(&path);
                self.put(&path, Layout::Plain, body).await
            }
            Dependency::File { path } => {
                let message = format!("file {path} is not the store's");
                Err(Fault::new(
                    Code::RequestRefused,
                    Whose::Pod,
                    Retry::Rarely,
                    message,
                ))
            }
        }
    }

    async fn renew_lease(&mut self, id: &str) -> Result<Lease, Fault> {
        let body = answer::encode(json!({ "lease_id": id }));
        let answer = self
            .send(Method::PUT, "sys/leases/renew", Some(body))
            .await?;
        // An id ends in what makes it unique; what comes before is the path of the secret.
        let path = id.rsplit_once('/').map_or(id, |(path, _)| path);
        let what = format!("renewal of the lease of {path}");
        let answer = fault::check_lease(answer, &what)?;
        answer::lease(&answer.body, &what)
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
    crate::answer::read_every_way(body);
    let _ = answer::token(body, "login");
    let _ = answer::lease(body, "renewal");
    for status in [200, 307, 400, 403, 404, 429, 503] {
        let answer = connection::Answer {
            status: hyper::StatusCode::from_u16(status).unwrap_or_default(),
            retry_after: None,
            body: Zeroizing::new(body.to_vec()),
        };
        drop(Mounts::default().learn("secret/data/db", answer));
    }
}
