//! `strconv.ParseFloat`.

use std::fmt::Write as _;

use zeroize::Zeroizing;

use super::{NumberError, underscores_are_separators};
use crate::go::float::FloatSize;

/// `strconv.ParseFloat`: decimal and hexadecimal numbers, infinities and `nan`.
pub fn parse_float(text: &[u8], size: FloatSize) -> Result<f64, NumberError<f64>> {
    if let Some(value) = special(text) {
        return Ok(value);
    }
    let number = scan(text).ok_or(NumberError::Syntax)?;
    let magnitude = if number.hexadecimal {
        hexadecimal(&number, size)
    } else {
        decimal(&number, size)
    };
    let value = if number.negative {
        -magnitude
    } else {
        magnitude
    };
    if value.is_infinite() {
        Err(NumberError::Range(value))
    } else {
        Ok(value)
    }
}

fn special(text: &[u8]) -> Option<f64> {
    if text.eq_ignore_ascii_case(b"nan") {
        return Some(f64::NAN);
    }
    let (sign, name) = match text {
        [b'-', name @ ..] => (-1.0, name),
        [b'+', name @ ..] => (1.0, name),
        _ => (1.0, text),
    };
    let infinite = name.eq_ignore_ascii_case(b"inf") || name.eq_ignore_ascii_case(b"infinity");
    infinite.then_some(sign * f64::INFINITY)
}

/// A number taken apart; the mantissa may still hold underscores.
struct Scanned<'a> {
    negative: bool,
    hexadecimal: bool,
    mantissa: &'a [u8],
    exponent: i64,
}

fn scan(text: &[u8]) -> Option<Scanned<'_>> {
    let (negative, unsigned) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let (hexadecimal, body) = match unsigned {
        [b'0', b'x' | b'X', rest @ ..] if !rest.is_empty() => (true, rest),
        _ => (false, unsigned),
    };
    let is_digit = if hexadecimal {
        u8::is_ascii_hexdigit
    } else {
        u8::is_ascii_digit
    };
    let marker = if hexadecimal { b'p' } else { b'e' };
    let end = body
        .iter()
        .position(|byte| !(is_digit(byte) || matches!(byte, b'.' | b'_')))
        .unwrap_or(body.len());
    let (mantissa, rest) = body.split_at_checked(end)?;
    let points = mantissa.iter().filter(|byte| **byte == b'.');
    if points.take(2).count() > 1 || !mantissa.iter().any(is_digit) {
        return None;
    }
    let exponent = match rest {
        [] if hexadecimal => return None,
        [] => 0,
        [byte, exponent @ ..] if byte.eq_ignore_ascii_case(&marker) => read_exponent(exponent)?,
        _ => return None,
    };
    if text.contains(&b'_') && !underscores_are_separators(text) {
        return None;
    }
    Some(Scanned {
        negative,
        hexadecimal,
        mantissa,
        exponent,
    })
}

/// Digits beyond the fifth are not counted, as in Go: they matter only to a mantissa of ten thousand
/// digits.
fn read_exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if !digits.first()?.is_ascii_digit() {
        return None;
    }
    let mut exponent = 0;
    for byte in digits {
        match byte {
            b'0'..=b'9' if exponent < 10_000 => {
                exponent = exponent * 10 + i64::from(byte - b'0');
            }
            b'0'..=b'9' | b'_' => {}
            _ => return None,
        }
    }
    Some(if negative { -exponent } else { exponent })
}

fn decimal(number: &Scanned<'_>, size: FloatSize) -> f64 {
    const EXPONENT: usize = "e-99999".len();
    let mut text = Zeroizing::new(String::with_capacity(number.mantissa.len() + EXPONENT));
    let digits = number.mantissa.iter().filter(|byte| **byte != b'_');
    text.extend(digits.map(|byte| char::from(*byte)));
    // Writing to memory does not fail, and what was scanned is always a number.
    let _ = write!(text, "e{}", number.exponent);
    match size {
        FloatSize::Single => text.parse().map_or(0.0, |value: f32| value.into()),
        FloatSize::Double => text.parse().unwrap_or_default(),
    }
}

fn hexadecimal(number: &Scanned<'_>, size: FloatSize) -> f64 {
    /// More digits than this are known by whether one of them is not 0.
    const DIGITS: u32 = 16;
    let mut mantissa: u64 = 0;
    let mut count = 0;
    let mut inexact = false;
    let mut exponent = number.exponent;
    let mut after_point = false;
    for byte in number.mantissa {
        let Some(digit) = char::from(*byte).to_digit(16) else {
            after_point |= *byte == b'.';
            continue;
        };
        if count < DIGITS {
            mantissa = mantissa << 4 | u64::from(digit);
            count += u32::from(mantissa != 0);
            exponent -= if after_point { 4 } else { 0 };
        } else {
            inexact |= digit != 0;
            exponent += if after_point { 0 } else { 4 };
        }
    }
    round(mantissa, exponent, inexact, size)
}

/// The nearest number to `mantissa × 2^exponent`, or to slightly more when that is inexact; a tie
/// goes to the even mantissa.
fn round(mantissa: u64, exponent: i64, inexact: bool, size: FloatSize) -> f64 {
    let (mantissa_bits, fewest_exponent, most_exponent) = match size {
        FloatSize::Single => (f32::MANTISSA_DIGITS, f32::MIN_EXP - 1, f32::MAX_EXP - 1),
        FloatSize::Double => (f64::MANTISSA_DIGITS, f64::MIN_EXP - 1, f64::MAX_EXP - 1),
    };
    if mantissa == 0 {
        return 0.0;
    }
    let shift = mantissa.leading_zeros();
    let mantissa = mantissa << shift;
    // The exponent of the first bit.
    let exponent = exponent + i64::from(u64::BITS - 1 - shift);
    if exponent > i64::from(most_exponent) {
        return f64::INFINITY;
    }
    let subnormal = (i64::from(fewest_exponent) - exponent).max(0);
    let dropped = i64::from(u64::BITS - mantissa_bits) + subnormal;
    let Some(dropped) = u32::try_from(dropped)
        .ok()
        .filter(|bits| *bits <= u64::BITS)
    else {
        return 0.0;
    };
    let kept = mantissa.checked_shr(dropped).unwrap_or_default();
    // The first dropped bit stands first, what follows it after.
    let rest = mantissa
        .checked_shl(u64::BITS - dropped)
        .unwrap_or_default();
    let half = 1 << (u64::BITS - 1);
    let up = rest > half || rest == half && (inexact || kept & 1 == 1);
    let unit = exponent + i64::from(dropped) - i64::from(u64::BITS - 1);
    let value = scale(kept + u64::from(up), unit);
    let largest = match size {
        FloatSize::Single => f32::MAX.into(),
        FloatSize::Double => f64::MAX,
    };
    if value > largest {
        f64::INFINITY
    } else {
        value
    }
}

/// No step rounds when the result is a number of `f64`.
fn scale(mantissa: u64, exponent: i64) -> f64 {
    const BIAS: i64 = 1023;
    #[expect(clippy::cast_precision_loss, reason = "at most 53 bits are set")]
    let mut value = mantissa as f64;
    let mut rest = exponent;
    while rest != 0 {
        let step = rest.clamp(-1000, 1000);
        let biased = u64::try_from(BIAS + step).unwrap_or_default();
        value *= f64::from_bits(biased << (f64::MANTISSA_DIGITS - 1));
        rest -= step;
    }
    value
}
