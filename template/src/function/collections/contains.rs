//! Whether a list holds a value or a text holds a text. Numbers of different kinds are different,
//! and so are a text and a number of a secret.

use super::super::{Arguments, Outcome};
use crate::{fault::Fault, go::strings::find, scope::Scope, value::Value};

/// `in`: the collection comes first.
pub(super) fn is_in(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    holds(scope, arguments.value(0), arguments.value(1)).map(Value::Bool)
}

/// `in` with the collection last.
pub(super) fn contains(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    holds(scope, arguments.value(1), arguments.value(0)).map(Value::Bool)
}

pub(super) fn all(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(Value::Bool(!meets(scope, arguments, false)?))
}

pub(super) fn any(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(Value::Bool(meets(scope, arguments, true)?))
}

pub(super) fn none(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(Value::Bool(!meets(scope, arguments, true)?))
}

pub(super) fn not_all(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(Value::Bool(meets(scope, arguments, false)?))
}

/// Whether any of the values is, or is not, in the collection.
fn meets(scope: &mut Scope<'_>, arguments: &Arguments<'_>, wanted: bool) -> Result<bool, Fault> {
    for value in arguments.items(0) {
        if holds(scope, arguments.value(1), value)? == wanted {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Bytes that are compared for the price of one step.
const BYTES_PER_STEP: usize = 16;

fn holds(scope: &mut Scope<'_>, collection: &Value, value: &Value) -> Result<bool, Fault> {
    let steps = match collection {
        Value::List(list) => list.items().len(),
        other => other.bytes().len() / BYTES_PER_STEP,
    };
    scope
        .budget
        .work(u64::try_from(steps).unwrap_or(u64::MAX))?;
    match collection {
        Value::List(list) => {
            for item in list.items() {
                if is_same(item, value)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::String(text) => match value {
            Value::Nil | Value::NilInterface => Err(nothing_in_text()),
            Value::String(part) => Ok(find(text, part).is_some()),
            _ => Ok(false),
        },
        Value::Number(text) => match value {
            Value::Nil | Value::NilInterface => Err(nothing_in_text()),
            Value::Number(part) => Ok(find(text, part).is_some()),
            _ => Ok(false),
        },
        _ => Ok(false),
    }
}

/// Only whole numbers, fractions and texts are ever the same.
fn is_same(item: &Value, value: &Value) -> Result<bool, Fault> {
    Ok(match (item, value) {
        (Value::Int(_, left), Value::Int(_, right)) => left == right,
        #[expect(clippy::float_cmp, reason = "Go compares exactly")]
        (Value::Float(_, left), Value::Float(_, right)) => left == right,
        (Value::String(left), Value::String(right))
        | (Value::Number(left), Value::Number(right)) => left == right,
        (Value::String(_) | Value::Number(_), Value::Nil | Value::NilInterface) => {
            return Err(nothing_in_text());
        }
        _ => false,
    })
}

/// Go's reflection panics here.
fn nothing_in_text() -> Fault {
    Fault::function("no value (nil) cannot be compared with a text")
}
