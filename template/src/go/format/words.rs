//! The integers that print as words: durations, months and days of the week.

use crate::{go::time::Duration, value::IntType};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// What the `String` method of the type gives, if it has one.
pub(super) fn name(kind: IntType, number: i64) -> Option<String> {
    match kind {
        IntType::Duration => Some(Duration(number).to_string()),
        IntType::Month => Some(word(&MONTHS, number.checked_sub(1), "Month", number)),
        IntType::Weekday => Some(word(&DAYS, Some(number), "Weekday", number)),
        _ => None,
    }
}

fn word(words: &[&str], index: Option<i64>, kind: &str, number: i64) -> String {
    index
        .and_then(|index| usize::try_from(index).ok())
        .and_then(|index| words.get(index))
        .map_or_else(
            || format!("%!{kind}({})", number.cast_unsigned()),
            |word| (*word).to_owned(),
        )
}
