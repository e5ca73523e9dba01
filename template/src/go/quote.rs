//! Strings and runes as Go literals, and back, as
//! [`strconv.Quote`](https://pkg.go.dev/strconv#Quote) and
//! [`strconv.Unquote`](https://pkg.go.dev/strconv#Unquote) have it.

use vouchsafe_shared::secret::SecretBuffer;

pub use self::unquote::{InvalidLiteral, Unquoted, unquote, unquote_char};
use super::rune::{REPLACEMENT, append_rune, is_print, runes};

#[cfg(test)]
mod tests;
mod unquote;

const HEXADECIMAL: &[u8; 16] = b"0123456789abcdef";

/// Which runes stand for themselves.
#[derive(Clone, Copy)]
enum Plain {
    Printable,
    Ascii,
}

/// `strconv.AppendQuote`.
pub fn append_quote(out: &mut SecretBuffer, text: &[u8]) {
    append_quoted(out, text, Plain::Printable);
}

/// `strconv.AppendQuoteToASCII`.
pub fn append_quote_to_ascii(out: &mut SecretBuffer, text: &[u8]) {
    append_quoted(out, text, Plain::Ascii);
}

/// `strconv.AppendQuoteRune`: what is no rune is written as U+FFFD.
pub fn append_quote_rune(out: &mut SecretBuffer, rune: u32) {
    append_quoted_rune(out, rune, Plain::Printable);
}

/// `strconv.AppendQuoteRuneToASCII`: what is no rune is written as U+FFFD.
pub fn append_quote_rune_to_ascii(out: &mut SecretBuffer, rune: u32) {
    append_quoted_rune(out, rune, Plain::Ascii);
}

/// `strconv.CanBackquote`: whether the text can stand between backquotes as it is, on one line.
pub fn can_backquote(text: &[u8]) -> bool {
    runes(text).all(|rune| match rune.value {
        '\t' => true,
        '\0'..='\x1F' | '`' | '\x7F' | '\u{FEFF}' => false,
        _ => !rune.is_invalid(),
    })
}

fn append_quoted(out: &mut SecretBuffer, text: &[u8], plain: Plain) {
    out.push(b'"');
    for rune in runes(text) {
        match text.get(rune.offset) {
            Some(byte) if rune.is_invalid() => append_byte(out, *byte),
            _ => append_escaped(out, rune.value, '"', plain),
        }
    }
    out.push(b'"');
}

fn append_quoted_rune(out: &mut SecretBuffer, rune: u32, plain: Plain) {
    out.push(b'\'');
    append_escaped(
        out,
        char::from_u32(rune).unwrap_or(REPLACEMENT),
        '\'',
        plain,
    );
    out.push(b'\'');
}

fn append_escaped(out: &mut SecretBuffer, rune: char, quote: char, plain: Plain) {
    let code = u32::from(rune);
    match rune {
        _ if rune == quote || rune == '\\' => {
            out.push(b'\\');
            append_rune(out, rune);
        }
        ' '..='~' => append_rune(out, rune),
        '\x07' => out.push_str("\\a"),
        '\x08' => out.push_str("\\b"),
        '\x0C' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\x0B' => out.push_str("\\v"),
        '\0'..='\x7F' => append_hexadecimal(out, "\\x", code, 2),
        _ if matches!(plain, Plain::Printable) && is_print(rune) => append_rune(out, rune),
        '\0'..='\u{FFFF}' => append_hexadecimal(out, "\\u", code, 4),
        _ => append_hexadecimal(out, "\\U", code, 8),
    }
}

fn append_byte(out: &mut SecretBuffer, byte: u8) {
    append_hexadecimal(out, "\\x", u32::from(byte), 2);
}

fn append_hexadecimal(out: &mut SecretBuffer, start: &str, value: u32, digits: u32) {
    out.push_str(start);
    for place in (0..digits).rev() {
        let digit = (value >> (4 * place)) as usize & 15;
        out.push(HEXADECIMAL.get(digit).copied().unwrap_or(b'0'));
    }
}
