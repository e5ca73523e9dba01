use std::{fmt, str::FromStr};

use super::{ValueError, string_serde};

/// An absolute directory in a container: `/vault/secrets`.
///
/// Written as the kernel would take it: one slash between segments, none at the end, no `.` and no
/// `..`. Never the root itself, nor below `/proc`, `/sys` or `/dev`, where no volume can be mounted.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct DirectoryPath(String);

impl DirectoryPath {
    /// Leaves room for a file's name within `PATH_MAX` (4096 bytes).
    const LIMIT: usize = 1024;

    /// `/vault/secrets`, the original injector's default, which applications have written down.
    pub fn secrets() -> Self {
        Self("/vault/secrets".to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What of `other` lies below this directory: `b/c` of `/a/b/c` for `/a`, nothing of the
    /// directory itself.
    pub fn relative<'a>(&self, other: &'a Self) -> Option<&'a str> {
        other.0.strip_prefix(&self.0)?.strip_prefix('/')
    }
}

impl FromStr for DirectoryPath {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let text = text.trim();
        if !text.starts_with('/') {
            return Err(ValueError::new(
                "not an absolute path; expected for example /vault/secrets",
            ));
        }
        if text.len() > Self::LIMIT {
            return Err(ValueError::new(format!(
                "longer than {} bytes",
                Self::LIMIT
            )));
        }
        // A mount with a colon in its path is refused by the API server.
        if text
            .chars()
            .any(|character| character.is_control() || character == ':')
        {
            return Err(ValueError::new(
                "a directory cannot hold control characters or colons",
            ));
        }
        let mut segments = Vec::new();
        for segment in text.split('/') {
            match segment {
                "" | "." => {}
                ".." => {
                    return Err(ValueError::new(
                        "a directory cannot hold ..; write where it leads",
                    ));
                }
                segment => segments.push(segment),
            }
        }
        match segments.first() {
            None => Err(ValueError::new(
                "the root cannot be a volume; expected for example /vault/secrets",
            )),
            Some(&("proc" | "sys" | "dev")) => Err(ValueError::new(
                "belongs to the kernel; expected for example /vault/secrets",
            )),
            Some(_) => Ok(Self(format!("/{}", segments.join("/")))),
        }
    }
}

impl fmt::Display for DirectoryPath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

string_serde!(DirectoryPath);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_written_in_one_way() {
        for (text, expected) in [
            ("/vault/secrets", "/vault/secrets"),
            (" /app//env/./ ", "/app/env"),
            ("/process", "/process"),
        ] {
            assert_eq!(text.parse::<DirectoryPath>().unwrap().as_str(), expected);
        }
        for text in [
            "", "app", "/", "//.", "/a/../b", "/a:b", "/a\nb", "/proc/x", "/sys",
        ] {
            assert!(text.parse::<DirectoryPath>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_lies_below_is_told_by_segments() {
        let path = |text: &str| text.parse::<DirectoryPath>().unwrap();
        assert_eq!(path("/a").relative(&path("/a/b/c")), Some("b/c"));
        assert_eq!(path("/a").relative(&path("/ab")), None);
        assert_eq!(path("/a").relative(&path("/a")), None);
    }
}
