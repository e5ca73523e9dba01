use std::{fmt, str::FromStr};

use super::{ValueError, string_serde};

/// An absolute path of a file in a container: `/run/app.pid`.
///
/// Written in one way, as a [`super::DirectoryPath`] is, and without colons for the same reason.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct FilePath(String);

impl FilePath {
    /// Less than `PATH_MAX` (4096 bytes), with room for what a volume is called elsewhere.
    const LIMIT: usize = 2048;

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What of it lies below a directory that is written in the same way: `b/c` of `/a/b/c` for
    /// `/a`.
    pub fn below(&self, directory: &str) -> Option<&str> {
        let rest = self.0.strip_prefix(directory.trim_end_matches('/'))?;
        rest.strip_prefix('/')
    }
}

impl FromStr for FilePath {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        const EXPECTED: &str = "expected an absolute path, for example /run/app/reloaded";
        let text = text.trim();
        let problem = |message: &str| ValueError::new(format!("{message}; {EXPECTED}"));
        if !text.starts_with('/') {
            return Err(problem("not an absolute path"));
        }
        if text.len() > Self::LIMIT {
            return Err(problem("longer than 2048 bytes"));
        }
        let is_odd = |character: char| character.is_control() || character == ':';
        if text.chars().any(is_odd) {
            return Err(problem("a path cannot hold control characters or colons"));
        }
        if text.ends_with('/') {
            return Err(problem("names a directory and not a file"));
        }
        let segments: Vec<_> = text
            .split('/')
            .filter(|segment| !["", "."].contains(segment))
            .collect();
        if segments.contains(&"..") || text.ends_with("/.") {
            return Err(problem("a path cannot hold .. nor end in a dot alone"));
        }
        Ok(Self(format!("/{}", segments.join("/"))))
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

string_serde!(FilePath);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_in_one_way() {
        for (text, expected) in [("/run/app.pid", "/run/app.pid"), (" //run/./a ", "/run/a")] {
            assert_eq!(text.parse::<FilePath>().unwrap().as_str(), expected);
        }
        for text in [
            "", "a", "/", "/a/", "/a/.", "/a/..", "/a/../b", "/a:b", "/a\0b",
        ] {
            assert!(text.parse::<FilePath>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_lies_below_a_directory_is_told_by_segments() {
        let path: FilePath = "/a/b/c".parse().unwrap();
        assert_eq!(path.below("/a"), Some("b/c"));
        assert_eq!(path.below("/"), Some("a/b/c"));
        assert_eq!(path.below("/a/b/c"), None);
        assert_eq!(path.below("/a/b/"), Some("c"));
        assert_eq!(path.below("/a/bb"), None);
    }
}
