//! Whole numbers of 64 bits: they wrap around, and what is no number counts as zero.

use super::{ANY, Arguments, Function, Outcome, TWO_OF_ANY, cast::to_int};
use crate::{
    fault::Fault,
    go::{
        format,
        number::{NumberError, parse_int},
    },
    scope::Scope,
    value::{Type, Value},
};
use vouchsafe_shared::secret::SecretBuffer;

pub(super) const TABLE: &[Function] = &[
    Function::variadic("sprig_add", &[], Type::Any, |_, a| {
        fold(0, a.rest(0), i64::wrapping_add)
    }),
    Function::new("sprig_add1", ANY, |_, a| {
        Ok(Value::int64(to_int(a.value(0)).wrapping_add(1)))
    }),
    Function::new("sprig_atoi", &[Type::String], atoi),
    Function::variadic("sprig_biggest", ANY, Type::Any, max),
    Function::new("sprig_div", TWO_OF_ANY, |_, a| divide(a, i64::wrapping_div)),
    Function::new("sprig_int", ANY, |_, a| Ok(Value::int(to_int(a.value(0))))),
    Function::new("sprig_int64", ANY, |_, a| {
        Ok(Value::int64(to_int(a.value(0))))
    }),
    Function::variadic("sprig_max", ANY, Type::Any, max),
    Function::variadic("sprig_min", ANY, Type::Any, |_, a| first_and(a, i64::min)),
    Function::new("sprig_mod", TWO_OF_ANY, |_, a| divide(a, i64::wrapping_rem)),
    Function::variadic("sprig_mul", ANY, Type::Any, |_, a| {
        first_and(a, i64::wrapping_mul)
    }),
    Function::new("sprig_randInt", &[Type::INT, Type::INT], random),
    Function::new("sprig_sub", TWO_OF_ANY, |_, a| {
        first_and(a, i64::wrapping_sub)
    }),
    Function::new("sprig_toDecimal", ANY, octal),
];

#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn fold(start: i64, values: &[Value], combine: fn(i64, i64) -> i64) -> Outcome {
    Ok(Value::int64(values.iter().map(to_int).fold(start, combine)))
}

fn first_and(arguments: &Arguments<'_>, combine: fn(i64, i64) -> i64) -> Outcome {
    fold(to_int(arguments.value(0)), arguments.rest(1), combine)
}

fn max(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    first_and(arguments, i64::max)
}

fn divide(arguments: &Arguments<'_>, combine: fn(i64, i64) -> i64) -> Outcome {
    if to_int(arguments.value(1)) == 0 {
        return Err(Fault::function(
            "the number to divide by is zero, or no whole number",
        ));
    }
    first_and(arguments, combine)
}

/// Text that is no number is zero, a number that is too large the largest.
#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn atoi(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(Value::int(match parse_int(arguments.bytes(0), 10, 64) {
        Ok(number) | Err(NumberError::Range(number)) => number,
        Err(NumberError::Syntax) => 0,
    }))
}

/// What is printed of the value, read as an octal number.
fn octal(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let mut digits = SecretBuffer::default();
    format::value(&mut digits, arguments.value(0), &mut scope.budget)?;
    Ok(Value::int64(
        parse_int(digits.expose_secret(), 8, 64).unwrap_or_default(),
    ))
}

fn random(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let (least, bound) = (arguments.int(0), arguments.int(1));
    let choices = u64::try_from(bound.wrapping_sub(least)).unwrap_or_default();
    if choices == 0 {
        return Err(Fault::function(
            "the second number must be larger than the first",
        ));
    }
    let chosen = scope.host.random(choices).cast_signed();
    Ok(Value::int(least.wrapping_add(chosen)))
}
