//! HashiCorp Vault and OpenBao over their HTTP API.
//!
//! Source: <https://developer.hashicorp.com/vault/api-docs>. Lease data are kept as the server
//! sent them; redirects are never followed, so the token goes to no other host.

mod answer;
mod ask;
mod connection;
mod events;
mod fault;
mod login;
mod mount;
mod reader;
#[cfg(test)]
mod tests;
mod tls;
mod version;

use hyper::{Method, header::HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tracing::warn;
use vouchsafe_shared::config::{ProxyToken, StoreConfig};
use vouchsafe_template::scope::Dependency;

pub(super) use self::mount::decoded;
pub use self::reader::VaultReader;
use self::{
    answer::Granted,
    connection::{Connection, Outgoing},
    events::Subscription,
    login::Login,
    mount::Mounts,
    version::Versionless,
};
use super::{
    KnownVersion, Lease, Reader, Response, Store, TokenLease,
    forward::{ForwardAnswer, ForwardRequest},
    watch::Watch,
};
use crate::fault::Fault;

/// One server, one token, one connection.
#[derive(Debug)]
pub struct Vault {
    login: Login,
    reader: VaultReader,
    /// The server is to tell of changes.
    events: bool,
}

impl Vault {
    /// Connects to nothing yet; warns of a server that is not to be verified.
    pub fn new(config: &StoreConfig) -> Self {
        if config.tls.skip_verify {
            warn!(
                store = config.name,
                address = %config.address,
                "tls_not_verified: whoever answers at this address gets the login and every request; remove tls-skip-verify"
            );
        }
        Self {
            login: Login::new(config),
            reader: VaultReader::new(
                Connection::new(config),
                Mounts::new(config.namespace.as_deref()),
            ),
            events: config.events,
        }
    }

    fn take(&mut self, granted: Granted) -> TokenLease {
        self.reader.token = Some(granted.token);
        self.reader.may_look_up = granted.may_look_up;
        self.reader.versionless = Versionless::default();
        granted.lease
    }
}

impl Reader for Vault {
    async fn ask(
        &mut self,
        dependency: &Dependency,
        known: Option<&KnownVersion>,
    ) -> Result<Response, Fault> {
        self.reader.ask(dependency, known).await
    }

    fn take_sent(&mut self) -> u64 {
        self.reader.take_sent()
    }
}

impl Store for Vault {
    type Second = VaultReader;

    async fn login(&mut self) -> Result<TokenLease, Fault> {
        let granted = self.login.log_in(&mut self.reader.connection).await?;
        Ok(self.take(granted))
    }

    async fn renew(&mut self) -> Result<TokenLease, Fault> {
        let outgoing = Outgoing {
            method: Method::POST,
            path: "auth/token/renew-self",
            token: self.reader.token.as_ref(),
            body: Some(answer::encode(json!({}))),
        };
        let mut identified = self.login.identified(&self.reader.connection);
        let connection = identified.as_mut().unwrap_or(&mut self.reader.connection);
        let answer = connection.send(&outgoing).await?;
        let what = "renewal of the token";
        let answer = fault::check_renewal(answer, what)?;
        Ok(answer::token(&answer.body, what)?.lease)
    }

    async fn renew_lease(&mut self, id: &str) -> Result<Lease, Fault> {
        let body = answer::encode(json!({ "lease_id": id }));
        let answer = self
            .reader
            .send(Method::PUT, "sys/leases/renew", Some(body))
            .await?;
        // An id ends in what makes it unique; what comes before is the path of the secret.
        let path = id.rsplit_once('/').map_or(id, |(path, _)| path);
        let what = format!("renewal of the lease of {path}");
        let result = fault::check_lease(answer, &what);
        let answer = self.reader.clarified(result).await?;
        answer::lease(&answer.body, &what)
    }

    async fn revoke(&mut self) -> Result<(), Fault> {
        if self.reader.token.is_none() {
            return Ok(());
        }
        let body = answer::encode(json!({}));
        let answer = self
            .reader
            .send(Method::POST, "auth/token/revoke-self", Some(body))
            .await?;
        fault::check(answer, "revocation of the token")?;
        self.reader.token = None;
        Ok(())
    }

    fn second(&self) -> Option<VaultReader> {
        self.reader.token.is_some().then(|| self.reader.clone())
    }

    fn token(&self) -> Option<&SecretString> {
        self.reader.token.as_ref()
    }

    async fn adopt(&mut self, token: SecretString) -> Result<TokenLease, Fault> {
        self.reader.token = None;
        let what = "look at the token of the agent's former life";
        let answer = login::look_up(&mut self.reader.connection, &token).await?;
        let answer = fault::check(answer, what).map_err(|fault| {
            if fault::is_ambiguous(&fault) {
                fault::of_the_token(&fault)
            } else {
                fault
            }
        })?;
        let granted = answer::looked_up(&answer.body, token, what)?;
        Ok(self.take(granted))
    }

    fn forward(
        &mut self,
        request: ForwardRequest,
        token: ProxyToken,
    ) -> impl Future<Output = Result<ForwardAnswer, Fault>> + Send + use<> {
        let own = self.reader.token.as_ref().and_then(token_header);
        self.reader.connection.pass_on(request, own, token)
    }

    fn watch(&mut self) -> Option<impl Watch + use<>> {
        let token = self.reader.token.clone().filter(|_| self.events)?;
        let subscription =
            Subscription::new(&self.reader.connection, token, self.reader.may_look_up);
        Some(subscription)
    }
}

/// The value of the `X-Vault-Token` header.
fn token_header(token: &SecretString) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(token.expose_secret()).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Reads an answer's body in every way there is: the fuzzer's door to the parsers.
#[cfg(fuzzing)]
pub fn read_every_way(body: &[u8]) {
    crate::answer::read_every_way(body);
    let _ = answer::token(body, "login");
    let _ = answer::lease(body, "renewal");
    let _ = answer::looked_up(body, SecretString::default(), "look");
    let _ = answer::creation_path(body, "look");
    let _ = answer::secret_id(body, "unwrapping");
    if let Ok(text) = str::from_utf8(body) {
        drop(events::change(text, Some("team")));
    }
    for status in [200, 307, 400, 403, 404, 429, 503] {
        let answer = connection::Answer::new(status, body);
        drop(Mounts::default().learn("secret/data/db", answer));
    }
}
