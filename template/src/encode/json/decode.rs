//! JSON as values: what `json.Unmarshal` makes of it when the target is any value.

use std::collections::BTreeMap;

use vouchsafe_shared::secret::SecretBuffer;

use super::{super::DEEPEST, number};
use crate::{
    encode::output::too_deep,
    fault::Fault,
    go::rune::{REPLACEMENT, append_rune, decode_rune},
    value::{List, Map, Text, Type, Value},
};

/// What numbers become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// `json.Number`, their own text.
    Literal,
    /// `float64`; one that is too large is an error.
    Float,
}

/// Reads one document. The last of two equal keys counts, bytes and escapes that are no character
/// become U+FFFD.
///
/// # Errors
/// The bytes are no JSON; the message says where, and nothing of what is written there.
pub fn decode(document: &[u8], numbers: Numbers) -> Result<Value, Fault> {
    let mut decoder = Decoder {
        document,
        position: 0,
        depth: 0,
        numbers,
    };
    let value = decoder.value()?;
    decoder.skip_blanks();
    if decoder.peek().is_some() {
        return Err(decoder.fault("more follows after the value"));
    }
    Ok(value)
}

struct Decoder<'d> {
    document: &'d [u8],
    position: usize,
    depth: usize,
    numbers: Numbers,
}

impl<'d> Decoder<'d> {
    fn peek(&self) -> Option<u8> {
        self.document.get(self.position).copied()
    }

    fn rest(&self) -> &'d [u8] {
        self.document.get(self.position..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.position += 1;
        }
    }

    /// Whether the next byte that is not blank is this one, which is then read.
    fn takes(&mut self, byte: u8) -> bool {
        self.skip_blanks();
        let found = self.peek() == Some(byte);
        self.position += usize::from(found);
        found
    }

    fn value(&mut self) -> Result<Value, Fault> {
        self.skip_blanks();
        match self.peek() {
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::list),
            Some(b'"') => Ok(Value::String(self.string()?)),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Nil),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.fault("a value is expected")),
        }
    }

    fn nested(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Value, Fault>,
    ) -> Result<Value, Fault> {
        self.position += 1;
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(too_deep());
        }
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn list(&mut self) -> Result<Value, Fault> {
        let mut items = Vec::new();
        if !self.takes(b']') {
            loop {
                items.push(self.value()?);
                if self.takes(b']') {
                    break;
                }
                if !self.takes(b',') {
                    return Err(self.fault("a comma or ] is expected"));
                }
            }
        }
        Ok(Value::List(List::grown(Type::Any, items)))
    }

    fn object(&mut self) -> Result<Value, Fault> {
        let mut entries = BTreeMap::new();
        if !self.takes(b'}') {
            loop {
                self.skip_blanks();
                if self.peek() != Some(b'"') {
                    return Err(self.fault("a key in quotes is expected"));
                }
                let key = self.string()?;
                if !self.takes(b':') {
                    return Err(self.fault("a colon is expected"));
                }
                let value = self.value()?;
                entries.insert(key, value);
                if self.takes(b'}') {
                    break;
                }
                if !self.takes(b',') {
                    return Err(self.fault("a comma or } is expected"));
                }
            }
        }
        Ok(Value::Map(Map::new(entries)))
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, Fault> {
        if !self.rest().starts_with(word.as_bytes()) {
            return Err(self.fault("a value is expected"));
        }
        self.position += word.len();
        Ok(value)
    }

    fn number(&mut self) -> Result<Value, Fault> {
        let literal = number::length(self.rest())
            .and_then(|length| self.rest().get(..length))
            .ok_or_else(|| self.fault("this is no number"))?;
        let value = match self.numbers {
            Numbers::Literal => Value::Number(Text::from(literal)),
            Numbers::Float => std::str::from_utf8(literal)
                .ok()
                .and_then(|literal| literal.parse().ok())
                .filter(|number: &f64| number.is_finite())
                .map(Value::float)
                .ok_or_else(|| self.fault("the number is too large for a float64"))?,
        };
        self.position += literal.len();
        Ok(value)
    }

    fn string(&mut self) -> Result<Text, Fault> {
        self.position += 1;
        let mut text = SecretBuffer::default();
        loop {
            let plain = self
                .rest()
                .iter()
                .take_while(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\'))
                .count();
            text.push_bytes(self.rest().get(..plain).unwrap_or_default());
            self.position += plain;
            match self.peek() {
                Some(b'"') => {
                    self.position += 1;
                    return Ok(Text::from(text));
                }
                Some(b'\\') => append_rune(&mut text, self.escape()?),
                None => return Err(self.fault("the string does not end")),
                Some(0..0x20) => return Err(self.fault("a control character must be escaped")),
                Some(_) => {
                    let (character, width) = decode_rune(self.rest());
                    append_rune(&mut text, character);
                    self.position += width;
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, Fault> {
        let character = match self.rest().get(1) {
            Some(b'u') => return self.unicode_escape(),
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(*byte),
            Some(b'b') => '\x08',
            Some(b'f') => '\x0C',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            _ => return Err(self.fault("this is no escape")),
        };
        self.position += 2;
        Ok(character)
    }

    /// A half of a surrogate pair without the other is U+FFFD.
    fn unicode_escape(&mut self) -> Result<char, Fault> {
        let first = code_unit(self.rest()).ok_or_else(|| self.fault("this is no escape"))?;
        self.position += 6;
        let second = code_unit(self.rest()).unwrap_or_default();
        match char::decode_utf16([first, second]).next() {
            Some(Ok(character)) => {
                self.position += 6 * (character.len_utf16() - 1);
                Ok(character)
            }
            _ => Ok(REPLACEMENT),
        }
    }

    fn fault(&self, what: &str) -> Fault {
        let read = self.document.get(..self.position).unwrap_or_default();
        let line = read.split(|byte| *byte == b'\n').count();
        let column = 1 + read.iter().rev().take_while(|byte| **byte != b'\n').count();
        let what = match self.peek() {
            Some(_) => what,
            None => "the document ends too early",
        };
        Fault::function(format!(
            "invalid JSON at line {line}, column {column}: {what}"
        ))
    }
}

/// `\uXXXX`
fn code_unit(text: &[u8]) -> Option<u16> {
    text.strip_prefix(b"\\u")?
        .get(..4)?
        .iter()
        .try_fold(0, |unit, digit| {
            let digit = char::from(*digit).to_digit(16)?;
            Some(unit << 4 | u16::try_from(digit).ok()?)
        })
}
