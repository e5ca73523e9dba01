//! The values that a template computes with, as Go sees them.
//!
//! Go's templates work on values with a type, and the type shows: `json.Number` prints its own text
//! but is no string for a function that wants one, a `nil` read from a map is another thing than no
//! value, `[]string` is not `[]interface {}`. [`Value`] holds what can be told apart and nothing
//! else.
//!
//! Values may be secret: text is wiped when the last holder lets go, `Debug` prints types only.

mod channel;
mod collection;
mod object;
mod text;
mod types;

use std::{fmt, rc::Rc};

pub use self::{
    channel::Channel,
    collection::{Entries, Key, List, Map},
    object::{Field, Method, Object},
    text::Text,
    types::{FloatType, IntType, Type, UintType},
};

/// One value.
#[derive(Clone)]
pub enum Value {
    /// No value at all, and the `nil` of untyped places: Go's zero `reflect.Value`.
    Nil,
    /// A `nil` just read out of a list or map whose elements may be anything. It differs from
    /// [`Value::Nil`] in one point only: asking it for a field is an error. Never stored: lists and
    /// maps hold `Nil`.
    NilInterface,
    Bool(bool),
    Int(IntType, i64),
    Uint(UintType, u64),
    Float(FloatType, f64),
    Complex(f64, f64),
    String(Text),
    /// Go's `json.Number`: a kind of string that holds the number's own text.
    Number(Text),
    List(List),
    Map(Map),
    /// A struct or a pointer to one.
    Object(Rc<dyn Object>),
    Channel(Rc<Channel>),
}

impl Value {
    /// A Go `int`.
    pub fn int(value: i64) -> Self {
        Self::Int(IntType::Int, value)
    }

    /// A Go `int64`.
    pub fn int64(value: i64) -> Self {
        Self::Int(IntType::Int64, value)
    }

    /// A Go `float64`.
    pub fn float(value: f64) -> Self {
        Self::Float(FloatType::Float64, value)
    }

    pub fn string(text: impl Into<Text>) -> Self {
        Self::String(text.into())
    }

    /// A Go `[]string`.
    pub fn strings(items: impl IntoIterator<Item = Text>) -> Self {
        Self::List(List::new(
            Type::String,
            items.into_iter().map(Self::String).collect(),
        ))
    }

    /// A Go `[]interface {}`.
    pub fn list(items: Vec<Self>) -> Self {
        Self::List(List::new(Type::Any, items))
    }

    /// What Go gives where there is no value of a type.
    pub fn zero(kind: Type) -> Self {
        match kind {
            Type::Bool => Self::Bool(false),
            Type::Int(kind) => Self::Int(kind, 0),
            Type::Uint(kind) => Self::Uint(kind, 0),
            Type::Float(kind) => Self::Float(kind, 0.0),
            Type::Complex => Self::Complex(0.0, 0.0),
            Type::String => Self::String(Text::default()),
            Type::Number => Self::Number(Text::default()),
            Type::List(element) => Self::List(List::nil(*element)),
            Type::Map(..) => Self::Map(Map::nil(kind)),
            Type::Any | Type::Struct(_) | Type::Pointer(_) | Type::Channel | Type::Unchecked => {
                Self::NilInterface
            }
        }
    }

    /// The type, or none for no value.
    pub fn type_of(&self) -> Option<Type> {
        Some(match self {
            Self::Nil => return None,
            Self::NilInterface => Type::Any,
            Self::Bool(_) => Type::Bool,
            Self::Int(kind, _) => Type::Int(*kind),
            Self::Uint(kind, _) => Type::Uint(*kind),
            Self::Float(kind, _) => Type::Float(*kind),
            Self::Complex(..) => Type::Complex,
            Self::String(_) => Type::String,
            Self::Number(_) => Type::Number,
            Self::List(list) => list.type_of(),
            Self::Map(map) => map.type_of(),
            Self::Object(object) => object.type_of(),
            Self::Channel(_) => Type::Channel,
        })
    }

    pub fn is_nil(&self) -> bool {
        match self {
            Self::Nil | Self::NilInterface => true,
            Self::List(list) => list.is_nil(),
            Self::Map(map) => map.is_nil(),
            Self::Object(object) => object.is_nil(),
            _ => false,
        }
    }

    /// What `if`, `with`, `and`, `or` and `not` make of it: zero and empty are false, a struct is
    /// true.
    pub fn truth(&self) -> bool {
        match self {
            Self::Nil | Self::NilInterface => false,
            Self::Bool(value) => *value,
            Self::Int(_, value) => *value != 0,
            Self::Uint(_, value) => *value != 0,
            Self::Float(_, value) => *value != 0.0,
            Self::Complex(real, imaginary) => *real != 0.0 || *imaginary != 0.0,
            Self::String(text) | Self::Number(text) => !text.is_empty(),
            Self::List(list) => !list.items().is_empty(),
            Self::Map(map) => !map.is_empty(),
            Self::Object(object) => !object.is_nil(),
            Self::Channel(_) => true,
        }
    }

    /// The bytes of a string or a number, nothing for other kinds.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::String(text) | Self::Number(text) => text,
            _ => &[],
        }
    }

    /// The value as it lies in a list or map: no distinction between the two kinds of nil.
    #[must_use]
    pub fn stored(self) -> Self {
        match self {
            Self::NilInterface => Self::Nil,
            other => other,
        }
    }
}

/// Prints the type only.
impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.type_of() {
            None => formatter.write_str("Value(nil)"),
            Some(kind) => write!(formatter, "Value({kind})"),
        }
    }
}

#[cfg(test)]
mod tests;
