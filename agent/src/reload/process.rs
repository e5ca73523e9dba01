//! Finds processes in a pod that shares its process namespace.
//!
//! Kubernetes gives no map from containers to processes inside a pod. The webhook therefore puts
//! the container's name into its environment, where a process of the same user may read it. The
//! first process of every container has its parent outside of the namespace, which shows as 0; so
//! do processes started by `kubectl exec`, but later.

use std::{fs, io, path::Path, process};

use vouchsafe_shared::config::AgentConfig;
use zeroize::Zeroizing;

/// A process, told apart from a later one of the same number by when it started.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Process {
    pub(super) pid: i32,
    /// In clock ticks since the machine started.
    started: u64,
}

#[cfg(test)]
impl Process {
    /// One that had the same number.
    pub(super) fn before(self) -> Self {
        let started = self.started - 1;
        Self { started, ..self }
    }
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

/// Which process is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Wanted<'a> {
    /// The first of a container.
    Container(&'a str),
    /// The first that runs a program of this name: a server's first process is the one that takes
    /// signals for all that it started.
    Program(&'a str),
}

/// The earliest process of those that are wanted.
pub(super) fn first_of(proc: &Path, wanted: Wanted<'_>) -> Result<Process, SearchError> {
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
        let Some(stat) = Stat::of(&entry.path()) else {
            continue;
        };
        let is_wanted = match wanted {
            Wanted::Container(_) if stat.parent != 0 => continue,
            Wanted::Container(name) => is_of_container(&entry.path(), name),
            Wanted::Program(name) => {
                Ok(i64::from(pid) != i64::from(process::id()) && runs(&entry.path(), name))
            }
        };
        let found = Process {
            pid,
            started: stat.started,
        };
        match is_wanted {
            Ok(is_wanted) => {
                let is_earlier = |first: Process| (found.started, pid) < (first.started, first.pid);
                if is_wanted && first.is_none_or(is_earlier) {
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

/// The process of a number, if there is one.
pub(super) fn of_number(proc: &Path, pid: i32) -> Option<Process> {
    let stat = Stat::of(&proc.join(pid.to_string()))?;
    Some(Process {
        pid,
        started: stat.started,
    })
}

fn is_of_container(process: &Path, name: &str) -> io::Result<bool> {
    let wanted = format!("{}={name}", AgentConfig::CONTAINER_VARIABLE);
    let environment = fs::read(process.join("environ")).map(Zeroizing::new)?;
    let mut variables = environment.split(|byte| *byte == 0);
    Ok(variables.any(|variable| variable == wanted.as_bytes()))
}

/// By the name that the kernel keeps, of 15 bytes at most, or by the first argument, which programs
/// may change as well.
/// Source: <https://man7.org/linux/man-pages/man5/proc_pid_comm.5.html>.
fn runs(process: &Path, name: &str) -> bool {
    let comm = fs::read(process.join("comm")).unwrap_or_default();
    if comm.strip_suffix(b"\n").unwrap_or(&comm) == name.as_bytes() {
        return true;
    }
    // Arguments may hold secrets of the application.
    let arguments = fs::read(process.join("cmdline")).map(Zeroizing::new);
    let arguments = arguments.unwrap_or_default();
    let first = arguments.split(|byte| *byte == 0).next();
    let program = first.and_then(|first| first.rsplit(|byte| *byte == b'/').next());
    program == Some(name.as_bytes())
}

/// What is needed of `/proc/PID/stat`.
#[derive(Debug)]
struct Stat {
    parent: i32,
    started: u64,
}

impl Stat {
    /// Of a process that has not ended.
    fn of(process: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(process.join("stat")).ok()?)
    }

    /// The third, fourth and 22nd field; the second, the name, may hold anything.
    /// Source: <https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>.
    fn parse(stat: &str) -> Option<Self> {
        let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
        let state = fields.next()?;
        if ["Z", "X"].contains(&state) {
            return None;
        }
        Some(Self {
            parent: fields.next()?.parse().ok()?,
            started: fields.nth(17)?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn put(path: impl AsRef<Path>, text: impl AsRef<[u8]>) {
        let mut file = fs::File::create(path).unwrap();
        file.write_all(text.as_ref()).unwrap();
    }

    fn process(proc: &Path, pid: i32, parent: i32, started: u64, environment: &[u8]) {
        let directory = proc.join(pid.to_string());
        fs::create_dir(&directory).unwrap();
        let stat =
            format!("{pid} (a ) b) S {parent} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 {started} 0 0");
        put(directory.join("stat"), stat);
        put(directory.join("environ"), environment);
    }

    fn program(proc: &Path, pid: i32, started: u64, comm: &str, arguments: &[u8]) {
        process(proc, pid, 7, started, b"");
        let directory = proc.join(pid.to_string());
        put(directory.join("comm"), format!("{comm}\n"));
        put(directory.join("cmdline"), arguments);
    }

    fn pid_of(proc: &Path, wanted: Wanted<'_>) -> Option<i32> {
        first_of(proc, wanted).ok().map(|process| process.pid)
    }

    #[test]
    fn the_first_process_of_a_program_is_found_by_name_or_argument() {
        let proc = tempfile::tempdir().unwrap();
        let path = proc.path();
        program(path, 30, 90, "nginx", b"nginx: worker process");
        program(
            path,
            20,
            50,
            "nginx",
            b"nginx: master process /usr/sbin/nginx -g",
        );
        program(
            path,
            21,
            51,
            "a-program-with-",
            b"/opt/a-program-with-a-long-name\0nginx\0",
        );
        program(path, 22, 40, "sh", b"sh\0-c\0nginx\0");
        assert_eq!(pid_of(path, Wanted::Program("nginx")), Some(20));
        let long = "a-program-with-a-long-name";
        assert_eq!(pid_of(path, Wanted::Program(long)), Some(21));
        assert_eq!(pid_of(path, Wanted::Program("ngin")), None);
        assert_eq!(pid_of(path, Wanted::Program("/usr/sbin/nginx")), None);
    }

    #[test]
    fn the_agent_is_never_the_program_that_is_meant() {
        let proc = tempfile::tempdir().unwrap();
        let own = process::id().cast_signed();
        program(proc.path(), own, 10, "agent", b"agent");
        assert_eq!(pid_of(proc.path(), Wanted::Program("agent")), None);
        program(proc.path(), own + 1, 20, "agent", b"agent");
        let found = pid_of(proc.path(), Wanted::Program("agent"));
        assert_eq!(found, Some(own + 1));
    }

    #[test]
    fn a_process_that_has_ended_is_none() {
        let proc = tempfile::tempdir().unwrap();
        program(proc.path(), 20, 50, "nginx", b"nginx");
        let stat = proc.path().join("20/stat");
        let ended = fs::read_to_string(&stat).unwrap().replace(") S ", ") Z ");
        put(stat, ended);
        assert_eq!(pid_of(proc.path(), Wanted::Program("nginx")), None);
        assert_eq!(of_number(proc.path(), 20), None);
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
            first_of(proc.path(), Wanted::Container("web")).unwrap(),
            Process {
                pid: 7,
                started: 50
            }
        );
        assert!(matches!(
            first_of(proc.path(), Wanted::Container("db")),
            Err(SearchError::NotFound)
        ));
    }

    #[test]
    fn the_real_proc_can_be_read() {
        assert!(matches!(
            first_of(Path::new("/proc"), Wanted::Container("\n")),
            Err(SearchError::NotFound)
        ));
        let own = fs::read_to_string("/proc/self/stat").unwrap();
        assert_eq!(
            Stat::parse(&own).unwrap().parent,
            std::os::unix::process::parent_id().cast_signed()
        );
    }
}
