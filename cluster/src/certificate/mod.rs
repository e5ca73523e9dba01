//! A certificate of the webhook's own, which all of its replicas share.
//!
//! A Secret holds an authority with its key, and the server certificate that it signed. Whoever
//! finds something missing or about to end makes it and writes the Secret, on the condition that
//! nobody else did since it was read; who loses that race reads again and takes what the winner
//! made. So there is one authority however many replicas there are, without any leader.
//!
//! A certificate is served only once the `caBundle` of every webhook that leads here holds its
//! authority. An authority that nears its end gets a successor, which is announced beside it for a
//! week before it signs anything ([`plan`] has the times), and stays announced itself until nobody
//! can be serving a certificate of its.
//!
//! Where the Secret is forbidden, each replica has an authority and a certificate of its own, in
//! memory alone and by the same plan, until the Secret is allowed. Nothing tells such replicas of
//! each other, so none of them removes an authority that has not ended. Theirs end sooner therefore,
//! and [`bundle`] limits how much they are.
//!
//! - [`authority`]: makes and checks keys and certificates. [`bundle`]: lists of them in PEM.
//! - [`stored`]: what is in the Secret. [`memory`]: what stands in for it. [`plan`]: what is to be done about it, and when.
//! - [`registration`]: the webhooks that lead here, and their `caBundle`.
//! - [`keeper`]: does it. [`announcer`]: only the `caBundle`, from a file that somebody else writes.
//!   [`upkeep`]: when they look.

pub(crate) mod announcer;
pub(crate) mod authority;
pub(crate) mod bundle;
pub(crate) mod keeper;
pub(crate) mod memory;
pub(crate) mod plan;
pub(crate) mod registration;
pub(crate) mod stored;
pub(crate) mod upkeep;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What a server shows and signs with. The authority is not part of the chain: whoever asks knows
/// it from the `caBundle`, or does not trust it.
pub struct Identity {
    pub chain: Vec<CertificateDer<'static>>,
    pub key: PrivateKeyDer<'static>,
    /// When the certificate ends, in seconds since the start of 1970.
    pub not_after: i64,
}

impl fmt::Debug for Identity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Identity")
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

/// Tells the time in seconds since the start of 1970; tests tell their own.
#[derive(Clone)]
pub(crate) struct Clock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl Clock {
    pub(crate) fn system() -> Self {
        Self::new(|| {
            let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
            since
                .unwrap_or_default()
                .as_secs()
                .try_into()
                .unwrap_or(i64::MAX)
        })
    }

    pub(crate) fn new(tell: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    pub(crate) fn now(&self) -> i64 {
        (self.0)()
    }

    /// From now until then; nothing if that is over.
    pub(crate) fn until(&self, timestamp: i64) -> Duration {
        Duration::from_secs(timestamp.saturating_sub(self.now()).max(0).unsigned_abs())
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Clock")
    }
}
