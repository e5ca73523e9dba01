//! `strconv.ParseInt` and `strconv.ParseUint`.

use super::{NumberError, underscores_are_separators};

/// `strconv.ParseUint`: base 2 to 36, or 0 for the base that the prefix tells; 0 bits are 64.
///
/// Any other base and more than 64 bits are errors of syntax.
pub fn parse_uint(text: &[u8], base: u32, bits: u32) -> Result<u64, NumberError<u64>> {
    let (base, digits, underscores) = match base {
        0 => {
            let (base, digits) = prefix(text);
            (base, digits, true)
        }
        2..=36 => (base, text, false),
        _ => return Err(NumberError::Syntax),
    };
    let largest = match bits {
        0 | u64::BITS => u64::MAX,
        1..u64::BITS => (1 << bits) - 1,
        _ => return Err(NumberError::Syntax),
    };
    if text.is_empty() {
        return Err(NumberError::Syntax);
    }
    let mut value: u64 = 0;
    let mut has_underscores = false;
    for byte in digits {
        if *byte == b'_' && underscores {
            has_underscores = true;
            continue;
        }
        let digit = char::from(*byte)
            .to_digit(base)
            .ok_or(NumberError::Syntax)?;
        // As in Go, what follows the digit that is too much is not looked at.
        value = value
            .checked_mul(base.into())
            .and_then(|value| value.checked_add(digit.into()))
            .filter(|value| *value <= largest)
            .ok_or(NumberError::Range(largest))?;
    }
    if has_underscores && !underscores_are_separators(text) {
        return Err(NumberError::Syntax);
    }
    Ok(value)
}

/// `strconv.ParseInt`, by the rules of [`parse_uint`].
pub fn parse_int(text: &[u8], base: u32, bits: u32) -> Result<i64, NumberError<i64>> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let magnitude = match parse_uint(digits, base, bits) {
        Ok(magnitude) | Err(NumberError::Range(magnitude)) => magnitude,
        Err(NumberError::Syntax) => return Err(NumberError::Syntax),
    };
    let bits = if bits == 0 { u64::BITS } else { bits };
    let smallest = i64::MIN >> (u64::BITS - bits);
    if negative {
        0i64.checked_sub_unsigned(magnitude)
            .filter(|value| *value >= smallest)
            .ok_or(NumberError::Range(smallest))
    } else {
        i64::try_from(magnitude)
            .ok()
            .filter(|value| *value <= !smallest)
            .ok_or(NumberError::Range(!smallest))
    }
}

fn prefix(text: &[u8]) -> (u32, &[u8]) {
    match text {
        [b'0', b'b' | b'B', digits @ ..] if !digits.is_empty() => (2, digits),
        [b'0', b'o' | b'O', digits @ ..] if !digits.is_empty() => (8, digits),
        [b'0', b'x' | b'X', digits @ ..] if !digits.is_empty() => (16, digits),
        [b'0', digits @ ..] => (8, digits),
        _ => (10, text),
    }
}
