//! Numbers as annotations write them.
//!
//! Under the original prefixes a text is a number exactly where Go's `strconv` says so, which the
//! original injector reads them with; and there the empty text is 0.
//! Source: <https://pkg.go.dev/strconv>.

use std::num::{IntErrorKind, NonZeroU16};

use super::spec::Dialect;
use crate::value::ValueError;

/// The largest user or group id that Kubernetes takes.
/// Source: <https://github.com/kubernetes/kubernetes/blob/v1.33.0/staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go>.
const LARGEST_USER: i64 = i32::MAX as i64;

pub(super) fn integer(dialect: Dialect, text: &str) -> Result<i64, ValueError> {
    match (dialect, text) {
        (Dialect::Original, "") => Ok(0),
        (Dialect::Original, text) => parsed(text),
        (Dialect::Own, text) => parsed(text.trim()),
    }
}

/// A user or group id. The empty text is root under the original prefixes.
pub(super) fn user(dialect: Dialect, text: &str) -> Result<u64, ValueError> {
    let number = integer(dialect, text)?;
    u64::try_from(number)
        .ok()
        .filter(|_| number <= LARGEST_USER)
        .ok_or_else(|| {
            ValueError::new(format!(
                "not a user or group id; expected a number from 0 to {LARGEST_USER}"
            ))
        })
}

/// `None` where the original's agent would take its own default.
pub(super) fn count(dialect: Dialect, text: &str) -> Result<Option<u32>, ValueError> {
    if dialect == Dialect::Original && text.is_empty() {
        return Ok(None);
    }
    let number = integer(dialect, text.trim())?;
    u32::try_from(number)
        .map(Some)
        .map_err(|_| ValueError::new("out of range; expected a number from 0"))
}

pub(super) fn port(dialect: Dialect, text: &str) -> Result<Option<u16>, ValueError> {
    if dialect == Dialect::Original && text.is_empty() {
        return Ok(None);
    }
    text.trim()
        .parse()
        .map(|port: NonZeroU16| Some(port.get()))
        .map_err(|_| ValueError::new("not a port; expected a number from 1 to 65535"))
}

/// A share of a lease's life, above 0 and below 1; `None` for a number that is none, which the
/// original lets through.
pub(super) fn share(dialect: Dialect, text: &str) -> Result<Option<f64>, ValueError> {
    let syntax =
        || ValueError::new("cannot be parsed as float, invalid syntax; expected for example 0.9");
    let text = match dialect {
        Dialect::Own => text.trim(),
        Dialect::Original => text,
    };
    let number = match hexadecimal(text) {
        Some(number) => number,
        None => text.parse::<f64>().map_err(|_| syntax())?,
    };
    // JSON has no word for these, which is where the original stops.
    if !number.is_finite() {
        return Err(ValueError::new(
            "is no finite number; expected for example 0.9",
        ));
    }
    match (number > 0.0 && number < 1.0, dialect) {
        (true, _) => Ok(Some(number)),
        (false, Dialect::Original) => Ok(None),
        (false, Dialect::Own) => Err(ValueError::new(
            "is no share of a life; expected a number above 0 and below 1, for example 0.9",
        )),
    }
}

fn parsed(text: &str) -> Result<i64, ValueError> {
    text.parse().map_err(|error: std::num::ParseIntError| {
        ValueError::new(match error.kind() {
            IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => {
                "value out of range; expected a smaller number"
            }
            _ => "cannot be parsed as a whole number, invalid syntax; expected for example 1000",
        })
    })
}

/// Go's hexadecimal notation: `0x1.8p-2` is 0.375.
/// Source: <https://go.dev/ref/spec#Floating-point_literals>.
fn hexadecimal(text: &str) -> Option<f64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let text = text
        .strip_prefix("0x")
        .or_else(|| text.strip_prefix("0X"))?;
    let (mantissa, exponent) = text.split_once(['p', 'P'])?;
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut value = 0.0;
    for digit in whole.chars().chain(fraction.chars()) {
        value = value * 16.0 + f64::from(digit.to_digit(16)?);
    }
    let places = i32::try_from(fraction.len()).ok()?.checked_mul(4)?;
    Some(sign * value * 2_f64.powi(exponent.checked_sub(places)?))
}
