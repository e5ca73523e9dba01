//! `writeToFile`: a file of the agent's container, replaced as a whole and only when it changes.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Write as _},
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown},
    },
    path::{Path, PathBuf},
};

use rustix::fs::OFlags;
use vouchsafe_shared::secret::SecretBuffer;
use vouchsafe_template::{scope::FileWrite, value::Text};
use zeroize::Zeroizing;

/// The longest file that is added to, in bytes.
const APPEND_LIMIT: u64 = 1024 * 1024;

/// One file to write, with everything checked that can be checked before.
#[derive(Debug)]
pub struct Write {
    path: PathBuf,
    user: Option<u32>,
    group: Option<u32>,
    mode: u32,
    append: bool,
    content: Text,
}

impl Write {
    pub(super) fn new(write: &FileWrite<'_>) -> Result<Self, String> {
        let path = Path::new(OsStr::from_bytes(write.path));
        let shown = path.display();
        if !path.is_absolute() || path.file_name().is_none() || write.path.contains(&0) {
            return Err(format!("{shown} is not the absolute path of a file"));
        }
        let mode = str::from_utf8(write.mode).ok();
        let mode = mode.and_then(|mode| u32::from_str_radix(mode, 8).ok());
        let mode = mode.filter(|mode| *mode <= 0o7777);
        let mode = mode.ok_or_else(|| format!("the mode of {shown} is not octal, as 0640 is"))?;
        let user = id(write.user, "/etc/passwd")
            .map_err(|()| format!("there is no such user for {shown}"))?;
        let group = id(write.group, "/etc/group")
            .map_err(|()| format!("there is no such group for {shown}"))?;
        Ok(Self {
            path: path.to_owned(),
            user,
            group,
            mode,
            append: write.append,
            content: write.content.clone(),
        })
    }

    pub(super) fn is_to(&self, other: &Self) -> bool {
        self.path == other.path
    }

    /// Comes after another write to the same file.
    pub(super) fn follow(&mut self, before: &Self) {
        if self.append {
            let mut content = SecretBuffer::default();
            content.push_bytes(&before.content);
            content.push_bytes(&self.content);
            self.content = Text::from(content);
            self.append = before.append;
        }
    }

    /// Writes the file if it is not what it should be.
    ///
    /// # Errors
    /// Names the file and what went wrong.
    pub fn carry_out(&self) -> Result<(), String> {
        self.replace()
            .map_err(|error| format!("writeToFile cannot write {}: {error}", self.path.display()))
    }

    fn replace(&self) -> io::Result<()> {
        let present = match open(&self.path) {
            Ok(file) => Some(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            // A link: it is replaced, and what it leads to stays as it is.
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
                None
            }
            Err(error) => return Err(error),
        };
        let mut content = SecretBuffer::default();
        if let Some(file) = present {
            let metadata = file.metadata()?;
            if !metadata.is_file() {
                return Err(io::Error::other("there is something that is not a file"));
            }
            let before = self.content_of(file, metadata.len())?;
            // What was added in an earlier run is not added again.
            if self.append && !before.ends_with(&self.content) {
                content.push_bytes(&before);
                content.push_bytes(&self.content);
            } else if self.append {
                content.push_bytes(&before);
            } else {
                content.push_bytes(&self.content);
            }
            let is_same = *content.expose_secret() == **before
                && metadata.mode() & 0o7777 == self.mode
                && self.user.is_none_or(|user| user == metadata.uid())
                && self.group.is_none_or(|group| group == metadata.gid());
            if is_same {
                return Ok(());
            }
        } else {
            content.push_bytes(&self.content);
        }
        self.write(content.expose_secret())
    }

    /// What is there, as far as it matters.
    fn content_of(&self, file: File, length: u64) -> io::Result<Zeroizing<Vec<u8>>> {
        let limit = if self.append {
            APPEND_LIMIT
        } else {
            self.content.len() as u64 + 1
        };
        if self.append && length > limit {
            return Err(io::Error::other("it is too long to be added to"));
        }
        let room = usize::try_from(length.min(limit)).unwrap_or_default() + 1;
        let mut content = Zeroizing::new(Vec::with_capacity(room));
        file.take(limit).read_to_end(&mut content)?;
        Ok(content)
    }

    fn write(&self, content: &[u8]) -> io::Result<()> {
        let parent = self.path.parent().unwrap_or_else(|| Path::new("/"));
        DirBuilder::new()
            .recursive(true)
            .mode(0o755)
            .create(parent)?;
        let mut name = OsString::from("..");
        name.push(self.path.file_name().unwrap_or_default());
        name.push(".vouchsafe");
        let next = parent.join(name);
        match fs::remove_file(&next) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&next)?;
        let written = file.write_all(content).and_then(|()| {
            if self.user.is_some() || self.group.is_some() {
                fchown(&file, self.user, self.group)?;
            }
            file.set_permissions(fs::Permissions::from_mode(self.mode))?;
            file.sync_all()?;
            fs::rename(&next, &self.path)
        });
        if written.is_err() {
            drop(fs::remove_file(&next));
        }
        written
    }
}

fn open(path: &Path) -> io::Result<File> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

/// The number of a user or group, by its name in a file like `/etc/passwd`, or as it is; none for
/// no name, which is the agent's own.
fn id(name: &[u8], file: &str) -> Result<Option<u32>, ()> {
    if name.is_empty() {
        return Ok(None);
    }
    let name = str::from_utf8(name).map_err(drop)?;
    let entries = fs::read_to_string(file).unwrap_or_default();
    let named = entries.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next()? == name).then(|| fields.nth(1)?.parse().ok())?
    });
    let id: Option<u32> = named.or_else(|| name.parse().ok());
    id.filter(|id| *id != u32::MAX).map(Some).ok_or(())
}

#[cfg(test)]
mod tests;
