use std::{
    ffi::{CStr, CString},
    os::fd::{AsFd, OwnedFd},
};

use rustix::{
    fs::{AtFlags, Dir, Mode, OFlags, fchmod, fstat, fsync, openat, unlinkat},
    io::Errno,
    path::Arg,
};

use super::error::{Failure, Step};

const SET_GROUP_ID: u32 = 0o2000;

/// Opens a directory inside the volume; a symbolic link to one is refused.
pub(super) fn open(at: impl AsFd, name: impl Arg) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(at, name, flags, Mode::empty())
}

/// Opens the volume itself, whose path may go through symbolic links.
pub(super) fn open_volume(path: impl Arg) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    openat(rustix::fs::CWD, path, flags, Mode::empty())
}

/// Lets everybody look into a directory, whatever the umask was.
pub(super) fn let_everybody_in(directory: impl AsFd) -> Result<(), Errno> {
    // With an `fsGroup` the kubelet sets this bit on the volume, by which new files get the group.
    let inherited = fstat(&directory)?.st_mode & SET_GROUP_ID;
    fchmod(directory, Mode::from_raw_mode(0o755 | inherited))
}

/// The names in a directory, without `.` and `..`, sorted.
pub(super) fn names(directory: impl AsFd) -> Result<Vec<CString>, Failure> {
    let mut names = Vec::new();
    for entry in Dir::read_from(directory).map_err(Step::Look.failed())? {
        let name = entry.map_err(Step::Look.failed())?.file_name().to_owned();
        if name.as_c_str() != c"." && name.as_c_str() != c".." {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// Removes a file, a link (not what it leads to) or a directory with everything in it.
pub(super) fn remove(at: impl AsFd, name: &CStr) -> Result<(), Failure> {
    match unlinkat(&at, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => return Ok(()),
        Err(Errno::ISDIR) => {}
        Err(error) => return Err(Step::Remove.failed()(error)),
    }
    let directory = open(&at, name).map_err(Step::Remove.failed())?;
    for entry in names(&directory)? {
        remove(&directory, &entry)?;
    }
    unlinkat(at, name, AtFlags::REMOVEDIR).map_err(Step::Remove.failed())
}

pub(super) fn sync(directory: impl AsFd) -> Result<(), Failure> {
    match fsync(directory) {
        // Some file systems cannot sync a directory.
        Ok(()) | Err(Errno::INVAL) => Ok(()),
        Err(error) => Err(Step::Sync.failed()(error)),
    }
}
