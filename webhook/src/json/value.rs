//! From and to the tree that owns all it says, for what needs one: a manifest from a file, and the
//! patches of the user's own.

use serde_json::Value;

use super::{Json, Object, unescaped};

impl<'a> From<&'a Value> for Json<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => text.as_str().into(),
            Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Object(members) => {
                let members = members.iter();
                Self::Object(Object::read(
                    members
                        .map(|(key, value)| (key.as_str().into(), value.into()))
                        .collect(),
                ))
            }
        }
    }
}

impl From<Value> for Json<'_> {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Number(number) => Self::Number(number),
            Value::String(text) => text.into(),
            Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Value::Object(members) => {
                let members = members.into_iter();
                Self::Object(Object::read(
                    members
                        .map(|(key, value)| (key.into(), value.into()))
                        .collect(),
                ))
            }
        }
    }
}

/// Without members that are `null`.
impl From<Json<'_>> for Value {
    fn from(json: Json<'_>) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(value),
            Json::Number(number) => Self::Number(number),
            Json::Text(text) => Self::String(text.into_owned()),
            Json::Escaped(text) => Self::String(unescaped(&text)),
            Json::List(items) => Self::Array(items.into_iter().map(Self::from).collect()),
            Json::Constant(constant) => constant.tree().clone().into(),
            Json::Object(object) => {
                let members = object.into_iter();
                Self::Object(
                    members
                        .filter(|(_, value)| !value.is_null())
                        .map(|(key, value)| (key.into_owned(), value.into()))
                        .collect(),
                )
            }
        }
    }
}
