use std::path::Path;

use rustix::process::{PidfdFlags, Signal as SystemSignal, pidfd_open, pidfd_send_signal};
use vouchsafe_shared::{config::SignalReload, diagnostic::Code, value::Signal};

use super::process;
use crate::fault::{Fault, Retry, Whose};

/// Signals the first process of a container.
pub(super) fn send(reload: &SignalReload) -> Result<String, Fault> {
    let SignalReload { container, signal } = reload;
    let failed = |reason: String| {
        let message = format!("{signal} to container {container}: {reason}");
        Fault::new(Code::SignalFailed, Whose::Pod, Retry::Backoff, message)
    };
    let proc = Path::new("/proc");
    let process = process::first_of(proc, container).map_err(|error| failed(error.to_string()))?;
    let pid = rustix::process::Pid::from_raw(process.pid)
        .ok_or_else(|| failed("its process has no number".to_owned()))?;
    let handle = pidfd_open(pid, PidfdFlags::empty())
        .map_err(|error| failed(format!("process {}: {error}", process.pid)))?;
    // The number may have passed to another process between the search and here; the handle cannot.
    if process::first_of(proc, container).ok().as_ref() != Some(&process) {
        return Err(failed("its process ended just now".to_owned()));
    }
    pidfd_send_signal(&handle, system(*signal))
        .map_err(|error| failed(format!("process {}: {error}", process.pid)))?;
    Ok(format!(
        "{signal} to process {} of container {container}",
        process.pid
    ))
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
