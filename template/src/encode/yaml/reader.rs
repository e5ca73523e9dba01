//! Which characters a document may have.

use zeroize::Zeroizing;

use super::tree::fault;
use crate::fault::Fault;

const NEXT_LINE: char = '\u{85}';

/// The document as text, without a byte order mark at its start. One of UTF-16 says that the
/// document is UTF-16.
pub(super) fn read(document: &[u8]) -> Result<Zeroizing<String>, Fault> {
    let text = match document {
        [0xFF, 0xFE, units @ ..] => utf16(units, u16::from_le_bytes)?,
        [0xFE, 0xFF, units @ ..] => utf16(units, u16::from_be_bytes)?,
        document => Zeroizing::new(utf8(document)?.to_owned()),
    };
    match text.char_indices().find(|(_, found)| !is_allowed(*found)) {
        Some((offset, _)) => Err(fault(
            line(text.as_bytes().get(..offset).unwrap_or_default()),
            "control characters are not allowed",
        )),
        // A line break of YAML 1.1, which is read as \n wherever it stands.
        None if text.contains(NEXT_LINE) => Ok(Zeroizing::new(text.replace(NEXT_LINE, "\n"))),
        None => Ok(text),
    }
}

fn utf8(document: &[u8]) -> Result<&str, Fault> {
    let document = document
        .strip_prefix("\u{FEFF}".as_bytes())
        .unwrap_or(document);
    std::str::from_utf8(document).map_err(|error| {
        let valid = document.get(..error.valid_up_to()).unwrap_or_default();
        fault(line(valid), "the document must be UTF-8")
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Zeroizing<String>, Fault> {
    let (pairs, rest) = bytes.as_chunks();
    let units = pairs.iter().map(|pair| unit(*pair));
    // No unit becomes more than three bytes, so the text never moves.
    let mut text = Zeroizing::new(String::with_capacity(3 * pairs.len()));
    for character in char::decode_utf16(units) {
        match character {
            Ok(character) => text.push(character),
            Err(_) => return Err(fault(line(text.as_bytes()), "the document must be UTF-16")),
        }
    }
    if !rest.is_empty() {
        return Err(fault(line(text.as_bytes()), "the document must be UTF-16"));
    }
    Ok(text)
}

fn line(before: &[u8]) -> usize {
    before.split(|byte| *byte == b'\n').count()
}

fn is_allowed(character: char) -> bool {
    matches!(
        character,
        '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}'
            | '\u{10000}'..='\u{10FFFF}'
    )
}
