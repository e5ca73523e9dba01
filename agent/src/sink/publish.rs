use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    os::fd::AsFd,
    time::SystemTime,
};

use rustix::fs::{renameat, symlinkat};
use vouchsafe_shared::value::FileName;

use super::{
    DATA, NEW_DATA, Published, RenderedFile, SinkError, Step, Volume, directory, file,
    generation::Generation, links,
};

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
        let current = self.current()?;
        let missing_links = self.missing_links(files)?;
        let published = Published {
            changed: self.changed(current.as_ref(), files, &missing_links)?,
            first: current.is_none(),
        };
        if published.changed.is_empty() {
            return Ok(published);
        }
        let (generation, given_away) = match self.write(files, &missing_links, now) {
            Ok(written) => written,
            Err(error) => {
                // The failure to tell is the first one; what stays is removed at the next open.
                let _ = self.sweep(current.as_ref(), self.previous.as_deref());
                return Err(error);
            }
        };
        self.previous = current.map(|current| current.name);
        self.given_away = given_away;
        let shown = links::show(self.directory.as_fd(), &missing_links);
        // All is visible now. What cannot be removed is tried again after the next swap, and what
        // cannot be synced is at worst the generation before, after a crash of the machine.
        let _ = self.sweep(Some(&generation), self.previous.as_deref());
        let _ = directory::sync(&self.directory);
        if let Err((name, failure)) = shown {
            self.untold.extend(published.changed);
            return Err(self.error(name, failure));
        }
        self.untold.clear();
        Ok(published)
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

    /// Steps 2 to 4: everything up to the swap.
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
            directory::sync(volume)?;
            renameat(volume, NEW_DATA, volume, DATA).map_err(Step::Swap.failed())
        };
        finish().map_err(|failure| self.error(DATA, failure))?;
        Ok((generation, given_away))
    }
}
