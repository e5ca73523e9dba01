//! One value a line, with types and lengths.

use vouchsafe_shared::secret::SecretBuffer;

use super::{ADDRESS, DEEPEST, count, scalar, too_deep};
use crate::{
    fault::Fault,
    function::{Arguments, Outcome},
    go::{integer::append_uint, quote::append_quote},
    scope::Scope,
    value::{Entries, Object, Type, Value},
};

pub(super) fn sdump(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let mut dump = Dump {
        scope,
        out: SecretBuffer::default(),
        depth: 0,
    };
    for argument in arguments.0 {
        dump.value(argument)?;
        dump.out.push(b'\n');
    }
    Ok(Value::String(dump.out.into()))
}

struct Dump<'s, 'r> {
    scope: &'s mut Scope<'r>,
    out: SecretBuffer,
    depth: usize,
}

impl Dump<'_, '_> {
    fn indent(&mut self) {
        for _ in 0..self.depth {
            self.out.push(b' ');
        }
    }

    /// A value with its type.
    fn value(&mut self, value: &Value) -> Result<(), Fault> {
        if let Value::Object(object) = value
            && let Type::Pointer(name) = object.type_of()
        {
            return self.pointer(object.as_ref(), name, value);
        }
        let Some(kind) = value.type_of() else {
            self.out.push_str("(interface {}) <nil>");
            return Ok(());
        };
        self.out.push_str(&format!("({kind}) "));
        self.content(value)
    }

    fn pointer(
        &mut self,
        object: &dyn Object,
        name: &'static str,
        value: &Value,
    ) -> Result<(), Fault> {
        if object.is_nil() {
            self.out.push_str(&format!("(*{name})(<nil>)"));
            return Ok(());
        }
        self.out.push_str(&format!("(*{name})({ADDRESS})("));
        self.content(value)?;
        self.out.push(b')');
        Ok(())
    }

    /// What follows the type.
    fn content(&mut self, value: &Value) -> Result<(), Fault> {
        count(self.scope, value)?;
        self.sizes(value);
        if scalar::write(self.scope, &mut self.out, value)? {
            return Ok(());
        }
        match value {
            Value::String(text) => append_quote(&mut self.out, text),
            Value::List(list) if list.is_nil() => self.out.push_str("<nil>"),
            Value::Map(map) if map.is_nil() => self.out.push_str("<nil>"),
            Value::List(list) => {
                let items = list.items().iter().map(|item| (Label::None, item.clone()));
                self.block(items.collect())?;
            }
            Value::Map(map) => {
                let items = match &*map.entries() {
                    Entries::Text(entries) => entries
                        .iter()
                        .map(|(key, item)| (Label::Key(Value::String(key.clone())), item.clone()))
                        .collect(),
                    Entries::Any(entries) => entries
                        .iter()
                        .map(|(key, item)| (Label::Key(key.value().stored()), item.clone()))
                        .collect(),
                };
                self.block(items)?;
            }
            Value::Object(object) => {
                let fields = object.fields().into_iter();
                self.block(
                    fields
                        .map(|field| (Label::Field(field.name), field.value))
                        .collect(),
                )?;
            }
            _ => self.out.push_str("<nil>"),
        }
        Ok(())
    }

    fn sizes(&mut self, value: &Value) {
        let (length, capacity) = match value {
            Value::List(list) => (list.items().len(), list.capacity()),
            Value::Map(map) => (map.len(), 0),
            other => (other.bytes().len(), 0),
        };
        if length == 0 {
            return;
        }
        self.out.push_str("(len=");
        self.number(length);
        if capacity > 0 {
            self.out.push_str(" cap=");
            self.number(capacity);
        }
        self.out.push_str(") ");
    }

    fn number(&mut self, number: usize) {
        append_uint(&mut self.out, u64::try_from(number).unwrap_or(u64::MAX), 10);
    }

    fn block(&mut self, items: Vec<(Label, Value)>) -> Result<(), Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(too_deep());
        }
        self.scope
            .budget
            .memory(u64::try_from(items.len() * (self.depth + 32)).unwrap_or(u64::MAX))?;
        self.out.push_str("{\n");
        let last = items.len().wrapping_sub(1);
        for (index, (label, item)) in items.into_iter().enumerate() {
            self.indent();
            match label {
                Label::None => {}
                Label::Key(key) => {
                    self.value(&key)?;
                    self.out.push_str(": ");
                }
                Label::Field(name) => {
                    self.out.push_str(name);
                    self.out.push_str(": ");
                }
            }
            self.value(&item)?;
            self.out.push_str(if index == last { "\n" } else { ",\n" });
        }
        self.depth -= 1;
        self.indent();
        self.out.push(b'}');
        Ok(())
    }
}

/// What stands before an item.
enum Label {
    None,
    Key(Value),
    Field(&'static str),
}
