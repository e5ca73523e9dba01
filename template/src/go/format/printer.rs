//! One operand under one verb.

use std::rc::Rc;

use vouchsafe_shared::secret::SecretBuffer;
use zeroize::Zeroizing;

use super::{NIL, options::Options, words};
use crate::{
    fault::Fault,
    go::float::FloatSize,
    scope::Budget,
    value::{FloatType, Object, Type, Value},
};

/// How deep values may be nested in each other.
const DEPTH: u32 = 1000;

/// Where a value is printed.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Zero for an operand itself.
    depth: u32,
    /// Within an unexported field, where Go calls no methods.
    sealed: bool,
}

impl Place {
    pub(super) const TOP: Self = Self {
        depth: 0,
        sealed: false,
    };

    pub(super) fn is_top(self) -> bool {
        self.depth == 0
    }

    /// The place of an element.
    pub(super) fn element(self) -> Result<Self, Fault> {
        if self.depth >= DEPTH {
            return Err(Fault::limit(format!(
                "the value is nested deeper than the {DEPTH} levels that can be printed"
            )));
        }
        Ok(Self {
            depth: self.depth + 1,
            ..self
        })
    }

    /// The place of a struct's field.
    pub(super) fn field(self, name: &str) -> Result<Self, Fault> {
        let exported = name.starts_with(char::is_uppercase);
        self.element().map(|place| Self {
            sealed: place.sealed || !exported,
            ..place
        })
    }
}

/// A place for text, and how to write into it.
pub(super) struct Printer<'a> {
    pub out: &'a mut SecretBuffer,
    pub budget: &'a mut Budget,
    pub options: Options,
    /// Within the notice of a bad verb, where Go calls no methods.
    raw: bool,
}

impl<'a> Printer<'a> {
    pub(super) fn new(out: &'a mut SecretBuffer, budget: &'a mut Budget) -> Self {
        Self {
            out,
            budget,
            options: Options::default(),
            raw: false,
        }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.budget.memory(bytes.len() as u64)?;
        self.out.push_bytes(bytes);
        Ok(())
    }

    pub(super) fn write_char(&mut self, character: char) -> Result<(), Fault> {
        self.write(character.encode_utf8(&mut [0; 4]).as_bytes())
    }

    /// A whole operand.
    pub(super) fn argument(&mut self, value: &Value, verb: char) -> Result<(), Fault> {
        match (value.type_of(), verb) {
            (None | Some(Type::Any), 'T' | 'v') => self.padded(NIL),
            (None | Some(Type::Any), _) => self.bad_verb(value, verb),
            (Some(kind), 'T') => self.plain_text(kind.to_string().as_bytes()),
            (Some(_), 'p') => self.address(value, 'p'),
            (Some(_), _) if self.method(value, verb)? => Ok(()),
            (Some(_), _) => self.content(value, verb, Place::TOP),
        }
    }

    /// A whole operand, and of a pointer what it points to.
    pub(super) fn target(&mut self, value: &Value) -> Result<(), Fault> {
        if self.method(value, 'v')? {
            return Ok(());
        }
        match value {
            Value::Object(object) if !object.is_nil() => {
                self.structure(object.as_ref(), 'v', Place::TOP)
            }
            _ => self.content(value, 'v', Place::TOP),
        }
    }

    /// A part of an operand.
    pub(super) fn element(&mut self, value: &Value, verb: char, place: Place) -> Result<(), Fault> {
        self.budget.work(1)?;
        if !place.sealed && self.method(value, verb)? {
            return Ok(());
        }
        self.content(value, verb, place)
    }

    /// The notice that a verb does not fit a value.
    #[inline(never)]
    pub(super) fn bad_verb(&mut self, value: &Value, verb: char) -> Result<(), Fault> {
        self.write(b"%!")?;
        self.write_char(verb)?;
        self.write(b"(")?;
        match value.type_of() {
            None | Some(Type::Any) => self.write(NIL)?,
            Some(kind) => {
                self.write(kind.to_string().as_bytes())?;
                self.write(b"=")?;
                self.raw = true;
                self.content(value, 'v', Place::TOP)?;
                self.raw = false;
            }
        }
        self.write(b")")
    }

    /// Prints by the value's own methods `String` and `GoString`, if it has them and the verb asks
    /// for text.
    #[inline(never)]
    fn method(&mut self, value: &Value, verb: char) -> Result<bool, Fault> {
        if self.raw {
            return Ok(false);
        }
        if verb == 'w' {
            // Wraps an error, and no value of a template is one.
            self.bad_verb(value, verb)?;
            return Ok(true);
        }
        if self.options.go_syntax {
            return match value {
                Value::Object(object) if !object.is_nil() => self.own_syntax(object),
                _ => Ok(false),
            };
        }
        if !matches!(verb, 'v' | 's' | 'x' | 'X' | 'q') {
            return Ok(false);
        }
        match value {
            Value::Number(text) => self.text(value, text, verb)?,
            Value::Int(kind, number) => match words::name(*kind, *number) {
                Some(name) => self.text(value, Zeroizing::new(name).as_bytes(), verb)?,
                None => return Ok(false),
            },
            Value::Object(object) if !object.is_nil() => match object.text() {
                Some(text) => self.text(value, &text, verb)?,
                None => return Ok(false),
            },
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn own_syntax(&mut self, object: &Rc<dyn Object>) -> Result<bool, Fault> {
        match object.syntax() {
            None => Ok(false),
            Some(syntax) => self.plain_text(&syntax).map(|()| true),
        }
    }

    /// A value by its kind.
    fn content(&mut self, value: &Value, verb: char, place: Place) -> Result<(), Fault> {
        match value {
            Value::Nil | Value::NilInterface if self.options.go_syntax => {
                self.write(b"interface {}(nil)")
            }
            Value::Nil | Value::NilInterface => self.write(NIL),
            Value::Bool(truth) => match verb {
                't' | 'v' => self.padded(if *truth { b"true" } else { b"false" }),
                _ => self.bad_verb(value, verb),
            },
            Value::Int(_, number) => self.signed(value, *number, verb),
            Value::Uint(_, number) => self.unsigned(value, *number, verb),
            Value::Float(kind, number) => {
                let size = match kind {
                    FloatType::Float32 => FloatSize::Single,
                    FloatType::Float64 => FloatSize::Double,
                };
                self.float(value, *number, size, verb)
            }
            Value::Complex(real, imaginary) => self.complex(value, (*real, *imaginary), verb),
            Value::String(text) | Value::Number(text) => self.text(value, text, verb),
            Value::List(list) => self.list(list, verb, place),
            Value::Map(map) => self.map(map, verb, place),
            Value::Object(object) => self.object(value, object.as_ref(), verb, place),
            Value::Channel(_) => self.address(value, verb),
        }
    }
}
