//! Sums, differences, products, quotients, and the smaller and larger of two: `add`, `subtract`,
//! `multiply`, `divide`, `modulo`, `minimum`, `maximum`.
//!
//! The first argument is applied to the second, which can so come from a pipeline: `10 | subtract 3`
//! is 7. Whole numbers are computed in 64 bits and wrap around, one fraction makes the result one.
//! A number of a secret is a text: `.Data.n.Int64` makes a number of it.

use std::cmp::Ordering;

use super::{Arguments, Function, Outcome};
use crate::{
    fault::Fault,
    scope::Scope,
    value::{Type, UintType, Value},
};

const TWO: &[Type] = &[Type::Any, Type::Any];

pub(super) const TABLE: &[Function] = &[
    Function::new("add", TWO, |_, a| {
        compute(a, i64::wrapping_add, u64::wrapping_add, |a, b| a + b)
    }),
    Function::new("divide", TWO, divide),
    Function::new("maximum", TWO, |_, a| extreme(a, Ordering::Greater)),
    Function::new("minimum", TWO, |_, a| extreme(a, Ordering::Less)),
    Function::new("modulo", TWO, modulo),
    Function::new("multiply", TWO, |_, a| {
        compute(a, i64::wrapping_mul, u64::wrapping_mul, |a, b| a * b)
    }),
    Function::new("subtract", TWO, |_, a| {
        compute(a, i64::wrapping_sub, u64::wrapping_sub, |a, b| a - b)
    }),
];

#[derive(Clone, Copy)]
enum Number {
    Int(i64),
    Uint(u64),
    Float(f64),
}

/// Two numbers of one kind, in the order of computing.
enum Pair {
    Int(i64, i64),
    Uint(u64, u64),
    Float(f64, f64),
}

impl Number {
    fn of(value: &Value) -> Result<Self, Fault> {
        match value {
            Value::Int(_, value) => Ok(Self::Int(*value)),
            Value::Uint(_, value) => Ok(Self::Uint(*value)),
            Value::Float(_, value) => Ok(Self::Float(*value)),
            Value::Number(_) => Err(Fault::function(
                "a number of a secret or of JSON is a text here; take its .Int64 or .Float64",
            )),
            Value::String(_) => Err(Fault::function(
                "a text is not a number; parseInt or parseFloat makes one of it",
            )),
            other => Err(Fault::function(format!(
                "cannot compute with {}",
                other
                    .type_of()
                    .map_or_else(|| "nil".to_owned(), |kind| kind.to_string())
            ))),
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "Go converts to float64 likewise"
    )]
    fn float(self) -> f64 {
        match self {
            Self::Int(value) => value as f64,
            Self::Uint(value) => value as f64,
            Self::Float(value) => value,
        }
    }

    fn value(self) -> Value {
        match self {
            Self::Int(value) => Value::int64(value),
            Self::Uint(value) => Value::Uint(UintType::Uint64, value),
            Self::Float(value) => Value::float(value),
        }
    }
}

/// The second argument and the first.
fn numbers(arguments: &Arguments<'_>) -> Result<(Number, Number), Fault> {
    let left = Number::of(arguments.value(1))?;
    Ok((left, Number::of(arguments.value(0))?))
}

/// One fraction makes both fractions, one signed number makes both signed.
fn pair(left: Number, right: Number) -> Pair {
    match (left, right) {
        (Number::Int(left), Number::Int(right)) => Pair::Int(left, right),
        (Number::Int(left), Number::Uint(right)) => Pair::Int(left, right.cast_signed()),
        (Number::Uint(left), Number::Int(right)) => Pair::Int(left.cast_signed(), right),
        (Number::Uint(left), Number::Uint(right)) => Pair::Uint(left, right),
        (left, right) => Pair::Float(left.float(), right.float()),
    }
}

fn compute(
    arguments: &Arguments<'_>,
    int: fn(i64, i64) -> i64,
    uint: fn(u64, u64) -> u64,
    float: fn(f64, f64) -> f64,
) -> Outcome {
    let (left, right) = numbers(arguments)?;
    Ok(match pair(left, right) {
        Pair::Int(left, right) => Value::int64(int(left, right)),
        Pair::Uint(left, right) => Value::Uint(UintType::Uint64, uint(left, right)),
        Pair::Float(left, right) => Value::float(float(left, right)),
    })
}

/// Whole numbers give a whole number, rounded towards zero.
fn divide(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let (left, right) = numbers(arguments)?;
    match pair(left, right) {
        Pair::Int(_, 0) | Pair::Uint(_, 0) => Err(division_by_zero()),
        Pair::Int(left, right) => Ok(Value::int64(left.wrapping_div(right))),
        Pair::Uint(left, right) => Ok(Value::Uint(UintType::Uint64, left / right)),
        Pair::Float(left, right) => Ok(Value::float(left / right)),
    }
}

/// What is left after dividing, with the sign of what was divided.
fn modulo(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let (left, right) = numbers(arguments)?;
    match pair(left, right) {
        Pair::Int(_, 0) | Pair::Uint(_, 0) => Err(division_by_zero()),
        Pair::Int(left, right) => Ok(Value::int64(left.wrapping_rem(right))),
        Pair::Uint(left, right) => Ok(Value::Uint(UintType::Uint64, left % right)),
        Pair::Float(..) => Err(Fault::function("modulo takes whole numbers")),
    }
}

fn division_by_zero() -> Fault {
    Fault::function("division by zero")
}

/// The one of two numbers that comes first or last, in its own kind; the first argument when they
/// are equal.
fn extreme(arguments: &Arguments<'_>, wanted: Ordering) -> Outcome {
    let (left, right) = numbers(arguments)?;
    let order = match pair(left, right) {
        Pair::Int(left, right) => Some(left.cmp(&right)),
        Pair::Uint(left, right) => Some(left.cmp(&right)),
        Pair::Float(left, right) => left.partial_cmp(&right),
    };
    let chosen = if order == Some(wanted) { left } else { right };
    Ok(chosen.value())
}

#[cfg(test)]
mod tests {
    use crate::function::calls::{json, outcome};
    use crate::value::{Text, Type, UintType, Value};

    fn uint(value: u64) -> Value {
        Value::Uint(UintType::Uint64, value)
    }

    fn of(name: &str, first: Value, second: Value) -> (Type, String) {
        let value = outcome(name, &[first, second]).unwrap();
        (value.type_of().unwrap(), json(&value))
    }

    fn expect(kind: Type, text: &str) -> (Type, String) {
        (kind, text.to_owned())
    }

    #[test]
    fn the_first_argument_is_applied_to_the_second() {
        let int = Value::int;
        assert_eq!(of("subtract", int(3), int(10)), expect(Type::INT64, "7"));
        assert_eq!(of("divide", int(3), int(-10)), expect(Type::INT64, "-3"));
        assert_eq!(of("modulo", int(3), int(-10)), expect(Type::INT64, "-1"));
    }

    #[test]
    fn the_kinds_decide_the_kind_of_the_result() {
        let (int, float) = (Value::int, Value::float);
        assert_eq!(of("add", int(1), float(1.5)), expect(Type::FLOAT64, "2.5"));
        assert_eq!(of("add", uint(1), int(-2)), expect(Type::INT64, "-1"));
        assert_eq!(of("add", uint(1), uint(2)), expect(Type::UINT64, "3"));
        assert_eq!(
            of("multiply", float(0.5), uint(4)),
            expect(Type::FLOAT64, "2")
        );
        assert_eq!(of("minimum", int(1), float(1.0)), expect(Type::INT64, "1"));
        assert_eq!(
            of("maximum", int(1), float(1.5)),
            expect(Type::FLOAT64, "1.5")
        );
        assert_eq!(
            of("maximum", uint(u64::MAX), int(1)),
            expect(Type::INT64, "1")
        );
    }

    #[test]
    fn whole_numbers_wrap_around() {
        let int = Value::int;
        assert_eq!(
            of("add", int(i64::MAX), int(1)),
            expect(Type::INT64, "-9223372036854775808")
        );
        assert_eq!(
            of("divide", int(-1), int(i64::MIN)),
            expect(Type::INT64, "-9223372036854775808")
        );
        assert_eq!(
            of("modulo", int(-1), int(i64::MIN)),
            expect(Type::INT64, "0")
        );
        assert_eq!(
            of("subtract", uint(1), uint(0)),
            expect(Type::UINT64, "18446744073709551615")
        );
    }

    #[test]
    fn what_is_no_number_is_an_error() {
        for value in [
            Value::string("1"),
            Value::Number(Text::from("1")),
            Value::Bool(true),
            Value::Nil,
        ] {
            assert!(outcome("add", &[value.clone(), Value::int(1)]).is_err());
            assert!(outcome("maximum", &[Value::int(1), value]).is_err());
        }
        assert!(outcome("divide", &[Value::int(0), Value::int(1)]).is_err());
        assert!(outcome("modulo", &[Value::float(2.0), Value::int(1)]).is_err());
    }

    #[test]
    fn a_fraction_can_be_divided_by_zero() {
        let value = outcome("divide", &[Value::float(0.0), Value::int(1)]).unwrap();
        assert!(matches!(value, Value::Float(_, value) if value.is_infinite()));
    }
}
