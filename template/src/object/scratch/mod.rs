//! What `scratch` gives: a place where a template keeps values while it runs, consul-template's
//! [`template.Scratch`](https://pkg.go.dev/github.com/hashicorp/consul-template/template#Scratch).

mod lock;
#[cfg(test)]
mod tests;

use std::{any::Any, cell::RefCell, collections::BTreeMap};

use self::lock::field;
use super::{find, receiver};
use crate::{
    fault::{ErrorClass, Fault},
    function::{Arguments, Outcome},
    scope::Scope,
    value::{Entries, Field, List, Map, Method, Object, Text, Type, Value},
};

/// A map that all parts of a template share.
#[derive(Clone)]
pub struct Scratch(RefCell<Map>);

impl Default for Scratch {
    fn default() -> Self {
        Self(RefCell::new(Map::new(BTreeMap::new())))
    }
}

impl Scratch {
    /// Forgets all values. A scratch that was put into itself would never be freed: whoever ends a
    /// run calls this.
    pub fn clear(&self) {
        self.0.replace(Map::new(BTreeMap::new()));
    }

    fn values(&self) -> Map {
        self.0.borrow().clone()
    }
}

static METHODS: &[Method] = &[
    Method::new("Get", &[Type::String], get),
    Method::new("Key", &[Type::String], key),
    Method::new("MapSet", &[Type::String, Type::String, Type::Any], map_set),
    Method::new(
        "MapSetX",
        &[Type::String, Type::String, Type::Any],
        map_set_once,
    ),
    Method::new("MapValues", &[Type::String], map_values),
    Method::new("Set", &[Type::String, Type::Any], set),
    Method::new("SetX", &[Type::String, Type::Any], set_once),
    // Those of the lock that the struct embeds: public in Go, and of no use to a template.
    Method::new("Lock", &[], no_result),
    Method::new("RLock", &[], no_result),
    Method::new("RUnlock", &[], no_result),
    Method::new("Unlock", &[], no_result),
];

impl Object for Scratch {
    fn type_of(&self) -> Type {
        Type::Pointer("template.Scratch")
    }

    fn fields(&self) -> Vec<Field> {
        let values = self.values();
        vec![
            field("once", lock::once()),
            field("RWMutex", lock::read_write()),
            // Made when the first value arrives.
            field(
                "values",
                Value::Map(if values.is_empty() {
                    Map::nil(Type::MAP)
                } else {
                    values
                }),
            ),
        ]
    }

    fn field(&self, name: &str) -> Option<Value> {
        (name == "RWMutex").then(lock::read_write)
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        find(METHODS, name)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn key(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let scratch: &Scratch = receiver(arguments)?;
    let found = scratch.values().get(arguments.bytes(1)).is_some();
    Ok(Value::Bool(found))
}

fn get(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let scratch: &Scratch = receiver(arguments)?;
    let value = scratch.values().get(arguments.bytes(1));
    Ok(value.unwrap_or(Value::Nil).stored())
}

fn set(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let scratch: &Scratch = receiver(arguments)?;
    store(
        &scratch.values(),
        arguments.text(1),
        arguments.value(2).clone(),
    )
}

fn set_once(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let scratch: &Scratch = receiver(arguments)?;
    if scratch.values().get(arguments.bytes(1)).is_some() {
        return Ok(Value::string(""));
    }
    set(scope, arguments)
}

fn map_set(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    store(
        &inner_map(arguments)?,
        arguments.text(2),
        arguments.value(3).clone(),
    )
}

fn map_set_once(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    if inner_map(arguments)?.get(arguments.bytes(2)).is_some() {
        return Ok(Value::string(""));
    }
    map_set(scope, arguments)
}

/// The map under the first key, made when there is nothing.
fn inner_map(arguments: &Arguments<'_>) -> Result<Map, Fault> {
    let scratch: &Scratch = receiver(arguments)?;
    match scratch.values().get(arguments.bytes(1)) {
        Some(Value::Map(map)) if map.type_of() == Type::MAP => Ok(map),
        Some(_) => Err(Fault::function(
            "what is kept under the key is not a map of any values",
        )),
        None => {
            let map = Map::new(BTreeMap::new());
            store(
                &scratch.values(),
                arguments.text(1),
                Value::Map(map.clone()),
            )?;
            Ok(map)
        }
    }
}

fn store(map: &Map, key: Text, value: Value) -> Outcome {
    if map.insert(key, value) {
        Ok(Value::string(""))
    } else {
        Err(Fault::function(
            "a map that is nil, or is itself a part of the value, cannot take it",
        ))
    }
}

/// In the order of the keys; nil when there is no map.
fn map_values(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let scratch: &Scratch = receiver(arguments)?;
    Ok(Value::List(
        match scratch.values().get(arguments.bytes(1)) {
            Some(Value::Map(map)) if map.type_of() == Type::MAP => match &*map.entries() {
                Entries::Text(entries) => List::new(Type::Any, entries.values().cloned().collect()),
                Entries::Any(entries) => List::new(Type::Any, entries.values().cloned().collect()),
            },
            _ => List::nil(Type::Any),
        },
    ))
}

fn no_result(_: &mut Scope<'_>, _: &Arguments<'_>) -> Outcome {
    Err(Fault::new(
        ErrorClass::Function,
        "the method has no result, so a template cannot call it",
    ))
}

/// Prints the type only.
impl std::fmt::Debug for Scratch {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Scratch(..)")
    }
}
