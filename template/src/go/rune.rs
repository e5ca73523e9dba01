//! Bytes as runes, and what kind of rune one is, as Go's [`unicode/utf8`](https://pkg.go.dev/unicode/utf8)
//! and [`unicode`](https://pkg.go.dev/unicode) answer.
//!
//! The tables are Go's, not the standard library's: the two follow different versions of Unicode.

use vouchsafe_shared::secret::SecretBuffer;

use self::{
    classes::RUNS,
    mappings::{ALTERNATE, MAPPINGS},
};

mod classes;
mod mappings;
#[cfg(test)]
mod tests;

/// What an invalid byte decodes to.
pub const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

/// The longest encoding of a rune.
const LONGEST: usize = 4;

/// One rune of a text, or one byte of it that belongs to none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rune {
    pub offset: usize,
    pub value: char,
    pub width: usize,
}

impl Rune {
    /// A byte that is no UTF-8, as opposed to a written U+FFFD.
    pub fn is_invalid(self) -> bool {
        self.value == REPLACEMENT && self.width == 1
    }
}

/// The first rune and its width: width 1 with U+FFFD for an invalid byte, width 0 for no text.
pub fn decode_rune(text: &[u8]) -> (char, usize) {
    match text {
        [] => (REPLACEMENT, 0),
        [byte, ..] if byte.is_ascii() => (char::from(*byte), 1),
        _ => text
            .get(..LONGEST)
            .unwrap_or(text)
            .utf8_chunks()
            .next()
            .and_then(|chunk| chunk.valid().chars().next())
            .map_or((REPLACEMENT, 1), |value| (value, value.len_utf8())),
    }
}

/// The last rune and its width, by the rules of [`decode_rune`].
pub fn decode_last_rune(text: &[u8]) -> (char, usize) {
    let last = text.len().saturating_sub(1);
    let start = (text.len().saturating_sub(LONGEST)..last)
        .rev()
        .chain([last])
        .find_map(|start| {
            let (value, width) = decode_rune(text.get(start..)?);
            (start + width == text.len() && width > 1 || start == last).then_some((value, width))
        });
    start.unwrap_or((REPLACEMENT, 0))
}

/// The runes of a text in order, as `range` over a Go string.
pub fn runes(text: &[u8]) -> impl Iterator<Item = Rune> + '_ {
    let mut offset = 0;
    std::iter::from_fn(move || {
        let (value, width) = decode_rune(text.get(offset..)?);
        let rune = Rune {
            offset,
            value,
            width,
        };
        offset += width;
        (width > 0).then_some(rune)
    })
}

pub fn rune_count(text: &[u8]) -> usize {
    text.utf8_chunks()
        .map(|chunk| chunk.valid().chars().count() + chunk.invalid().len())
        .sum()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Unprintable,
    Printable,
    Digit,
    Letter,
    Upper,
    Lower,
}

fn class(rune: char) -> Class {
    let code = u32::from(rune);
    let after = RUNS.partition_point(|run| run >> 3 <= code);
    let run = RUNS.get(after.wrapping_sub(1)).copied().unwrap_or_default();
    match run & 7 {
        1 => Class::Printable,
        2 => Class::Digit,
        3 => Class::Letter,
        4 => Class::Upper,
        6 if (code - (run >> 3)).is_multiple_of(2) => Class::Upper,
        5 | 6 => Class::Lower,
        _ => Class::Unprintable,
    }
}

/// Letters, marks, numbers, punctuation, symbols, and of all spaces the ASCII one only.
pub fn is_print(rune: char) -> bool {
    match rune {
        ' '..='~' => true,
        _ => class(rune) != Class::Unprintable,
    }
}

pub fn is_space(rune: char) -> bool {
    matches!(
        rune,
        '\t'..='\r'
            | ' '
            | '\u{85}'
            | '\u{A0}'
            | '\u{1680}'
            | '\u{2000}'..='\u{200A}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{202F}'
            | '\u{205F}'
            | '\u{3000}'
    )
}

pub fn is_letter(rune: char) -> bool {
    match rune {
        '\0'..='\x7F' => rune.is_ascii_alphabetic(),
        _ => matches!(class(rune), Class::Letter | Class::Upper | Class::Lower),
    }
}

pub fn is_digit(rune: char) -> bool {
    class(rune) == Class::Digit
}

pub fn is_upper(rune: char) -> bool {
    class(rune) == Class::Upper
}

pub fn is_lower(rune: char) -> bool {
    class(rune) == Class::Lower
}

/// How far away the upper and the lower case are.
fn distances(rune: char) -> (i32, i32) {
    let code = u32::from(rune);
    let found = MAPPINGS
        .get(MAPPINGS.partition_point(|(_, last, ..)| *last < code))
        .filter(|(first, ..)| *first <= code);
    match found {
        None => (0, 0),
        Some((first, _, ALTERNATE, _)) if (code - first).is_multiple_of(2) => (0, 1),
        Some((_, _, ALTERNATE, _)) => (-1, 0),
        Some((_, _, upper, lower)) => (*upper, *lower),
    }
}

fn shift(rune: char, distance: i32) -> char {
    u32::from(rune)
        .checked_add_signed(distance)
        .and_then(char::from_u32)
        .unwrap_or(rune)
}

/// One rune for one rune: `ß` stays `ß`.
pub fn to_upper(rune: char) -> char {
    match rune {
        '\0'..='\x7F' => rune.to_ascii_uppercase(),
        _ => shift(rune, distances(rune).0),
    }
}

pub fn to_lower(rune: char) -> char {
    match rune {
        '\0'..='\x7F' => rune.to_ascii_lowercase(),
        _ => shift(rune, distances(rune).1),
    }
}

pub fn to_title(rune: char) -> char {
    match rune {
        'Ǆ'..='ǆ' => 'ǅ',
        'Ǉ'..='ǉ' => 'ǈ',
        'Ǌ'..='ǌ' => 'ǋ',
        'Ǳ'..='ǳ' => 'ǲ',
        // Georgian has capitals, but titles are not written with them.
        'ა'..='ჿ' => rune,
        _ => to_upper(rune),
    }
}

/// `strings.ToUpper`: an invalid byte becomes U+FFFD.
pub fn append_upper(out: &mut SecretBuffer, text: &[u8]) {
    append_mapped(out, text, to_upper);
}

/// `strings.ToLower`: an invalid byte becomes U+FFFD.
pub fn append_lower(out: &mut SecretBuffer, text: &[u8]) {
    append_mapped(out, text, to_lower);
}

fn append_mapped(out: &mut SecretBuffer, text: &[u8], mapping: fn(char) -> char) {
    for rune in runes(text) {
        append_rune(out, mapping(rune.value));
    }
}

/// `utf8.AppendRune`.
pub fn append_rune(out: &mut SecretBuffer, rune: char) {
    out.push_str(rune.encode_utf8(&mut [0; LONGEST]));
}
