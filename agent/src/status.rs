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
        }
    }

    /// Replaces the file if the status differs from the one shown before.
    ///
    /// # Errors
    /// When the file cannot be written; the next change tries again.
    pub fn show(&mut self, status: Status) -> io::Result<()> {
        if self.shown.as_ref() == Some(&status) {
            return Ok(());
        }
        let content = serde_json::to_vec(&status)?;
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
        fs::rename(&next, &self.path)?;
        self.shown = Some(status);
        Ok(())
    }
}

fn path(config: &AgentConfig) -> PathBuf {
    Path::new(&config.run_directory).join("status.json")
}
