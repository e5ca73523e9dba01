//! Values with named fields and methods: what `secret` returns, `scratch`, times.

use std::fmt;

use super::{Text, Type, Value};
use crate::function::Function;

/// A field of a struct, for printing: Go prints fields in the order of their declaration.
pub struct Field {
    pub name: &'static str,
    pub value: Value,
}

/// Prints the name only.
impl fmt::Debug for Field {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Field({})", self.name)
    }
}

/// A method: a function whose receiver the object itself adds as first argument.
pub type Method = Function;

/// A struct of Go, or a pointer to one.
pub trait Object {
    /// [`Type::Struct`] or [`Type::Pointer`].
    fn type_of(&self) -> Type;

    /// Whether it is a pointer that points nowhere.
    fn is_nil(&self) -> bool {
        false
    }

    /// All exported and unexported fields in order, for printing.
    fn fields(&self) -> Vec<Field>;

    /// One exported field. Looking it up must not build the others.
    fn field(&self, name: &str) -> Option<Value> {
        let _ = name;
        None
    }

    /// A method by its name.
    fn method(&self, name: &str) -> Option<&'static Method> {
        let _ = name;
        None
    }

    /// The result of its `String` method, if it has one: printing uses it.
    fn text(&self) -> Option<Text> {
        None
    }

    /// What its `MarshalText` method gives encoders in the place of its fields, if it has one; times
    /// are another matter.
    fn marshalled(&self) -> Option<Text> {
        None
    }

    /// The result of its `GoString` method, if it has one: `%#v` prints it.
    fn syntax(&self) -> Option<Text> {
        None
    }

    /// For the functions that know the concrete type.
    fn as_any(&self) -> &dyn std::any::Any;
}
