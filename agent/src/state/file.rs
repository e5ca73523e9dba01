//! One file that is nobody else's, replaced as a whole.

use std::{
    fs::{self, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::Path,
};

use rustix::{fs::OFlags, process::geteuid};
use vouchsafe_shared::secret::SecretBuffer;
use zeroize::Zeroizing;

use super::{LIMIT, StateError};

const OTHERS: u32 = 0o077;

pub(super) fn read(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, StateError> {
    // Neither a link nor a named pipe is followed or waited for.
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let metadata = file.metadata()?;
    let is_own = metadata.uid() == geteuid().as_raw() && metadata.mode() & OTHERS == 0;
    if !metadata.is_file() || !is_own {
        return Err(StateError::Foreign);
    }
    let length = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
    if length > LIMIT {
        return Err(StateError::TooLong);
    }
    // Growing in place would leave copies.
    let mut content = Zeroizing::new(Vec::with_capacity(length + 1));
    file.take(metadata.len()).read_to_end(&mut content)?;
    Ok(Some(content))
}

pub(super) fn replace(path: &Path, content: &SecretBuffer) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let next = path.with_extension("next");
    remove(&next)?;
    let mut options = OpenOptions::new();
    let options = options.write(true).create_new(true).mode(0o600);
    let written = options
        .open(&next)
        .and_then(|mut file| file.write_all(content.expose_secret()))
        .and_then(|()| fs::rename(&next, path));
    if written.is_err() {
        drop(remove(&next));
    }
    written
}

pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
