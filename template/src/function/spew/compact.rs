//! Values on one line: what spew writes for the verb `%v`. All other verbs are those of `printf`.

use vouchsafe_shared::secret::SecretBuffer;

use super::{ADDRESS, DEEPEST, count, scalar, too_deep};
use crate::{
    fault::Fault,
    function::{Arguments, Outcome},
    go::format,
    scope::Scope,
    value::{Entries, Object, Type, Value},
};

pub(super) fn sprintf(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let mut values = arguments.rest(1);
    let mut out = SecretBuffer::default();
    let mut rest = arguments.bytes(0);
    while let Some(start) = rest.iter().position(|byte| *byte == b'%') {
        let (literal, directive) = rest.split_at(start);
        out.push_bytes(literal);
        let Some(directive) = Directive::parse(directive) else {
            // Chosen arguments and odd verbs: the whole rest is the matter of printf.
            format::printf(&mut out, directive, values, &mut scope.budget)?;
            return Ok(Value::String(out.into()));
        };
        rest = directive.rest;
        // The arguments are wrapped, so that none of them is a number that could be a width.
        for (starred, complaint) in [
            (directive.starred_width, "%!(BADWIDTH)"),
            (directive.starred_precision, "%!(BADPREC)"),
        ] {
            if starred {
                out.push_str(complaint);
                values = values.get(1..).unwrap_or_default();
            }
        }
        if directive.verb == b'%' {
            out.push(b'%');
            continue;
        }
        let (value, others) = values.split_at(values.len().min(1));
        values = others;
        match (directive.verb, value) {
            (b'v', [value]) => shown(scope, &mut out, value, directive.flags)?,
            (b'T', [_]) => out.push_str("*spew.formatState"),
            _ => format::printf(&mut out, &directive.plain, value, &mut scope.budget)?,
        }
    }
    out.push_bytes(rest);
    if !values.is_empty() {
        out.push_str("%!(EXTRA ");
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            out.push_str("*spew.formatState=");
            shown(scope, &mut out, value, Flags::default())?;
        }
        out.push(b')');
    }
    Ok(Value::String(out.into()))
}

#[derive(Clone, Copy, Default)]
struct Flags {
    /// `#`
    types: bool,
    /// `+`
    addresses: bool,
}

/// A part of a format, from its percent sign to its verb.
struct Directive<'f> {
    flags: Flags,
    starred_width: bool,
    starred_precision: bool,
    verb: u8,
    /// The directive without its stars.
    plain: Vec<u8>,
    /// What follows in the format.
    rest: &'f [u8],
}

impl<'f> Directive<'f> {
    fn parse(format: &'f [u8]) -> Option<Self> {
        let mut directive = Self {
            flags: Flags::default(),
            starred_width: false,
            starred_precision: false,
            verb: 0,
            plain: vec![b'%'],
            rest: &[],
        };
        for (index, byte) in format.iter().enumerate().skip(1) {
            match byte {
                b'*' if directive.plain.last() == Some(&b'.') => {
                    directive.plain.pop();
                    directive.starred_precision = true;
                    continue;
                }
                b'*' => {
                    directive.starred_width = true;
                    continue;
                }
                b'#' => directive.flags.types = true,
                b'+' => directive.flags.addresses = true,
                b' ' | b'-' | b'.' | b'0'..=b'9' => {}
                b'[' | b'\x80'.. => return None,
                verb => {
                    directive.plain.push(*verb);
                    directive.verb = *verb;
                    directive.rest = format.get(index + 1..).unwrap_or_default();
                    return Some(directive);
                }
            }
            directive.plain.push(*byte);
        }
        None
    }
}

fn shown(
    scope: &mut Scope<'_>,
    out: &mut SecretBuffer,
    value: &Value,
    flags: Flags,
) -> Result<(), Fault> {
    if matches!(value, Value::Nil | Value::NilInterface) {
        out.push_str(if flags.types {
            "(interface {})<nil>"
        } else {
            "<nil>"
        });
        return Ok(());
    }
    Compact {
        scope,
        out,
        flags,
        depth: 0,
    }
    .value(value, flags.types)
}

struct Compact<'s, 'r> {
    scope: &'s mut Scope<'r>,
    out: &'s mut SecretBuffer,
    flags: Flags,
    depth: usize,
}

impl Compact<'_, '_> {
    fn value(&mut self, value: &Value, show_type: bool) -> Result<(), Fault> {
        count(self.scope, value)?;
        if let Value::Object(object) = value
            && let Type::Pointer(name) = object.type_of()
        {
            return self.pointer(object.as_ref(), name, value, show_type);
        }
        if show_type && let Some(kind) = value.type_of() {
            self.out.push_str(&format!("({kind})"));
        } else if show_type {
            self.out.push_str("(interface {})");
        }
        self.content(value)
    }

    fn pointer(
        &mut self,
        object: &dyn Object,
        name: &'static str,
        value: &Value,
        show_type: bool,
    ) -> Result<(), Fault> {
        if object.is_nil() && !show_type {
            self.out.push_str("<nil>");
            return Ok(());
        }
        self.out.push_str(&if show_type {
            format!("(*{name})")
        } else {
            "<*>".to_owned()
        });
        if object.is_nil() {
            self.out.push_str("<nil>");
            return Ok(());
        }
        if self.flags.addresses {
            self.out.push_str(&format!("({ADDRESS})"));
        }
        self.content(value)
    }

    fn content(&mut self, value: &Value) -> Result<(), Fault> {
        if scalar::write(self.scope, self.out, value)? {
            return Ok(());
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(too_deep());
        }
        match value {
            Value::String(text) => self.out.push_bytes(text),
            Value::List(list) if !list.is_nil() => {
                self.out.push(b'[');
                for (index, item) in list.items().iter().enumerate() {
                    self.separate(index);
                    self.part(item, list.element())?;
                }
                self.out.push(b']');
            }
            Value::Map(map) if !map.is_nil() => {
                self.out.push_str("map[");
                let pairs: Vec<(Value, Value)> = match &*map.entries() {
                    Entries::Text(entries) => entries
                        .iter()
                        .map(|(key, item)| (Value::String(key.clone()), item.clone()))
                        .collect(),
                    Entries::Any(entries) => entries
                        .iter()
                        .map(|(key, item)| (key.value().stored(), item.clone()))
                        .collect(),
                };
                for (index, (key, item)) in pairs.iter().enumerate() {
                    self.separate(index);
                    self.part(key, map.key())?;
                    self.out.push(b':');
                    self.part(item, map.element())?;
                }
                self.out.push(b']');
            }
            Value::Object(object) => self.fields(object.as_ref())?,
            _ => self.out.push_str("<nil>"),
        }
        self.depth -= 1;
        Ok(())
    }

    fn fields(&mut self, object: &dyn Object) -> Result<(), Fault> {
        self.out.push(b'{');
        for (index, field) in object.fields().iter().enumerate() {
            self.separate(index);
            if self.flags.addresses || self.flags.types {
                self.out.push_str(field.name);
                self.out.push(b':');
            }
            self.value(&field.value, self.flags.types)?;
        }
        self.out.push(b'}');
        Ok(())
    }

    /// A part of a list or map: its type is shown only where it is not that of all parts.
    fn part(&mut self, value: &Value, declared: Type) -> Result<(), Fault> {
        self.value(value, self.flags.types && declared == Type::Any)
    }

    fn separate(&mut self, index: usize) {
        if index > 0 {
            self.out.push(b' ');
        }
    }
}
