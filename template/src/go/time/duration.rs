//! Spans of time in nanoseconds: how Go prints, parses and rounds them.
//! Rules: <https://pkg.go.dev/time#Duration>.

use std::fmt;

const NANOSECOND: u64 = 1;
const MICROSECOND: u64 = 1_000;
const MILLISECOND: u64 = 1_000_000;
const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration(pub i64);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    #[error("time: invalid duration")]
    Invalid,
    #[error("time: missing unit in duration")]
    MissingUnit,
    #[error("time: unknown unit in duration")]
    UnknownUnit,
}

impl Duration {
    pub const MIN: Self = Self(i64::MIN);
    pub const MAX: Self = Self(i64::MAX);
    pub const SECOND: Self = Self(1_000_000_000);

    pub fn parse(text: &[u8]) -> Result<Self, DurationError> {
        let (negative, mut rest) = match text.split_first() {
            Some((sign @ (b'+' | b'-'), rest)) => (*sign == b'-', rest),
            _ => (false, text),
        };
        if rest == b"0" {
            return Ok(Self(0));
        }
        if rest.is_empty() {
            return Err(DurationError::Invalid);
        }
        let mut sum = 0_u64;
        while !rest.is_empty() {
            let term = Term::parse(&mut rest)?;
            // Two halves of the range wrap around to nothing unnoticed, as in Go.
            sum = sum.wrapping_add(term.nanoseconds()?);
            if sum > 1 << 63 {
                return Err(DurationError::Invalid);
            }
        }
        if negative {
            return Ok(Self(0_i64.wrapping_sub_unsigned(sum)));
        }
        i64::try_from(sum)
            .map(Self)
            .map_err(|_| DurationError::Invalid)
    }

    pub fn microseconds(self) -> i64 {
        self.0 / MICROSECOND.cast_signed()
    }

    pub fn milliseconds(self) -> i64 {
        self.0 / MILLISECOND.cast_signed()
    }

    pub fn seconds(self) -> f64 {
        self.in_units(SECOND)
    }

    pub fn minutes(self) -> f64 {
        self.in_units(MINUTE)
    }

    pub fn hours(self) -> f64 {
        self.in_units(HOUR)
    }

    #[must_use]
    pub fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// Towards zero, to a multiple of `unit`; a unit that is not positive changes nothing.
    #[must_use]
    pub fn truncate(self, unit: Self) -> Self {
        if unit.0 <= 0 {
            return self;
        }
        Self(self.0 - self.0 % unit.0)
    }

    /// To the nearest multiple of `unit`, halves away from zero, within what a duration can hold.
    #[must_use]
    pub fn round(self, unit: Self) -> Self {
        if unit.0 <= 0 {
            return self;
        }
        let rest = (self.0 % unit.0).unsigned_abs();
        let towards_zero = self.truncate(unit);
        if rest < unit.0.unsigned_abs() - rest {
            return towards_zero;
        }
        Self(towards_zero.0.saturating_add(unit.0 * self.0.signum()))
    }

    /// The whole part and the fraction are divided apart: that keeps the digits Go shows.
    #[expect(
        clippy::cast_precision_loss,
        reason = "Go converts the same integers to float64"
    )]
    fn in_units(self, unit: u64) -> f64 {
        let unit = unit.cast_signed();
        (self.0 / unit) as f64 + (self.0 % unit) as f64 / unit as f64
    }
}

/// One number with its unit.
struct Term {
    whole: u64,
    fraction: u64,
    /// The power of ten that divides the fraction.
    scale: f64,
    unit: u64,
}

impl Term {
    fn parse(text: &mut &[u8]) -> Result<Self, DurationError> {
        let whole_digits = take_while(text, u8::is_ascii_digit);
        let whole = whole_digits.iter().try_fold(0_u64, |value, digit| {
            let value = value
                .checked_mul(10)?
                .checked_add(u64::from(digit - b'0'))?;
            (value <= 1 << 63).then_some(value)
        });
        let whole = whole.ok_or(DurationError::Invalid)?;
        let mut fraction_digits: &[u8] = &[];
        if let Some(rest) = text.strip_prefix(b".") {
            *text = rest;
            fraction_digits = take_while(text, u8::is_ascii_digit);
        }
        if whole_digits.is_empty() && fraction_digits.is_empty() {
            return Err(DurationError::Invalid);
        }
        let (fraction, scale) = read_fraction(fraction_digits);
        let unit = take_while(text, |byte| *byte != b'.' && !byte.is_ascii_digit());
        Ok(Self {
            whole,
            fraction,
            scale,
            unit: unit_nanoseconds(unit)?,
        })
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "Go computes the fraction in float64; it is less than one unit"
    )]
    fn nanoseconds(&self) -> Result<u64, DurationError> {
        if self.whole > (1 << 63) / self.unit {
            return Err(DurationError::Invalid);
        }
        let fraction = (self.fraction as f64 * (self.unit as f64 / self.scale)) as u64;
        let sum = self.whole * self.unit + fraction;
        if sum > 1 << 63 {
            return Err(DurationError::Invalid);
        }
        Ok(sum)
    }
}

/// Digits beyond what 63 bits hold are ignored.
fn read_fraction(digits: &[u8]) -> (u64, f64) {
    let (mut value, mut scale) = (0_u64, 1.0);
    for digit in digits {
        if value > i64::MAX.unsigned_abs() / 10 {
            break;
        }
        let next = value * 10 + u64::from(digit - b'0');
        if next > 1 << 63 {
            break;
        }
        value = next;
        scale *= 10.0;
    }
    (value, scale)
}

fn unit_nanoseconds(unit: &[u8]) -> Result<u64, DurationError> {
    match unit {
        b"" => Err(DurationError::MissingUnit),
        b"ns" => Ok(NANOSECOND),
        // The micro sign and the Greek letter mu.
        b"us" | b"\xc2\xb5s" | b"\xce\xbcs" => Ok(MICROSECOND),
        b"ms" => Ok(MILLISECOND),
        b"s" => Ok(SECOND),
        b"m" => Ok(MINUTE),
        b"h" => Ok(HOUR),
        _ => Err(DurationError::UnknownUnit),
    }
}

fn take_while<'text>(text: &mut &'text [u8], accept: impl Fn(&u8) -> bool) -> &'text [u8] {
    let length = text.iter().take_while(|byte| accept(byte)).count();
    let (taken, rest) = text.split_at(length);
    *text = rest;
    taken
}

/// `1h2m3.5s`; less than a second in the largest unit that leaves a whole part.
impl fmt::Display for Duration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            formatter.write_str("-")?;
        }
        let nanoseconds = self.0.unsigned_abs();
        match nanoseconds {
            0 => formatter.write_str("0s"),
            1..MICROSECOND => write!(formatter, "{nanoseconds}ns"),
            MICROSECOND..MILLISECOND => {
                write_decimal(formatter, nanoseconds, MICROSECOND)?;
                formatter.write_str("µs")
            }
            MILLISECOND..SECOND => {
                write_decimal(formatter, nanoseconds, MILLISECOND)?;
                formatter.write_str("ms")
            }
            _ => {
                if nanoseconds >= HOUR {
                    write!(formatter, "{}h", nanoseconds / HOUR)?;
                }
                if nanoseconds >= MINUTE {
                    write!(formatter, "{}m", nanoseconds / MINUTE % 60)?;
                }
                write_decimal(formatter, nanoseconds % MINUTE, SECOND)?;
                formatter.write_str("s")
            }
        }
    }
}

fn write_decimal(formatter: &mut fmt::Formatter<'_>, value: u64, unit: u64) -> fmt::Result {
    write!(formatter, "{}", value / unit)?;
    let fraction = format!("{}", unit + value % unit);
    let digits = fraction
        .trim_end_matches('0')
        .strip_prefix('1')
        .unwrap_or_default();
    if digits.is_empty() {
        Ok(())
    } else {
        write!(formatter, ".{digits}")
    }
}
