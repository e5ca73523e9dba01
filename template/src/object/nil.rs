//! Pointers that point nowhere.

use std::rc::Rc;

use crate::value::{Field, Object, Type, Value};

/// A nil pointer to a struct. It prints as `<nil>`; the engine refuses to read its fields, but can
/// ask whether the struct has one.
#[derive(Clone, Copy, Debug)]
pub struct NilPointer {
    /// The name of the struct.
    pub name: &'static str,
    /// The names of its exported fields.
    pub fields: &'static [&'static str],
}

impl NilPointer {
    pub fn value(self) -> Value {
        Value::Object(Rc::new(self))
    }
}

impl Object for NilPointer {
    fn type_of(&self) -> Type {
        Type::Pointer(self.name)
    }

    fn is_nil(&self) -> bool {
        true
    }

    fn fields(&self) -> Vec<Field> {
        Vec::new()
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.fields.contains(&name).then_some(Value::Nil)
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
