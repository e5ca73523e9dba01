//! Times as annotations write them.
//!
//! Under our own prefix every time is a duration, and a bare number means seconds. The original
//! reads each with another parser.

use std::time::Duration;

use super::spec::Dialect;
use crate::config::AdaptiveRange;
use crate::value::{HumanDuration, ValueError};

/// The shortest life of a projected token that the API server grants.
/// Source: <https://kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/volume/#projections>.
const SHORTEST_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// As the original's agent reads what its injector passes on: a bare number means seconds, `d`
/// means days, and nothing and zero mean its own default.
/// Source: <https://pkg.go.dev/github.com/hashicorp/go-secure-stdlib/parseutil#ParseDurationSecond>.
pub(super) fn duration(dialect: Dialect, text: &str) -> Result<Option<HumanDuration>, ValueError> {
    match dialect {
        Dialect::Own => {
            let duration: HumanDuration = text.parse()?;
            if duration.as_duration().is_zero() {
                return Err(ValueError::new(
                    "must be longer than zero; expected for example 30s",
                ));
            }
            Ok(Some(duration))
        }
        Dialect::Original if text.trim().is_empty() => Ok(None),
        Dialect::Original => {
            let days = text
                .strip_suffix('d')
                .and_then(|days| days.parse::<u64>().ok());
            let duration: HumanDuration = match days.and_then(|days| days.checked_mul(24)) {
                Some(hours) => format!("{hours}h").parse()?,
                None => text.parse()?,
            };
            Ok(Some(duration).filter(|duration| !duration.as_duration().is_zero()))
        }
    }
}

/// Go's `time.ParseDuration` under the original prefixes, where nothing means the default.
/// Source: <https://pkg.go.dev/time#ParseDuration>.
pub(super) fn backoff(dialect: Dialect, text: &str) -> Result<Option<HumanDuration>, ValueError> {
    if dialect == Dialect::Own {
        return duration(dialect, text);
    }
    if text.is_empty() {
        return Ok(None);
    }
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    if unsigned == "0" {
        return Ok(None);
    }
    let is_number = |text: &str| {
        text.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    if !unsigned.is_empty() && is_number(unsigned) {
        return Err(ValueError::new(
            "missing unit in duration; expected for example 5s or 1m30s",
        ));
    }
    let invalid = || ValueError::new("invalid duration; expected for example 500ms, 5s or 1m30s");
    // Blanks are trimmed by our own parser and refused by Go's.
    if unsigned.trim() != unsigned {
        return Err(invalid());
    }
    let duration: HumanDuration = unsigned.parse().map_err(|_| invalid())?;
    Ok(Some(duration).filter(|duration| !duration.as_duration().is_zero()))
}

/// Two durations, the shorter first: `15s..5m`.
pub(super) fn range(_: Dialect, text: &str) -> Result<AdaptiveRange, ValueError> {
    const EXPECTED: &str = "expected the shortest and the longest interval, for example 15s..5m";
    let (shortest, longest) = text
        .split_once("..")
        .ok_or_else(|| ValueError::new(format!("is no range; {EXPECTED}")))?;
    let range = AdaptiveRange {
        shortest: shortest.parse()?,
        longest: longest.parse()?,
    };
    if range.shortest.as_duration().is_zero()
        || range.longest.as_duration() < range.shortest.as_duration()
    {
        return Err(ValueError::new(format!("is an empty range; {EXPECTED}")));
    }
    Ok(range)
}

/// A number of seconds under the original prefixes.
pub(super) fn grace(dialect: Dialect, text: &str) -> Result<HumanDuration, ValueError> {
    if dialect == Dialect::Own {
        return text.parse();
    }
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ValueError::new(
            "cannot be parsed as a number of seconds, invalid syntax; expected for example 5",
        ));
    }
    text.parse()
}

pub(super) fn lifetime(_: Dialect, text: &str) -> Result<HumanDuration, ValueError> {
    let duration: HumanDuration = text.parse()?;
    if duration.as_duration() < SHORTEST_LIFETIME {
        return Err(ValueError::new(
            "shorter than the API server grants; expected 10m or more",
        ));
    }
    Ok(duration)
}
