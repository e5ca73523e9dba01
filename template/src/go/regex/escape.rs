//! A backslash and what it makes of the characters behind it, where that is one character.

use super::RegexError;

/// Takes an escape from the start of the pattern; gives the code point it stands for, which may
/// be a surrogate.
pub(super) fn parse(pattern: &mut &str) -> Result<u32, RegexError> {
    let escaped = pattern.strip_prefix('\\').ok_or(RegexError::Escape)?;
    let character = escaped
        .chars()
        .next()
        .ok_or(RegexError::TrailingBackslash)?;
    let (code_point, length) = match character {
        '0'..='7' => octal(escaped)?,
        'x' => {
            let (code_point, length) = hexadecimal(escaped.get(1..).unwrap_or_default())?;
            (code_point, length + 1)
        }
        'a' => (0x07, 1),
        'f' => (0x0c, 1),
        'n' => (0x0a, 1),
        'r' => (0x0d, 1),
        't' => (0x09, 1),
        'v' => (0x0b, 1),
        other if other.is_ascii() && !other.is_ascii_alphanumeric() => (other.into(), 1),
        _ => return Err(RegexError::Escape),
    };
    *pattern = escaped.get(length..).unwrap_or_default();
    Ok(code_point)
}

/// Up to three digits; a single one that is not zero would be a back reference.
fn octal(text: &str) -> Result<(u32, usize), RegexError> {
    let digits = text
        .bytes()
        .take(3)
        .take_while(|byte| matches!(byte, b'0'..=b'7'));
    let (code_point, length) = digits.fold((0, 0), |(value, length), digit| {
        (value * 8 + u32::from(digit - b'0'), length + 1)
    });
    if length == 1 && !text.starts_with('0') {
        return Err(RegexError::Escape);
    }
    Ok((code_point, length))
}

/// Two digits, or any number of them in braces.
fn hexadecimal(text: &str) -> Result<(u32, usize), RegexError> {
    let (digits, length) = match text.strip_prefix('{') {
        Some(braced) => {
            let (digits, _) = braced.split_once('}').ok_or(RegexError::Escape)?;
            (digits, digits.len() + 2)
        }
        None => (text.get(..2).ok_or(RegexError::Escape)?, 2),
    };
    // The sign that the standard library would take is no digit.
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(RegexError::Escape);
    }
    let significant = digits.trim_start_matches('0');
    let code_point = match significant {
        "" => 0,
        digits => u32::from_str_radix(digits, 16).map_err(|_| RegexError::Escape)?,
    };
    if code_point > 0x0010_FFFF {
        Err(RegexError::Escape)
    } else {
        Ok((code_point, length))
    }
}
