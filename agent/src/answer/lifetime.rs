//! How long an answer is good. A lease says so itself; some answers without one tell it in their
//! data, by the rules of
//! [consul-template](https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md#secret).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use vouchsafe_template::{object::secret::Secret, value::Value};

use crate::store::{Lease, Lifetime};

pub(super) fn of(secret: &Secret, now: SystemTime) -> Lifetime {
    if !secret.lease_id.is_empty() {
        return Lifetime::Leased(Lease {
            duration: seconds(secret.lease_duration),
            renewable: secret.renewable,
        });
    }
    // A token made for the template is a child of the agent's own.
    if let Some(auth) = &secret.auth
        && auth.lease_duration > 0
    {
        return Lifetime::Ends {
            after: seconds(auth.lease_duration),
            with_token: true,
        };
    }
    let number = |key: &str| match secret.data.get(key.as_bytes()) {
        Some(Value::Number(text)) => text.as_str()?.parse::<i64>().ok(),
        _ => None,
    };
    let has = |key: &str| secret.data.get(key.as_bytes()).is_some();
    let ends = |after: i64| Lifetime::Ends {
        after: seconds(after),
        with_token: false,
    };
    if has("rotation_period")
        && let Some(ttl) = number("ttl")
    {
        return Lifetime::Replaced {
            after: seconds(ttl),
        };
    }
    if has("secret_id")
        && let Some(ttl) = number("secret_id_ttl").filter(|ttl| *ttl > 0)
    {
        return ends(ttl);
    }
    if has("certificate")
        && let Some(expiration) = number("expiration")
    {
        return Lifetime::Expires {
            after: seconds(expiration.saturating_sub(unix(now))),
        };
    }
    Lifetime::Unlimited
}

/// What is over by this agent's clock counts as without an end: the clocks differ.
pub(super) fn seconds(seconds: i64) -> Duration {
    Duration::from_secs(u64::try_from(seconds).unwrap_or_default())
}

pub(super) fn unix(now: SystemTime) -> i64 {
    let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
