//! The formats that show the bits of a number: `%b` and `%x`.

use vouchsafe_shared::secret::SecretBuffer;

use super::{FloatSize, append_exponent, append_zeros, to_single};
use crate::go::integer::{append_int, append_uint};

/// The bits of the mantissa of an `f64` that are stored: 13 hexadecimal digits.
const FRACTION_BITS: u32 = f64::MANTISSA_DIGITS - 1;
const FRACTION_DIGITS: usize = 13;

/// `%b`: the mantissa as an integer and its power of two, as they are stored.
pub(super) fn append_binary(out: &mut SecretBuffer, magnitude: f64, size: FloatSize) {
    let (stored, fraction_bits, bias) = match size {
        FloatSize::Single => (u64::from(to_single(magnitude).to_bits()), 23, 127),
        FloatSize::Double => (magnitude.to_bits(), FRACTION_BITS, 1023),
    };
    let (mantissa, exponent) = split(stored, fraction_bits, bias);
    append_uint(out, mantissa, 10);
    out.push(b'p');
    let exponent = exponent - i64::from(fraction_bits);
    if exponent >= 0 {
        out.push(b'+');
    }
    append_int(out, exponent, 10);
}

/// The mantissa with its implicit bit and the exponent of that bit.
fn split(stored: u64, fraction_bits: u32, bias: i64) -> (u64, i64) {
    let implicit = 1 << fraction_bits;
    let fraction = stored & (implicit - 1);
    match i64::try_from(stored >> fraction_bits).unwrap_or_default() {
        0 => (fraction, 1 - bias),
        exponent => (fraction | implicit, exponent - bias),
    }
}

/// `%x`: one bit before the point, hexadecimal digits after it; without a precision as many as there
/// are.
pub(super) fn append_hexadecimal(
    out: &mut SecretBuffer,
    magnitude: f64,
    precision: Option<usize>,
    upper: bool,
) {
    let (mut mantissa, mut exponent) = split(magnitude.to_bits(), FRACTION_BITS, 1023);
    if mantissa == 0 {
        exponent = 0;
    } else {
        let shift = mantissa.leading_zeros() - (u64::BITS - f64::MANTISSA_DIGITS);
        mantissa <<= shift;
        exponent -= i64::from(shift);
    }
    let digits = precision.unwrap_or(FRACTION_DIGITS).min(FRACTION_DIGITS);
    let dropped = FRACTION_BITS - 4 * u32::try_from(digits).unwrap_or_default();
    mantissa = round_half_even(mantissa, dropped);
    if mantissa >> (f64::MANTISSA_DIGITS - dropped) != 0 {
        mantissa >>= 1;
        exponent += 1;
    }

    out.push_str(if upper { "0X" } else { "0x" });
    let fraction_bits = FRACTION_BITS - dropped;
    append_uint(out, mantissa >> fraction_bits, 16);
    let fraction = mantissa & ((1 << fraction_bits) - 1);
    let shown = match precision {
        Some(_) => digits,
        None if fraction == 0 => 0,
        None => digits - (fraction.trailing_zeros() / 4) as usize,
    };
    if shown > 0 {
        out.push(b'.');
        for place in (digits - shown..digits).rev() {
            append_digit(out, fraction >> (4 * place) & 15, upper);
        }
        append_zeros(out, precision.unwrap_or(shown) - shown);
    }
    out.push(if upper { b'P' } else { b'p' });
    append_exponent(out, exponent);
}

fn append_digit(out: &mut SecretBuffer, digit: u64, upper: bool) {
    let digit = char::from_digit(u32::try_from(digit).unwrap_or_default(), 16).unwrap_or('0');
    let digit = if upper {
        digit.to_ascii_uppercase()
    } else {
        digit
    };
    out.push_str(digit.encode_utf8(&mut [0; 4]));
}

/// The value without its last bits, fewer than 64.
fn round_half_even(value: u64, dropped: u32) -> u64 {
    if dropped == 0 {
        return value;
    }
    let kept = value >> dropped;
    let rest = value & ((1 << dropped) - 1);
    let half = 1 << (dropped - 1);
    kept + u64::from(rest > half || rest == half && kept & 1 == 1)
}
