//! Every other value that annotations write, by the rules of the prefix.

use serde_json::Value;

use super::spec::{DefaultTemplate, Dialect, Override};
use crate::{
    config::{LogFormat, LogLevel, ProxyToken},
    value::{DirectoryPath, FileMode, FileName, Quantity, StoreAddress, ValueError},
};

/// Go's `strconv.ParseBool`, which the original injector uses; the empty text means false there.
pub(super) fn boolean(dialect: Dialect, text: &str) -> Result<bool, ValueError> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        "" if dialect == Dialect::Original => Ok(false),
        _ => Err(ValueError::new(
            "cannot be parsed as bool, invalid syntax; expected \"true\" or \"false\"",
        )),
    }
}

/// The empty text leaves a resource out, as the original has it; under our own prefix the word
/// `none` does.
pub(super) fn quantity(dialect: Dialect, text: &str) -> Result<Override<Quantity>, ValueError> {
    match (dialect, text) {
        (Dialect::Original, "") | (Dialect::Own, "none") => Ok(Override::Unset),
        (Dialect::Original, text) => text.parse().map(Override::Value),
        (Dialect::Own, text) => text.trim().parse().map(Override::Value),
    }
}

/// Nothing is no address to the original, which looks for one unless the pod brings a configuration.
pub(super) fn address(dialect: Dialect, text: &str) -> Result<Option<StoreAddress>, ValueError> {
    match dialect {
        Dialect::Original if text.trim().is_empty() => Ok(None),
        _ => text.parse().map(Some),
    }
}

pub(super) fn mode(dialect: Dialect, text: &str) -> Result<Option<FileMode>, ValueError> {
    match dialect {
        Dialect::Original if text.is_empty() => Ok(None),
        _ => text.parse().map(Some),
    }
}

/// Under the original prefixes a path is joined with its directory and cleaned as by Go's
/// `path.Join`, so an absolute one lies below it too, and nothing means the default name. One that
/// leaves the directory is refused in either case.
pub(super) fn file_name(dialect: Dialect, text: &str) -> Result<Option<FileName>, ValueError> {
    match dialect {
        Dialect::Own => text.parse().map(Some),
        Dialect::Original if text.is_empty() => Ok(None),
        Dialect::Original => cleaned(text)?.parse().map(Some),
    }
}

/// What remains of a path without `.`, `..` and slashes that say nothing.
fn cleaned(path: &str) -> Result<String, ValueError> {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop().ok_or_else(|| {
                    ValueError::new(
                        "a file name cannot leave its volume (..); expected a path below it",
                    )
                })?;
            }
            segment => segments.push(segment),
        }
    }
    Ok(segments.join("/"))
}

pub(super) fn directory(dialect: Dialect, text: &str) -> Result<Option<DirectoryPath>, ValueError> {
    match dialect {
        Dialect::Original if text.is_empty() => Ok(None),
        _ => text.parse().map(Some),
    }
}

pub(super) fn default_template(_: Dialect, text: &str) -> Result<DefaultTemplate, ValueError> {
    text.parse()
        .map_err(|_| ValueError::new("invalid default template type; expected map or json"))
}

pub(super) fn log_level(_: Dialect, text: &str) -> Result<LogLevel, ValueError> {
    match text.trim().to_ascii_lowercase().as_str() {
        "error" | "err" => Ok(LogLevel::Error),
        "warn" | "warning" => Ok(LogLevel::Warn),
        "info" | "notice" | "" => Ok(LogLevel::Info),
        "debug" => Ok(LogLevel::Debug),
        "trace" => Ok(LogLevel::Trace),
        _ => Err(ValueError::new(
            "unknown log level; expected error, warn, info, debug or trace",
        )),
    }
}

pub(super) fn log_format(_: Dialect, text: &str) -> Result<LogFormat, ValueError> {
    match text.trim().to_ascii_lowercase().as_str() {
        "text" | "standard" | "" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(ValueError::new("unknown log format; expected text or json")),
    }
}

/// Source: <https://developer.hashicorp.com/vault/docs/agent-and-proxy/agent/caching#use_auto_auth_token>.
pub(super) fn proxy_token(dialect: Dialect, text: &str) -> Result<ProxyToken, ValueError> {
    if text == "force" {
        return Ok(ProxyToken::Force);
    }
    match boolean(dialect, text) {
        Ok(true) => Ok(ProxyToken::Offer),
        Ok(false) => Ok(ProxyToken::Own),
        Err(_) => Err(ValueError::new(
            "not a way to lend a token; expected \"true\", \"false\" or \"force\"",
        )),
    }
}

/// Whether the parts named have requests of the agent among them.
/// Source: <https://developer.hashicorp.com/vault/docs/agent-and-proxy/agent#disable_keep_alives>.
pub(super) fn parts(_: Dialect, text: &str) -> Result<bool, ValueError> {
    let mut ours = false;
    for part in names(text) {
        match part {
            "auto-auth" | "templating" => ours = true,
            "caching" | "proxying" => {}
            _ => {
                return Err(ValueError::new(
                    "not a part of the agent; expected auto-auth, caching or templating, separated \
                     by commas",
                ));
            }
        }
    }
    Ok(ours)
}

/// The names of a list, without blanks around them.
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
}

/// Where the agent stands, before it is known who says so.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place<'a> {
    First,
    Last,
    Before(&'a str),
    After(&'a str),
}

pub(super) fn place(_: Dialect, text: &str) -> Result<Place<'_>, ValueError> {
    let beside = |prefix| {
        let name = text.trim().strip_prefix(prefix)?.trim();
        (!name.is_empty()).then_some(name)
    };
    match text.trim() {
        "first" => Ok(Place::First),
        "last" => Ok(Place::Last),
        _ => beside("before:")
            .map(Place::Before)
            .or_else(|| beside("after:").map(Place::After))
            .ok_or_else(|| {
                ValueError::new(
                    "not a place; expected first, last, before:CONTAINER or after:CONTAINER",
                )
            }),
    }
}

/// Whether there is something to do; the operations themselves are read where they are carried out.
pub(super) fn json_patch(_: Dialect, text: &str) -> Result<bool, ValueError> {
    let expected = "expected a list such as [{\"op\":\"add\",\"path\":\"/tty\",\"value\":true}]";
    if text.is_empty() {
        return Ok(false);
    }
    match serde_json::from_str(text) {
        Ok(Value::Null) => Ok(false),
        Ok(Value::Array(operations)) if operations.iter().all(Value::is_object) => {
            Ok(!operations.is_empty())
        }
        Ok(_) => Err(ValueError::new(format!(
            "error parsing JSON patch: not a list of objects; {expected}"
        ))),
        Err(error) => Err(ValueError::new(format!(
            "error parsing JSON patch: {error}; {expected}"
        ))),
    }
}
