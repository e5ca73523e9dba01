//! What kinds of values there are: one list for the parser and for the reference page.

use super::{number, spec::Dialect, time, values};
use crate::value::{
    AuthMount, ByteSize, Headers, OutputFormat, ReloadRequests, Statuses, StoreAddress, ValueError,
};

/// The kind of an annotation's value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    Address,
    Backoff,
    Boolean,
    Count,
    DefaultTemplate,
    Directory,
    Duration,
    FileName,
    /// Any text with something in it.
    Filled,
    Format,
    Grace,
    Headers,
    Integer,
    JsonPatch,
    Lifetime,
    LogFormat,
    LogLevel,
    /// As [`Kind::Boolean`], but what is none is false under the original prefixes.
    LooseBoolean,
    Mode,
    Mount,
    Names,
    Parts,
    Placement,
    Port,
    ProxyToken,
    Quantity,
    /// Two durations.
    Range,
    /// A path and a key; what it must be like hangs on what else is said of the secret.
    Reference,
    Reload,
    Share,
    Size,
    Statuses,
    /// Any text; a blank one is as good as none.
    Text,
    User,
}

impl Kind {
    /// What a value is like, for people.
    pub const fn values(self) -> &'static str {
        match self {
            Self::Address => "a URL",
            Self::Backoff => "a duration: 500ms, 5s, 1m30s",
            Self::Boolean | Self::LooseBoolean => "true or false",
            Self::Count | Self::Integer => "a number",
            Self::DefaultTemplate => "map or json",
            Self::Directory => "an absolute path",
            Self::Duration => "a duration: 30s, 5m, 1h30m, or a number of seconds",
            Self::FileName => "a relative path",
            Self::Filled | Self::Text => "any text",
            Self::Format => "raw, env, json, yaml or properties",
            Self::Grace => "a duration; under the other prefixes a number of seconds",
            Self::Headers => "lines of `Name: value`",
            Self::JsonPatch => "a list of RFC 6902 operations in JSON",
            Self::Lifetime => "a duration from 10m",
            Self::LogFormat => "text (or standard) or json",
            Self::LogLevel => "error, warn, info, debug or trace",
            Self::Mode => "octal permissions",
            Self::Mount => "a mount path",
            Self::Names => "names, separated by commas",
            Self::Parts => "auto-auth, caching and templating, separated by commas",
            Self::Placement => "first, last, before:CONTAINER or after:CONTAINER",
            Self::Port => "a port from 1 to 65535",
            Self::ProxyToken => "true, false or force",
            Self::Quantity => {
                "an amount such as 250m or 64Mi; an empty text (`none` under vouchsafe.dev/) leaves it out"
            }
            Self::Range => "two durations: 15s..5m",
            Self::Reference => "PATH or PATH#KEY",
            Self::Reload => {
                "one in each line: signal:SIGNAL@CONTAINER, signal:SIGNAL@process:NAME, signal:SIGNAL@pidfile:PATH, http:METHOD:PORT/PATH, http:METHOD:unix:SOCKET:/PATH, exec:LINE or touch:PATH"
            }
            Self::Share => "a number above 0 and below 1",
            Self::Size => "a size: 64Ki, 8Mi",
            Self::Statuses => "HTTP statuses and ranges of them: 200-299,304",
            Self::User => "a number from 0",
        }
    }

    /// Whether a text is a value of this kind by the rules of a prefix.
    pub(super) fn check(self, dialect: Dialect, text: &str) -> Result<(), ValueError> {
        if dialect == Dialect::Own && text.trim().is_empty() && !self.may_be_blank() {
            return Err(ValueError::new(format!(
                "is blank; expected {}",
                self.values()
            )));
        }
        match self {
            Self::Address => text.parse::<StoreAddress>().map(drop),
            Self::Backoff => time::backoff(dialect, text).map(drop),
            Self::LooseBoolean if dialect == Dialect::Original => Ok(()),
            Self::Boolean | Self::LooseBoolean => values::boolean(dialect, text).map(drop),
            Self::Count => number::count(dialect, text).map(drop),
            Self::DefaultTemplate => values::default_template(dialect, text).map(drop),
            Self::Directory => values::directory(dialect, text).map(drop),
            Self::Duration => time::duration(dialect, text).map(drop),
            Self::FileName => values::file_name(dialect, text).map(drop),
            Self::Filled if text.trim().is_empty() => {
                Err(ValueError::new("is blank; remove the annotation"))
            }
            Self::Filled | Self::Names | Self::Reference | Self::Text => Ok(()),
            Self::Format => text.parse::<OutputFormat>().map(drop),
            Self::Grace => time::grace(dialect, text).map(drop),
            Self::Headers => text.parse::<Headers>().map(drop),
            Self::Integer => number::integer(dialect, text).map(drop),
            Self::JsonPatch => values::json_patch(dialect, text).map(drop),
            Self::Lifetime => time::lifetime(dialect, text).map(drop),
            Self::LogFormat => values::log_format(dialect, text).map(drop),
            Self::LogLevel => values::log_level(dialect, text).map(drop),
            Self::Mode => values::mode(dialect, text).map(drop),
            Self::Mount => text.parse::<AuthMount>().map(drop),
            Self::Parts => values::parts(dialect, text).map(drop),
            Self::Placement => values::place(dialect, text).map(drop),
            Self::Port => number::port(dialect, text).map(drop),
            Self::ProxyToken => values::proxy_token(dialect, text).map(drop),
            Self::Quantity => values::quantity(dialect, text).map(drop),
            Self::Range => time::range(dialect, text).map(drop),
            Self::Reload => text.parse::<ReloadRequests>().map(drop),
            Self::Share => number::share(dialect, text).map(drop),
            Self::Size => text.parse::<ByteSize>().map(drop),
            Self::Statuses => text.parse::<Statuses>().map(drop),
            Self::User => number::user(dialect, text).map(drop),
        }
    }

    const fn may_be_blank(self) -> bool {
        matches!(
            self,
            Self::Text | Self::Reference | Self::LogLevel | Self::LogFormat
        )
    }
}
