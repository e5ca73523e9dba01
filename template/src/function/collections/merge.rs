//! `mergeMap` and `mergeMapWithOverride`: one map is filled from another, as
//! [mergo](https://pkg.go.dev/dario.cat/mergo#Map) does it. The first map is changed.

use std::collections::BTreeMap;

use super::{
    super::{Arguments, Outcome},
    DEEPEST, entries,
};
use crate::{
    fault::Fault,
    scope::Scope,
    value::{Key, Map, Type, Value},
};

/// What the first map has stays, unless it is empty.
pub(super) fn keep(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    if arguments.len() > 2 {
        return Err(Fault::function("mergeMap takes two maps"));
    }
    merged(scope, arguments, false)
}

/// What the second map has wins.
pub(super) fn replace(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    merged(scope, arguments, true)
}

fn merged(scope: &mut Scope<'_>, arguments: &Arguments<'_>, overwrite: bool) -> Outcome {
    into(scope, arguments.map(0), &arguments.map(1), overwrite).map(Value::Map)
}

/// Fills a map from another; for a nil one, a new map.
pub(in crate::function) fn into(
    scope: &mut Scope<'_>,
    mut target: Map,
    source: &Map,
    overwrite: bool,
) -> Result<Map, Fault> {
    if target.is_nil() && !source.is_nil() {
        target = Map::new(BTreeMap::new());
    }
    merge(scope, &target, source, overwrite, 0)?;
    Ok(target)
}

fn merge(
    scope: &mut Scope<'_>,
    target: &Map,
    source: &Map,
    overwrite: bool,
    depth: usize,
) -> Result<(), Fault> {
    if depth >= DEEPEST {
        return Err(Fault::limit(format!(
            "maps are nested deeper than the {DEEPEST} levels allowed"
        )));
    }
    if target.is_nil() {
        return Ok(());
    }
    for (key, value) in entries(source) {
        scope.budget.work(1)?;
        if target.key() == Type::String && source.key() != Type::String {
            return Err(unfit("keys"));
        }
        let present = target.get_key(&key);
        if matches!(value, Value::Nil) {
            if overwrite {
                put(target, source, key, value)?;
            }
            continue;
        }
        if let (Some(Value::Map(inner)), Value::Map(other)) = (&present, &value) {
            merge(scope, inner, other, overwrite, depth + 1)?;
            if inner.is_empty() {
                put(target, source, key, value)?;
            }
            continue;
        }
        if differ_in_pointer(present.as_ref(), &value, overwrite) {
            return Err(Fault::function(
                "the two maps hold values of different types under one key",
            ));
        }
        if overwrite || present.as_ref().is_none_or(is_empty) {
            put(target, source, key, value)?;
        }
    }
    Ok(())
}

/// A pointer is filled from a struct of its own type only.
fn differ_in_pointer(present: Option<&Value>, value: &Value, overwrite: bool) -> bool {
    let is_pointer = |value: &Value| matches!(value.type_of(), Some(Type::Pointer(_)));
    !overwrite
        && present.is_some_and(|present| is_pointer(present) && !present.is_nil())
        && (matches!(value, Value::Map(map) if !map.is_nil())
            || matches!(value.type_of(), Some(Type::Struct(_))))
}

fn put(target: &Map, source: &Map, key: Key, value: Value) -> Result<(), Fault> {
    let fits = target.element() == Type::Any || target.element() == source.element();
    if !fits {
        return Err(unfit("values"));
    }
    if target.insert_key(key, value) {
        Ok(())
    } else {
        Err(Fault::function("a map cannot become a part of itself"))
    }
}

fn unfit(what: &str) -> Fault {
    Fault::function(format!(
        "the {what} of the second map are of a type that the first cannot take"
    ))
}

/// Zero, or without content.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(object) => object.is_nil(),
        Value::Complex(..) | Value::Channel(_) => false,
        other => !other.truth(),
    }
}
