use std::{fmt, str::FromStr, time::Duration};

use super::{ValueError, string_serde};

/// A length of time in Go's notation, the one that Vault and Kubernetes users write: `90s`,
/// `1m30s`, `1.5h`, `250ms`.
///
/// A bare number is taken as seconds, as Vault does. The longest is 100 years.
/// Source of the grammar: <https://pkg.go.dev/time#ParseDuration>.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct HumanDuration(Duration);

impl HumanDuration {
    const LIMIT: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

    pub const fn from_secs(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    pub const fn as_duration(self) -> Duration {
        self.0
    }
}

impl From<HumanDuration> for Duration {
    fn from(duration: HumanDuration) -> Self {
        duration.0
    }
}

impl FromStr for HumanDuration {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let invalid = || ValueError::new("not a duration; expected for example 30s, 5m or 1h30m");
        let text = text.trim();
        let mut rest = text;
        if rest.is_empty() {
            return Err(invalid());
        }
        if rest.bytes().all(|byte| byte.is_ascii_digit()) {
            let seconds = rest.parse().map_err(|_| invalid())?;
            return Self::limited(Duration::from_secs(seconds));
        }
        let mut nanoseconds: u128 = 0;
        while !rest.is_empty() {
            let number_end = rest
                .find(|character: char| !character.is_ascii_digit() && character != '.')
                .ok_or_else(invalid)?;
            let (number, tail) = rest.split_at(number_end);
            let unit_end = tail
                .find(|character: char| character.is_ascii_digit() || character == '.')
                .unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(unit_end);
            let unit: u128 = match unit {
                "ns" => 1,
                "us" | "µs" | "μs" => 1_000,
                "ms" => 1_000_000,
                "s" => 1_000_000_000,
                "m" => 60 * 1_000_000_000,
                "h" => 3600 * 1_000_000_000,
                _ => return Err(invalid()),
            };
            let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
            if (whole.is_empty() && fraction.is_empty()) || number.len() > 20 {
                return Err(invalid());
            }
            let digits = |digits: &str| -> Result<u128, ValueError> {
                if digits.is_empty() {
                    Ok(0)
                } else {
                    digits.parse().map_err(|_| invalid())
                }
            };
            nanoseconds += digits(whole)? * unit;
            let scale = 10_u128.pow(u32::try_from(fraction.len()).map_err(|_| invalid())?);
            nanoseconds += digits(fraction)? * unit / scale;
            rest = tail;
            if nanoseconds > Self::LIMIT.as_nanos() {
                return Err(ValueError::new("longer than 100 years"));
            }
        }
        let nanoseconds = u64::try_from(nanoseconds).map_err(|_| invalid())?;
        Self::limited(Duration::from_nanos(nanoseconds))
    }
}

impl HumanDuration {
    fn limited(duration: Duration) -> Result<Self, ValueError> {
        if duration > Self::LIMIT {
            return Err(ValueError::new("longer than 100 years"));
        }
        Ok(Self(duration))
    }
}

impl fmt::Display for HumanDuration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut nanoseconds = self.0.as_nanos();
        if nanoseconds == 0 {
            return formatter.write_str("0s");
        }
        let units = [
            ("h", 3_600_000_000_000),
            ("m", 60_000_000_000),
            ("s", 1_000_000_000),
            ("ms", 1_000_000),
            ("us", 1_000),
            ("ns", 1),
        ];
        for (unit, length) in units {
            if nanoseconds >= length {
                write!(formatter, "{}{unit}", nanoseconds / length)?;
                nanoseconds %= length;
            }
        }
        Ok(())
    }
}

string_serde!(HumanDuration);
