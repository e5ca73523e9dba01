//! One file of a generation: written, and compared with what it should be.

use std::{
    fs::File,
    io::Write,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::fs::FileExt,
    },
};

use rustix::{
    fs::{
        AtFlags, FileType, Gid, Mode, OFlags, Stat, Uid, fchmod, fchown, fstat, mkdirat, openat,
        statat,
    },
    io::Errno,
};
use vouchsafe_shared::{secret::SecretBuffer, value::FileName};
use zeroize::Zeroizing;

use super::{
    RenderedFile, directory,
    error::{Failure, Step},
};

/// How much is read at a time, in bytes.
const PIECE: usize = 4096;

/// Writes a file below a generation, and leaves it open so that it can be read whoever owns it
/// then.
pub(super) fn write(generation: BorrowedFd<'_>, file: &RenderedFile) -> Result<File, Failure> {
    let (directories, leaf) = split(&file.name);
    let mut parents: Vec<OwnedFd> = Vec::new();
    for name in directories {
        let parent = make_directory(innermost(&parents, generation), name);
        parents.push(parent.map_err(Step::Create.failed())?);
    }
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let owner_only = Mode::RUSR | Mode::WUSR;
    let mut written: File = openat(innermost(&parents, generation), leaf, flags, owner_only)
        .map_err(Step::Create.failed())?
        .into();
    written
        .write_all(file.content.expose_secret())
        .map_err(Step::Write.failed())?;
    give(&written, file)?;
    written.sync_all().map_err(Step::Sync.failed())?;
    for parent in parents.iter().rev() {
        directory::sync(parent)?;
    }
    Ok(written)
}

/// Whether a file is there as it should be. One that cannot be read is not, except through
/// `given_away`, the same file opened when it was written.
pub(super) fn is_as(
    generation: BorrowedFd<'_>,
    file: &RenderedFile,
    given_away: Option<&File>,
) -> bool {
    let Ok((parent, leaf)) = parent_of(generation, &file.name) else {
        return false;
    };
    let parent = innermost(parent.as_slice(), generation);
    // A pipe in its place must not block.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    match openat(parent, leaf, flags, Mode::empty()) {
        Ok(opened) => is_same(&File::from(opened), file),
        Err(Errno::ACCESS) => given_away.is_some_and(|given_away| {
            statat(parent, leaf, AtFlags::SYMLINK_NOFOLLOW)
                .is_ok_and(|stat| is_of(given_away, &stat))
                && is_same(given_away, file)
        }),
        Err(_) => false,
    }
}

/// The content of a file; none if it is not there or may not be read.
pub(super) fn read(
    generation: BorrowedFd<'_>,
    name: &FileName,
    given_away: Option<&File>,
) -> Result<Option<SecretBuffer>, Failure> {
    let Ok((parent, leaf)) = parent_of(generation, name) else {
        return Ok(None);
    };
    let parent = innermost(parent.as_slice(), generation);
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let opened = openat(parent, leaf, flags, Mode::empty())
        .map(File::from)
        .ok();
    let Some(file) = opened.as_ref().or(given_away) else {
        return Ok(None);
    };
    let mut content = SecretBuffer::default();
    let mut piece = Zeroizing::new([0; PIECE]);
    let mut offset = 0;
    loop {
        match file
            .read_at(&mut *piece, offset)
            .map_err(Step::Look.failed())?
        {
            0 => return Ok(Some(content)),
            length => {
                content.push_bytes(&piece[..length]);
                offset += length as u64;
            }
        }
    }
}

/// Whether there is a regular file of this name.
pub(super) fn exists(generation: BorrowedFd<'_>, name: &FileName) -> bool {
    parent_of(generation, name).is_ok_and(|(parent, leaf)| {
        let parent = innermost(parent.as_slice(), generation);
        statat(parent, leaf, AtFlags::SYMLINK_NOFOLLOW).is_ok_and(|stat| is_regular(&stat))
    })
}

/// Gives a file its group, mode and owner, in an order that needs the least privilege: the mode of
/// somebody else's file is nobody's to change with the capability CHOWN alone.
fn give(written: &File, file: &RenderedFile) -> Result<(), Failure> {
    if let Some(group) = file.group {
        let step = Step::Group(group);
        let id = valid(group).map_err(step.failed())?;
        fchown(written, None, Some(Gid::from_raw(id))).map_err(step.failed())?;
    }
    fchmod(written, Mode::from_raw_mode(file.mode.bits())).map_err(Step::Mode.failed())?;
    if let Some(user) = file.user {
        let step = Step::User(user);
        let id = valid(user).map_err(step.failed())?;
        fchown(written, Some(Uid::from_raw(id)), None).map_err(step.failed())?;
    }
    Ok(())
}

/// The system call takes the largest number for "as it is".
fn valid(id: u32) -> Result<u32, Errno> {
    if id == u32::MAX {
        return Err(Errno::INVAL);
    }
    Ok(id)
}

fn split(name: &FileName) -> (impl Iterator<Item = &str>, &str) {
    let (directories, leaf) = name
        .as_str()
        .rsplit_once('/')
        .unwrap_or_else(|| ("", name.as_str()));
    let directories = directories.split('/').filter(|name| !name.is_empty());
    (directories, leaf)
}

/// The directory of a file, if that is not the generation itself, and the file's name in it.
fn parent_of<'a>(
    generation: BorrowedFd<'_>,
    name: &'a FileName,
) -> Result<(Option<OwnedFd>, &'a str), Errno> {
    let (directories, leaf) = split(name);
    let mut parent: Option<OwnedFd> = None;
    for name in directories {
        parent = Some(directory::open(
            innermost(parent.as_slice(), generation),
            name,
        )?);
    }
    Ok((parent, leaf))
}

fn innermost<'a>(parents: &'a [OwnedFd], generation: BorrowedFd<'a>) -> BorrowedFd<'a> {
    parents.last().map_or(generation, AsFd::as_fd)
}

fn make_directory(at: BorrowedFd<'_>, name: &str) -> Result<OwnedFd, Errno> {
    match mkdirat(at, name, Mode::from_raw_mode(0o755)) {
        Ok(()) => {
            let directory = directory::open(at, name)?;
            directory::let_everybody_in(&directory)?;
            Ok(directory)
        }
        Err(Errno::EXIST) => directory::open(at, name),
        Err(error) => Err(error),
    }
}

fn is_same(opened: &File, file: &RenderedFile) -> bool {
    let expected = file.content.expose_secret();
    let is_alike = fstat(opened).is_ok_and(|stat| {
        is_regular(&stat)
            && stat.st_mode & 0o7777 == file.mode.bits()
            && file.user.is_none_or(|user| user == stat.st_uid)
            && file.group.is_none_or(|group| group == stat.st_gid)
            && usize::try_from(stat.st_size) == Ok(expected.len())
    });
    let mut read = Zeroizing::new([0; PIECE]);
    let mut offset = 0;
    is_alike
        && expected.chunks(PIECE).all(|expected| {
            let read = &mut read[..expected.len()];
            let is_same = opened.read_exact_at(read, offset).is_ok() && read == expected;
            offset += expected.len() as u64;
            is_same
        })
}

fn is_of(opened: &File, stat: &Stat) -> bool {
    fstat(opened).is_ok_and(|opened| opened.st_ino == stat.st_ino && opened.st_dev == stat.st_dev)
}

fn is_regular(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
}
