//! Values as JSON.

use vouchsafe_shared::secret::SecretBuffer;

use super::{
    super::{Output, fields},
    number, text,
};
use crate::{
    fault::Fault,
    go::integer::{append_int, append_uint},
    scope::Budget,
    value::{Entries, List, Map, Object, Text, Type, Value},
};

#[derive(Clone, Copy, Debug)]
pub struct Options<'o> {
    /// `<`, `>` and `&` are escaped, as `json.Marshal` does.
    pub escape_html: bool,
    /// What a level is indented by; without it all is on one line.
    pub indent: Option<&'o str>,
}

/// Without the line break that `json.Encoder` adds.
///
/// # Errors
/// A kind of value that JSON has not, a number that is none, or a limit.
pub fn encode(
    value: &Value,
    options: Options<'_>,
    budget: &mut Budget,
) -> Result<SecretBuffer, Fault> {
    let mut encoder = Encoder {
        out: Output::new(budget),
        options,
        level: 0,
    };
    encoder.value(value)?;
    encoder.out.finish()
}

struct Encoder<'b, 'o> {
    out: Output<'b>,
    options: Options<'o>,
    level: usize,
}

impl Encoder<'_, '_> {
    /// Lists, maps and structs apart from the rest: what their levels need of the stack stays small.
    fn value(&mut self, value: &Value) -> Result<(), Fault> {
        self.out.count()?;
        match value {
            Value::List(list) => self.list(list),
            Value::Map(map) => self.map(map),
            Value::Object(object) => self.object(&**object),
            value => self.scalar(value),
        }
    }

    fn scalar(&mut self, value: &Value) -> Result<(), Fault> {
        match value {
            Value::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Value::Int(_, value) => append_int(&mut self.out.buffer, *value, 10),
            Value::Uint(_, value) => append_uint(&mut self.out.buffer, *value, 10),
            Value::Float(kind, value) if value.is_finite() => {
                number::push_float(&mut self.out.buffer, *kind, *value);
            }
            Value::Float(..) => {
                return Err(Fault::function(
                    "JSON has no numbers that are infinite or not a number",
                ));
            }
            Value::String(text) => self.string(text),
            Value::Number(text) => self.number(text)?,
            Value::Complex(..) => return Err(unsupported(Type::Complex)),
            Value::Channel(_) => return Err(unsupported(Type::Channel)),
            _ => self.out.push_str("null"),
        }
        Ok(())
    }

    fn string(&mut self, text: &[u8]) {
        text::push_quoted(&mut self.out.buffer, text, self.options.escape_html);
    }

    fn number(&mut self, text: &[u8]) -> Result<(), Fault> {
        match text {
            [] => self.out.push(b'0'),
            text if number::length(text) == Some(text.len()) => self.out.buffer.push_bytes(text),
            _ => return Err(Fault::function("a json.Number that is no number of JSON")),
        }
        Ok(())
    }

    fn list(&mut self, list: &List) -> Result<(), Fault> {
        if list.is_nil() {
            self.out.push_str("null");
            return Ok(());
        }
        self.open(b'[')?;
        for (index, item) in list.items().iter().enumerate() {
            self.next(index);
            self.value(item)?;
        }
        self.close(b']', list.items().is_empty());
        Ok(())
    }

    fn map(&mut self, map: &Map) -> Result<(), Fault> {
        if !matches!(map.key(), Type::String | Type::Int(_) | Type::Uint(_)) {
            return Err(unsupported(map.type_of()));
        }
        if map.is_nil() {
            self.out.push_str("null");
            return Ok(());
        }
        if let Entries::Text(entries) = &*map.entries() {
            self.open(b'{')?;
            for (index, (key, value)) in entries.iter().enumerate() {
                self.entry(index, key, value)?;
            }
            self.close(b'}', entries.is_empty());
            return Ok(());
        }
        let pairs = pairs(map);
        self.open(b'{')?;
        for (index, (key, value)) in pairs.iter().enumerate() {
            self.entry(index, key, value)?;
        }
        self.close(b'}', pairs.is_empty());
        Ok(())
    }

    fn object(&mut self, object: &dyn Object) -> Result<(), Fault> {
        if object.is_nil() {
            self.out.push_str("null");
            return Ok(());
        }
        if let Some(time) = fields::time(object) {
            self.string(time.expose_secret());
            return Ok(());
        }
        if let Some(text) = object.marshalled() {
            self.string(&text);
            return Ok(());
        }
        self.open(b'{')?;
        let mut count = 0;
        for field in fields::promoted(object) {
            self.entry(count, field.name.as_bytes(), &field.value)?;
            count += 1;
        }
        self.close(b'}', count == 0);
        Ok(())
    }

    fn entry(&mut self, index: usize, key: &[u8], value: &Value) -> Result<(), Fault> {
        self.next(index);
        self.string(key);
        self.out.push(b':');
        if self.options.indent.is_some() {
            self.out.push(b' ');
        }
        self.value(value)
    }

    fn open(&mut self, bracket: u8) -> Result<(), Fault> {
        self.out.enter()?;
        self.out.push(bracket);
        self.level += 1;
        Ok(())
    }

    fn next(&mut self, index: usize) {
        if index > 0 {
            self.out.push(b',');
        }
        self.line();
    }

    fn close(&mut self, bracket: u8, empty: bool) {
        self.level -= 1;
        if !empty {
            self.line();
        }
        self.out.push(bracket);
        self.out.leave();
    }

    fn line(&mut self) {
        if let Some(indent) = self.options.indent {
            self.out.push(b'\n');
            for _ in 0..self.level {
                self.out.push_str(indent);
            }
        }
    }
}

fn pairs(map: &Map) -> Vec<(Text, Value)> {
    let mut pairs: Vec<(Text, Value)> = map
        .pairs()
        .into_iter()
        .map(|(key, value)| (key_text(key), value))
        .collect();
    pairs.sort_by(|left, right| left.0.cmp(&right.0));
    pairs
}

fn key_text(key: Value) -> Text {
    let mut digits = SecretBuffer::default();
    match key {
        Value::String(text) | Value::Number(text) => return text,
        Value::Int(_, value) => append_int(&mut digits, value, 10),
        Value::Uint(_, value) => append_uint(&mut digits, value, 10),
        _ => {}
    }
    digits.into()
}

fn unsupported(kind: Type) -> Fault {
    Fault::function(format!("a {kind} cannot be written as JSON"))
}
