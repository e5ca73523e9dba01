//! What a scalar without quotes is: a number, a truth value, nothing, a time, or text.

use vouchsafe_shared::secret::SecretBuffer;

use super::tag::Tag;
use crate::go::{
    float::FloatSize,
    number::{parse_float, parse_int, parse_uint},
    time::Time,
};

/// The layouts of times; `2001-12-14 21:59:43.10 -5`, which YAML also has, is none for the package.
const TIME_LAYOUTS: [&[u8]; 4] = [
    b"2006-1-2T15:4:5.999999999Z07:00",
    b"2006-1-2t15:4:5.999999999Z07:00",
    b"2006-1-2 15:4:5.999999999",
    b"2006-1-2",
];

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Resolved {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Timestamp,
    Text,
}

impl Resolved {
    pub(super) fn tag(self) -> Tag {
        match self {
            Self::Null => Tag::Null,
            Self::Bool(_) => Tag::Bool,
            Self::Int(_) | Self::Uint(_) => Tag::Int,
            Self::Float(_) => Tag::Float,
            Self::Timestamp => Tag::Timestamp,
            Self::Text => Tag::Text,
        }
    }
}

/// Of a scalar without tag. Times are looked for only if `times`: a scalar with another tag is none.
pub(super) fn resolve(text: &[u8], times: bool) -> Resolved {
    match text.first() {
        None => Resolved::Null,
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => {
            word(text).unwrap_or(Resolved::Text)
        }
        Some(b'.') => word(text).or_else(|| float(text)).unwrap_or(Resolved::Text),
        Some(b'+' | b'-' | b'0'..=b'9') => word(text)
            .or_else(|| (times && is_time(text)).then_some(Resolved::Timestamp))
            .or_else(|| number(text))
            .unwrap_or(Resolved::Text),
        Some(_) => Resolved::Text,
    }
}

fn word(text: &[u8]) -> Option<Resolved> {
    Some(match text {
        b"y" | b"Y" | b"yes" | b"Yes" | b"YES" | b"true" | b"True" | b"TRUE" | b"on" | b"On"
        | b"ON" => Resolved::Bool(true),
        b"n" | b"N" | b"no" | b"No" | b"NO" | b"false" | b"False" | b"FALSE" | b"off" | b"Off"
        | b"OFF" => Resolved::Bool(false),
        b"~" | b"null" | b"Null" | b"NULL" => Resolved::Null,
        b".nan" | b".NaN" | b".NAN" => Resolved::Float(f64::NAN),
        b".inf" | b".Inf" | b".INF" | b"+.inf" | b"+.Inf" | b"+.INF" => {
            Resolved::Float(f64::INFINITY)
        }
        b"-.inf" | b"-.Inf" | b"-.INF" => Resolved::Float(f64::NEG_INFINITY),
        _ => return None,
    })
}

fn is_time(text: &[u8]) -> bool {
    let is_year = text
        .split_at_checked(4)
        .is_some_and(|(year, rest)| year.iter().all(u8::is_ascii_digit) && rest.starts_with(b"-"));
    is_year
        && TIME_LAYOUTS
            .iter()
            .any(|layout| Time::parse(layout, text).is_ok())
}

fn number(text: &[u8]) -> Option<Resolved> {
    let mut plain = SecretBuffer::default();
    for part in text.split(|byte| *byte == b'_') {
        plain.push_bytes(part);
    }
    let plain = plain.expose_secret();
    integer(plain, 0)
        .or_else(|| is_decimal(plain).then(|| float(plain)).flatten())
        .or_else(|| binary(plain))
}

fn integer(text: &[u8], base: u32) -> Option<Resolved> {
    parse_int(text, base, 64)
        .map(Resolved::Int)
        .or_else(|_| parse_uint(text, base, 64).map(Resolved::Uint))
        .ok()
}

fn float(text: &[u8]) -> Option<Resolved> {
    parse_float(text, FloatSize::Double)
        .map(Resolved::Float)
        .ok()
}

/// What the package makes of `0b` and `-0b` beyond Go's own syntax, such as a sign after it.
fn binary(text: &[u8]) -> Option<Resolved> {
    if let Some(digits) = text.strip_prefix(b"0b") {
        return integer(digits, 2);
    }
    let mut negative = SecretBuffer::default();
    negative.push(b'-');
    negative.push_bytes(text.strip_prefix(b"-0b")?);
    parse_int(negative.expose_secret(), 2, 64)
        .map(Resolved::Int)
        .ok()
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_decimal(text: &[u8]) -> bool {
    let unsigned = without_sign(text);
    let (whole, rest) = split_digits(unsigned);
    let (fraction, rest) = match rest.strip_prefix(b".") {
        Some(rest) => split_digits(rest),
        None => (&[][..], rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return false;
    }
    match rest {
        [] => true,
        [b'e' | b'E', rest @ ..] => {
            let (exponent, rest) = split_digits(without_sign(rest));
            !exponent.is_empty() && rest.is_empty()
        }
        _ => false,
    }
}

/// Numbers to the base of 60, which YAML 1.1 has and the package reads as text; others may not.
pub(super) fn is_sexagesimal(text: &[u8]) -> bool {
    let unsigned = without_sign(text);
    if !unsigned.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let is_digit = |byte: &u8| byte.is_ascii_digit() || *byte == b'_';
    let mut parts = unsigned.split(|byte| *byte == b':');
    let first_is_whole = parts.next().is_some_and(|part| part.iter().all(is_digit));
    let mut rest = parts.peekable();
    if !first_is_whole || rest.peek().is_none() {
        return false;
    }
    while let Some(part) = rest.next() {
        let mut part = part;
        if rest.peek().is_none()
            && let Some(point) = part.iter().position(|byte| *byte == b'.')
            && let Some((whole, [_, fraction @ ..])) = part.split_at_checked(point)
        {
            if !fraction.iter().all(is_digit) {
                return false;
            }
            part = whole;
        }
        if !matches!(part, [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']) {
            return false;
        }
    }
    true
}

fn without_sign(text: &[u8]) -> &[u8] {
    match text {
        [b'+' | b'-', rest @ ..] => rest,
        _ => text,
    }
}

fn split_digits(text: &[u8]) -> (&[u8], &[u8]) {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    text.split_at_checked(digits).unwrap_or((text, &[]))
}
