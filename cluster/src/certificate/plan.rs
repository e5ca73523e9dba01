//! What is to be done about the shared certificates, and when to look again.

use std::collections::BTreeSet;

use super::{
    authority::{Authority, IssueError, Leaf},
    bundle::Bundle,
    stored::Stored,
};

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;

/// How long a server certificate is good. A key that was stolen is worth nothing a day later.
const LEAF_LIFETIME: i64 = DAY;
/// What is left of it when the next one is made: time enough to repair a cluster overnight.
const LEAF_RENEWAL: i64 = 8 * HOUR;

/// How long an authority is good that replicas share.
pub(crate) const SHARED_LIFETIME: i64 = 365 * DAY;
/// And one that a replica has in memory: nobody knows when that replica is gone, so its end is when
/// it leaves the `caBundle`.
pub(crate) const ALONE_LIFETIME: i64 = 90 * DAY;
/// What is left of an authority when its successor is made and announced,
const SUCCESSION: i64 = 37 * DAY;
/// and when the successor begins to sign. In the week between, every API server hears of it.
const HANDOVER: i64 = 30 * DAY;

/// When the authorities of others leave the `caBundle`: once ours has been there for the length of
/// any rollout, and a certificate for longer than replicas need to notice it, which is an hour.
const OTHERS_AFTER: i64 = 2 * DAY;
const LEAF_SETTLED: i64 = 2 * HOUR;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Plan {
    /// There is no authority that could sign.
    Found,
    /// The authority nears its end.
    MakeSuccessor,
    /// The successor is known everywhere.
    HandOver,
    /// There is no certificate, or it ends soon, or it lacks a name.
    Issue,
    /// All is well until then, in seconds since the start of 1970.
    Keep { until: i64 },
}

/// Decides by what is stored and what every API server has been told of.
pub(crate) fn plan(
    stored: Option<&Stored>,
    hosts: &BTreeSet<String>,
    announced: &Bundle,
    now: i64,
) -> Plan {
    // That something begins in the future is overlooked: this clock is behind, and were it to
    // replace what others have just made, they would never agree.
    let Some(Stored {
        authority,
        successor,
        leaf,
    }) = stored
    else {
        return Plan::Found;
    };
    let end = authority.validity().not_after;
    let successor = successor.as_ref().filter(|successor| {
        let successor_end = successor.validity().not_after;
        successor_end > end && successor_end > now
    });
    match successor {
        None if now >= end => return Plan::Found,
        None if now >= end - SUCCESSION => return Plan::MakeSuccessor,
        Some(_) if now >= end => return Plan::HandOver,
        Some(successor) if now >= end - HANDOVER && announced.holds(successor.certificate()) => {
            return Plan::HandOver;
        }
        _ => {}
    }
    let authority_due = match successor {
        None => end - SUCCESSION,
        Some(_) if now < end - HANDOVER => end - HANDOVER,
        // Waits to be announced.
        Some(_) => now + HOUR,
    };
    let issued = leaf.as_ref().and_then(|leaf| {
        // At its beginning, so that it is not taken for bad where this clock is behind.
        let validity = leaf.validity()?;
        let good = authority.vouches_for(leaf, validity.not_before)
            && leaf.covers(hosts)
            && leaf.identity().is_some();
        good.then_some(validity)
    });
    let Some(validity) = issued else {
        return Plan::Issue;
    };
    // A certificate that already lasts as long as its authority gains nothing by another.
    if validity.not_after >= end {
        return Plan::Keep {
            until: authority_due,
        };
    }
    let leaf_due = validity.not_after - LEAF_RENEWAL;
    if now >= leaf_due {
        return Plan::Issue;
    }
    Plan::Keep {
        until: leaf_due.min(authority_due),
    }
}

impl Plan {
    /// What is to be stored instead, or `None` when nothing is to be changed. An authority that is
    /// made is good for `lifetime` seconds.
    pub(crate) fn carry_out(
        self,
        stored: Option<Stored>,
        hosts: &BTreeSet<String>,
        lifetime: i64,
        now: i64,
    ) -> Result<Option<Stored>, IssueError> {
        let mut stored = match (self, stored) {
            (Self::Keep { .. }, _) => return Ok(None),
            (Self::Found, _) | (_, None) => Stored {
                authority: Authority::create(now, lifetime)?,
                successor: None,
                leaf: None,
            },
            (Self::MakeSuccessor, Some(stored)) => Stored {
                successor: Some(Authority::create(now, lifetime)?),
                ..stored
            },
            (Self::HandOver, Some(mut stored)) => {
                if let Some(successor) = stored.successor.take() {
                    stored.authority = successor;
                }
                Stored {
                    leaf: None,
                    ..stored
                }
            }
            (Self::Issue, Some(stored)) => stored,
        };
        if self != Self::MakeSuccessor {
            // Replicas of an older configuration may still ask for the names that it had.
            let mut names = stored
                .leaf
                .as_ref()
                .filter(|leaf| !leaf.covers(hosts))
                .map(Leaf::hosts)
                .unwrap_or_default();
            names.extend(hosts.iter().cloned());
            stored.leaf = Some(stored.authority.issue(&names, now, LEAF_LIFETIME)?);
        }
        Ok(Some(stored))
    }

    /// The kind of certificate that was made, for counting.
    pub(crate) fn makes(self) -> Option<&'static str> {
        match self {
            Self::Found | Self::MakeSuccessor => Some("authority"),
            Self::HandOver | Self::Issue => Some("server"),
            Self::Keep { .. } => None,
        }
    }
}

/// Whether nobody can be serving a certificate any more that another authority signed.
pub(crate) fn others_are_gone(stored: &Stored, now: i64) -> bool {
    let Some(leaf_made) = stored.leaf.as_ref().and_then(Leaf::made) else {
        return false;
    };
    now - stored.authority.made() > OTHERS_AFTER && now - leaf_made > LEAF_SETTLED
}

#[cfg(test)]
mod tests;
