//! What the agent needs of a store, and nothing about any one store.

pub mod vault;

use std::{future::Future, time::Duration};

use vouchsafe_template::scope::Dependency;
use zeroize::Zeroizing;

use crate::fault::Fault;

/// A store of secrets. It keeps its own token and connection; one request at a time.
///
/// Futures may be dropped at any point; the next call then starts on a fresh connection.
pub trait Store: Send + 'static {
    /// Trades the pod's identity for a token, which replaces the one before.
    fn login(&mut self) -> impl Future<Output = Result<TokenLease, Fault>> + Send;

    /// Makes the token last longer.
    fn renew(&mut self) -> impl Future<Output = Result<TokenLease, Fault>> + Send;

    /// Asks for a secret, or for what a template names instead: a list, the answer to a write.
    /// [`Dependency::File`] is none of it.
    fn ask(&mut self, dependency: &Dependency)
    -> impl Future<Output = Result<Reply, Fault>> + Send;

    /// Makes what hangs on a lease last longer.
    fn renew_lease(&mut self, id: &str) -> impl Future<Output = Result<Lease, Fault>> + Send;

    /// Gives the token back; nothing works afterwards without another login.
    fn revoke(&mut self) -> impl Future<Output = Result<(), Fault>> + Send;
}

/// How long a token lasts from the moment of the answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TokenLease {
    /// Zero: it never ends.
    pub duration: Duration,
    pub renewable: bool,
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
    /// The store replaces it then by itself.
    Replaced { after: Duration },
}
