//! Any value as a number, by the rules of [`cast`](https://pkg.go.dev/github.com/spf13/cast): what
//! is no number is zero.

use crate::{
    go::{
        float::FloatSize,
        number::{parse_float, parse_int},
    },
    value::{IntType, Value},
};

/// Text may be in any base that its prefix tells; a fraction counts only when it is zeros.
pub(super) fn to_int(value: &Value) -> i64 {
    match value {
        // A span of time is none of the types that cast knows.
        Value::Int(IntType::Duration, _) => 0,
        Value::Int(_, value) => *value,
        Value::Uint(_, value) => value.cast_signed(),
        Value::Float(_, value) => truncated(*value),
        Value::Bool(value) => i64::from(*value),
        Value::String(text) | Value::Number(text) => {
            parse_int(without_zero_fraction(text), 0, 64).unwrap_or_default()
        }
        _ => 0,
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "Go converts the same integers to float64"
)]
pub(super) fn to_float(value: &Value) -> f64 {
    match value {
        Value::Int(IntType::Duration, _) => 0.0,
        Value::Int(_, value) => *value as f64,
        Value::Uint(_, value) => *value as f64,
        Value::Float(_, value) => *value,
        Value::Bool(value) => f64::from(u8::from(*value)),
        Value::String(text) | Value::Number(text) => {
            parse_float(text, FloatSize::Double).unwrap_or_default()
        }
        _ => 0.0,
    }
}

/// Towards zero; what an `int64` cannot hold is the smallest one, as on amd64.
pub(super) fn truncated(value: f64) -> i64 {
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    if !(-BOUND..BOUND).contains(&value) {
        return i64::MIN;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "to truncate is what is asked for"
    )]
    let truncated = value as i64;
    truncated
}

fn without_zero_fraction(text: &[u8]) -> &[u8] {
    let mut behind_point = false;
    for (index, byte) in text.iter().enumerate().rev() {
        match byte {
            b'.' if behind_point => return text.get(..index).unwrap_or_default(),
            b'.' => {}
            b'0' => behind_point = true,
            _ => break,
        }
    }
    text
}
