//! Asking with a token that somebody else has logged in for.

use std::sync::Arc;

use hyper::{Method, body::Bytes};
use secrecy::SecretString;
use tokio::sync::Mutex;
use vouchsafe_template::scope::Dependency;

use super::{
    connection::{Answer, Connection, Outgoing},
    login,
    mount::Mounts,
    version::Versionless,
};
use crate::{
    fault::Fault,
    store::{KnownVersion, Reader, Response},
};

/// One token, one connection; what is known of the server's engines is common to all clones.
#[derive(Debug)]
pub struct VaultReader {
    pub(super) connection: Connection,
    pub(super) token: Option<SecretString>,
    /// Whether the token may ask about itself.
    pub(super) may_look_up: bool,
    /// Locked while the server is asked about an engine: whoever needs to know it at the same time
    /// waits for that answer.
    pub(super) mounts: Arc<Mutex<Mounts>>,
    pub(super) versionless: Versionless,
}

impl Clone for VaultReader {
    /// Has a connection of its own, when it needs one.
    fn clone(&self) -> Self {
        Self {
            connection: self.connection.another(),
            token: self.token.clone(),
            may_look_up: self.may_look_up,
            mounts: Arc::clone(&self.mounts),
            versionless: self.versionless.clone(),
        }
    }
}

impl VaultReader {
    pub(super) fn new(connection: Connection, mounts: Mounts) -> Self {
        Self {
            connection,
            token: None,
            may_look_up: false,
            mounts: Arc::new(Mutex::new(mounts)),
            versionless: Versionless::default(),
        }
    }

    pub(super) async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<Bytes>,
    ) -> Result<Answer, Fault> {
        let outgoing = Outgoing {
            method,
            path,
            token: self.token.as_ref(),
            body,
        };
        self.connection.send(&outgoing).await
    }

    /// Finds out whether a refusal is the policies' or the token's, where the store did not say it.
    pub(super) async fn clarified<T>(&mut self, result: Result<T, Fault>) -> Result<T, Fault> {
        match (result, &self.token) {
            (Err(refusal), Some(token)) if self.may_look_up => {
                Err(login::clarified(&mut self.connection, token, refusal).await)
            }
            (result, _) => result,
        }
    }
}

impl Reader for VaultReader {
    async fn ask(
        &mut self,
        dependency: &Dependency,
        known: Option<&KnownVersion>,
    ) -> Result<Response, Fault> {
        let result = self.ask_once(dependency, known).await;
        self.clarified(result).await
    }

    fn take_sent(&mut self) -> u64 {
        self.connection.take_sent()
    }
}
