//! Finds a container's first process in a pod that shares its process namespace.
//!
//! Kubernetes gives no map from containers to processes inside a pod. The webhook therefore puts
//! the container's name into its environment, where a process of the same user may read it. The
//! first process of every container has its parent outside of the namespace, which shows as 0; so
//! do processes started by `kubectl exec`, but later.

use std::{fs, io, path::Path};

use vouchsafe_shared::config::AgentConfig;
use zeroize::Zeroizing;

/// A process, told apart from a later one of the same number by when it started.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Process {
    pub(super) pid: i32,
    /// In clock ticks since the machine started.
    started: u64,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum SearchError {
    #[error("/proc cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error(
        "no process of it is running (its containers' processes are visible only with shareProcessNamespace)"
    )]
    NotFound,
    #[error(
        "it may be one of {0} processes that run as another user, which the agent may neither inspect nor signal"
    )]
    Forbidden(usize),
}

pub(super) fn first_of(proc: &Path, container: &str) -> Result<Process, SearchError> {
    let wanted = format!("{}={container}", AgentConfig::CONTAINER_VARIABLE);
    let mut first: Option<Process> = None;
    let mut forbidden = 0;
    for entry in fs::read_dir(proc)? {
        let entry = entry?;
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        // A process that ends while it is looked at is no process.
        let Some((0, started)) = fs::read_to_string(entry.path().join("stat"))
            .ok()
            .and_then(|stat| parent_and_start(&stat))
        else {
            continue;
        };
        match fs::read(entry.path().join("environ")).map(Zeroizing::new) {
            Ok(environment) => {
                let mut variables = environment.split(|byte| *byte == 0);
                let found = Process { pid, started };
                if variables.any(|variable| variable == wanted.as_bytes())
                    && first.is_none_or(|first| (started, pid) < (first.started, first.pid))
                {
                    first = Some(found);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => forbidden += 1,
            Err(_) => {}
        }
    }
    match first {
        Some(first) => Ok(first),
        // The pause container is always among the forbidden when users differ.
        None if forbidden > 1 => Err(SearchError::Forbidden(forbidden)),
        None => Err(SearchError::NotFound),
    }
}

/// The fourth and 22nd field of `/proc/PID/stat`; the second, the name, may hold anything.
/// Source: <https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>.
fn parent_and_start(stat: &str) -> Option<(i32, u64)> {
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
    let parent = fields.nth(1)?.parse().ok()?;
    let started = fields.nth(17)?.parse().ok()?;
    Some((parent, started))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn process(proc: &Path, pid: i32, parent: i32, started: u64, environment: &[u8]) {
        let directory = proc.join(pid.to_string());
        fs::create_dir(&directory).unwrap();
        let stat =
            format!("{pid} (a ) b) S {parent} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 {started} 0 0");
        fs::File::create(directory.join("stat"))
            .unwrap()
            .write_all(stat.as_bytes())
            .unwrap();
        fs::File::create(directory.join("environ"))
            .unwrap()
            .write_all(environment)
            .unwrap();
    }

    #[test]
    fn the_first_process_of_the_named_container_is_found() {
        let proc = tempfile::tempdir().unwrap();
        let web = b"PATH=/bin\0VOUCHSAFE_CONTAINER=web\0";
        process(proc.path(), 1, 0, 5, b"");
        process(proc.path(), 30, 0, 90, web); // kubectl exec
        process(proc.path(), 7, 0, 50, web);
        process(proc.path(), 8, 7, 40, web); // a child
        process(proc.path(), 9, 0, 10, b"VOUCHSAFE_CONTAINER=web2\0");
        assert_eq!(
            first_of(proc.path(), "web").unwrap(),
            Process {
                pid: 7,
                started: 50
            }
        );
        assert!(matches!(
            first_of(proc.path(), "db"),
            Err(SearchError::NotFound)
        ));
    }

    #[test]
    fn the_real_proc_can_be_read() {
        assert!(matches!(
            first_of(Path::new("/proc"), "\n"),
            Err(SearchError::NotFound)
        ));
        let own = fs::read_to_string("/proc/self/stat").unwrap();
        assert_eq!(
            parent_and_start(&own).unwrap().0,
            std::os::unix::process::parent_id().cast_signed()
        );
    }
}
