//! What the agent tells the `ready` command, which runs as another process: a small JSON file.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use vouchsafe_shared::config::AgentConfig;

/// Whether all files are there, and what is wrong at present. No secret in it.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Status {
    pub ready: bool,
    pub problems: Vec<Problem>,
}

/// One [`crate::fault::Fault`] as told to people.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Problem {
    /// `store vault`, `secret secret/data/db`.
    pub about: String,
    pub code: String,
    pub message: String,
}

/// The file, written only when what it says changes.
#[derive(Debug)]
pub struct StatusFile {
    path: PathBuf,
    shown: Option<Status>,
    /// The last attempt to write it failed, and that was told.
    has_failed: bool,
}

impl Status {
    /// Reads what the agent showed last.
    ///
    /// # Errors
    /// When there is no file, or its content is not a status.
    pub fn read(config: &AgentConfig) -> io::Result<Self> {
        let content = fs::read(path(config))?;
        serde_json::from_slice(&content).map_err(io::Error::other)
    }
}

impl StatusFile {
    pub fn new(config: &AgentConfig) -> Self {
        Self {
            path: path(config),
            shown: None,
            has_failed: false,
        }
    }

    /// Replaces the file if the status differs from the one shown before.
    ///
    /// # Errors
    /// When the file cannot be written, the first time in a row; the next call tries again.
    pub fn show(&mut self, status: Status) -> io::Result<()> {
        if self.shown.as_ref() == Some(&status) {
            return Ok(());
        }
        let written = self.write(&status);
        let was_told = std::mem::replace(&mut self.has_failed, written.is_err());
        match written {
            Ok(()) => self.shown = Some(status),
            Err(_) if was_told => {}
            Err(failure) => return Err(failure),
        }
        Ok(())
    }

    fn write(&self, status: &Status) -> io::Result<()> {
        let content = serde_json::to_vec(status)?;
        let directory = self.path.parent().unwrap_or_else(|| Path::new("/"));
        fs::create_dir_all(directory)?;
        let next = self.path.with_extension("next");
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&next)?;
        file.write_all(&content)?;
        fs::rename(&next, &self.path)
    }
}

fn path(config: &AgentConfig) -> PathBuf {
    Path::new(&config.run_directory).join("status.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_written_is_told_once_and_tried_each_time() {
        let directory = tempfile::tempdir().unwrap();
        let in_the_way = directory.path().join("run");
        fs::File::create(&in_the_way).unwrap();
        let mut file = StatusFile {
            path: in_the_way.join("status.json"),
            shown: None,
            has_failed: false,
        };
        assert!(file.show(Status::default()).is_err());
        assert!(file.show(Status::default()).is_ok());
        fs::remove_file(&in_the_way).unwrap();
        file.show(Status::default()).unwrap();
        assert!(file.path.is_file());
        // And of the next failure again.
        fs::remove_dir_all(&in_the_way).unwrap();
        fs::File::create(&in_the_way).unwrap();
        let other = Status {
            ready: true,
            ..Status::default()
        };
        assert!(file.show(other).is_err());
    }
}
