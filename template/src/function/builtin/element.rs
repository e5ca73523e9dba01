//! `len`, `index`, `slice`: parts of strings, lists and maps.

use crate::{
    fault::{ErrorClass, Fault},
    function::{Arguments, Outcome},
    scope::Scope,
    value::{FloatType, IntType, Key, Map, Text, Type, UintType, Value},
};

#[expect(clippy::unnecessary_wraps, reason = "as all functions of the table")]
fn int(number: usize) -> Outcome {
    Ok(Value::int(i64::try_from(number).unwrap_or(i64::MAX)))
}

pub(super) fn len(_scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    match arguments.value(0) {
        // Go runs into a panic of its own here, unlike with a nil that was read from somewhere.
        Value::Nil => Err(Fault::function("no value has no length")),
        value if is_nil_reference(value) => Err(cannot_index("nil has no length")),
        Value::String(text) | Value::Number(text) => int(text.len()),
        Value::List(list) => int(list.items().len()),
        Value::Map(map) => int(map.len()),
        // Nothing waits in a channel without a buffer.
        Value::Channel(_) => int(0),
        value => Err(cannot_index(format!(
            "a value of type {} has no length",
            target_type(value)
        ))),
    }
}

pub(super) fn index(_scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let mut item = arguments.value(0).clone();
    if is_no_value(&item) {
        return Err(cannot_index("no value has no elements"));
    }
    for position in arguments.rest(1) {
        item = element(&item, position)?;
    }
    Ok(item)
}

fn element(item: &Value, position: &Value) -> Outcome {
    match item {
        value if is_nil_reference(value) => Err(cannot_index("nil has no elements")),
        Value::String(text) | Value::Number(text) => text
            .get(offset(position, text.len())?)
            .map(|byte| Value::Uint(UintType::Uint8, u64::from(*byte)))
            .ok_or_else(out_of_range),
        Value::List(list) => list
            .get(offset(position, list.items().len())?)
            .ok_or_else(out_of_range),
        Value::Map(map) => entry(map, position),
        value => Err(cannot_index(format!(
            "a value of type {} has no elements",
            target_type(value)
        ))),
    }
}

/// The entry under a key, or the zero value where there is none.
fn entry(map: &Map, key: &Value) -> Outcome {
    let found = match (map.key(), key) {
        (Type::Any, Value::List(_) | Value::Map(_)) => {
            return Err(Fault::function(format!(
                "a value of type {} cannot be a key",
                target_type(key)
            )));
        }
        (Type::Any, key) => exact_key(key).and_then(|key| map.get_key(&key)),
        (_, Value::String(text)) => map.get(text),
        (wanted, Value::Nil | Value::NilInterface) => {
            return Err(Fault::wrong_type(format!("the key is nil, not a {wanted}")));
        }
        (wanted, key) => {
            return Err(Fault::wrong_type(format!(
                "the key is of type {}, not a {wanted}",
                target_type(key)
            )));
        }
    };
    Ok(found.unwrap_or_else(|| Value::zero(map.element())))
}

/// A key of exactly the type that YAML gives: Go's `int64` 1 is no `int` 1.
fn exact_key(value: &Value) -> Option<Key> {
    match value {
        Value::Int(IntType::Int, _)
        | Value::Uint(UintType::Uint64, _)
        | Value::Float(FloatType::Float64, _)
        | Value::Nil
        | Value::NilInterface
        | Value::Bool(_)
        | Value::String(_) => Key::from_value(value),
        _ => None,
    }
}

pub(super) fn slice(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let item = arguments.value(0);
    let positions = arguments.rest(1);
    if is_no_value(item) {
        return Err(cannot_index("no value cannot be sliced"));
    }
    if is_nil_reference(item) {
        return Err(cannot_index("nil cannot be sliced"));
    }
    if positions.len() > 3 {
        return Err(cannot_index("slice takes three positions at most"));
    }
    let (length, room) = match item {
        Value::String(_) | Value::Number(_) if positions.len() == 3 => {
            return Err(cannot_index("a string is sliced by two positions at most"));
        }
        Value::String(text) | Value::Number(text) => (text.len(), text.len()),
        Value::List(list) => (list.items().len(), list.capacity()),
        value => {
            return Err(cannot_index(format!(
                "a value of type {} cannot be sliced",
                target_type(value)
            )));
        }
    };
    let mut bounds = [0, length, room];
    for (bound, position) in bounds.iter_mut().zip(positions) {
        *bound = offset(position, room)?;
    }
    let [start, end, capacity] = bounds;
    if start > end || end > capacity {
        return Err(Fault::new(
            ErrorClass::OutOfRange,
            "the positions of slice must not go backwards",
        ));
    }
    match item {
        Value::List(list) if list.is_nil() => Ok(item.clone()),
        Value::List(list) => {
            let size = capacity
                .saturating_sub(start)
                .saturating_mul(size_of::<Value>());
            scope.budget.memory(size as u64)?;
            list.slice(start, end, capacity)
                .map(Value::List)
                .ok_or_else(out_of_range)
        }
        _ => {
            let bytes = item.bytes().get(start..end).ok_or_else(out_of_range)?;
            scope.budget.memory(bytes.len() as u64)?;
            let text = Text::from(bytes);
            Ok(match item {
                Value::Number(_) => Value::Number(text),
                _ => Value::String(text),
            })
        }
    }
}

/// A position in a list or string; the one behind the last element is let through.
fn offset(position: &Value, length: usize) -> Result<usize, Fault> {
    let offset = match position {
        Value::Int(_, number) => usize::try_from(*number).ok(),
        Value::Uint(_, number) => usize::try_from(*number).ok(),
        Value::Nil | Value::NilInterface => {
            return Err(cannot_index("the position is nil, not an integer"));
        }
        value => {
            return Err(cannot_index(format!(
                "the position is of type {}, not an integer",
                target_type(value)
            )));
        }
    };
    offset
        .filter(|offset| *offset <= length)
        .ok_or_else(out_of_range)
}

fn is_no_value(value: &Value) -> bool {
    matches!(value, Value::Nil | Value::NilInterface)
}

/// Nil where Go follows a pointer or an interface; nil lists and maps are empty ones.
fn is_nil_reference(value: &Value) -> bool {
    match value {
        Value::Nil | Value::NilInterface => true,
        Value::Object(object) => object.is_nil(),
        _ => false,
    }
}

/// The type, and of a pointer what it points to.
fn target_type(value: &Value) -> Type {
    match value.type_of() {
        None => Type::Any,
        Some(Type::Pointer(name)) => Type::Struct(name),
        Some(kind) => kind,
    }
}

fn cannot_index(message: impl Into<String>) -> Fault {
    Fault::new(ErrorClass::CannotIndex, message)
}

fn out_of_range() -> Fault {
    Fault::new(
        ErrorClass::OutOfRange,
        "the position is beyond the end, or negative",
    )
}
