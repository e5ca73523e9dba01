//! Functions on lists and maps, and the values that loops need: `contains` and its kin, `loop`,
//! `explodeMap`, `mergeMap`, `scratch`.

mod contains;
pub(super) mod merge;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, rc::Rc};

use super::{Arguments, Function, Outcome, parse::parse_decimal};
use crate::{
    fault::Fault,
    object::scratch::Scratch,
    scope::Scope,
    value::{Channel, Entries, Key, Map, Object, Text, Type, Value},
};

pub(super) const TABLE: &[Function] = &[
    Function::new("contains", &[Type::Any, Type::Any], contains::contains),
    Function::new("containsAll", &[Type::LIST, Type::Any], contains::all),
    Function::new("containsAny", &[Type::LIST, Type::Any], contains::any),
    Function::new("containsNone", &[Type::LIST, Type::Any], contains::none),
    Function::new(
        "containsNotAll",
        &[Type::LIST, Type::Any],
        contains::not_all,
    ),
    Function::new("explodeMap", &[Type::MAP], explode_map),
    Function::new("in", &[Type::Any, Type::Any], contains::is_in),
    Function::variadic("loop", &[], Type::Any, count),
    // Further arguments are options of mergo, of which a template has none.
    Function::variadic(
        "mergeMap",
        &[Type::MAP, Type::MAP],
        Type::Pointer("mergo.Config"),
        merge::keep,
    ),
    Function::new(
        "mergeMapWithOverride",
        &[Type::MAP, Type::MAP],
        merge::replace,
    ),
    Function::new("scratch", &[], scratch),
];

/// How deep maps are made or followed.
const DEEPEST: usize = 1000;

/// The place where this run of the template keeps values.
#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn scratch(scope: &mut Scope<'_>, _: &Arguments<'_>) -> Outcome {
    let scratch = scope.scratch.get_or_insert_with(|| {
        let scratch: Rc<dyn Object> = Rc::new(Scratch::default());
        scratch
    });
    Ok(Value::Object(Rc::clone(scratch)))
}

/// The numbers from the first argument, or zero, up to the last.
fn count(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let (start, end) = match arguments.0 {
        [end] => (0, whole(end)?),
        [start, end] => (whole(start)?, whole(end)?),
        _ => return Err(Fault::function("loop takes one or two numbers")),
    };
    Ok(Value::Channel(Rc::new(Channel::new(start, end))))
}

/// A whole number, also one written as text; unsigned ones beyond the range wrap around, as in Go.
fn whole(value: &Value) -> Result<i64, Fault> {
    match value {
        Value::Int(_, value) => Ok(*value),
        Value::Uint(_, value) => Ok(value.cast_signed()),
        Value::String(text) | Value::Number(text) => parse_decimal(text),
        _ => Err(Fault::function("loop takes whole numbers")),
    }
}

/// A flat map with paths as keys as a tree of maps.
fn explode_map(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let tree = Map::new(BTreeMap::new());
    for (key, value) in arguments.map(0).pairs() {
        scope.budget.work(1)?;
        plant(&tree, key.bytes(), value)?;
    }
    Ok(Value::Map(tree))
}

fn plant(tree: &Map, path: &[u8], value: Value) -> Result<(), Fault> {
    let mut map = tree.clone();
    let mut parts = path.split(|byte| *byte == b'/');
    let last = parts.next_back().unwrap_or_default();
    for (depth, part) in parts.enumerate() {
        if depth >= DEEPEST {
            return Err(Fault::limit(format!(
                "a key has more than the {DEEPEST} parts allowed"
            )));
        }
        map = match map.get(part) {
            Some(Value::Map(next)) if next.type_of() == Type::MAP => next,
            Some(_) => {
                return Err(Fault::function(
                    "a key is both a value and the start of another key",
                ));
            }
            None => {
                let next = Map::new(BTreeMap::new());
                put(&map, Text::from(part), Value::Map(next.clone()))?;
                next
            }
        };
    }
    if last.is_empty() {
        return Ok(());
    }
    put(&map, Text::from(last), value)
}

fn put(map: &Map, key: Text, value: Value) -> Result<(), Fault> {
    if map.insert(key, value) {
        Ok(())
    } else {
        Err(Fault::function(
            "a map that is nil, or is itself a part of the value, cannot take it",
        ))
    }
}

/// Entries in Go's order with keys that can be looked up in another map.
fn entries(map: &Map) -> Vec<(Key, Value)> {
    match &*map.entries() {
        Entries::Text(entries) => entries
            .iter()
            .map(|(key, value)| (Key::Text(key.clone()), value.clone()))
            .collect(),
        Entries::Any(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    }
}
