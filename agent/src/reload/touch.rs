//! A marker file that an application watches.
//!
//! No symbolic link is followed on the way, so that whoever writes in the volume cannot make the
//! agent write elsewhere.

use std::os::fd::OwnedFd;

use rustix::{
    fs::{CWD, FileType, Mode, OFlags, Timespec, Timestamps, UTIME_NOW, fstat, futimens, openat},
    io::Errno,
};
use vouchsafe_shared::{config::TouchReload, diagnostic::Code};

use crate::fault::{Fault, Retry, Whose};

/// Makes the file, or gives it the present time of change. Who watches for files closed after
/// writing is told too.
pub(super) fn touch(reload: &TouchReload) -> Result<String, Fault> {
    let path = reload.path.as_str();
    let (directories, name) = path.rsplit_once('/').unwrap_or(("", path));
    let to_fault = |at: &str, error: Errno| {
        let reason = match error {
            Errno::LOOP => format!("{at} is a symbolic link, which is not followed"),
            Errno::NOTDIR => format!("{at} is no directory, or a symbolic link"),
            Errno::NXIO => format!("{at} is no file"),
            error => format!("{at}: {error}"),
        };
        failed(reload, &reason, Retry::Backoff)
    };
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut directory: OwnedFd =
        openat(CWD, "/", flags, Mode::empty()).map_err(|error| to_fault("/", error))?;
    let mut passed = String::new();
    for segment in directories.split('/').filter(|segment| !segment.is_empty()) {
        passed = format!("{passed}/{segment}");
        directory = openat(&directory, segment, flags, Mode::empty())
            .map_err(|error| to_fault(&passed, error))?;
    }
    // Opening a pipe for writing fails instead of waiting for a reader.
    let flags = OFlags::WRONLY
        | OFlags::CREATE
        | OFlags::NOFOLLOW
        | OFlags::NONBLOCK
        | OFlags::NOCTTY
        | OFlags::CLOEXEC;
    let file = openat(&directory, name, flags, Mode::from_raw_mode(0o644))
        .map_err(|error| to_fault(path, error))?;
    let kind = fstat(&file).map(|status| FileType::from_raw_mode(status.st_mode));
    if kind.map_err(|error| to_fault(path, error))? != FileType::RegularFile {
        return Err(to_fault(path, Errno::NXIO));
    }
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: UTIME_NOW,
    };
    let times = Timestamps {
        last_access: now,
        last_modification: now,
    };
    futimens(&file, &times).map_err(|error| to_fault(path, error))?;
    Ok(format!("touch {path}"))
}

pub(super) fn failed(reload: &TouchReload, reason: &str, retry: Retry) -> Fault {
    let message = format!("touch {}: {reason}", reload.path);
    Fault::new(Code::TouchFailed, Whose::Pod, retry, message)
}
