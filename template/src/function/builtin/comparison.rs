//! `eq`, `ne`, `lt`, `le`, `gt`, `ge`.

use std::{cmp::Ordering, rc::Rc};

use crate::{
    fault::{ErrorClass, Fault},
    function::{Arguments, Outcome},
    scope::Scope,
    value::{Object, Type, Value},
};

/// A value of a kind that Go compares by content; integers compare with integers of either sign.
#[derive(Clone, Copy)]
enum Basic<'v> {
    Bool(bool),
    Integer(i128),
    Float(f64),
    Complex(f64, f64),
    Text(&'v [u8]),
}

impl<'v> Basic<'v> {
    fn of(value: &'v Value) -> Option<Self> {
        Some(match value {
            Value::Bool(truth) => Self::Bool(*truth),
            Value::Int(_, number) => Self::Integer(i128::from(*number)),
            Value::Uint(_, number) => Self::Integer(i128::from(*number)),
            Value::Float(_, number) => Self::Float(*number),
            Value::Complex(real, imaginary) => Self::Complex(*real, *imaginary),
            Value::String(text) | Value::Number(text) => Self::Text(text),
            Value::Nil
            | Value::NilInterface
            | Value::List(_)
            | Value::Map(_)
            | Value::Object(_)
            | Value::Channel(_) => return None,
        })
    }

    /// None for two kinds that do not compare.
    #[expect(clippy::float_cmp, reason = "Go compares exactly")]
    fn equals(self, other: Self) -> Option<bool> {
        Some(match (self, other) {
            (Self::Bool(left), Self::Bool(right)) => left == right,
            (Self::Integer(left), Self::Integer(right)) => left == right,
            (Self::Float(left), Self::Float(right)) => left == right,
            (Self::Complex(real, imaginary), Self::Complex(other_real, other_imaginary)) => {
                real == other_real && imaginary == other_imaginary
            }
            (Self::Text(left), Self::Text(right)) => left == right,
            _ => return None,
        })
    }
}

pub(super) fn eq(_scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    if arguments.len() < 2 {
        return Err(Fault::new(
            ErrorClass::NotComparable,
            "eq needs a second value to compare with",
        ));
    }
    for other in arguments.rest(1) {
        if equal(arguments.value(0), other)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

pub(super) fn ne(_scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    equal(arguments.value(0), arguments.value(1)).map(|equal| Value::Bool(!equal))
}

pub(super) fn lt(_scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    ordered(arguments, |order| order == Some(Ordering::Less))
}

pub(super) fn le(_scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    ordered(arguments, |order| order.is_some_and(Ordering::is_le))
}

/// Go's is the opposite of `le`: true for numbers without an order.
pub(super) fn gt(_scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    ordered(arguments, |order| !order.is_some_and(Ordering::is_le))
}

/// Go's is the opposite of `lt`: true for numbers without an order.
pub(super) fn ge(_scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    ordered(arguments, |order| order != Some(Ordering::Less))
}

/// No order stands for NaN.
fn ordered(arguments: &Arguments<'_>, holds: fn(Option<Ordering>) -> bool) -> Outcome {
    let (left, right) = (arguments.value(0), arguments.value(1));
    let order = match (Basic::of(left), Basic::of(right)) {
        (None, _)
        | (Some(Basic::Bool(_)), Some(Basic::Bool(_)))
        | (Some(Basic::Complex(..)), Some(Basic::Complex(..))) => return Err(no_order(left)),
        (_, None) => return Err(no_order(right)),
        (Some(Basic::Integer(left)), Some(Basic::Integer(right))) => Some(left.cmp(&right)),
        (Some(Basic::Float(left)), Some(Basic::Float(right))) => left.partial_cmp(&right),
        (Some(Basic::Text(left)), Some(Basic::Text(right))) => Some(left.cmp(right)),
        _ => return Err(incompatible(left, right)),
    };
    Ok(Value::Bool(holds(order)))
}

fn equal(left: &Value, right: &Value) -> Result<bool, Fault> {
    match (Basic::of(left), Basic::of(right)) {
        (Some(left_basic), Some(right_basic)) => left_basic
            .equals(right_basic)
            .ok_or_else(|| incompatible(left, right)),
        (None, None) => same(left, right),
        _ if is_no_value(left) || is_no_value(right) => Ok(false),
        _ => Err(incompatible(left, right)),
    }
}

/// Whether two values of no basic kind are one: pointers and channels by identity, structs by their
/// fields, and of lists and maps only whether both are nil.
fn same(left: &Value, right: &Value) -> Result<bool, Fault> {
    let kinds_agree = match (left, right) {
        (Value::List(_), Value::List(_))
        | (Value::Map(_), Value::Map(_))
        | (Value::Channel(_), Value::Channel(_)) => true,
        (Value::Object(left), Value::Object(right)) => {
            is_pointer(left.as_ref()) == is_pointer(right.as_ref())
        }
        _ => is_no_value(left) || is_no_value(right),
    };
    if !kinds_agree {
        return Err(incompatible(left, right));
    }
    if left.is_nil() || right.is_nil() {
        return Ok(left.is_nil() && right.is_nil());
    }
    match (left, right) {
        (Value::Channel(left), Value::Channel(right)) => Ok(Rc::ptr_eq(left, right)),
        (Value::Object(left), Value::Object(right)) if is_pointer(left.as_ref()) => {
            Ok(Rc::ptr_eq(left, right))
        }
        (Value::Object(left), Value::Object(right)) => same_struct(left.as_ref(), right.as_ref()),
        _ => Err(not_comparable(right)),
    }
}

fn same_struct(left: &dyn Object, right: &dyn Object) -> Result<bool, Fault> {
    let (left_fields, right_fields) = (left.fields(), right.fields());
    for field in &right_fields {
        if matches!(field.value, Value::List(_) | Value::Map(_)) {
            return Err(not_comparable(&field.value));
        }
    }
    if left.type_of() != right.type_of() || left_fields.len() != right_fields.len() {
        return Ok(false);
    }
    for (left, right) in left_fields.iter().zip(&right_fields) {
        if !equal(&left.value, &right.value)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_no_value(value: &Value) -> bool {
    matches!(value, Value::Nil | Value::NilInterface)
}

fn is_pointer(object: &dyn Object) -> bool {
    matches!(object.type_of(), Type::Pointer(_))
}

fn kind(value: &Value) -> String {
    match value.type_of() {
        None | Some(Type::Any) => "nil".to_owned(),
        Some(kind) => kind.to_string(),
    }
}

fn incompatible(left: &Value, right: &Value) -> Fault {
    Fault::new(
        ErrorClass::NotComparable,
        format!("{} and {} cannot be compared", kind(left), kind(right)),
    )
}

fn not_comparable(value: &Value) -> Fault {
    Fault::new(
        ErrorClass::NotComparable,
        format!("values of type {} cannot be compared", kind(value)),
    )
}

fn no_order(value: &Value) -> Fault {
    Fault::new(
        ErrorClass::NotComparable,
        format!("values of type {} have no order", kind(value)),
    )
}
