//! Strings between quotes.

use vouchsafe_shared::secret::SecretBuffer;

use crate::go::rune::decode_rune;

const HEXADECIMAL: &[u8; 16] = b"0123456789abcdef";

/// The string with everything escaped that must be; with `escape_html` also what would mean
/// something in HTML.
pub(super) fn push_quoted(out: &mut SecretBuffer, text: &[u8], escape_html: bool) {
    out.push(b'"');
    let mut written = 0;
    let mut position = 0;
    while let Some(byte) = text.get(position) {
        let (plain, width) = match byte {
            b'"' | b'\\' | b'\0'..=b'\x1F' => (false, 1),
            b'<' | b'>' | b'&' => (!escape_html, 1),
            b' '..=b'\x7F' => (true, 1),
            _ => match decode_rune(text.get(position..).unwrap_or_default()) {
                ('\u{2028}' | '\u{2029}', width) => (false, width),
                (_, width) => (width > 1, width),
            },
        };
        if !plain {
            out.push_bytes(text.get(written..position).unwrap_or_default());
            push_escape(out, decode_rune(text.get(position..).unwrap_or_default()).0);
            written = position + width;
        }
        position += width;
    }
    out.push_bytes(text.get(written..).unwrap_or_default());
    out.push(b'"');
}

fn push_escape(out: &mut SecretBuffer, character: char) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\x08' => out.push_str("\\b"),
        '\x0C' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ => {
            out.push_str("\\u");
            for shift in [12, 8, 4, 0] {
                let digit = (u32::from(character) >> shift) as usize & 15;
                out.push(HEXADECIMAL.get(digit).copied().unwrap_or(b'0'));
            }
        }
    }
}
