//! Times and spans of time. The local zone is UTC.

use super::{ANY, Arguments, Function, Outcome, TWO_STRINGS};
use crate::{
    fault::Fault,
    go::{
        number::{NumberError, parse_int},
        time::{Duration, Time},
    },
    object,
    scope::Scope,
    value::{IntType, Type, Value},
};

const TIME: Type = Type::Struct("time.Time");

pub(super) const TABLE: &[Function] = &[
    Function::new("sprig_ago", ANY, ago),
    Function::new("sprig_duration", ANY, duration),
    Function::new("sprig_durationRound", ANY, duration_round),
    Function::new("sprig_mustDateModify", &[Type::String, TIME], date_modify),
    Function::new("sprig_must_date_modify", &[Type::String, TIME], date_modify),
    Function::new("sprig_mustToDate", TWO_STRINGS, |_, a| {
        parsed(a).map_err(Fault::function)
    }),
    Function::new("sprig_toDate", TWO_STRINGS, |_, a| {
        Ok(parsed(a).unwrap_or_else(|_| object::time::value(Time::ZERO)))
    }),
    Function::new("sprig_unixEpoch", &[TIME], |_, a| {
        Ok(Value::string(time(a.value(0))?.unix_seconds().to_string()))
    }),
];

fn time(value: &Value) -> Result<&Time, Fault> {
    object::time::of(value).ok_or_else(|| Fault::wrong_type(format!("expected a {TIME}")))
}

fn parsed(arguments: &Arguments<'_>) -> Result<Value, String> {
    Time::parse(arguments.bytes(0), arguments.bytes(1))
        .map(object::time::value)
        .map_err(|error| error.to_string())
}

fn date_modify(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let span =
        Duration::parse(arguments.bytes(0)).map_err(|error| Fault::function(error.to_string()))?;
    Ok(object::time::value(time(arguments.value(1))?.add(span)))
}

/// How long a time, or a number of seconds since 1970, is past; nothing else is past at all.
#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn ago(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let now = scope.host.now();
    let time = match arguments.value(0) {
        Value::Int(IntType::Int | IntType::Int64, seconds) => Time::unix(*seconds, 0),
        other => object::time::of(other).unwrap_or(&now).clone(),
    };
    Ok(Value::string(
        now.since(&time).round(Duration::SECOND).to_string(),
    ))
}

/// Seconds as text or as `int64`; an `int` is zero.
#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn duration(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let seconds = match arguments.value(0) {
        Value::Int(IntType::Int64, seconds) => *seconds,
        Value::String(text) => match parse_int(text, 10, 64) {
            Ok(seconds) | Err(NumberError::Range(seconds)) => seconds,
            Err(NumberError::Syntax) => 0,
        },
        _ => 0,
    };
    let Duration(second) = Duration::SECOND;
    Ok(Value::string(
        Duration(seconds.wrapping_mul(second)).to_string(),
    ))
}

/// A span in its largest unit, which it must be longer than. The sign is lost.
#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn duration_round(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    const SECOND: u64 = 1_000_000_000;
    const HOUR: u64 = 3600 * SECOND;
    const UNITS: [(u64, &str); 6] = [
        (365 * 24 * HOUR, "y"),
        (30 * 24 * HOUR, "mo"),
        (24 * HOUR, "d"),
        (HOUR, "h"),
        (60 * SECOND, "m"),
        (SECOND, "s"),
    ];
    let Duration(span) = match arguments.value(0) {
        Value::String(text) => Duration::parse(text).unwrap_or_default(),
        Value::Int(IntType::Int64, nanoseconds) => Duration(*nanoseconds),
        other => object::time::of(other)
            .map(|time| scope.host.now().since(time))
            .unwrap_or_default(),
    };
    let span = span.unsigned_abs();
    let unit = UNITS.iter().find(|(unit, _)| span > *unit);
    Ok(Value::string(unit.map_or_else(
        || "0s".to_owned(),
        |(unit, name)| format!("{}{name}", span / unit),
    )))
}
