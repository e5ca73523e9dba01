//! Values as text: one by one, quoted, and joined.

use vouchsafe_shared::secret::SecretBuffer;

use super::{ANY, Arguments, Function, OVERHEAD, Outcome, large};
use crate::{
    fault::Fault,
    go::{format, quote::append_quote},
    scope::Scope,
    value::{Text, Type, Value},
};

pub(super) const TABLE: &[Function] = &[
    Function::variadic("sprig_cat", &[], Type::Any, |scope, a| {
        spaced(scope, a, |scope, out, value| {
            format::value(out, value, &mut scope.budget)
        })
    }),
    Function::new("sprig_join", &[Type::String, Type::Any], join),
    Function::variadic("sprig_quote", &[], Type::Any, |scope, a| {
        spaced(scope, a, |scope, out, value| {
            append_quote(out, &text(scope, value)?);
            Ok(())
        })
    }),
    Function::new("sprig_sortAlpha", ANY, sort_alpha),
    Function::variadic("sprig_squote", &[], Type::Any, |scope, a| {
        spaced(scope, a, |scope, out, value| {
            out.push(b'\'');
            format::value(out, value, &mut scope.budget)?;
            out.push(b'\'');
            Ok(())
        })
    }),
    Function::new("sprig_toString", ANY, |scope, a| {
        text(scope, a.value(0)).map(Value::String)
    }),
    Function::new("sprig_toStrings", ANY, |scope, a| match a.value(0) {
        list @ Value::List(strings) if strings.element() == Type::String => Ok(list.clone()),
        value => Ok(Value::strings(texts(scope, value)?)),
    }),
];

/// A value as it is printed.
pub(super) fn text(scope: &mut Scope<'_>, value: &Value) -> Result<Text, Fault> {
    match value {
        Value::String(text) | Value::Number(text) => Ok(text.clone()),
        other => {
            let mut out = SecretBuffer::default();
            format::value(&mut out, other, &mut scope.budget)?;
            Ok(out.into())
        }
    }
}

/// The elements of a list without its nils, or the value alone; nil is no text at all.
fn texts(scope: &mut Scope<'_>, value: &Value) -> Result<Vec<Text>, Fault> {
    let items = match value {
        Value::List(list) => list.items(),
        other => std::slice::from_ref(other),
    };
    scope
        .budget
        .memory(large(items.len().saturating_mul(OVERHEAD)))?;
    items
        .iter()
        .filter(|item| !is_nil(item))
        .map(|item| text(scope, item))
        .collect()
}

/// A nil of a type is none: only what is nothing at all is left out.
fn is_nil(value: &Value) -> bool {
    matches!(value, Value::Nil | Value::NilInterface)
}

/// All values that are not nil, with a blank between them.
fn spaced(
    scope: &mut Scope<'_>,
    arguments: &Arguments<'_>,
    write: fn(&mut Scope<'_>, &mut SecretBuffer, &Value) -> Result<(), Fault>,
) -> Outcome {
    let mut out = SecretBuffer::default();
    let values = arguments.rest(0).iter().filter(|value| !is_nil(value));
    for (index, value) in values.enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        write(scope, &mut out, value)?;
    }
    Ok(Value::String(out.into()))
}

fn join(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let separator = arguments.bytes(0);
    let texts = texts(scope, arguments.value(1))?;
    let content = texts.iter().fold(0, |size, text| size + large(text.len()));
    let between = large(separator.len()).saturating_mul(large(texts.len()));
    scope.budget.memory(content.saturating_add(between))?;
    let mut out = SecretBuffer::default();
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            out.push_bytes(separator);
        }
        out.push_bytes(text);
    }
    Ok(Value::String(out.into()))
}

/// A `[]string` is sorted in its place: whoever holds it sees it sorted.
fn sort_alpha(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let value = arguments.value(0);
    let Value::List(list) = value else {
        return Ok(Value::strings([text(scope, value)?]));
    };
    scope
        .budget
        .work(large(list.items().len()).saturating_mul(16))?;
    if list.element() == Type::String {
        list.sort();
        return Ok(value.clone());
    }
    let mut texts = texts(scope, value)?;
    texts.sort_unstable();
    Ok(Value::strings(texts))
}
