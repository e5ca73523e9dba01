//! What the agent needs of a store, and nothing about any one store.

pub mod forward;
pub mod vault;
pub mod watch;

use std::{collections::BTreeMap, fmt::Debug, future::Future, time::Duration};

use secrecy::SecretString;
use vouchsafe_shared::config::ProxyToken;
use vouchsafe_template::scope::Dependency;
use zeroize::Zeroizing;

use self::{
    forward::{ForwardAnswer, ForwardRequest},
    watch::Watch,
};
use crate::fault::Fault;

/// Asks a store with one token over one connection, one question at a time.
///
/// Futures may be dropped at any point; the next call then starts on a fresh connection.
pub trait Reader: Send + 'static {
    /// Asks for a secret, or for what a template names instead: a list, the answer to a write.
    /// [`Dependency::File`] is none of it. Where the version that is known is told, the store may
    /// find out first whether there is another.
    fn ask(
        &mut self,
        dependency: &Dependency,
        known: Option<&KnownVersion>,
    ) -> impl Future<Output = Result<Response, Fault>> + Send;

    /// How many requests were sent, or tried to, since this was asked last. One thing that is asked
    /// for can be several.
    fn take_sent(&mut self) -> u64;
}

/// A store of secrets. It keeps its own token and connection; one request at a time.
pub trait Store: Reader {
    /// Asks beside the store; see [`Store::second`].
    type Second: Reader + Clone + Debug;

    /// Trades the pod's identity for a token, which replaces the one before. After a failure the
    /// one before stays in use.
    fn login(&mut self) -> impl Future<Output = Result<TokenLease, Fault>> + Send;

    /// Makes the token last longer.
    fn renew(&mut self) -> impl Future<Output = Result<TokenLease, Fault>> + Send;

    /// Makes what hangs on a lease last longer.
    fn renew_lease(&mut self, id: &str) -> impl Future<Output = Result<Lease, Fault>> + Send;

    /// Gives the token back; nothing works afterwards without another login.
    fn revoke(&mut self) -> impl Future<Output = Result<(), Fault>> + Send;

    /// Asks with the token in use over a connection of its own, and does not go on with another
    /// token. None where nobody is logged in. It connects when it is asked; so does each clone.
    fn second(&self) -> Option<Self::Second>;

    /// The token in use.
    fn token(&self) -> Option<&SecretString>;

    /// Takes over the token of a former life, if the store still takes it, and says what is left of
    /// it. When the store does not, the fault asks for a login ([`crate::fault::Retry::AfterLogin`]);
    /// after any failure there is no token.
    fn adopt(
        &mut self,
        token: SecretString,
    ) -> impl Future<Output = Result<TokenLease, Fault>> + Send;

    /// Passes somebody else's request on, as it is but for its token, and gives back whatever the
    /// store answers, refusals included; a fault means that there was no answer.
    ///
    /// The future has what it needs of the store, so the store may be used meanwhile; its token is
    /// the one that was in use when the future was made. It ends when the answer begins: the body
    /// of either direction is passed on as it comes, up to [`forward::LIMIT`].
    fn forward(
        &mut self,
        request: ForwardRequest,
        token: ProxyToken,
    ) -> impl Future<Output = Result<ForwardAnswer, Fault>> + Send + use<Self>;

    /// A way to hear of changes with the token in use; it does not go on with another. None where
    /// that is not wanted, or nobody is logged in.
    fn watch(&mut self) -> Option<impl Watch + use<Self>>;
}

/// How long a token lasts from the moment of the answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TokenLease {
    /// Zero: it never ends.
    pub duration: Duration,
    pub renewable: bool,
}

/// What came of asking.
#[derive(Debug)]
pub enum Response {
    /// What is there is the version that was known.
    Unchanged,
    Answer(Reply),
}

/// What is known of a secret whose versions the store counts.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct KnownVersion {
    pub number: u64,
    /// What users attach to the secret, which changes without another version.
    pub custom_metadata: BTreeMap<String, String>,
}

/// An answer as the store sent it.
#[derive(Debug)]
pub struct Reply {
    /// JSON; empty when there is nothing to say.
    pub body: Zeroizing<Vec<u8>>,
    pub layout: Layout,
}

/// Where in an answer the values of a secret lie.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Layout {
    /// Under `data`.
    Plain,
    /// Under `data` of `data`, beside the metadata of a KV version 2 secret.
    Versioned,
}

/// How long a lease lasts from the moment of the answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Lease {
    pub duration: Duration,
    pub renewable: bool,
}

/// How long an answer is good, from its moment on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Lifetime {
    /// Nothing in it ends; it may change at any time.
    Unlimited,
    /// It hangs on a lease, which ends with the token that it was asked with.
    Leased(Lease),
    /// It ends; `with_token` if it also ends with the token that it was asked with.
    Ends { after: Duration, with_token: bool },
    /// It ends at a time of the wall clock, so long from now by that of this machine.
    Expires { after: Duration },
    /// The store replaces it then by itself.
    Replaced { after: Duration },
}
