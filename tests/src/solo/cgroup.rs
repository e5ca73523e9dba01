//! A limit of memory, as a container has one.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::put;

const VERSION_ONE: &str = "/sys/fs/cgroup/memory";
const VERSION_TWO: &str = "/sys/fs/cgroup";

/// A control group with a limit; gone when dropped.
#[derive(Debug)]
pub struct MemoryLimit {
    directory: PathBuf,
    limit_file: &'static str,
}

impl MemoryLimit {
    /// Nothing where no group can be made here.
    pub fn new() -> Option<Self> {
        let (root, limit_file) = if Path::new(VERSION_ONE)
            .join("memory.limit_in_bytes")
            .exists()
        {
            (VERSION_ONE, "memory.limit_in_bytes")
        } else {
            (VERSION_TWO, "memory.max")
        };
        let name = format!("vouchsafe-test-{:016x}", fastrand::u64(..));
        let directory = Path::new(root).join(name);
        fs::create_dir(&directory).ok()?;
        let group = Self {
            directory,
            limit_file,
        };
        group.directory.join(limit_file).exists().then_some(group)
    }

    /// What a process writes its number into to become a member.
    pub fn members(&self) -> PathBuf {
        self.directory.join("cgroup.procs")
    }

    /// Limits the group's memory, in bytes.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn limit(&self, bytes: u64) -> std::io::Result<()> {
        put(&self.directory.join(self.limit_file), bytes.to_string())
    }
}

impl Drop for MemoryLimit {
    fn drop(&mut self) {
        drop(fs::remove_dir(&self.directory));
    }
}
