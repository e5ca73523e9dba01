//! Numbers with a fraction. Sums, products and quotients are computed with decimal digits, so that
//! `0.1` and `0.2` make `0.3`, and become a `float64` at the end.

use super::{
    ANY, Arguments, Function, Outcome,
    cast::to_float,
    decimal::{Decimal, DecimalError},
};
use crate::{
    fault::Fault,
    scope::Scope,
    value::{Type, Value},
};

pub(super) const TABLE: &[Function] = &[
    Function::new("sprig_add1f", ANY, |scope, a| {
        compute(scope, a.value(0), &[Value::int(1)], Decimal::add)
    }),
    Function::variadic("sprig_addf", &[], Type::Any, |scope, a| {
        compute(scope, &Value::float(0.0), a.rest(0), Decimal::add)
    }),
    Function::new("sprig_ceil", ANY, |_, a| {
        Ok(Value::float(to_float(a.value(0)).ceil()))
    }),
    Function::variadic("sprig_divf", ANY, Type::Any, |scope, a| {
        compute(scope, a.value(0), a.rest(1), Decimal::divide)
    }),
    Function::new("sprig_float64", ANY, |_, a| {
        Ok(Value::float(to_float(a.value(0))))
    }),
    Function::new("sprig_floor", ANY, |_, a| {
        Ok(Value::float(to_float(a.value(0)).floor()))
    }),
    Function::variadic("sprig_maxf", ANY, Type::Any, |_, a| extreme(a, larger)),
    Function::variadic("sprig_minf", ANY, Type::Any, |_, a| {
        extreme(a, |left, right| -larger(-left, -right))
    }),
    Function::variadic("sprig_mulf", ANY, Type::Any, |scope, a| {
        compute(scope, a.value(0), a.rest(1), Decimal::multiply)
    }),
    Function::variadic("sprig_round", &[Type::Any, Type::INT], Type::FLOAT64, round),
    Function::variadic("sprig_subf", ANY, Type::Any, |scope, a| {
        compute(scope, a.value(0), a.rest(1), Decimal::subtract)
    }),
];

fn compute(
    scope: &mut Scope<'_>,
    first: &Value,
    others: &[Value],
    combine: fn(&Decimal, &Decimal) -> Result<Decimal, DecimalError>,
) -> Outcome {
    let decimal = |value: &Value| Decimal::from_float(to_float(value)).map_err(refused);
    let mut result = decimal(first)?;
    for other in others {
        result = combine(&result, &decimal(other)?).map_err(refused)?;
        scope.budget.work(result.size())?;
    }
    Ok(Value::float(result.to_float()))
}

fn refused(error: DecimalError) -> Fault {
    Fault::function(match error {
        DecimalError::NotFinite => "infinity and NaN have no decimal digits to compute with",
        DecimalError::DivisionByZero => "the number to divide by is zero, or no number",
    })
}

#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn extreme(arguments: &Arguments<'_>, choose: fn(f64, f64) -> f64) -> Outcome {
    let first = to_float(arguments.value(0));
    let others = arguments.rest(1).iter().map(to_float);
    Ok(Value::float(others.fold(first, choose)))
}

/// `math.Max`: infinity wins over NaN, NaN over numbers, and zero over minus zero.
fn larger(left: f64, right: f64) -> f64 {
    if left == f64::INFINITY || right == f64::INFINITY {
        return f64::INFINITY;
    }
    if left.is_nan() || right.is_nan() {
        return f64::NAN;
    }
    if left == 0.0 && right == 0.0 {
        return if left.is_sign_negative() { right } else { left };
    }
    left.max(right)
}

/// To a number of decimal places. The rest is rounded up from the third argument on, one half where
/// it is missing.
#[expect(
    clippy::cast_precision_loss,
    clippy::unnecessary_wraps,
    reason = "Go converts the places to float64; functions of the table can fail"
)]
fn round(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let up_from = match arguments.rest(2) {
        [] => 0.5,
        _ => arguments.float(2),
    };
    let scale = power_of_ten(arguments.int(1) as f64);
    let scaled = scale * to_float(arguments.value(0));
    let rounded = if fraction(scaled) >= up_from {
        scaled.ceil()
    } else {
        scaled.floor()
    };
    Ok(Value::float(rounded / scale))
}

/// As `math.Modf` has it: of infinity it is NaN.
fn fraction(value: f64) -> f64 {
    value - value.trunc()
}

/// `math.Pow(10, places)` by Go's own method, whose last digit differs from that of other ones: by
/// squares of a fraction, with the power of two kept apart.
fn power_of_ten(places: f64) -> f64 {
    const LARGEST: i32 = 1 << 12;
    let (mut power, mut exponent) = (1.0, 0_i32);
    let (mut square, mut square_exponent) = (10.0 / 16.0, 4_i32);
    let mut rest = super::cast::truncated(places.abs());
    if rest < 0 {
        return if places < 0.0 { 0.0 } else { f64::INFINITY };
    }
    while rest != 0 {
        if square_exponent.abs() > LARGEST {
            exponent += square_exponent;
            break;
        }
        if rest & 1 == 1 {
            power *= square;
            exponent += square_exponent;
        }
        square *= square;
        square_exponent <<= 1;
        if square < 0.5 {
            square += square;
            square_exponent -= 1;
        }
        rest >>= 1;
    }
    if places < 0.0 {
        power = 1.0 / power;
        exponent = -exponent;
    }
    times_power_of_two(power, exponent)
}

/// In steps, so that no power of two on the way is out of range while the result is not.
fn times_power_of_two(mut value: f64, mut exponent: i32) -> f64 {
    const STEP: i32 = 1000;
    while exponent.abs() > STEP && value != 0.0 && value.is_finite() {
        value *= 2_f64.powi(STEP * exponent.signum());
        exponent -= STEP * exponent.signum();
    }
    value * 2_f64.powi(exponent.clamp(-STEP, STEP))
}
