//! Writing text.
//!
//! Not by way of `serde`: what is written here is mostly texts, most of all the agent's configuration,
//! which is JSON within a text of JSON and has a quotation mark every few letters.

use std::io::Write as _;

use super::{Json, Object};

/// A byte's worth of each of eight bytes.
const EACH: u64 = 0x0101_0101_0101_0101;

impl Json<'_> {
    /// Compact, at the end of what is there.
    pub fn write(&self, text: &mut Vec<u8>) {
        match self {
            Self::Null => text.extend_from_slice(b"null"),
            Self::Bool(true) => text.extend_from_slice(b"true"),
            Self::Bool(false) => text.extend_from_slice(b"false"),
            Self::Number(number) => {
                // Writing to memory never fails.
                let _ = write!(text, "{number}");
            }
            Self::Text(content) => write_text(content, text),
            Self::Escaped(content) => {
                text.push(b'"');
                text.extend_from_slice(content.as_bytes());
                text.push(b'"');
            }
            Self::List(items) => {
                text.push(b'[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        text.push(b',');
                    }
                    item.write(text);
                }
                text.push(b']');
            }
            Self::Object(object) => object.write(text),
            Self::Constant(constant) => text.extend_from_slice(constant.text()),
        }
    }
}

impl Object<'_> {
    fn write(&self, text: &mut Vec<u8>) {
        text.push(b'{');
        let mut is_first = true;
        for (key, value) in self.iter().filter(|(_, value)| !value.is_null()) {
            if !is_first {
                text.push(b',');
            }
            is_first = false;
            write_text(key, text);
            text.push(b':');
            value.write(text);
        }
        text.push(b'}');
    }
}

/// In quotation marks. By eight bytes at a time: a call of `memcpy` takes longer than to copy a short
/// text.
fn write_text(content: &str, text: &mut Vec<u8>) {
    text.reserve(content.len() + 2);
    text.push(b'"');
    let (words, rest) = content.as_bytes().as_chunks::<8>();
    for word in words {
        if has_special(u64::from_le_bytes(*word)) {
            for byte in word {
                write_byte(*byte, text);
            }
        } else {
            text.extend_from_slice(word);
        }
    }
    for byte in rest {
        write_byte(*byte, text);
    }
    text.push(b'"');
}

/// Whether one of eight bytes is a quotation mark, a backslash or below a space.
const fn has_special(word: u64) -> bool {
    const fn below(word: u64, limit: u64) -> u64 {
        word.wrapping_sub(EACH * limit) & !word & (EACH << 7)
    }
    below(word, 0x20)
        | below(word ^ (EACH * b'"' as u64), 1)
        | below(word ^ (EACH * b'\\' as u64), 1)
        != 0
}

/// A byte of a text, escaped where it must be.
/// Source: <https://www.rfc-editor.org/rfc/rfc8259#section-7>.
fn write_byte(byte: u8, text: &mut Vec<u8>) {
    /// What stands after a backslash for each byte; none for one that stands for itself.
    const ESCAPES: [u8; 256] = {
        let mut escapes = [0; 256];
        let mut control = 0;
        while control < 0x20 {
            escapes[control] = b'u';
            control += 1;
        }
        escapes[0x08] = b'b';
        escapes[b'\t' as usize] = b't';
        escapes[b'\n' as usize] = b'n';
        escapes[0x0c] = b'f';
        escapes[b'\r' as usize] = b'r';
        escapes[b'"' as usize] = b'"';
        escapes[b'\\' as usize] = b'\\';
        escapes
    };
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    match ESCAPES[usize::from(byte)] {
        0 => text.push(byte),
        b'u' => {
            let (high, low) = (usize::from(byte >> 4), usize::from(byte & 0xf));
            text.extend_from_slice(b"\\u00");
            text.extend_from_slice(&[DIGITS[high], DIGITS[low]]);
        }
        letter => text.extend_from_slice(&[b'\\', letter]),
    }
}
