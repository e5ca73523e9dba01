//! Lists: their ends, their parts, and what is in them. The elements may be of any type; what is
//! made of them is a list of anything. Strings and maps are no lists.

use super::{
    ANY, Arguments, Function, Outcome, TWO_OF_ANY,
    cast::{to_int, truncated},
    defaults::is_empty,
    equality::is_equal,
    large,
};
use crate::{
    fault::{ErrorClass, Fault},
    scope::Scope,
    value::{List, Type, Value},
};

const INT_AND_ANY: &[Type] = &[Type::INT, Type::Any];

pub(super) const TABLE: &[Function] = &[
    Function::new("sprig_append", TWO_OF_ANY, append),
    Function::new("sprig_chunk", INT_AND_ANY, chunk),
    Function::new("sprig_compact", ANY, compact),
    Function::variadic("sprig_concat", &[], Type::Any, concat),
    Function::new("sprig_first", ANY, first),
    Function::new("sprig_has", TWO_OF_ANY, has),
    Function::new("sprig_initial", ANY, initial),
    Function::new("sprig_last", ANY, last),
    Function::variadic("sprig_list", &[], Type::Any, list),
    Function::new("sprig_mustAppend", TWO_OF_ANY, append),
    Function::new("sprig_mustChunk", INT_AND_ANY, chunk),
    Function::new("sprig_mustCompact", ANY, compact),
    Function::new("sprig_mustFirst", ANY, first),
    Function::new("sprig_mustHas", TWO_OF_ANY, has),
    Function::new("sprig_mustInitial", ANY, initial),
    Function::new("sprig_mustLast", ANY, last),
    Function::new("sprig_mustPrepend", TWO_OF_ANY, prepend),
    Function::new("sprig_mustPush", TWO_OF_ANY, append),
    Function::new("sprig_mustRest", ANY, rest),
    Function::new("sprig_mustReverse", ANY, reverse),
    Function::variadic("sprig_mustSlice", ANY, Type::Any, slice),
    Function::new("sprig_mustUniq", ANY, unique),
    Function::variadic("sprig_mustWithout", ANY, Type::Any, without),
    Function::new("sprig_prepend", TWO_OF_ANY, prepend),
    Function::new("sprig_push", TWO_OF_ANY, append),
    Function::new("sprig_rest", ANY, rest),
    Function::new("sprig_reverse", ANY, reverse),
    Function::variadic("sprig_slice", ANY, Type::Any, slice),
    Function::variadic("sprig_tuple", &[], Type::Any, list),
    Function::new("sprig_uniq", ANY, unique),
    Function::variadic("sprig_without", ANY, Type::Any, without),
];

fn items(value: &Value) -> Result<&[Value], Fault> {
    match value {
        Value::List(list) => Ok(list.items()),
        Value::Nil | Value::NilInterface => {
            Err(Fault::function("expected a list, found nothing (nil)"))
        }
        other => {
            let found = other
                .type_of()
                .map_or_else(String::new, |kind| kind.to_string());
            Err(Fault::function(format!("expected a list, found a {found}")))
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn list(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(Value::list(arguments.rest(0).to_vec()))
}

/// Without elements it is a nil list.
fn concat(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let mut all = Vec::new();
    for list in arguments.rest(0) {
        let items = items(list)?;
        scope.budget.memory(large(items.len()).saturating_mul(24))?;
        all.extend_from_slice(items);
    }
    Ok(if all.is_empty() { nil() } else { grown(all) })
}

/// A list that Go grows item by item.
fn grown(items: Vec<Value>) -> Value {
    Value::List(List::grown(Type::Any, items))
}

fn nil() -> Value {
    Value::List(List::nil(Type::Any))
}

fn append(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let mut items = items(arguments.value(0))?.to_vec();
    items.push(arguments.value(1).clone());
    Ok(Value::list(items))
}

fn prepend(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let mut all = vec![arguments.value(1).clone()];
    all.extend_from_slice(items(arguments.value(0))?);
    Ok(Value::list(all))
}

fn first(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(items(arguments.value(0))?
        .first()
        .cloned()
        .unwrap_or(Value::Nil))
}

fn last(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(items(arguments.value(0))?
        .last()
        .cloned()
        .unwrap_or(Value::Nil))
}

fn rest(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let parts = items(arguments.value(0))?.split_first();
    Ok(parts.map_or_else(nil, |(_, rest)| Value::list(rest.to_vec())))
}

fn initial(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let parts = items(arguments.value(0))?.split_last();
    Ok(parts.map_or_else(nil, |(_, initial)| Value::list(initial.to_vec())))
}

fn reverse(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let items = items(arguments.value(0))?.iter().rev();
    Ok(Value::list(items.cloned().collect()))
}

fn compact(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let items = items(arguments.value(0))?.iter();
    Ok(grown(
        items.filter(|item| !is_empty(item)).cloned().collect(),
    ))
}

fn is_in(scope: &mut Scope<'_>, items: &[Value], value: &Value) -> Result<bool, Fault> {
    for item in items {
        if is_equal(scope, value, item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn unique(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let mut kept = Vec::new();
    for item in items(arguments.value(0))? {
        scope
            .budget
            .work(u64::try_from(kept.len()).unwrap_or(u64::MAX))?;
        if !is_in(scope, &kept, item)? {
            kept.push(item.clone());
        }
    }
    Ok(grown(kept))
}

fn without(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let mut kept = Vec::new();
    for item in items(arguments.value(0))? {
        if !is_in(scope, arguments.rest(1), item)? {
            kept.push(item.clone());
        }
    }
    Ok(grown(kept))
}

/// Nothing is in nil.
fn has(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let list = arguments.value(1);
    if matches!(list, Value::Nil | Value::NilInterface) {
        return Ok(Value::Bool(false));
    }
    is_in(scope, items(list)?, arguments.value(0)).map(Value::Bool)
}

/// A part of the list, of the same type; of an empty list it is nil, whatever is asked for.
fn slice(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let items = items(arguments.value(0))?;
    if items.is_empty() {
        return Ok(Value::Nil);
    }
    let bound = |index: usize, default: usize| match arguments.rest(index) {
        [] => Some(default),
        _ => usize::try_from(to_int(arguments.value(index))).ok(),
    };
    let part = bound(1, 0)
        .zip(bound(2, items.len()))
        .and_then(|(start, end)| items.get(start..end));
    match part {
        Some(part) => {
            let element = arguments.list(0).element();
            Ok(Value::List(List::new(element, part.to_vec())))
        }
        None => Err(Fault::new(
            ErrorClass::OutOfRange,
            "the start or the end lies outside of the list",
        )),
    }
}

/// The list in lists of a size. Sprig divides in `float64`, which shows for sizes that are not
/// positive.
#[expect(clippy::cast_precision_loss, reason = "so does sprig")]
fn chunk(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let (size, items) = (arguments.int(0), items(arguments.value(1))?);
    let length = items.len() as f64;
    let count = truncated(((length - 1.0) / size as f64).floor() + 1.0);
    let refused = || Fault::function("the size of a chunk must be positive");
    let count = usize::try_from(count).map_err(|_| refused())?;
    let mut chunks = Vec::with_capacity(count.min(items.len()));
    let mut rest = items;
    for index in 0..count {
        let odd = truncated((length % size as f64).floor());
        let length = if index + 1 == count && odd != 0 {
            odd
        } else {
            size
        };
        let length = usize::try_from(length).map_err(|_| refused())?;
        let (chunk, behind) = rest.split_at_checked(length).ok_or_else(refused)?;
        scope
            .budget
            .memory(large(length).saturating_mul(24).saturating_add(64))?;
        chunks.push(Value::list(chunk.to_vec()));
        rest = behind;
    }
    Ok(Value::List(List::new(Type::LIST, chunks)))
}
