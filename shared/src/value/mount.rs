use std::{fmt, str::FromStr};

use super::{ValueError, string_serde};

/// Where an auth method is mounted in Vault: `auth/kubernetes`.
///
/// `kubernetes` alone is taken as `auth/kubernetes`: every auth mount is below `auth/`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct AuthMount(String);

impl AuthMount {
    /// `auth/kubernetes`, Vault's own default.
    pub fn kubernetes() -> Self {
        Self("auth/kubernetes".to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AuthMount {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let trimmed = text.trim_matches(|around: char| around == '/' || around.is_whitespace());
        let mount = trimmed.strip_prefix("auth/").unwrap_or(trimmed);
        if mount.is_empty() || mount == "auth" {
            return Err(ValueError::new(
                "no mount named; expected for example auth/kubernetes",
            ));
        }
        super::path::check_segments(mount)?;
        Ok(Self(format!("auth/{mount}")))
    }
}

impl fmt::Display for AuthMount {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

string_serde!(AuthMount);
