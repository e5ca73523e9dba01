//! Floating-point numbers as text, as Go's
//! [`strconv.FormatFloat`](https://pkg.go.dev/strconv#FormatFloat) writes them.

use vouchsafe_shared::secret::SecretBuffer;

use self::{
    binary::{append_binary, append_hexadecimal},
    digits::{Digits, append_fixed_exact},
};
use super::integer::append_int;

mod binary;
mod digits;
#[cfg(test)]
mod tests;

/// The format verbs of `strconv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatFormat {
    /// `b`: `-ddddp±ddd`, decimal digits and a power of two.
    Binary,
    /// `e`: `-d.dddde±dd`.
    Exponent,
    /// `E`: `-d.ddddE±dd`.
    UpperExponent,
    /// `f`: `-ddd.dddd`.
    Fixed,
    /// `g`: as `e` for large and for very small numbers, as `f` otherwise.
    General,
    /// `G`: as `E` for large and for very small numbers, as `f` otherwise.
    UpperGeneral,
    /// `x`: `-0xd.ddddp±dd`.
    Hexadecimal,
    /// `X`: `-0Xd.ddddP±dd`.
    UpperHexadecimal,
}

impl FloatFormat {
    pub fn from_verb(verb: u8) -> Option<Self> {
        Some(match verb {
            b'b' => Self::Binary,
            b'e' => Self::Exponent,
            b'E' => Self::UpperExponent,
            b'f' => Self::Fixed,
            b'g' => Self::General,
            b'G' => Self::UpperGeneral,
            b'x' => Self::Hexadecimal,
            b'X' => Self::UpperHexadecimal,
            _ => return None,
        })
    }
}

/// The type whose precision the shortest text has to distinguish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FloatSize {
    /// `float32`.
    Single,
    /// `float64`.
    Double,
}

/// `strconv.AppendFloat`; without a precision (Go's -1) the digits are the fewest that read back as
/// the same number.
///
/// What is written grows with the precision: the caller bounds it.
pub fn append_float(
    out: &mut SecretBuffer,
    value: f64,
    format: FloatFormat,
    precision: Option<usize>,
    size: FloatSize,
) {
    let value = match size {
        FloatSize::Single => f64::from(to_single(value)),
        FloatSize::Double => value,
    };
    if value.is_nan() {
        return out.push_str("NaN");
    }
    if value.is_infinite() {
        return out.push_str(if value > 0.0 { "+Inf" } else { "-Inf" });
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    let magnitude = value.abs();
    match (format, precision) {
        (FloatFormat::Binary, _) => append_binary(out, magnitude, size),
        (FloatFormat::Hexadecimal, _) => append_hexadecimal(out, magnitude, precision, false),
        (FloatFormat::UpperHexadecimal, _) => append_hexadecimal(out, magnitude, precision, true),
        (FloatFormat::Exponent | FloatFormat::UpperExponent, _) => {
            let digits = match precision {
                None => Digits::shortest(magnitude, size),
                Some(precision) => Digits::rounded(magnitude, precision.saturating_add(1)),
            };
            let fraction = precision.unwrap_or_else(|| digits.len().saturating_sub(1));
            let upper = format == FloatFormat::UpperExponent;
            append_exponent_form(out, &digits, fraction, upper);
        }
        (FloatFormat::Fixed, None) => {
            let digits = Digits::shortest(magnitude, size);
            append_fixed_form(out, &digits, digits.fraction_len());
        }
        (FloatFormat::Fixed, Some(precision)) => append_fixed_exact(out, magnitude, precision),
        (FloatFormat::General | FloatFormat::UpperGeneral, _) => {
            let upper = format == FloatFormat::UpperGeneral;
            append_general(out, magnitude, precision, size, upper);
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "to round is what is asked for"
)]
pub(super) fn to_single(value: f64) -> f32 {
    value as f32
}

fn append_general(
    out: &mut SecretBuffer,
    magnitude: f64,
    precision: Option<usize>,
    size: FloatSize,
    upper: bool,
) {
    let digits = match precision {
        None => Digits::shortest(magnitude, size),
        Some(precision) => Digits::rounded(magnitude, precision.max(1)),
    };
    let length = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    // From this exponent on the number is written with one.
    let limit = match precision {
        None => 6,
        Some(precision) => {
            let precision = i64::try_from(precision.max(1)).unwrap_or(i64::MAX);
            if precision > length && length >= digits.point() {
                length
            } else {
                precision
            }
        }
    };
    let exponent = digits.point() - 1;
    if !digits.is_empty() && (exponent < -4 || exponent >= limit) {
        append_exponent_form(out, &digits, digits.len().saturating_sub(1), upper);
    } else {
        append_fixed_form(out, &digits, digits.fraction_len());
    }
}

fn append_exponent_form(out: &mut SecretBuffer, digits: &Digits, fraction: usize, upper: bool) {
    out.push(digits.get(0));
    if fraction > 0 {
        out.push(b'.');
        let written = digits.range(1, fraction.saturating_add(1));
        out.push_bytes(written);
        append_zeros(out, fraction.saturating_sub(written.len()));
    }
    out.push(if upper { b'E' } else { b'e' });
    append_exponent(
        out,
        if digits.is_empty() {
            0
        } else {
            digits.point() - 1
        },
    );
}

fn append_fixed_form(out: &mut SecretBuffer, digits: &Digits, fraction: usize) {
    let whole = usize::try_from(digits.point()).unwrap_or_default();
    if whole == 0 {
        out.push(b'0');
    }
    let written = digits.range(0, whole);
    out.push_bytes(written);
    append_zeros(out, whole - written.len());
    if fraction > 0 {
        out.push(b'.');
        let leading = usize::try_from(-digits.point())
            .unwrap_or_default()
            .min(fraction);
        append_zeros(out, leading);
        let written = digits.range(whole, whole + fraction - leading);
        out.push_bytes(written);
        append_zeros(out, fraction - leading - written.len());
    }
}

/// A sign and two digits at least.
fn append_exponent(out: &mut SecretBuffer, exponent: i64) {
    out.push(if exponent < 0 { b'-' } else { b'+' });
    if exponent.abs() < 10 {
        out.push(b'0');
    }
    append_int(out, exponent.abs(), 10);
}

fn append_zeros(out: &mut SecretBuffer, count: usize) {
    const ZEROS: [u8; 64] = [b'0'; 64];
    let mut rest = count;
    while rest > 0 {
        let zeros = ZEROS.get(..rest).unwrap_or(&ZEROS);
        out.push_bytes(zeros);
        rest -= zeros.len();
    }
}
