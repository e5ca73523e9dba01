//! Texts as values: `parseBool`, `parseFloat`, `parseInt`, `parseUint`, `parseJSON`, `parseYAML`.
//! Nothing is zero, or an empty map.

use std::collections::BTreeMap;

use super::{Arguments, Function, Outcome};
use crate::{
    encode::json::{self, Numbers},
    encode::yaml,
    fault::Fault,
    go::{
        float::FloatSize,
        number::{NumberError, parse_bool, parse_float, parse_int, parse_uint},
    },
    scope::Scope,
    value::{Map, Type, UintType, Value},
};

pub(super) const TABLE: &[Function] = &[
    Function::new("parseBool", &[Type::String], truth),
    Function::new("parseFloat", &[Type::String], float),
    Function::new("parseInt", &[Type::String], int),
    Function::new("parseJSON", &[Type::String], from_json),
    Function::new("parseUint", &[Type::String], uint),
    Function::new("parseYAML", &[Type::String], from_yaml),
];

/// What a byte of a document may grow to when it becomes a value.
const LARGEST_GROWTH: u64 = 8;

fn truth(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    match arguments.bytes(0) {
        b"" => Ok(Value::Bool(false)),
        text => parse_bool(text).map(Value::Bool).ok_or_else(|| {
            Fault::function("the text is not a truth value (true, false, t, f, 1, 0)")
        }),
    }
}

fn float(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    match arguments.bytes(0) {
        b"" => Ok(Value::float(0.0)),
        text => parse_float(text, FloatSize::Double)
            .map(Value::float)
            .map_err(|error| no_number(&error, "number", "float64")),
    }
}

fn int(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    parse_decimal(arguments.bytes(0)).map(Value::int64)
}

/// A decimal whole number; nothing is zero.
pub(super) fn parse_decimal(text: &[u8]) -> Result<i64, Fault> {
    if text.is_empty() {
        return Ok(0);
    }
    parse_int(text, 10, 64).map_err(|error| no_number(&error, "decimal whole number", "int64"))
}

fn uint(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let number = match arguments.bytes(0) {
        b"" => 0,
        text => parse_uint(text, 10, 64)
            .map_err(|error| no_number(&error, "decimal whole number without a sign", "uint64"))?,
    };
    Ok(Value::Uint(UintType::Uint64, number))
}

fn no_number<T>(error: &NumberError<T>, expected: &str, kind: &str) -> Fault {
    Fault::function(match error {
        NumberError::Syntax => format!("the text is not a {expected}"),
        NumberError::Range(_) => format!("the number does not fit in {kind}"),
    })
}

fn from_json(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    match document(scope, arguments)? {
        b"" => Ok(Value::Map(Map::new(BTreeMap::new()))),
        text => json::decode(text, Numbers::Float),
    }
}

fn from_yaml(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    match document(scope, arguments)? {
        b"" => Ok(Value::Map(Map::new(BTreeMap::new()))),
        text => yaml::decode(text),
    }
}

fn document<'a>(scope: &mut Scope<'_>, arguments: &Arguments<'a>) -> Result<&'a [u8], Fault> {
    let text = arguments.bytes(0);
    let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
    scope.budget.work(length / LARGEST_GROWTH)?;
    scope.budget.memory(length.saturating_mul(LARGEST_GROWTH))?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use crate::function::calls::{json, outcome};
    use crate::value::{Type, Value};

    fn of(name: &str, text: &str) -> Result<Value, crate::fault::Fault> {
        outcome(name, &[Value::string(text)])
    }

    #[test]
    fn nothing_is_zero() {
        assert!(matches!(of("parseBool", ""), Ok(Value::Bool(false))));
        assert!(matches!(of("parseInt", ""), Ok(Value::Int(_, 0))));
        assert!(matches!(of("parseUint", ""), Ok(Value::Uint(_, 0))));
        assert!(matches!(of("parseFloat", ""), Ok(Value::Float(_, 0.0))));
        for name in ["parseJSON", "parseYAML"] {
            let empty = of(name, "").unwrap();
            assert_eq!(empty.type_of(), Some(Type::MAP));
            assert_eq!(json(&empty), "{}");
        }
    }

    #[test]
    fn numbers_have_gos_64_bit_types() {
        assert_eq!(of("parseInt", "-5").unwrap().type_of(), Some(Type::INT64));
        assert_eq!(of("parseUint", "5").unwrap().type_of(), Some(Type::UINT64));
        assert!(matches!(
            of("parseFloat", "0x1p-2"),
            Ok(Value::Float(_, 0.25))
        ));
        assert!(matches!(of("parseInt", "+5"), Ok(Value::Int(_, 5))));
    }

    #[test]
    fn what_is_no_number_is_an_error() {
        for (name, text) in [
            ("parseInt", "1.5"),
            ("parseInt", "0x10"),
            ("parseInt", "1_000"),
            ("parseInt", " 1"),
            ("parseInt", "9223372036854775808"),
            ("parseUint", "-1"),
            ("parseUint", "+1"),
            ("parseFloat", "1e400"),
            ("parseBool", "yes"),
            ("parseJSON", "{"),
            ("parseJSON", "1 2"),
        ] {
            assert!(of(name, text).is_err(), "{name} {text}");
        }
    }

    #[test]
    fn an_error_does_not_show_the_text() {
        let fault = of("parseInt", "canary").unwrap_err();
        assert!(!fault.message.contains("canary"));
    }

    #[test]
    fn json_null_is_nil() {
        assert!(matches!(of("parseJSON", "null"), Ok(Value::Nil)));
    }
}
