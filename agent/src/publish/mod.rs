//! From secrets to files: renders what volumes hold and swaps it in.
//!
//! Volumes that share a bundle of files are published together: all are written before any is
//! swapped, and then they are swapped in the order of the configuration. So a file of a bundle is at
//! worst newer than another for the time between two renames; one that cannot be rendered or written
//! leaves the whole bundle as it was.

mod content;

use std::{
    collections::BTreeSet,
    path::Path,
    time::{Duration, SystemTime},
};

use vouchsafe_shared::{
    config::{AgentConfig, FileConfig, VolumeConfig},
    secret::{SecretBuffer, SecretString},
    value::HumanDuration,
};

use self::content::Made;
use crate::{
    answer::Answer,
    fault::{Fault, Retry, Whose},
    lifecycle::{Asked, Demand, FileFault, Outcome, Prospect},
    plan::{FileIndex, SecretIndex, VolumeIndex},
    sink::{RenderedFile, SinkError, Volume},
    template::Templates,
};

/// The volumes of a configuration, each opened when first needed.
#[derive(Debug)]
pub struct Publisher {
    files: Vec<FileConfig>,
    templates: Templates,
    volumes: Vec<OpenVolume>,
}

#[derive(Debug)]
struct OpenVolume {
    config: VolumeConfig,
    sink: Option<Volume>,
    untold: Untold,
}

/// What became visible, until the publication that it was part of succeeds for all volumes.
#[derive(Debug, Default)]
struct Untold {
    changed: BTreeSet<FileIndex>,
    first: bool,
}

/// What files are made of.
#[derive(Clone, Copy)]
pub struct Material<'a> {
    pub demand: &'a Demand,
    /// What is to be expected of secrets without an answer.
    pub prospect: &'a dyn Fn(SecretIndex) -> Prospect,
    /// Whether a template asks for something else whenever it runs.
    pub is_endless: &'a dyn Fn(FileIndex) -> bool,
    /// By secret.
    pub answers: &'a [Option<Answer>],
    /// By store.
    pub tokens: &'a [Option<&'a SecretString>],
}

/// What came of rendering volumes, and of their templates by themselves.
#[derive(Debug)]
pub struct Attempt {
    pub asked: Vec<Asked>,
    pub outcome: Outcome,
    /// How many templates were rendered.
    pub rendered: u64,
    /// Why others were not, although all they asked for was there.
    pub template_faults: Vec<FileFault>,
}

impl Attempt {
    fn template_failed(&mut self, file: FileIndex, fault: &Fault) {
        let fault = fault.clone();
        self.template_faults.push(FileFault { file, fault });
    }
}

impl Publisher {
    pub fn new(config: &AgentConfig, templates: Templates) -> Self {
        let volumes = config.volumes.iter();
        let volumes = volumes.map(|volume| OpenVolume {
            config: volume.clone(),
            sink: None,
            untold: Untold::default(),
        });
        Self {
            files: config.files.clone(),
            templates,
            volumes: volumes.collect(),
        }
    }

    /// Of each volume, whether all its files are there that must be.
    pub fn complete(config: &AgentConfig) -> Vec<bool> {
        let complete = |(index, volume): (usize, &VolumeConfig)| {
            let is_needed = |file: &&FileConfig| !file.optional || file.fallback.is_some();
            let files = config.files.iter().filter(|file| file.volume == index);
            let names = files.filter(is_needed).map(|file| &file.name);
            Volume::is_complete(Path::new(&volume.path), names)
        };
        config.volumes.iter().enumerate().map(complete).collect()
    }

    /// Renders all files of volumes and swaps them in together. A file that cannot be rendered
    /// keeps its last good content, and so do all of its bundle; if one never had any, nothing is
    /// published. The same holds for one whose secret is given up; for one that is still to come,
    /// everything waits. One that may lack its secret is left out, or shows its fallback, until the
    /// secret is there. A template whose failure is fatal leaves all as it was.
    pub fn publish(
        &mut self,
        material: &Material<'_>,
        volumes: &[VolumeIndex],
        now: SystemTime,
    ) -> Attempt {
        let mut attempt = Attempt {
            asked: Vec::new(),
            outcome: Outcome::Incomplete,
            rendered: 0,
            template_faults: Vec::new(),
        };
        let mut made = self.make(material, volumes, &mut attempt);
        let waits = |made: &(FileIndex, Made)| matches!(made.1, Made::Waits);
        if let Some(fatal) = self.first_fatal(&attempt) {
            attempt.outcome = Outcome::Fatal(fatal);
        } else if !made.iter().any(waits) {
            self.carry_out_writes(&mut made, &mut attempt);
            attempt.outcome = match self.first_fatal(&attempt) {
                Some(fatal) => Outcome::Fatal(fatal),
                None => {
                    self.fail_bundles(&mut made);
                    self.swap_in(volumes, made, now)
                        .unwrap_or_else(Outcome::Failed)
                }
            };
        }
        attempt
    }

    /// Removes all but the current generation of a volume.
    ///
    /// # Errors
    /// When the volume cannot be changed; the next publication tries again.
    pub fn drop_previous(&mut self, volume: VolumeIndex) -> Result<(), Fault> {
        match &mut self.volumes[volume.0].sink {
            Some(sink) => sink.drop_previous().map_err(|error| fault(&error)),
            None => Ok(()),
        }
    }

    fn swap_in(
        &mut self,
        volumes: &[VolumeIndex],
        made: Vec<(FileIndex, Made)>,
        now: SystemTime,
    ) -> Result<Outcome, Fault> {
        let mut kept = Vec::new();
        let mut rendered: Vec<Vec<(FileIndex, RenderedFile)>> =
            volumes.iter().map(|_| Vec::new()).collect();
        for (index, made) in made {
            let file = &self.files[index.0];
            let Some(place) = volumes.iter().position(|volume| volume.0 == file.volume) else {
                continue;
            };
            let content = match made {
                Made::Content(content, _) => Some(content),
                Made::Waits | Made::Absent => None,
                Made::Failed(fault) => {
                    kept.push(FileFault { file: index, fault });
                    None
                }
            };
            let content = match content {
                Some(content) => content,
                None => match self.volumes[file.volume].last(file)? {
                    Some(last) => last,
                    None => match kept.last().filter(|kept| kept.file == index) {
                        Some(kept) => return Err(kept.fault.clone()),
                        None => continue,
                    },
                },
            };
            let file = RenderedFile {
                name: file.name.clone(),
                content,
                mode: file.mode,
                user: file.user,
                group: file.group,
            };
            rendered[place].push((index, file));
        }
        let (changed, first) = self.swap(volumes, rendered, now)?;
        Ok(Outcome::Rendered {
            changed,
            first,
            kept,
        })
    }

    /// Writes all volumes, then swaps all.
    fn swap(
        &mut self,
        volumes: &[VolumeIndex],
        rendered: Vec<Vec<(FileIndex, RenderedFile)>>,
        now: SystemTime,
    ) -> Result<(Vec<FileIndex>, bool), Fault> {
        let mut prepared = Vec::new();
        for (volume, files) in volumes.iter().zip(rendered) {
            let (indices, files): (Vec<_>, Vec<_>) = files.into_iter().unzip();
            let sink = self.volumes[volume.0].sink();
            let ready =
                sink.and_then(|sink| sink.prepare(&files, now).map_err(|error| fault(&error)));
            match ready {
                Ok(ready) => prepared.push((*volume, indices, ready)),
                Err(fault) => {
                    for (volume, ..) in prepared {
                        // What cannot be removed now goes with the next publication.
                        let _ = self.volumes[volume.0].sink()?.discard();
                    }
                    return Err(fault);
                }
            }
        }
        let mut failed = None;
        for (volume, indices, ready) in prepared {
            let volume = &mut self.volumes[volume.0];
            match volume.sink()?.swap(ready) {
                Ok(published) => {
                    let is_changed =
                        |index: &FileIndex| published.changed.contains(&self.files[index.0].name);
                    let changed = indices.into_iter().filter(is_changed);
                    volume.untold.changed.extend(changed);
                    volume.untold.first |= published.first;
                }
                // The others are swapped all the same: the least that can differ is best.
                Err(error) => failed = Some(fault(&error)),
            }
        }
        if let Some(failed) = failed {
            return Err(failed);
        }
        let (mut changed, mut first) = (BTreeSet::new(), false);
        for volume in volumes {
            let told = std::mem::take(&mut self.volumes[volume.0].untold);
            changed.extend(told.changed);
            first |= told.first;
        }
        Ok((changed.into_iter().collect(), first))
    }

    fn first_fatal(&self, attempt: &Attempt) -> Option<FileFault> {
        let mut faults = attempt.template_faults.iter();
        let is_fatal = |failed: &&FileFault| self.files[failed.file.0].source.is_error_fatal();
        faults.find(is_fatal).cloned()
    }
}

impl OpenVolume {
    fn sink(&mut self) -> Result<&mut Volume, Fault> {
        match &mut self.sink {
            Some(sink) => Ok(sink),
            none => {
                let keep = self.config.keep_previous;
                let keep = keep.map_or_else(Duration::default, HumanDuration::as_duration);
                let volume = Volume::open(Path::new(&self.config.path));
                let volume = volume.map_err(|error| fault(&error))?.keeping(keep);
                Ok(none.insert(volume))
            }
        }
    }

    /// The content that a file shows.
    fn last(&mut self, file: &FileConfig) -> Result<Option<SecretBuffer>, Fault> {
        let sink = self.sink()?;
        sink.read_current(&file.name).map_err(|error| fault(&error))
    }
}

impl std::fmt::Debug for Material<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Material")
    }
}

fn fault(error: &SinkError) -> Fault {
    Fault::new(error.code(), Whose::Pod, Retry::Backoff, error.to_string())
}

#[cfg(test)]
mod tests;
