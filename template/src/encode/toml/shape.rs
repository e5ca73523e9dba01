//! What a value becomes: a table with a heading of its own, or what follows a key.

use super::super::fields;
use crate::{
    fault::Fault,
    value::{Map, Object, Text, Type, Value},
};

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Shape {
    /// Left out of tables, forbidden in lists.
    Nothing,
    Table,
    /// A list of tables only.
    Tables,
    Plain,
}

impl Shape {
    pub(super) fn of(value: &Value) -> Result<Self, Fault> {
        Ok(match value {
            Value::Object(object) if fields::is_time(&**object) => Self::Plain,
            value if value.is_nil() => Self::Nothing,
            Value::Object(object) if object.marshalled().is_some() => Self::Plain,
            Value::Map(_) | Value::Object(_) => Self::Table,
            Value::List(list) if !list.items().is_empty() => {
                let mut shape = Self::Tables;
                for item in list.items() {
                    match item {
                        // Lists in lists are looked at when they are written.
                        Value::List(list) if !list.is_nil() => shape = Self::Plain,
                        item => match Self::of(item)? {
                            Self::Nothing => return Err(nothing_in_list()),
                            Self::Table => {}
                            Self::Tables | Self::Plain => shape = Self::Plain,
                        },
                    }
                }
                shape
            }
            Value::Complex(..) => return Err(unsupported(Type::Complex)),
            Value::Channel(_) => return Err(unsupported(Type::Channel)),
            _ => Self::Plain,
        })
    }

    pub(super) fn has_heading(self) -> bool {
        matches!(self, Self::Table | Self::Tables)
    }
}

/// What stands under a key of a table.
pub(super) struct Entry {
    pub(super) key: Text,
    pub(super) value: Value,
    /// Whether a comma follows when the table is written on one line, even if it is the last: what
    /// is left out counts too.
    pub(super) comma: bool,
}

/// Those with a heading come last: all that follows a heading belongs to it.
pub(super) fn map_entries(map: &Map) -> Result<Vec<Entry>, Fault> {
    if map.key() != Type::String {
        return Err(Fault::function(format!(
            "TOML has no tables like {}: keys must be strings",
            map.type_of()
        )));
    }
    let (mut plain, mut headed) = (Vec::new(), Vec::new());
    for (key, value) in map.pairs() {
        let Value::String(key) = key else { continue };
        let entry = Entry {
            key,
            comma: true,
            value,
        };
        if Shape::of(&entry.value)?.has_heading() {
            headed.push(entry);
        } else {
            plain.push(entry);
        }
    }
    if let Some(last) = plain.last_mut() {
        last.comma = !headed.is_empty();
    }
    if let Some(last) = headed.last_mut() {
        last.comma = false;
    }
    plain.append(&mut headed);
    Ok(plain)
}

pub(super) fn object_entries(object: &dyn Object) -> Result<Vec<Entry>, Fault> {
    let fields: Vec<_> = fields::promoted(object).collect();
    let last = fields.len().saturating_sub(1);
    let (mut plain, mut headed) = (Vec::new(), Vec::new());
    for (index, field) in fields.into_iter().enumerate() {
        let entry = Entry {
            key: Text::from(field.name),
            comma: index != last,
            value: field.value,
        };
        if Shape::of(&entry.value)?.has_heading() {
            headed.push(entry);
        } else {
            plain.push(entry);
        }
    }
    plain.append(&mut headed);
    Ok(plain)
}

pub(super) fn nothing_in_list() -> Fault {
    Fault::function("a list of TOML cannot hold nil")
}

pub(super) fn unsupported(kind: Type) -> Fault {
    Fault::function(format!("a {kind} cannot be written as TOML"))
}
