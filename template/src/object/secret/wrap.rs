//! The wrapping of an answer that a store may give in its place.

use super::named;
use crate::{
    go::time::Time,
    object::{NilPointer, time},
    value::{Field, Object, Text, Type, Value},
};

const NAME: &str = "dependency.SecretWrapInfo";
const FIELDS: &[&str] = &["Token", "TTL", "CreationTime", "WrappedAccessor"];

#[derive(Clone)]
pub struct WrapInfo {
    pub token: Text,
    /// In seconds.
    pub ttl: i64,
    pub creation_time: Time,
    pub wrapped_accessor: Text,
}

impl WrapInfo {
    pub(super) fn nil() -> Value {
        NilPointer {
            name: NAME,
            fields: FIELDS,
        }
        .value()
    }
}

impl Object for WrapInfo {
    fn type_of(&self) -> Type {
        Type::Pointer(NAME)
    }

    fn fields(&self) -> Vec<Field> {
        named(self, FIELDS)
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(match name {
            "Token" => Value::String(self.token.clone()),
            "TTL" => Value::int(self.ttl),
            "CreationTime" => time::value(self.creation_time.clone()),
            "WrappedAccessor" => Value::String(self.wrapped_accessor.clone()),
            _ => return None,
        })
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// Prints the type only.
impl std::fmt::Debug for WrapInfo {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("WrapInfo(..)")
    }
}
