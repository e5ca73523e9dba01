use std::{fmt, str::FromStr};

use super::{ValueError, string_serde};

/// How a secret becomes the text of a file.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum OutputFormat {
    /// One value, byte for byte.
    Raw,
    /// `KEY='value'` lines that a POSIX shell and dotenv readers agree on.
    Env,
    Json,
    Yaml,
    /// Java properties.
    Properties,
}

impl OutputFormat {
    pub const ALL: [Self; 5] = [
        Self::Raw,
        Self::Env,
        Self::Json,
        Self::Yaml,
        Self::Properties,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Env => "env",
            Self::Json => "json",
            Self::Yaml => "yaml",
            Self::Properties => "properties",
        }
    }

    /// The format that a file's extension promises to whoever opens it.
    pub fn from_file_name(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1 {
            "env" => Some(Self::Env),
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            "properties" => Some(Self::Properties),
            _ => None,
        }
    }
}

impl FromStr for OutputFormat {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == text.trim())
            .ok_or_else(|| {
                ValueError::new("not an output format; expected raw, env, json, yaml or properties")
            })
    }
}

impl fmt::Display for OutputFormat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

string_serde!(OutputFormat);
