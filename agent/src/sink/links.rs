//! The links by which an application finds its files: `NAME -> ..data/NAME`.

use std::{collections::BTreeSet, os::fd::BorrowedFd};

use rustix::{
    fs::{AtFlags, readlinkat, renameat, statat, symlinkat},
    io::Errno,
};

use super::{
    DATA,
    error::{Failure, Step},
    generation::Generation,
};

/// What links are called until they are shown.
const PREPARED: &str = "..link_tmp.";

pub(super) fn is_prepared(name: &str) -> bool {
    name.starts_with(PREPARED)
}

pub(super) fn is_shown(volume: BorrowedFd<'_>, name: &str) -> bool {
    check(volume, name).unwrap_or(false)
}

/// Whether the link of a name is there. Another link in its place is as good as none: it is
/// replaced.
///
/// # Errors
/// Something that is not a link is in the way, or the volume cannot be read.
pub(super) fn check(volume: BorrowedFd<'_>, name: &str) -> Result<bool, Failure> {
    match readlinkat(volume, name, Vec::new()) {
        Ok(target) => Ok(target.as_bytes() == target_of(name).as_bytes()),
        Err(Errno::NOENT) => Ok(false),
        Err(Errno::INVAL) => Err(Failure::in_the_way()),
        Err(error) => Err(Step::Look.failed()(error)),
    }
}

/// Whether a name in the volume is a link of ours that the current generation has no file for.
pub(super) fn is_stale(volume: BorrowedFd<'_>, name: &str, current: Option<&Generation>) -> bool {
    let leads_nowhere = || {
        current.is_none_or(|current| {
            let found = statat(current, name, AtFlags::SYMLINK_NOFOLLOW);
            matches!(found, Err(Errno::NOENT))
        })
    };
    is_shown(volume, name) && leads_nowhere()
}

/// Makes links under reserved names: showing them then needs no space.
pub(super) fn prepare(volume: BorrowedFd<'_>, names: &BTreeSet<&str>) -> Result<(), Failure> {
    for (index, name) in names.iter().enumerate() {
        symlinkat(target_of(name), volume, prepared(index)).map_err(Step::Link.failed())?;
    }
    Ok(())
}

/// Shows the links prepared for the same names.
///
/// # Errors
/// With the name whose link could not be shown.
pub(super) fn show<'a>(
    volume: BorrowedFd<'_>,
    names: &BTreeSet<&'a str>,
) -> Result<(), (&'a str, Failure)> {
    for (index, name) in names.iter().enumerate() {
        renameat(volume, prepared(index), volume, *name)
            .map_err(|error| (*name, Step::Show.failed()(error)))?;
    }
    Ok(())
}

fn prepared(index: usize) -> String {
    format!("{PREPARED}{index}")
}

fn target_of(name: &str) -> String {
    format!("{DATA}/{name}")
}
