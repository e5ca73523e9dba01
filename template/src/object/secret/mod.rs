//! What `secret` gives: consul-template's
//! [`dependency.Secret`](https://pkg.go.dev/github.com/hashicorp/consul-template/dependency#Secret).

mod auth;
mod response;
#[cfg(test)]
mod tests;
mod wrap;

use std::rc::Rc;

pub use self::{auth::Auth, wrap::WrapInfo};
use super::NilPointer;
use crate::value::{Field, List, Map, Object, Text, Type, Value};

const NAME: &str = "dependency.Secret";
/// Its fields, in order.
pub(crate) const FIELDS: &[&str] = &[
    "RequestID",
    "LeaseID",
    "LeaseDuration",
    "Renewable",
    "Data",
    "Warnings",
    "Auth",
    "WrapInfo",
];

/// The answer of the store to a read or write.
#[derive(Clone)]
pub struct Secret {
    pub request_id: Text,
    pub lease_id: Text,
    /// In seconds.
    pub lease_duration: i64,
    pub renewable: bool,
    /// A `map[string]interface {}`, nil when the answer holds nothing.
    pub data: Map,
    /// A `[]string`, nil when there is none.
    pub warnings: List,
    pub auth: Option<Rc<Auth>>,
    pub wrap_info: Option<Rc<WrapInfo>>,
}

impl Default for Secret {
    fn default() -> Self {
        Self {
            request_id: Text::default(),
            lease_id: Text::default(),
            lease_duration: 0,
            renewable: false,
            data: Map::nil(Type::MAP),
            warnings: List::nil(Type::String),
            auth: None,
            wrap_info: None,
        }
    }
}

impl Secret {
    pub fn into_value(self) -> Value {
        Value::Object(Rc::new(self))
    }

    /// The nil pointer that a write gives when the store answers nothing.
    pub fn nil() -> Value {
        NilPointer {
            name: NAME,
            fields: FIELDS,
        }
        .value()
    }
}

impl Object for Secret {
    fn type_of(&self) -> Type {
        Type::Pointer(NAME)
    }

    fn fields(&self) -> Vec<Field> {
        named(self, FIELDS)
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(match name {
            "Data" => Value::Map(self.data.clone()),
            "RequestID" => Value::String(self.request_id.clone()),
            "LeaseID" => Value::String(self.lease_id.clone()),
            "LeaseDuration" => Value::int(self.lease_duration),
            "Renewable" => Value::Bool(self.renewable),
            "Warnings" => Value::List(self.warnings.clone()),
            "Auth" => match &self.auth {
                Some(auth) => Value::Object(auth.clone()),
                None => Auth::nil(),
            },
            "WrapInfo" => match &self.wrap_info {
                Some(wrap_info) => Value::Object(wrap_info.clone()),
                None => WrapInfo::nil(),
            },
            _ => return None,
        })
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

fn named(object: &dyn Object, names: &[&'static str]) -> Vec<Field> {
    names
        .iter()
        .filter_map(|name| {
            let value = object.field(name)?;
            Some(Field { name, value })
        })
        .collect()
}

/// Prints the type only.
impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(..)")
    }
}
