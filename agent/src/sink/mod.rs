//! The files of one volume change together, or not at all.
//!
//! The layout is that of the kubelet's own volumes (`ConfigMap`, `Secret`), so applications and
//! file watchers that know those know this one:
//!
//! ```text
//! ..2026_03_01_10_00_00.123.7/        one generation: a directory with every file
//! ├── db.env
//! └── tls/server.key
//! ..data -> ..2026_03_01_10_00_00.123.7  the current generation
//! db.env -> ..data/db.env             one link per file or top directory
//! tls    -> ..data/tls
//! ```
//!
//! A publication goes through these steps. All that can fail for want of space, permission or
//! privilege comes before the swap:
//!
//! 1. Look at every place that needs a link. What is not a link is in the way: nothing is done.
//! 2. Write the new generation, closed to others (`0700`) until it is whole: each file is created
//!    exclusively with `0600`, written, given its group, mode and owner, and synced.
//! 3. Make links for new names under reserved names, and `..data_tmp`; sync the volume.
//! 4. Rename `..data_tmp` to `..data`: the swap.
//! 5. Rename the links to where they belong. Only after the swap, so that no link is ever seen
//!    that leads to a file which the current generation does not have.
//! 6. Remove links to names that vanished, and all generations but this one and those before that
//!    are to be kept still; at least the one before, which a reader that has just opened it goes on
//!    reading, until the next publication or [`Volume::drop_previous`].
//!
//! Steps 1 to 3 are [`Volume::prepare`], the others [`Volume::swap`], so that several volumes can
//! change together: each is prepared before any is swapped.
//!
//! A process killed between 4 and 6 leaves the new generation current, whole and under its old
//! names; the links follow with the next publication. Which files changed is found out by
//! comparing with the disk, so a restarted process that renders the same publishes nothing.
//!
//! Everything is done relative to the opened volume, and no symbolic link inside it is followed.
//! One process at a time may have a volume open; readers need no coordination.

mod directory;
mod error;
mod file;
mod generation;
mod keep;
mod links;
mod publish;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{DirBuilder, File},
    io,
    os::{
        fd::{AsFd, OwnedFd},
        unix::fs::DirBuilderExt,
    },
    path::{Path, PathBuf},
    time::Duration,
};

use vouchsafe_shared::{
    secret::SecretBuffer,
    value::{FileMode, FileName},
};

use self::{error::Failure, generation::Generation, keep::Kept};
pub use self::{
    error::{SinkError, Step},
    publish::Prepared,
};

/// The link to the current generation.
const DATA: &str = "..data";
const NEW_DATA: &str = "..data_tmp";

/// A directory whose files change together, opened for writing.
#[derive(Debug)]
pub struct Volume {
    path: PathBuf,
    directory: OwnedFd,
    /// How many generations this process began here.
    generations: u64,
    /// Generations before the current one.
    kept: Kept,
    /// Files given to another user, which this process may be unable to open again.
    given_away: BTreeMap<FileName, File>,
    /// Changes that became visible in a publication that failed after its swap.
    untold: BTreeSet<FileName>,
}

/// A file as it should be.
#[derive(Debug)]
pub struct RenderedFile {
    pub name: FileName,
    pub content: SecretBuffer,
    pub mode: FileMode,
    /// The agent's own when absent.
    pub user: Option<u32>,
    /// The directory's own when absent: the agent's, or the pod's `fsGroup`.
    pub group: Option<u32>,
}

/// What a publication did.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Published {
    /// Files whose content, mode or owner is another, and names that are new or vanished. Nothing
    /// was written if there are none.
    pub changed: Vec<FileName>,
    /// There was no generation before, not from an earlier life of the process either.
    pub first: bool,
}

impl Volume {
    /// Opens a directory, creates it (mode `0755`) if it is missing, and removes what a killed
    /// process left behind; never the current generation.
    ///
    /// # Errors
    /// See [`SinkError`].
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, SinkError> {
        let path = path.into();
        let directory = open_or_create(&path).map_err(|error| SinkError {
            step: Step::Open,
            path: path.clone(),
            error,
        })?;
        let volume = Self {
            path,
            directory,
            generations: 0,
            kept: Kept::default(),
            given_away: BTreeMap::new(),
            untold: BTreeSet::new(),
        };
        let current = volume.current()?;
        volume
            .sweep(current.as_ref())
            .map_err(|failure| volume.error("", failure))?;
        Ok(volume)
    }

    /// Keeps what was current before a swap for at least this long after it.
    #[must_use]
    pub fn keeping(mut self, time: Duration) -> Self {
        self.kept = Kept::for_at_least(time);
        self
    }

    /// Removes all generations but the current one.
    ///
    /// # Errors
    /// See [`SinkError`]; what could not be removed goes with the next publication.
    pub fn drop_previous(&mut self) -> Result<(), SinkError> {
        self.kept.forget_all();
        let current = self.current()?;
        self.sweep(current.as_ref())
            .map_err(|failure| self.error("", failure))
    }

    /// The content of a file of the current generation, if it is there and may be read.
    ///
    /// # Errors
    /// See [`SinkError`].
    pub fn read_current(&self, name: &FileName) -> Result<Option<SecretBuffer>, SinkError> {
        let Some(current) = self.current()? else {
            return Ok(None);
        };
        file::read(current.as_fd(), name, self.given_away.get(name))
            .map_err(|failure| self.error(name.as_str(), failure))
    }

    /// The name of the generation that the volume at a path shows, if it shows one.
    pub fn generation_at(path: &Path) -> Option<String> {
        let directory = directory::open_volume(path).ok()?;
        let current = Generation::current(directory.as_fd()).ok()??;
        Some(current.name)
    }

    /// Whether the volume at a path shows every one of these files; for a process that does not
    /// write it, such as a probe.
    pub fn is_complete<'a>(path: &Path, names: impl IntoIterator<Item = &'a FileName>) -> bool {
        let Ok(directory) = directory::open_volume(path) else {
            return false;
        };
        let Ok(Some(current)) = Generation::current(directory.as_fd()) else {
            return false;
        };
        names.into_iter().all(|name| {
            file::exists(current.as_fd(), name)
                && links::is_shown(directory.as_fd(), name.top_segment())
        })
    }
}

// === impl Volume ===

impl Volume {
    fn current(&self) -> Result<Option<Generation>, SinkError> {
        Generation::current(self.directory.as_fd()).map_err(|failure| self.error(DATA, failure))
    }

    /// Removes what belongs to no generation that is to stay.
    fn sweep(&self, current: Option<&Generation>) -> Result<(), Failure> {
        let volume = self.directory.as_fd();
        for name in directory::names(volume)? {
            let Ok(text) = name.to_str() else { continue };
            let is_kept =
                current.is_some_and(|current| current.name == text) || self.kept.has(text);
            let is_leftover = text == NEW_DATA
                || links::is_prepared(text)
                || generation::is_name(text) && !is_kept
                || links::is_stale(volume, text, current);
            if is_leftover {
                directory::remove(volume, &name)?;
            }
        }
        Ok(())
    }

    fn error(&self, name: &str, failure: Failure) -> SinkError {
        SinkError::new(&self.path, name, failure)
    }
}

fn open_or_create(path: &Path) -> io::Result<OwnedFd> {
    if let Ok(directory) = directory::open_volume(path) {
        return Ok(directory);
    }
    DirBuilder::new().recursive(true).mode(0o755).create(path)?;
    let directory = directory::open_volume(path)?;
    directory::let_everybody_in(&directory)?;
    Ok(directory)
}

#[cfg(test)]
mod tests;
