//! Values by type, as the original takes them: numbers in quotes, `"true"`, durations as seconds.
//!
//! Sources: <https://pkg.go.dev/github.com/hashicorp/go-secure-stdlib/parseutil>, and for
//! templates <https://pkg.go.dev/github.com/mitchellh/mapstructure#DecodeHookFunc>.

use vouchsafe_shared::value::{FileMode, HumanDuration};

use crate::syntax::{Kind, Number};

/// Why a value is not of the type it should be of.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Expectation {
    /// What follows "KEY is".
    pub(super) problem: String,
    pub(super) help: &'static str,
}

fn expected(kind: &Kind, what: &str, help: &'static str) -> Expectation {
    Expectation {
        problem: format!("{} and not {what}", describe(kind)),
        help,
    }
}

pub(super) fn describe(kind: &Kind) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Bool(true) => "true",
        Kind::Bool(false) => "false",
        Kind::Number(_) => "a number",
        Kind::String(_) => "a text",
        Kind::List(_) => "a list",
        Kind::Object(_) => "a block",
    }
}

pub(super) fn text(kind: &Kind) -> Result<String, Expectation> {
    match kind {
        Kind::String(text) | Kind::Number(Number::Integer { text, .. }) => Ok(text.clone()),
        Kind::Null => Ok(String::new()),
        _ => Err(expected(kind, "a text", "put the text into double quotes")),
    }
}

/// Go's words for true and false; an empty text is false.
pub(super) fn flag(kind: &Kind) -> Result<bool, Expectation> {
    match kind {
        Kind::Bool(value) => Ok(*value),
        Kind::Number(Number::Integer { value, .. }) => Ok(*value != 0),
        Kind::Null => Ok(false),
        Kind::String(text) => truth(text)
            .ok_or_else(|| expected(kind, "true or false", "write true or false without quotes")),
        _ => Err(expected(
            kind,
            "true or false",
            "write true or false without quotes",
        )),
    }
}

/// Source: <https://pkg.go.dev/strconv#ParseBool>.
pub(crate) fn truth(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "" | "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

fn integer(kind: &Kind) -> Result<i64, Expectation> {
    let help = "write a whole number such as 3";
    match kind {
        Kind::Number(Number::Integer { value, .. }) => Ok(*value),
        Kind::String(text) => text
            .trim()
            .parse()
            .map_err(|_| expected(kind, "a whole number", help)),
        _ => Err(expected(kind, "a whole number", help)),
    }
}

pub(super) fn float(kind: &Kind) -> Result<f64, Expectation> {
    let help = "write a number such as 0.9";
    match kind {
        Kind::Number(Number::Float(value)) => Ok(*value),
        Kind::Number(Number::Integer { value, .. }) => i32::try_from(*value)
            .map(f64::from)
            .map_err(|_| expected(kind, "a small number", help)),
        Kind::String(text) => match text.trim().parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ => Err(expected(kind, "a number", help)),
        },
        _ => Err(expected(kind, "a number", help)),
    }
}

/// `"5m"`, `"300"`, `300` and `"1d"`; an empty text is zero, of a fraction of seconds the whole
/// ones count.
pub(super) fn duration(kind: &Kind) -> Result<HumanDuration, Expectation> {
    let refused = || {
        expected(
            kind,
            "a duration",
            "write a duration such as \"30s\" or \"5m\", or a number of seconds",
        )
    };
    let text = match kind {
        Kind::Null => return Ok(HumanDuration::from_secs(0)),
        Kind::Number(Number::Integer { value, .. }) => value.to_string(),
        Kind::Number(Number::Float(value)) => value.trunc().to_string(),
        Kind::String(text) if text.is_empty() => return Ok(HumanDuration::from_secs(0)),
        Kind::String(text) => text.clone(),
        _ => return Err(refused()),
    };
    let days = text.strip_suffix('d').map(str::parse::<u64>);
    let text = match days {
        Some(Ok(days)) => days
            .checked_mul(24)
            .map(|hours| format!("{hours}h"))
            .ok_or_else(refused)?,
        Some(Err(_)) => return Err(refused()),
        None => text,
    };
    text.parse().map_err(|_| refused())
}

/// A duration of a template, where the original takes a bare number for nanoseconds.
pub(super) fn timeout(kind: &Kind) -> Result<HumanDuration, Expectation> {
    let bare = match kind {
        Kind::Number(_) => true,
        Kind::String(text) => text.parse::<i64>().is_ok_and(|number| number != 0),
        _ => false,
    };
    if bare {
        return Err(expected(
            kind,
            "a duration with a unit",
            "write a duration such as \"30s\"",
        ));
    }
    duration(kind)
}

/// Octal in quotes; a number stands for its bits, so `0644` in HCL is the same as `"0644"`. Zero
/// and an empty text stand for the default.
pub(super) fn mode(kind: &Kind) -> Result<Option<FileMode>, Expectation> {
    let help = "write octal digits in quotes, such as \"0440\"";
    let text = match kind {
        Kind::Null | Kind::Number(Number::Integer { value: 0, .. }) => return Ok(None),
        Kind::String(text) if text.is_empty() => return Ok(None),
        Kind::String(text) => text.clone(),
        Kind::Number(Number::Integer { text, value }) => {
            if !(0..=0o777).contains(value) {
                let octal = text.bytes().all(|digit| (b'0'..=b'7').contains(&digit));
                let hint = if octal {
                    " (it lacks the leading 0 of octal)"
                } else {
                    ""
                };
                return Err(Expectation {
                    problem: format!("{text}, which is no file mode{hint}"),
                    help,
                });
            }
            format!("{value:04o}")
        }
        _ => return Err(expected(kind, "a file mode", help)),
    };
    text.parse()
        .map(Some)
        .map_err(|error: vouchsafe_shared::value::ValueError| Expectation {
            problem: format!("no mode for a file: {}", error.problem()),
            help,
        })
}

/// The number of a user or group, −1 and an empty text for none.
pub(super) fn id(kind: &Kind) -> Result<Option<u32>, Expectation> {
    let refused = || {
        expected(
            kind,
            "the number of a user or group",
            "write the number: names are known in the containers of the application only",
        )
    };
    if matches!(kind, Kind::String(text) if text.is_empty()) || *kind == Kind::Null {
        return Ok(None);
    }
    match integer(kind).map_err(|_| refused())? {
        -1 => Ok(None),
        number => u32::try_from(number).map(Some).map_err(|_| refused()),
    }
}

/// A list of texts; one text stands for a list of one.
pub(super) fn texts(kind: &Kind) -> Result<Vec<String>, Expectation> {
    match kind {
        Kind::List(values) => values
            .iter()
            .map(|value| match &value.kind {
                Kind::Null => Err(expected(&value.kind, "a text", "remove it")),
                kind => text(kind),
            })
            .collect(),
        kind => text(kind).map(|text| vec![text]),
    }
}
