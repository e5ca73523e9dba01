use std::{fmt, str::FromStr};

use super::{ValueError, string_serde};

/// Permissions of a rendered file, in octal: `0440`, `640`.
///
/// At most `0777`: a set-uid, set-gid or sticky bit has no meaning on a secret.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct FileMode(u32);

impl FileMode {
    /// The original agent's default: everybody in the pod who has the volume mounted may read.
    pub const DEFAULT: Self = Self(0o644);

    pub const fn bits(self) -> u32 {
        self.0
    }
}

impl FromStr for FileMode {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let text = text.trim();
        let octal =
            (1..=5).contains(&text.len()) && text.bytes().all(|byte| (b'0'..=b'7').contains(&byte));
        match u32::from_str_radix(text, 8) {
            Ok(bits) if octal && bits <= 0o777 && bits & 0o400 == 0 => Err(ValueError::new(
                "the owner could not read the file; expected for example 0440",
            )),
            Ok(bits) if octal && bits <= 0o777 => Ok(Self(bits)),
            _ => Err(ValueError::new(
                "not a file mode; expected octal digits up to 0777, for example 0440",
            )),
        }
    }
}

impl fmt::Display for FileMode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04o}", self.0)
    }
}

string_serde!(FileMode);
