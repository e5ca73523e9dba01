use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io,
    os::fd::AsFd,
    time::SystemTime,
};

use rustix::fs::{renameat, symlinkat};
use vouchsafe_shared::value::FileName;

use super::{
    DATA, NEW_DATA, Published, RenderedFile, SinkError, Step, Volume, directory, file,
    generation::Generation, links,
};

/// A generation that is written and not yet visible.
#[derive(Debug)]
pub struct Prepared {
    published: Published,
    /// None when nothing changes.
    next: Option<Next>,
}

#[derive(Debug)]
struct Next {
    before: Option<String>,
    generation: Generation,
    given_away: BTreeMap<FileName, File>,
    missing_links: BTreeSet<String>,
}

impl Volume {
    /// Makes exactly these files visible, at once; does nothing if they are already.
    ///
    /// Names are distinct and none is a directory of another. `now` names the generation only: it
    /// may stand still or go back.
    ///
    /// # Errors
    /// See [`SinkError`]. Nothing visible has changed, unless the failed step is [`Step::Show`]: then
    /// all but the new name of the error is visible, and the next publication tells of it.
    pub fn publish(
        &mut self,
        files: &[RenderedFile],
        now: SystemTime,
    ) -> Result<Published, SinkError> {
        let prepared = self.prepare(files, now)?;
        self.swap(prepared)
    }

    /// Writes these files where nobody sees them. What is not swapped goes with the next
    /// publication, or with [`Self::discard`].
    ///
    /// # Errors
    /// See [`SinkError`]. Nothing visible has changed.
    pub fn prepare(
        &mut self,
        files: &[RenderedFile],
        now: SystemTime,
    ) -> Result<Prepared, SinkError> {
        let current = self.current()?;
        let missing_links = self.missing_links(files)?;
        let published = Published {
            changed: self.changed(current.as_ref(), files, &missing_links)?,
            first: current.is_none(),
        };
        if published.changed.is_empty() {
            let next = None;
            return Ok(Prepared { published, next });
        }
        let written = loop {
            match self.write(files, &missing_links, now) {
                // What is kept for comfort gives way to what is needed.
                Err(error) if is_full(&error) && self.kept.forget_older() => {
                    let _ = self.sweep(current.as_ref());
                }
                written => break written,
            }
        };
        let (generation, given_away) = written.inspect_err(|_| {
            // The failure to tell is the first one; what stays is removed at the next open.
            let _ = self.sweep(current.as_ref());
        })?;
        let next = Next {
            before: current.map(|current| current.name),
            generation,
            given_away,
            missing_links: missing_links.into_iter().map(str::to_owned).collect(),
        };
        Ok(Prepared {
            published,
            next: Some(next),
        })
    }

    /// Makes what was prepared visible, at once.
    ///
    /// # Errors
    /// See [`Self::publish`].
    pub fn swap(&mut self, prepared: Prepared) -> Result<Published, SinkError> {
        let Prepared { published, next } = prepared;
        let Some(next) = next else {
            return Ok(published);
        };
        let volume = self.directory.as_fd();
        if let Err(error) = renameat(volume, NEW_DATA, volume, DATA) {
            let failure = Step::Swap.failed()(error);
            let _ = self.discard();
            return Err(self.error(DATA, failure));
        }
        if let Some(before) = next.before {
            self.kept.add(before);
        }
        self.given_away = next.given_away;
        let names = next.missing_links.iter().map(String::as_str).collect();
        let shown = links::show(self.directory.as_fd(), &names);
        // All is visible now. What cannot be removed is tried again after the next swap, and what
        // cannot be synced is at worst the generation before, after a crash of the machine.
        let _ = self.sweep(Some(&next.generation));
        let _ = directory::sync(&self.directory);
        if let Err((name, failure)) = shown {
            self.untold.extend(published.changed);
            return Err(self.error(name, failure));
        }
        self.untold.clear();
        Ok(published)
    }

    /// Removes what was prepared and is not to be swapped.
    ///
    /// # Errors
    /// See [`SinkError`]; what could not be removed goes with the next publication.
    pub fn discard(&mut self) -> Result<(), SinkError> {
        let current = self.current()?;
        self.sweep(current.as_ref())
            .map_err(|failure| self.error("", failure))
    }

    fn missing_links<'a>(&self, files: &'a [RenderedFile]) -> Result<BTreeSet<&'a str>, SinkError> {
        let mut missing = BTreeSet::new();
        for file in files {
            let top = file.name.top_segment();
            if !links::check(self.directory.as_fd(), top)
                .map_err(|failure| self.error(top, failure))?
            {
                missing.insert(top);
            }
        }
        Ok(missing)
    }

    fn changed(
        &self,
        current: Option<&Generation>,
        files: &[RenderedFile],
        missing_links: &BTreeSet<&str>,
    ) -> Result<Vec<FileName>, SinkError> {
        let mut changed: Vec<FileName> = files
            .iter()
            .filter(|file| {
                self.untold.contains(&file.name)
                    || missing_links.contains(file.name.top_segment())
                    || !current.is_some_and(|current| {
                        file::is_as(current.as_fd(), file, self.given_away.get(&file.name))
                    })
            })
            .map(|file| file.name.clone())
            .collect();
        if let Some(current) = current {
            let wanted: BTreeSet<&FileName> = files.iter().map(|file| &file.name).collect();
            let present = current
                .file_names()
                .map_err(|failure| self.error(&current.name, failure))?;
            changed.extend(present.into_iter().filter(|name| !wanted.contains(name)));
        }
        Ok(changed)
    }

    /// Steps 2 and 3: everything before the swap.
    fn write(
        &mut self,
        files: &[RenderedFile],
        missing_links: &BTreeSet<&str>,
        now: SystemTime,
    ) -> Result<(Generation, BTreeMap<FileName, File>), SinkError> {
        let volume = self.directory.as_fd();
        let generation = Generation::create(volume, now, &mut self.generations)
            .map_err(|failure| SinkError::new(&self.path, "", failure))?;
        let mut given_away = BTreeMap::new();
        for file in files {
            let written = file::write(generation.as_fd(), file)
                .map_err(|failure| self.error(file.name.as_str(), failure))?;
            if file.user.is_some() {
                given_away.insert(file.name.clone(), written);
            }
        }
        let finish = || {
            generation.complete()?;
            links::prepare(volume, missing_links)?;
            symlinkat(&generation.name, volume, NEW_DATA).map_err(Step::Swap.failed())?;
            directory::sync(volume)
        };
        finish().map_err(|failure| self.error(DATA, failure))?;
        Ok((generation, given_away))
    }
}

fn is_full(error: &SinkError) -> bool {
    matches!(
        error.error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}
