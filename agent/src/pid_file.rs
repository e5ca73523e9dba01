//! A file that holds the number of the agent's process while it runs.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::PathBuf,
};

/// Removed when dropped.
#[derive(Debug)]
pub struct PidFile(PathBuf);

impl PidFile {
    /// One that a killed process left is replaced.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        let mut file = File::create(&path)?;
        writeln!(file, "{}", std::process::id())?;
        Ok(Self(path))
    }
}

impl Drop for PidFile {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_there_while_it_is_held() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("agent.pid");
        let held = PidFile::create(&path).unwrap();
        let expected = format!("{}\n", std::process::id());
        assert_eq!(fs::read_to_string(&path).unwrap(), expected);
        drop(held);
        assert!(!path.exists());
        assert!(PidFile::create(directory.path().join("no/such")).is_err());
    }
}
