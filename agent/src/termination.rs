//! Why the agent ended: the text that Kubernetes puts into the container's status, where
//! `kubectl describe pod` shows it after the log is gone.
//!
//! Source: <https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/>.

use std::{
    ffi::OsString,
    fs::OpenOptions,
    io::Write,
    panic,
    path::{Path, PathBuf},
};

/// Where Kubernetes looks by default, and where the kubelet puts a file for it.
const PATH: &str = "/dev/termination-log";
/// Names another file.
const VARIABLE: &str = "VOUCHSAFE_TERMINATION_LOG";
/// What Kubernetes shows of it, in bytes.
const LIMIT: usize = 4096;

/// The file, if there is one: it is never made.
#[derive(Clone, Debug, Default)]
pub struct TerminationLog(Option<PathBuf>);

impl TerminationLog {
    /// `variable` looks one up in the environment.
    pub fn find(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let path = variable(VARIABLE).map_or_else(|| PathBuf::from(PATH), PathBuf::from);
        Self(path.is_file().then_some(path))
    }

    /// Nowhere to write.
    pub const fn none() -> Self {
        Self(None)
    }

    pub fn path(&self) -> Option<&Path> {
        self.0.as_deref()
    }

    /// Replaces what was written before. That it cannot be written is no reason to do anything else.
    pub fn write(&self, reason: &str) {
        let Some(path) = &self.0 else { return };
        let reason = &reason[..reason.floor_char_boundary(LIMIT)];
        let file = OpenOptions::new().write(true).truncate(true).open(path);
        drop(file.and_then(|mut file| file.write_all(reason.as_bytes())));
    }

    /// Puts down where the program broke, should it. The message may hold anything and is left out.
    pub fn watch_panics(&self) {
        let before = panic::take_hook();
        let log = self.clone();
        panic::set_hook(Box::new(move |broken| {
            let place = broken.location().map(ToString::to_string);
            let place = place.unwrap_or_default();
            log.write(&format!(
                "a fault of the agent's own at {place}; its log says more"
            ));
            before(broken);
        }));
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use super::*;

    #[test]
    fn the_last_reason_is_there_up_to_the_limit() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let find = || TerminationLog::find(|name| (name == VARIABLE).then(|| path.clone().into()));
        find().write("nobody reads it");
        assert!(!path.exists());
        File::create(&path).unwrap();
        let log = find();
        log.write(&"ä".repeat(LIMIT));
        assert_eq!(fs::read_to_string(&path).unwrap(), "ä".repeat(LIMIT / 2));
        log.write("VS3003 refused");
        assert_eq!(fs::read_to_string(&path).unwrap(), "VS3003 refused");
    }
}
