//! The integers that print as words: durations, months and days of the week.

use crate::{
    go::time::{Duration, Month, Weekday},
    value::IntType,
};

/// What the `String` method of the type gives, if it has one.
pub(super) fn name(kind: IntType, number: i64) -> Option<String> {
    let small = u8::try_from(number).unwrap_or(u8::MAX);
    match kind {
        IntType::Duration => Some(Duration(number).to_string()),
        IntType::Month => Some(word(Month(small).name(), "Month", number)),
        IntType::Weekday => Some(word(Weekday(small).name(), "Weekday", number)),
        _ => None,
    }
}

fn word(name: &str, kind: &str, number: i64) -> String {
    if name.is_empty() {
        format!("%!{kind}({})", number.cast_unsigned())
    } else {
        name.to_owned()
    }
}
