//! The login that a store's answer may hold.

use super::named;
use crate::{
    object::NilPointer,
    value::{Field, List, Map, Object, Text, Type, Value},
};

const NAME: &str = "dependency.SecretAuth";
const FIELDS: &[&str] = &[
    "ClientToken",
    "Accessor",
    "Policies",
    "Metadata",
    "LeaseDuration",
    "Renewable",
];

#[derive(Clone)]
pub struct Auth {
    pub client_token: Text,
    pub accessor: Text,
    /// A `[]string`, nil when there is none.
    pub policies: List,
    /// A `map[string]string`, nil when there is none.
    pub metadata: Map,
    /// In seconds.
    pub lease_duration: i64,
    pub renewable: bool,
}

impl Auth {
    pub(super) fn nil() -> Value {
        NilPointer {
            name: NAME,
            fields: FIELDS,
        }
        .value()
    }
}

impl Object for Auth {
    fn type_of(&self) -> Type {
        Type::Pointer(NAME)
    }

    fn fields(&self) -> Vec<Field> {
        named(self, FIELDS)
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(match name {
            "ClientToken" => Value::String(self.client_token.clone()),
            "Accessor" => Value::String(self.accessor.clone()),
            "Policies" => Value::List(self.policies.clone()),
            "Metadata" => Value::Map(self.metadata.clone()),
            "LeaseDuration" => Value::int(self.lease_duration),
            "Renewable" => Value::Bool(self.renewable),
            _ => return None,
        })
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// Prints the type only.
impl std::fmt::Debug for Auth {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Auth(..)")
    }
}
