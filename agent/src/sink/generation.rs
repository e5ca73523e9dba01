//! One directory that holds every file of a volume as it was at one time.

use std::{
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rustix::{
    fs::{Mode, mkdirat, readlinkat},
    io::Errno,
};
use vouchsafe_shared::value::FileName;

use super::{
    DATA, directory,
    error::{Failure, Step},
};

#[derive(Debug)]
pub(super) struct Generation {
    pub(super) name: String,
    directory: OwnedFd,
}

impl Generation {
    /// The one that `..data` leads to. A link that leads elsewhere, or nowhere, counts as none.
    pub(super) fn current(volume: BorrowedFd<'_>) -> Result<Option<Self>, Failure> {
        let target = match readlinkat(volume, DATA, Vec::new()) {
            Ok(target) => target,
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::INVAL) => return Err(Failure::in_the_way()),
            Err(error) => return Err(Step::Look.failed()(error)),
        };
        let Some(name) = target.to_str().ok().filter(|name| is_name(name)) else {
            return Ok(None);
        };
        match directory::open(volume, name) {
            Ok(directory) => Ok(Some(Self {
                name: name.to_owned(),
                directory,
            })),
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => Ok(None),
            Err(error) => Err(Step::Look.failed()(error)),
        }
    }

    /// A new one, empty and closed to others. `count` goes up with each: a reader that has read
    /// `..data` and not yet gone there must find what it names or nothing, never a later generation
    /// that was given the same name while it is half written.
    pub(super) fn create(
        volume: BorrowedFd<'_>,
        now: SystemTime,
        count: &mut u64,
    ) -> Result<Self, Failure> {
        let time = name_of(now);
        // Ends: each name that is taken is one of a few directories that exist.
        let name = loop {
            *count += 1;
            let name = format!("{time}.{count}");
            match mkdirat(volume, &name, Mode::RWXU) {
                Ok(()) => break name,
                Err(Errno::EXIST) => {}
                Err(error) => return Err(Step::Create.failed()(error)),
            }
        };
        let directory = directory::open(volume, &name).map_err(Step::Create.failed())?;
        Ok(Self { name, directory })
    }

    /// Opens it to others, now that all is written.
    pub(super) fn complete(&self) -> Result<(), Failure> {
        directory::let_everybody_in(self).map_err(Step::Mode.failed())?;
        directory::sync(self)
    }

    /// The names of all files, sorted.
    pub(super) fn file_names(&self) -> Result<Vec<FileName>, Failure> {
        let mut names = Vec::new();
        add_names(self.as_fd(), "", &mut names)?;
        names.sort();
        Ok(names)
    }
}

impl AsFd for Generation {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.directory.as_fd()
    }
}

/// Whether an entry of a volume is, or was going to be, a generation.
pub(super) fn is_name(name: &str) -> bool {
    name.strip_prefix("..").is_some_and(|time| {
        time.starts_with(|first: char| first.is_ascii_digit())
            && time
                .bytes()
                .all(|byte| byte.is_ascii_digit() || matches!(byte, b'_' | b'.'))
    })
}

/// `..2026_03_01_10_00_00.123`, in UTC.
fn name_of(time: SystemTime) -> String {
    // The formatter knows the years 1970 to 9999 only.
    let last = UNIX_EPOCH + Duration::from_secs(253_402_300_799);
    let time = time.clamp(UNIX_EPOCH, last);
    let text = humantime::format_rfc3339_millis(time).to_string();
    format!(
        "..{}",
        text.trim_end_matches('Z').replace(['-', ':', 'T'], "_")
    )
}

fn add_names(
    directory: BorrowedFd<'_>,
    prefix: &str,
    names: &mut Vec<FileName>,
) -> Result<(), Failure> {
    for entry in directory::names(directory)? {
        // What has no name of ours was not written by us and is nobody's secret.
        let Ok(entry) = entry.to_str() else { continue };
        let Ok(name) = format!("{prefix}{entry}").parse::<FileName>() else {
            continue;
        };
        match directory::open(directory, entry) {
            Ok(below) => add_names(below.as_fd(), &format!("{name}/"), names)?,
            Err(Errno::NOTDIR | Errno::LOOP) => names.push(name),
            Err(error) => return Err(Step::Look.failed()(error)),
        }
    }
    Ok(())
}
