//! Reads Go's string and rune literals.

use std::fmt;

use zeroize::Zeroizing;

use crate::go::rune::decode_rune;

/// The text is no literal of Go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidLiteral;

impl fmt::Display for InvalidLiteral {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("invalid syntax")
    }
}

impl std::error::Error for InvalidLiteral {}

/// One character of a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unquoted {
    Rune(char),
    /// Of an escape such as `\xff` or `\377`, which need not be UTF-8.
    Byte(u8),
}

impl Unquoted {
    /// The value of the character as a number.
    pub fn code(self) -> u32 {
        match self {
            Self::Rune(rune) => rune.into(),
            Self::Byte(byte) => byte.into(),
        }
    }
}

/// `strconv.Unquote`: the content of `"…"`, `` `…` `` or `'…'`.
pub fn unquote(literal: &[u8]) -> Result<Zeroizing<Vec<u8>>, InvalidLiteral> {
    match literal {
        [b'`', content @ .., b'`'] if !content.contains(&b'`') => Ok(Zeroizing::new(
            content
                .iter()
                .copied()
                .filter(|byte| *byte != b'\r')
                .collect(),
        )),
        [b'"', content @ .., b'"'] => unquote_content(content, b'"', usize::MAX),
        [b'\'', content @ .., b'\''] => unquote_content(content, b'\'', 1),
        _ => Err(InvalidLiteral),
    }
}

fn unquote_content(
    content: &[u8],
    quote: u8,
    characters: usize,
) -> Result<Zeroizing<Vec<u8>>, InvalidLiteral> {
    // An invalid byte becomes U+FFFD, three bytes; to grow would leave a copy behind.
    let mut text = Zeroizing::new(Vec::with_capacity(content.len().saturating_mul(3)));
    let mut rest = content;
    for _ in 0..characters {
        match rest {
            [] => break,
            [b'\n', ..] => return Err(InvalidLiteral),
            _ => {}
        }
        let (character, tail) = unquote_char(rest, quote)?;
        match character {
            Unquoted::Byte(byte) => text.push(byte),
            Unquoted::Rune(rune) => {
                text.extend_from_slice(rune.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        rest = tail;
    }
    if rest.is_empty() {
        Ok(text)
    } else {
        Err(InvalidLiteral)
    }
}

/// `strconv.UnquoteChar`: the first character of the content of a literal, and what follows it.
///
/// `quote` is the quote that encloses the content: it must be escaped, and no other quote may be.
pub fn unquote_char(content: &[u8], quote: u8) -> Result<(Unquoted, &[u8]), InvalidLiteral> {
    match content {
        [first, ..] if *first == quote && matches!(quote, b'\'' | b'"') => Err(InvalidLiteral),
        [b'\\', kind, rest @ ..] => unescape(*kind, rest, quote).ok_or(InvalidLiteral),
        [b'\\'] | [] => Err(InvalidLiteral),
        _ => {
            let (rune, width) = decode_rune(content);
            Ok((
                Unquoted::Rune(rune),
                content.get(width..).unwrap_or_default(),
            ))
        }
    }
}

fn unescape(kind: u8, rest: &[u8], quote: u8) -> Option<(Unquoted, &[u8])> {
    let byte = match kind {
        b'a' => 0x07,
        b'b' => 0x08,
        b'f' => 0x0C,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 0x0B,
        b'\\' => b'\\',
        b'\'' | b'"' if kind == quote => kind,
        b'x' => {
            let (value, tail) = number(rest, 2, 16)?;
            return Some((Unquoted::Byte(u8::try_from(value).ok()?), tail));
        }
        b'u' | b'U' => {
            let (value, tail) = number(rest, if kind == b'u' { 4 } else { 8 }, 16)?;
            return Some((Unquoted::Rune(char::from_u32(value)?), tail));
        }
        b'0'..=b'7' => {
            let (value, tail) = number(rest, 2, 8)?;
            let value = u32::from(kind - b'0') << 6 | value;
            return Some((Unquoted::Byte(u8::try_from(value).ok()?), tail));
        }
        _ => return None,
    };
    Some((Unquoted::Byte(byte), rest))
}

fn number(text: &[u8], digits: usize, base: u32) -> Option<(u32, &[u8])> {
    let (number, tail) = text.split_at_checked(digits)?;
    number
        .iter()
        .try_fold(0, |value: u32, digit| {
            value
                .checked_mul(base)?
                .checked_add(char::from(*digit).to_digit(base)?)
        })
        .map(|value| (value, tail))
}
