//! Values in place of missing ones, choices, and giving up. Zero, `false`, nil and what has no
//! content are empty; structs never are.

use super::{ANY, Arguments, Function, Outcome};
use crate::{
    fault::Fault,
    scope::Scope,
    value::{Type, Value},
};

pub(super) const TABLE: &[Function] = &[
    Function::variadic("sprig_all", &[], Type::Any, |_, a| {
        Ok(Value::Bool(!a.rest(0).iter().any(is_empty)))
    }),
    Function::variadic("sprig_any", &[], Type::Any, |_, a| {
        Ok(Value::Bool(!a.rest(0).iter().all(is_empty)))
    }),
    Function::variadic("sprig_coalesce", &[], Type::Any, coalesce),
    Function::variadic("sprig_default", ANY, Type::Any, default),
    Function::new("sprig_empty", ANY, |_, a| {
        Ok(Value::Bool(is_empty(a.value(0))))
    }),
    Function::new("sprig_fail", &[Type::String], fail),
    Function::new("sprig_hello", &[], |_, _| Ok(Value::string("Hello!"))),
    Function::new(
        "sprig_ternary",
        &[Type::Any, Type::Any, Type::Bool],
        ternary,
    ),
];

/// What is empty here is what `if` takes for false.
pub(super) fn is_empty(value: &Value) -> bool {
    !value.truth()
}

#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn default(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let given = arguments.value(1);
    let value = if is_empty(given) {
        arguments.value(0)
    } else {
        given
    };
    Ok(value.clone())
}

#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn coalesce(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let first = arguments.rest(0).iter().find(|value| !is_empty(value));
    Ok(first.cloned().unwrap_or(Value::Nil))
}

#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn ternary(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(arguments.value(usize::from(!arguments.bool(2))).clone())
}

/// The message is the template's own.
fn fail(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Err(Fault::function(
        String::from_utf8_lossy(arguments.bytes(0)).into_owned(),
    ))
}
