//! Writing JSON.

use std::io;

use serde::Serialize;
use serde_json::{
    Error, Serializer,
    ser::{CharEscape, Formatter},
};

/// Pieces up to so many bytes are copied here; for longer ones `memcpy` is worth its start.
const SHORT: usize = 32;

/// The compact JSON of a value.
///
/// # Errors
/// When the value has a map whose keys are no texts, or fails itself.
pub fn to_vec(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    let mut text = Text(Vec::with_capacity(1024));
    value.serialize(&mut Serializer::new(&mut text))?;
    Ok(text.0)
}

/// The compact JSON of a value as it stands within a text of JSON, between that one's quotation marks.
///
/// # Errors
/// As [`to_vec`].
pub fn to_vec_within_text(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    let mut text = Text(Vec::with_capacity(1024));
    value.serialize(&mut Serializer::with_formatter(&mut text, WithinText))?;
    Ok(text.0)
}

/// Escapes twice what must be, and the quotation marks around each text once.
/// Source: <https://www.rfc-editor.org/rfc/rfc8259#section-7>.
struct WithinText;

impl Formatter for WithinText {
    fn begin_string<W: ?Sized + io::Write>(&mut self, text: &mut W) -> io::Result<()> {
        text.write_all(b"\\\"")
    }

    fn end_string<W: ?Sized + io::Write>(&mut self, text: &mut W) -> io::Result<()> {
        text.write_all(b"\\\"")
    }

    fn write_char_escape<W: ?Sized + io::Write>(
        &mut self,
        text: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        let letter = match escape {
            CharEscape::Quote => return text.write_all(b"\\\\\\\""),
            CharEscape::ReverseSolidus => return text.write_all(b"\\\\\\\\"),
            CharEscape::AsciiControl(control) => return write!(text, "\\\\u{control:04x}"),
            CharEscape::Solidus => b'/',
            CharEscape::Backspace => b'b',
            CharEscape::FormFeed => b'f',
            CharEscape::LineFeed => b'n',
            CharEscape::CarriageReturn => b'r',
            CharEscape::Tab => b't',
        };
        text.write_all(&[b'\\', b'\\', letter])
    }
}

/// JSON comes in pieces of a few bytes, most of all JSON within a text of JSON, where every quotation
/// mark ends one. The `memcpy` of musl takes longer to begin than it takes to copy such a piece.
struct Text(Vec<u8>);

impl io::Write for Text {
    #[inline]
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.write_all(piece)?;
        Ok(piece.len())
    }

    #[inline]
    fn write_all(&mut self, piece: &[u8]) -> io::Result<()> {
        if piece.len() > SHORT {
            self.0.extend_from_slice(piece);
            return Ok(());
        }
        self.0.reserve(piece.len());
        // Of known length each, and so without a call.
        let (words, mut rest) = piece.as_chunks::<8>();
        for word in words {
            self.0.extend_from_slice(word);
        }
        if let Some((half, after)) = rest.split_first_chunk::<4>() {
            self.0.extend_from_slice(half);
            rest = after;
        }
        for byte in rest {
            self.0.push(*byte);
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    proptest! {
        #[test]
        fn it_is_what_serde_json_writes(text in "(\\PC|[\"\\\\\n]){0,80}", number: i64, nested: bool) {
            let value = json!({ text.clone(): [text, number, nested, null, 1.5] });
            let within = json!([value.to_string()]);
            for value in [value, within] {
                prop_assert_eq!(to_vec(&value).unwrap(), serde_json::to_vec(&value).unwrap());
            }
        }
    }

    #[test]
    fn within_a_text_it_is_what_serde_json_makes_of_it() {
        let all: String = (0..0x100).filter_map(char::from_u32).collect();
        for value in [json!({ &all: [all, 1, -2.5, null, true, {}] }), json!([])] {
            let within = String::from_utf8(to_vec_within_text(&value).unwrap()).unwrap();
            let expected = serde_json::to_string(&value.to_string()).unwrap();
            assert_eq!(format!("\"{within}\""), expected);
        }
    }

    #[test]
    fn pieces_of_every_length_arrive_whole() {
        for length in 0..100 {
            let text: String = ('a'..='z').cycle().take(length).collect();
            assert_eq!(to_vec(&text).unwrap(), format!("\"{text}\"").into_bytes());
        }
    }

    #[test]
    fn a_key_that_is_no_text_is_an_error() {
        assert!(to_vec(&BTreeMap::from([((1, 2), 3)])).is_err());
    }
}
