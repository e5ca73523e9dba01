//! What kind of value one is, and whether two are the same.

use super::{ANY, Arguments, Function, Outcome, TWO_OF_ANY, equality::is_equal};
use crate::{
    scope::Scope,
    value::{FloatType, IntType, Type, UintType, Value},
};

const NAME_AND_ANY: &[Type] = &[Type::String, Type::Any];

pub(super) const TABLE: &[Function] = &[
    Function::new("sprig_deepEqual", TWO_OF_ANY, deep_equal),
    Function::new("sprig_kindIs", NAME_AND_ANY, |_, a| {
        Ok(Value::Bool(a.bytes(0) == kind(a.value(1)).as_bytes()))
    }),
    Function::new("sprig_kindOf", ANY, |_, a| {
        Ok(Value::string(kind(a.value(0))))
    }),
    Function::new("sprig_typeIs", NAME_AND_ANY, |_, a| {
        Ok(Value::Bool(a.bytes(0) == type_name(a.value(1)).as_bytes()))
    }),
    Function::new("sprig_typeIsLike", NAME_AND_ANY, is_like),
    Function::new("sprig_typeOf", ANY, |_, a| {
        Ok(Value::string(type_name(a.value(0))))
    }),
];

fn deep_equal(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    is_equal(scope, arguments.value(0), arguments.value(1)).map(Value::Bool)
}

/// The type itself or a pointer to it.
#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn is_like(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let (wanted, name) = (arguments.bytes(0), type_name(arguments.value(1)));
    let target = name.strip_prefix('*').unwrap_or(&name);
    Ok(Value::Bool(
        wanted == name.as_bytes() || wanted == target.as_bytes(),
    ))
}

/// As `fmt` prints `%T`.
fn type_name(value: &Value) -> String {
    match value {
        Value::Nil | Value::NilInterface => "<nil>".to_owned(),
        other => other
            .type_of()
            .map_or_else(String::new, |kind| kind.to_string()),
    }
}

/// As `reflect.Kind` prints.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Nil | Value::NilInterface => "invalid",
        Value::Bool(_) => "bool",
        Value::Int(kind, _) => match kind {
            IntType::Int | IntType::Month | IntType::Weekday => "int",
            IntType::Int8 => "int8",
            IntType::Int16 => "int16",
            IntType::Int32 => "int32",
            IntType::Int64 | IntType::Duration => "int64",
        },
        Value::Uint(kind, _) => match kind {
            UintType::Uint => "uint",
            UintType::Uint8 => "uint8",
            UintType::Uint16 => "uint16",
            UintType::Uint32 => "uint32",
            UintType::Uint64 => "uint64",
        },
        Value::Float(FloatType::Float32, _) => "float32",
        Value::Float(FloatType::Float64, _) => "float64",
        Value::Complex(..) => "complex128",
        Value::String(_) | Value::Number(_) => "string",
        Value::List(_) => "slice",
        Value::Map(_) => "map",
        Value::Object(object) => match object.type_of() {
            Type::Pointer(_) => "ptr",
            _ => "struct",
        },
        Value::Channel(_) => "chan",
    }
}
