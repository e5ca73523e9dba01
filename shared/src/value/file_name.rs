use std::{fmt, str::FromStr};

use super::{ValueError, string_serde};

/// The name of a rendered file below its volume: `db.env`, `tls/server.key`.
///
/// Relative, stays inside the volume, and no segment starts with `..`: those names belong to the
/// generations (see the agent's sink).
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct FileName(String);

impl FileName {
    /// Linux's limit for one segment of a path, in bytes (`NAME_MAX`).
    const SEGMENT_LIMIT: usize = 255;
    /// Leaves room for the volume's own path within `PATH_MAX` (4096 bytes).
    const LIMIT: usize = 1024;

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The entry of the volume that leads to this file: `tls` for `tls/server.key`.
    pub fn top_segment(&self) -> &str {
        self.0.split('/').next().unwrap_or(&self.0)
    }
}

impl FromStr for FileName {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let name = text.trim();
        if name.is_empty() {
            return Err(ValueError::new("no file name; expected for example db.env"));
        }
        if name.starts_with('/') {
            return Err(ValueError::new(
                "a file name is relative to its volume and cannot start with /; expected for example db.env",
            ));
        }
        if name.len() > Self::LIMIT {
            return Err(ValueError::new(format!(
                "longer than {} bytes",
                Self::LIMIT
            )));
        }
        if name.chars().any(char::is_control) {
            return Err(ValueError::new(
                "a file name cannot hold control characters",
            ));
        }
        for segment in name.split('/') {
            if segment.is_empty() || segment == "." {
                return Err(ValueError::new(
                    "a file name cannot hold empty or . segments; expected for example tls/key.pem",
                ));
            }
            if segment == ".." {
                return Err(ValueError::new(
                    "a file name cannot leave its volume (..); expected a path below it",
                ));
            }
            if segment.starts_with("..") {
                return Err(ValueError::new(
                    "names that start with .. are reserved for generations; expected for example .env",
                ));
            }
            if segment.len() > Self::SEGMENT_LIMIT {
                return Err(ValueError::new(format!(
                    "a segment is longer than {} bytes",
                    Self::SEGMENT_LIMIT
                )));
            }
        }
        Ok(Self(name.to_owned()))
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

string_serde!(FileName);
