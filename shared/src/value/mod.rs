//! Small types whose every value is valid: parsed at the rim, never checked again.
//!
//! Each implements [`std::str::FromStr`] and [`std::fmt::Display`], and is a plain string in JSON.

mod address;
mod directory_path;
mod duration;
mod file_name;
mod file_path;
mod format;
mod mode;
mod mount;
mod path;
mod quantity;
mod reload;
mod size;

pub use address::StoreAddress;
pub use directory_path::DirectoryPath;
pub use duration::HumanDuration;
pub use file_name::FileName;
pub use file_path::FilePath;
pub use format::OutputFormat;
pub use mode::FileMode;
pub use mount::AuthMount;
pub use path::{SecretKey, SecretPath, SecretReference};
pub use quantity::Quantity;
pub use reload::{
    Addressee, Headers, HttpAddress, HttpMethod, ReloadRequest, ReloadRequests, Signal, Statuses,
};
pub use size::ByteSize;

/// Why a text is not a value of the type asked for.
///
/// Written as `problem; what is expected`, both lower-case fragments; the second part is optional.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct ValueError {
    message: String,
}

impl ValueError {
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }

    /// What is wrong, without what would be right.
    pub fn problem(&self) -> &str {
        self.message
            .split_once("; ")
            .map_or(self.message.as_str(), |(problem, _)| problem)
    }

    /// What would be right, if the problem does not say it already.
    pub fn expected(&self) -> Option<&str> {
        self.message.split_once("; ").map(|(_, expected)| expected)
    }
}

/// Serialises a type as its `Display` text and reads it back through `FromStr`.
macro_rules! string_serde {
    ($type:ty) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'_, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
use string_serde;

#[cfg(test)]
mod tests;
