use std::fmt;

use vouchsafe_shared::{
    diagnostic::Code,
    secret::SecretMap,
    value::{OutputFormat, SecretKey},
};

/// Why a secret cannot be rendered. Messages name keys, never values.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RenderError {
    /// The format `raw` is one value, but no key says which.
    #[error("format raw writes one value, but no key is named; write PATH#KEY")]
    RawNeedsKey,
    #[error("no key {} in the secret; {}", Shown(key), Available { keys: available, more: *more, envelope: *envelope })]
    KeyNotFound {
        key: String,
        /// The first keys that are there, sorted; at most [`RenderError::SHOWN_KEYS`].
        available: Vec<String>,
        /// How many more there are.
        more: usize,
        /// The secret has exactly the shape of a KV version 2 answer that nobody unwrapped.
        envelope: bool,
    },
    /// Two entries become the same name, so one of them would be lost.
    #[error("{first} and {second} both become {} in format {format}", Shown(name))]
    KeyCollision {
        format: OutputFormat,
        name: String,
        /// Where the two stand in the secret: `"a.b"`, or `"a"."b"` for `b` below `a`.
        first: String,
        second: String,
    },
}

impl RenderError {
    /// How many keys a message lists.
    pub const SHOWN_KEYS: usize = 20;

    pub fn code(&self) -> Code {
        match self {
            Self::RawNeedsKey => Code::RawNeedsKey,
            Self::KeyNotFound { .. } => Code::KeyNotFound,
            Self::KeyCollision { .. } => Code::KeyCollision,
        }
    }

    pub(super) fn key_not_found(key: &SecretKey, data: &SecretMap) -> Self {
        Self::KeyNotFound {
            key: key.as_str().to_owned(),
            available: data.keys().take(Self::SHOWN_KEYS).cloned().collect(),
            more: data.len().saturating_sub(Self::SHOWN_KEYS),
            envelope: data.len() == 2 && data.contains_key("data") && data.contains_key("metadata"),
        }
    }
}

/// A key as messages show it: quoted, and cut when it is long.
pub(super) struct Shown<'a>(pub(super) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LIMIT: usize = 100;
        match self.0.char_indices().nth(LIMIT) {
            Some((cut, _)) => write!(formatter, "{:?}…", &self.0[..cut]),
            None => write!(formatter, "{:?}", self.0),
        }
    }
}

struct Available<'a> {
    keys: &'a [String],
    more: usize,
    envelope: bool,
}

impl fmt::Display for Available<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.keys.is_empty() {
            return formatter.write_str("it has none");
        }
        formatter.write_str("it has ")?;
        for (index, key) in self.keys.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            write!(formatter, "{separator}{}", Shown(key))?;
        }
        if self.more > 0 {
            write!(formatter, " and {} more", self.more)?;
        }
        if self.envelope {
            formatter.write_str(
                " (this looks like the answer of a KV version 2 mount, whose keys are inside \"data\")",
            )?;
        }
        Ok(())
    }
}
