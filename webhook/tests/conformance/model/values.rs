//! Values as the original's parsers take them.

use std::collections::BTreeSet;

pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "" | "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

pub(super) fn integer(text: &str) -> Option<i64> {
    if text.is_empty() {
        return Some(0);
    }
    text.parse().ok()
}

pub(super) fn unsigned(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

/// Go's `time.ParseDuration`, which knows no number without a unit.
pub(super) fn is_duration(text: &str) -> bool {
    let mut rest = text;
    if rest.is_empty() || rest == "0" {
        return true;
    }
    while !rest.is_empty() {
        let digits = rest
            .find(|character: char| !character.is_ascii_digit() && character != '.')
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let unit = ["ns", "us", "ms", "s", "m", "h"]
            .into_iter()
            .find(|unit| after.starts_with(unit));
        let (Ok(_), Some(unit)) = (number.parse::<f64>(), unit) else {
            return false;
        };
        rest = &after[unit.len()..];
    }
    true
}

/// The suffixes of Kubernetes; upper and lower case are different.
pub(super) fn is_quantity(text: &str) -> bool {
    let digits = text
        .find(|character: char| !character.is_ascii_digit() && character != '.')
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(digits);
    let suffixes: BTreeSet<_> = [
        "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei",
    ]
    .into();
    number.parse::<f64>().is_ok() && suffixes.contains(suffix)
}

/// Octal permissions, which the original's agent alone reads.
pub(super) fn mode(text: &str) -> Option<u32> {
    let mode = u32::from_str_radix(text, 8).ok()?;
    (mode <= 0o777).then_some(mode)
}
