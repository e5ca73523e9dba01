//! Values as TOML.

use std::vec;

use vouchsafe_shared::secret::SecretBuffer;

use super::{
    super::{Output, fields},
    shape::{Entry, Shape, map_entries, nothing_in_list, object_entries, unsupported},
    text,
};
use crate::{
    fault::Fault,
    go::{
        float::FloatSize,
        integer::{append_int, append_uint},
        number::{parse_float, parse_int},
        time::Duration,
    },
    scope::Budget,
    value::{FloatType, IntType, List, Text, Type, Value},
};

/// A map becomes a document; any other value but a list of maps is written as if it followed a key.
///
/// # Errors
/// A kind of value that TOML has not, a number that is none, or a limit.
pub fn encode(value: &Value, budget: &mut Budget) -> Result<SecretBuffer, Fault> {
    let mut encoder = Encoder {
        out: Output::new(budget),
        path: Vec::new(),
    };
    match Shape::of(value)? {
        Shape::Nothing if value.type_of().is_none_or(|kind| kind == Type::Any) => {
            return Err(Fault::function("nil cannot be written as TOML"));
        }
        Shape::Nothing if !matches!(value, Value::List(_)) => {}
        Shape::Table => encoder.document(entries(value)?)?,
        Shape::Tables => {
            return Err(Fault::function(
                "a list of maps is no document of TOML: it needs a key",
            ));
        }
        Shape::Nothing | Shape::Plain => encoder.inline(value)?,
    }
    encoder.out.finish()
}

fn entries(value: &Value) -> Result<Vec<Entry>, Fault> {
    match value {
        Value::Map(map) => map_entries(map),
        Value::Object(object) => object_entries(&**object),
        _ => Ok(Vec::new()),
    }
}

/// What is not written to its end yet.
enum Level {
    Entries(vec::IntoIter<Entry>),
    Tables {
        key: Text,
        list: List,
        written: usize,
    },
}

struct Encoder<'b> {
    out: Output<'b>,
    /// The keys that lead to the table being written.
    path: Vec<Text>,
}

impl Encoder<'_> {
    /// The content of a table and of all tables in it: on a stack of its own, as a level costs the
    /// thread's too much.
    fn document(&mut self, root: Vec<Entry>) -> Result<(), Fault> {
        let mut open = vec![self.open(root)?];
        while let Some(level) = open.last_mut() {
            match level {
                Level::Entries(rest) => match rest.next() {
                    Some(entry) => open.extend(self.entry(entry)?),
                    None => {
                        open.pop();
                        self.path.pop();
                        self.out.leave();
                    }
                },
                Level::Tables { key, list, written } => match list.items().get(*written) {
                    Some(item) => {
                        *written += 1;
                        self.path.push(key.clone());
                        self.separate();
                        self.heading("[[", "]]\n");
                        let entries = self.open(entries(item)?)?;
                        open.push(entries);
                    }
                    None => {
                        open.pop();
                    }
                },
            }
        }
        Ok(())
    }

    fn open(&mut self, entries: Vec<Entry>) -> Result<Level, Fault> {
        self.out.enter()?;
        Ok(Level::Entries(entries.into_iter()))
    }

    /// Writes a line, or the heading of a table whose content is still to be written.
    fn entry(&mut self, Entry { key, value, .. }: Entry) -> Result<Option<Level>, Fault> {
        self.out.count()?;
        match (Shape::of(&value)?, &value) {
            (Shape::Plain, value) => {
                self.path.push(key);
                self.line(value)?;
                self.path.pop();
                Ok(None)
            }
            (Shape::Table, value) => {
                self.path.push(key);
                if self.path.len() == 1 {
                    self.separate();
                }
                self.heading("[", "]\n");
                self.open(entries(value)?).map(Some)
            }
            (Shape::Tables, Value::List(list)) => Ok(Some(Level::Tables {
                key,
                list: list.clone(),
                written: 0,
            })),
            (Shape::Nothing | Shape::Tables, _) => Ok(None),
        }
    }

    fn line(&mut self, value: &Value) -> Result<(), Fault> {
        self.indent();
        if let Some(key) = self.path.last() {
            text::push_key(&mut self.out.buffer, key);
        }
        self.out.push_str(" = ");
        self.inline(value)?;
        self.out.push(b'\n');
        Ok(())
    }

    fn separate(&mut self) {
        if !self.out.buffer.is_empty() {
            self.out.push(b'\n');
        }
    }

    fn heading(&mut self, open: &str, close: &str) {
        self.indent();
        self.out.push_str(open);
        for (index, key) in self.path.iter().enumerate() {
            if index > 0 {
                self.out.buffer.push(b'.');
            }
            text::push_key(&mut self.out.buffer, key);
        }
        self.out.push_str(close);
    }

    fn indent(&mut self) {
        for _ in 1..self.path.len() {
            self.out.push_str("  ");
        }
    }

    /// What follows a key, all on one line. Lists and tables apart from the rest: what their levels
    /// need of the stack stays small.
    fn inline(&mut self, value: &Value) -> Result<(), Fault> {
        self.out.count()?;
        match value {
            Value::List(list) => self.inline_list(list),
            Value::Map(_) => self.inline_table(value),
            Value::Object(object)
                if !fields::is_time(&**object) && object.marshalled().is_none() =>
            {
                self.inline_table(value)
            }
            value => self.scalar(value),
        }
    }

    fn scalar(&mut self, value: &Value) -> Result<(), Fault> {
        let buffer = &mut self.out.buffer;
        match value {
            Value::Bool(value) => buffer.push_str(if *value { "true" } else { "false" }),
            Value::Int(IntType::Duration, value) => {
                text::push_quoted(buffer, Duration(*value).to_string().as_bytes());
            }
            Value::Int(_, value) => append_int(buffer, *value, 10),
            Value::Uint(_, value) => append_uint(buffer, *value, 10),
            Value::Float(kind, value) => text::push_float(buffer, *kind, *value),
            Value::String(text) => text::push_quoted(buffer, text),
            Value::Number(number) => push_number(buffer, number)?,
            Value::Object(object) => {
                if let Some(time) = fields::time(&**object) {
                    buffer.push_bytes(time.expose_secret());
                } else if let Some(text) = object.marshalled() {
                    text::push_quoted(buffer, &text);
                }
            }
            Value::Complex(..) => return Err(unsupported(Type::Complex)),
            Value::Channel(_) => return Err(unsupported(Type::Channel)),
            Value::Nil | Value::NilInterface | Value::List(_) | Value::Map(_) => {
                return Err(nothing_in_list());
            }
        }
        Ok(())
    }

    fn inline_list(&mut self, list: &List) -> Result<(), Fault> {
        Shape::of(&Value::List(list.clone()))?;
        self.out.enter()?;
        self.out.push(b'[');
        for (index, item) in list.items().iter().enumerate() {
            if index > 0 {
                self.out.push_str(", ");
            }
            self.inline(item)?;
        }
        self.out.push(b']');
        self.out.leave();
        Ok(())
    }

    fn inline_table(&mut self, value: &Value) -> Result<(), Fault> {
        self.out.enter()?;
        self.out.push(b'{');
        for Entry { key, value, comma } in entries(value)? {
            if Shape::of(&value)? == Shape::Nothing {
                continue;
            }
            text::push_key(&mut self.out.buffer, &key);
            self.out.push_str(" = ");
            self.inline(&value)?;
            if comma {
                self.out.push_str(", ");
            }
        }
        self.out.push(b'}');
        self.out.leave();
        Ok(())
    }
}

/// The integer or the floating-point number that a `json.Number` can be read as.
fn push_number(out: &mut SecretBuffer, number: &[u8]) -> Result<(), Fault> {
    if number.is_empty() {
        out.push(b'0');
    } else if let Ok(value) = parse_int(number, 10, 64) {
        append_int(out, value, 10);
    } else if let Ok(value) = parse_float(number, FloatSize::Double) {
        text::push_float(out, FloatType::Float64, value);
    } else {
        return Err(Fault::function(
            "a json.Number that neither an int64 nor a float64 can hold",
        ));
    }
    Ok(())
}
