use std::{
    fs::OpenOptions,
    io::{self, Read},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    process,
};

use rustix::{
    fs::OFlags,
    io::Errno,
    process::{Pid, PidfdFlags, Signal as SystemSignal, pidfd_open, pidfd_send_signal},
};
use vouchsafe_shared::{
    config::{SignalReload, SignalTarget},
    diagnostic::Code,
    value::Signal,
};

use super::process::{Process, Wanted, first_of, of_number};
use crate::fault::{Fault, Retry, Whose};

/// Signals the process that is meant.
pub(super) fn send(reload: &SignalReload) -> Result<String, Fault> {
    let proc = Path::new("/proc");
    let later = |reason: String| failed(reload, &reason, Retry::Backoff);
    let process = find(proc, &reload.target).map_err(later)?;
    signal(proc, process, reload)
}

/// Signals a process that was found just now, if it still is the one that is meant.
fn signal(proc: &Path, process: Process, reload: &SignalReload) -> Result<String, Fault> {
    let later = |reason: String| failed(reload, &reason, Retry::Backoff);
    let number = process.pid;
    let pid = Pid::from_raw(number).ok_or_else(|| later("its process has no number".to_owned()))?;
    let handle = pidfd_open(pid, PidfdFlags::empty())
        .map_err(|error| later(format!("process {number}: {error}")))?;
    // The number may have passed to another process between the search and here; the handle cannot.
    if find(proc, &reload.target).ok() != Some(process) {
        return Err(later("its process ended just now".to_owned()));
    }
    pidfd_send_signal(&handle, system(reload.signal)).map_err(|error| match error {
        // Other users stay others, however often it is tried.
        Errno::PERM => failed(
            reload,
            &format!("process {number} runs as another user than the agent"),
            Retry::Rarely,
        ),
        error => later(format!("process {number}: {error}")),
    })?;
    Ok(format!(
        "{} to process {number} of {}",
        reload.signal,
        named(&reload.target)
    ))
}

pub(super) fn failed(reload: &SignalReload, reason: &str, retry: Retry) -> Fault {
    let message = format!("{} to {}: {reason}", reload.signal, named(&reload.target));
    Fault::new(Code::SignalFailed, Whose::Pod, retry, message)
}

fn named(target: &SignalTarget) -> String {
    match target {
        SignalTarget::Container(name) => format!("container {name}"),
        SignalTarget::Process(name) => format!("program {name}"),
        SignalTarget::PidFile(path) => format!("pid file {path}"),
    }
}

fn find(proc: &Path, target: &SignalTarget) -> Result<Process, String> {
    match target {
        SignalTarget::Container(name) => {
            first_of(proc, Wanted::Container(name)).map_err(|error| error.to_string())
        }
        SignalTarget::Process(name) => {
            first_of(proc, Wanted::Program(name)).map_err(|error| error.to_string())
        }
        SignalTarget::PidFile(path) => {
            let number = number_in(Path::new(path.as_str()))?;
            of_number(proc, number).ok_or_else(|| format!("there is no process {number}"))
        }
    }
}

/// The number that a file holds, which says nothing of anything else in it.
fn number_in(path: &Path) -> Result<i32, String> {
    /// More than any number, and a few blanks.
    const LIMIT: u64 = 32;
    let unreadable = |error: io::Error| format!("it cannot be read: {error}");
    // A pipe in its place must not keep the agent waiting.
    let flags = (OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC)
        .bits()
        .cast_signed();
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags)
        .open(path)
        .map_err(unreadable)?;
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err("it is no file".to_owned());
    }
    let mut text = String::new();
    let read = file.take(LIMIT).read_to_string(&mut text);
    let first = text.lines().next().unwrap_or_default().trim();
    let number = first.parse().ok().filter(|_| read.is_ok());
    match number {
        // In a namespace that containers share, the first process is none of theirs.
        Some(number @ 2..) if i64::from(number) != i64::from(process::id()) => Ok(number),
        Some(1) => Err(
            "it says 1, which in a pod that shares its processes is none of the application's"
                .to_owned(),
        ),
        _ => Err("it holds no number of another process".to_owned()),
    }
}

const fn system(signal: Signal) -> SystemSignal {
    match signal {
        Signal::Hangup => SystemSignal::HUP,
        Signal::Interrupt => SystemSignal::INT,
        Signal::Quit => SystemSignal::QUIT,
        Signal::Terminate => SystemSignal::TERM,
        Signal::User1 => SystemSignal::USR1,
        Signal::User2 => SystemSignal::USR2,
        Signal::WindowChange => SystemSignal::WINCH,
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        process::{Command, Stdio},
    };

    use super::*;

    #[test]
    fn a_number_that_passed_to_another_process_is_not_signalled() {
        let mut another = Command::new("sleep")
            .arg("600")
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("app.pid");
        let mut number = std::fs::File::create(&file).unwrap();
        write!(number, "{}", another.id()).unwrap();
        let reload = SignalReload {
            signal: Signal::Terminate,
            target: SignalTarget::PidFile(file.to_str().unwrap().parse().unwrap()),
        };
        let proc = Path::new("/proc");
        let now = find(proc, &reload.target).unwrap();
        let fault = signal(proc, now.before(), &reload).unwrap_err();
        assert!(fault.message.contains("ended just now"), "{fault}");
        assert!(another.try_wait().unwrap().is_none(), "it was signalled");
        signal(proc, now, &reload).unwrap();
        assert!(!another.wait().unwrap().success());
    }
}
