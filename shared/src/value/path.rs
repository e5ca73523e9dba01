use std::{fmt, str::FromStr};

use super::{ValueError, string_serde};

/// A path in a store, without slashes at its ends: `secret/data/db`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SecretPath(String);

impl SecretPath {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SecretPath {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let path = text.trim().trim_matches('/');
        if path.is_empty() {
            return Err(ValueError::new(
                "no path; expected for example secret/data/db",
            ));
        }
        if path.contains('?') {
            return Err(ValueError::new("a query (?…) in a path is not supported"));
        }
        check_segments(path)?;
        Ok(Self(path.to_owned()))
    }
}

impl fmt::Display for SecretPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

string_serde!(SecretPath);

/// The name of one value within a secret: `password`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SecretKey(String);

impl SecretKey {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SecretKey {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        if text.is_empty() {
            return Err(ValueError::new(
                "no key after #; expected for example secret/data/db#password",
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for SecretKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

string_serde!(SecretKey);

/// What an annotation names: a whole secret (`secret/data/db`) or one value (`secret/data/db#password`).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SecretReference {
    pub path: SecretPath,
    pub key: Option<SecretKey>,
}

impl FromStr for SecretReference {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let (path, key) = match text.trim().split_once('#') {
            Some((path, key)) => (path, Some(key.parse()?)),
            None => (text, None),
        };
        Ok(Self {
            path: path.parse()?,
            key,
        })
    }
}

/// Refuses what would make a request reach another path than the one written: empty or dot
/// segments and control characters. Everything else is percent-encoded by whoever sends it.
pub(super) fn check_segments(path: &str) -> Result<(), ValueError> {
    if path.chars().any(char::is_control) {
        return Err(ValueError::new("a path cannot hold control characters"));
    }
    for segment in path.split('/') {
        match segment {
            "" => return Err(ValueError::new("a path cannot hold an empty segment (//)")),
            "." | ".." => return Err(ValueError::new("a path cannot hold . or .. segments")),
            _ => {}
        }
    }
    Ok(())
}
