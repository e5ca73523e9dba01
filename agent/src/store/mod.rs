//! What the agent needs of a store, and nothing about any one store.

pub mod vault;

use std::{future::Future, time::Duration};

use vouchsafe_shared::{secret::SecretMap, value::SecretPath};

use crate::fault::Fault;

/// A store of secrets. It keeps its own token and connection; one request at a time.
///
/// Futures may be dropped at any point; the next call then starts on a fresh connection.
pub trait Store: Send + 'static {
    /// Trades the pod's identity for a token, which replaces the one before.
    fn login(&mut self) -> impl Future<Output = Result<TokenLease, Fault>> + Send;

    /// Makes the token last longer.
    fn renew(&mut self) -> impl Future<Output = Result<TokenLease, Fault>> + Send;

    fn read(&mut self, path: &SecretPath) -> impl Future<Output = Result<Secret, Fault>> + Send;

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

/// A secret as it was read.
#[derive(Debug)]
pub struct Secret {
    pub data: SecretMap,
    /// The store's own version number, where it counts them.
    pub version: Option<u64>,
    /// Present on dynamic secrets: what ends when the lease does.
    pub lease: Option<Lease>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lease {
    pub id: String,
    pub duration: Duration,
    pub renewable: bool,
}
