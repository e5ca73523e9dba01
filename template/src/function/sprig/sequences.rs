//! Numbers in a row: `until`, `untilStep`, `seq`.

use vouchsafe_shared::secret::SecretBuffer;

use super::{Arguments, Function, Outcome};
use crate::{
    fault::Fault,
    go::integer::append_int,
    scope::Scope,
    value::{List, Type, Value},
};

pub(super) const TABLE: &[Function] = &[
    Function::variadic("sprig_seq", &[], Type::INT, seq),
    Function::new("sprig_until", &[Type::INT], until),
    Function::new(
        "sprig_untilStep",
        &[Type::INT, Type::INT, Type::INT],
        until_step,
    ),
];

/// What one number costs in a list, and at most in a text.
const SIZE: u64 = 32;

fn until(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let end = arguments.int(0);
    list(scope, 0, end, if end < 0 { -1 } else { 1 })
}

fn until_step(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    list(scope, arguments.int(0), arguments.int(1), arguments.int(2))
}

fn list(scope: &mut Scope<'_>, start: i64, end: i64, step: i64) -> Outcome {
    let numbers = row(scope, start, end, step)?;
    Ok(Value::List(List::new(
        Type::INT,
        numbers.map(Value::int).collect(),
    )))
}

/// The end belongs to it, and the step goes in the middle.
fn seq(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let towards = |start: i64, end: i64| if end < start { -1 } else { 1 };
    let (start, step, end) = match arguments.rest(0) {
        [_] => (1, towards(1, arguments.int(0)), arguments.int(0)),
        [_, _] => {
            let (start, end) = (arguments.int(0), arguments.int(1));
            (start, towards(start, end), end)
        }
        [_, _, _] => (arguments.int(0), arguments.int(1), arguments.int(2)),
        _ => return Ok(Value::string("")),
    };
    if end < start && step > 0 {
        return Ok(Value::string(""));
    }
    let behind = end.wrapping_add(towards(start, end));
    let mut out = SecretBuffer::default();
    for number in row(scope, start, behind, step)? {
        if !out.is_empty() {
            out.push(b' ');
        }
        append_int(&mut out, number, 10);
    }
    Ok(Value::String(out.into()))
}

/// The numbers from a start up or down to an end, which does not belong to them.
fn row(
    scope: &mut Scope<'_>,
    start: i64,
    end: i64,
    step: i64,
) -> Result<impl Iterator<Item = i64> + use<>, Fault> {
    let width = i128::from(end) - i128::from(start);
    let goes_there = step != 0 && width != 0 && (width < 0) == (step < 0);
    let count = if goes_there {
        let (width, step) = (width.unsigned_abs(), i128::from(step).unsigned_abs());
        u64::try_from(width.div_ceil(step)).unwrap_or(u64::MAX)
    } else {
        0
    };
    scope.budget.work(count)?;
    scope.budget.memory(count.saturating_mul(SIZE))?;
    Ok((0..count).scan(start, move |next, _| {
        let number = *next;
        *next = next.wrapping_add(step);
        Some(number)
    }))
}
