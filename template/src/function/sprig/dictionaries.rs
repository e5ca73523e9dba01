//! Maps with texts as keys. `set`, `unset` and the merging functions change the map they are given
//! first, and whoever else holds it sees the change.

use std::collections::BTreeMap;

use super::{
    super::collections::merge, ANY, Arguments, DEEPEST, Function, Outcome, joining::text, large,
    string,
};
use crate::{
    fault::Fault,
    scope::Scope,
    value::{Entries, Key, List, Map, Text, Type, Value},
};

const MAP: &[Type] = &[Type::MAP];
const MAP_AND_KEY: &[Type] = &[Type::MAP, Type::String];

pub(super) const TABLE: &[Function] = &[
    Function::new("sprig_deepCopy", ANY, deep_copy),
    Function::variadic("sprig_dict", &[], Type::Any, dict),
    Function::variadic("sprig_dig", &[], Type::Any, dig),
    Function::new("sprig_get", MAP_AND_KEY, |_, a| {
        Ok(a.map(0).get(a.bytes(1)).unwrap_or_else(|| string(b"")))
    }),
    Function::new("sprig_hasKey", MAP_AND_KEY, |_, a| {
        Ok(Value::Bool(a.map(0).get(a.bytes(1)).is_some()))
    }),
    Function::variadic("sprig_keys", &[], Type::MAP, keys),
    Function::variadic("sprig_merge", MAP, Type::MAP, |scope, a| {
        merge_all(scope, a, false)
    }),
    Function::variadic("sprig_mergeOverwrite", MAP, Type::MAP, |scope, a| {
        merge_all(scope, a, true)
    }),
    Function::new("sprig_mustDeepCopy", ANY, deep_copy),
    Function::variadic("sprig_mustMerge", MAP, Type::MAP, |scope, a| {
        merge_all(scope, a, false)
    }),
    Function::variadic("sprig_mustMergeOverwrite", MAP, Type::MAP, |scope, a| {
        merge_all(scope, a, true)
    }),
    Function::variadic("sprig_omit", MAP, Type::String, omit),
    Function::variadic("sprig_pick", MAP, Type::String, pick),
    Function::variadic("sprig_pluck", &[Type::String], Type::MAP, pluck),
    Function::new("sprig_set", &[Type::MAP, Type::String, Type::Any], set),
    Function::new("sprig_unset", MAP_AND_KEY, |_, a| {
        a.map(0).remove(a.bytes(1));
        Ok(a.value(0).clone())
    }),
    Function::new("sprig_values", MAP, |_, a| {
        let values = a.map(0).pairs().into_iter().map(|(_, value)| value);
        Ok(Value::List(List::grown(Type::Any, values.collect())))
    }),
];

fn map(entries: BTreeMap<Text, Value>) -> Value {
    Value::Map(Map::new(entries))
}

/// Keys and values in turn; a value that is missing at the end is an empty text.
fn dict(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let mut entries = BTreeMap::new();
    for pair in arguments.rest(0).chunks(2) {
        let key = text(scope, pair.first().unwrap_or(&Value::Nil))?;
        let value = pair.get(1).cloned().unwrap_or_else(|| string(b""));
        entries.insert(key, value.stored());
    }
    Ok(map(entries))
}

fn set(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let map = arguments.map(0);
    if map.is_nil() {
        return Err(Fault::function("the map is nil and can take no entries"));
    }
    if !map.insert(arguments.text(1), arguments.value(2).clone()) {
        return Err(Fault::function("a map cannot become a part of itself"));
    }
    Ok(arguments.value(0).clone())
}

/// In the order of the keys; Go's order is random.
#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn keys(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let keys = maps(arguments.rest(0))
        .flat_map(Map::pairs)
        .map(|(key, _)| key);
    Ok(Value::List(List::new(Type::String, keys.collect())))
}

fn maps(values: &[Value]) -> impl Iterator<Item = &Map> {
    values.iter().filter_map(|value| match value {
        Value::Map(map) => Some(map),
        _ => None,
    })
}

#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn pluck(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let key = arguments.bytes(0);
    let values = maps(arguments.rest(1)).filter_map(|map| map.get(key));
    Ok(Value::List(List::grown(Type::Any, values.collect())))
}

#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn pick(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let from = arguments.map(0);
    let entries = (1..arguments.len()).filter_map(|index| {
        let value = from.get(arguments.bytes(index))?;
        Some((arguments.text(index), value.stored()))
    });
    Ok(map(entries.collect()))
}

fn omit(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let from = arguments.map(0);
    scope.budget.memory(large(from.len()).saturating_mul(64))?;
    let mut entries = BTreeMap::new();
    if let Entries::Text(given) = &*from.entries() {
        entries.clone_from(given);
    }
    for key in arguments.rest(1) {
        entries.remove(key.bytes());
    }
    Ok(map(entries))
}

/// A value in maps in maps: the keys, what to give when one is missing, and the map.
fn dig(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let [keys @ .., default, within] = arguments.rest(0) else {
        return Err(usage());
    };
    let mut within = within.clone();
    if keys.is_empty() || keys.iter().any(|key| !matches!(key, Value::String(_))) {
        return Err(usage());
    }
    for key in keys {
        let Value::Map(map) = &within else {
            return Err(no_map());
        };
        if map.type_of() != Type::MAP {
            return Err(no_map());
        }
        let Some(value) = map.get(key.bytes()) else {
            return Ok(default.clone());
        };
        within = value;
    }
    Ok(within)
}

fn usage() -> Fault {
    Fault::function("takes keys, which are strings, a default, and a map")
}

fn no_map() -> Fault {
    Fault::function(format!("expected a {} to look into", Type::MAP))
}

/// The first map filled from the others, which
/// [mergo](https://pkg.go.dev/dario.cat/mergo) does.
fn merge_all(scope: &mut Scope<'_>, arguments: &Arguments<'_>, overwrite: bool) -> Outcome {
    let mut target = arguments.map(0);
    for source in maps(arguments.rest(1)) {
        target = merge::into(scope, target, source, overwrite)?;
    }
    Ok(Value::Map(target))
}

fn deep_copy(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    match arguments.value(0) {
        Value::Nil | Value::NilInterface => Err(Fault::function("there is nothing (nil) to copy")),
        value => copy(scope, value, 0),
    }
}

fn copy(scope: &mut Scope<'_>, value: &Value, depth: usize) -> Outcome {
    if depth >= DEEPEST {
        return Err(Fault::limit(format!(
            "values are nested deeper than the {DEEPEST} levels that can be copied"
        )));
    }
    scope.budget.work(1)?;
    scope.budget.memory(64)?;
    match value {
        Value::List(list) if !list.is_nil() => {
            let mut items = Vec::with_capacity(list.items().len());
            for item in list.items() {
                items.push(copy(scope, item, depth + 1)?);
            }
            Ok(Value::List(List::new(list.element(), items)))
        }
        Value::Map(map) if !map.is_nil() => {
            let copied = Map::of(map.type_of(), empty_like(map));
            for (key, item) in map.pairs() {
                let item = copy(scope, &item, depth + 1)?;
                if let Some(key) = Key::from_value(&key)
                    && !copied.insert_key(key, item)
                {
                    return Err(Fault::function("a map cannot become a part of itself"));
                }
            }
            Ok(Value::Map(copied))
        }
        other => Ok(other.clone()),
    }
}

fn empty_like(map: &Map) -> Entries {
    match &*map.entries() {
        Entries::Text(_) => Entries::Text(BTreeMap::new()),
        Entries::Any(_) => Entries::Any(BTreeMap::new()),
    }
}
