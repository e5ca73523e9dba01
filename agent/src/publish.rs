//! From secrets to files: renders what a volume holds and swaps it in.

use std::{path::Path, time::SystemTime};

use vouchsafe_shared::{
    config::{AgentConfig, FileConfig, SecretSource, SourceConfig},
    diagnostic::Code,
    secret::{ExposeSecret, SecretBuffer, SecretString},
};

use crate::{
    answer::Answer,
    fault::{Fault, Retry, Whose},
    lifecycle::{Asked, Demand, FileFault, Outcome},
    plan::{FileIndex, SecretIndex, VolumeIndex},
    render,
    sink::{RenderedFile, SinkError, Volume},
    template::{Templates, Write},
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
    path: String,
    sink: Option<Volume>,
}

/// What came of rendering a volume, and of its templates by themselves.
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
            path: volume.path.clone(),
            sink: None,
        });
        Self {
            files: config.files.clone(),
            templates,
            volumes: volumes.collect(),
        }
    }

    /// Of each volume, whether all its files are there.
    pub fn complete(config: &AgentConfig) -> Vec<bool> {
        let complete = |(index, volume): (usize, &vouchsafe_shared::config::VolumeConfig)| {
            let files = config.files.iter().filter(move |file| file.volume == index);
            Volume::is_complete(Path::new(&volume.path), files.map(|file| &file.name))
        };
        config.volumes.iter().enumerate().map(complete).collect()
    }

    /// Renders all files of a volume and swaps them in together. A file that cannot be rendered
    /// keeps its last good content; if it never had one, nothing is published. The same holds for
    /// one whose secret is given up; for one that is still to come, everything waits. A template
    /// whose failure is fatal leaves all as it was. `tokens` are the stores', in their order.
    pub fn publish(
        &mut self,
        demand: &Demand,
        is_given_up: &dyn Fn(SecretIndex) -> bool,
        volume: VolumeIndex,
        answers: &[Option<Answer>],
        tokens: &[Option<&SecretString>],
        now: SystemTime,
    ) -> Attempt {
        let mut attempt = Attempt {
            asked: Vec::new(),
            outcome: Outcome::Incomplete,
            rendered: 0,
            template_faults: Vec::new(),
        };
        let mut waits = false;
        let mut contents = Vec::new();
        for (index, planned) in demand.plan().files_of(volume) {
            let file = &self.files[index.0];
            let content = match &file.source {
                SourceConfig::Secret(source) => {
                    let secret = demand.needs(index).next();
                    let answer = secret.and_then(|secret| answers.get(secret.0)?.as_ref());
                    match answer {
                        Some(answer) => plain(file, source, answer),
                        None => {
                            waits |= !secret.is_some_and(is_given_up);
                            Err(missing(file, &source.secret.to_string()))
                        }
                    }
                }
                SourceConfig::Token(_) => match tokens.get(planned.store.0).copied().flatten() {
                    Some(token) => {
                        let mut content = SecretBuffer::default();
                        content.push_str(token.expose_secret());
                        Ok((content, Vec::new()))
                    }
                    None => {
                        waits = true;
                        Err(missing(file, "the token"))
                    }
                },
                SourceConfig::Template(_) => {
                    let run = self.templates.run(index, planned.store, demand, answers);
                    waits |= run.missing.iter().any(|missing| {
                        let secret = demand.find(planned.store, missing);
                        !secret.is_some_and(is_given_up)
                    });
                    attempt.asked.push(run.asked);
                    let content = match (run.content, run.missing.first()) {
                        (Some(content), _) => content.map(|content| (content, run.writes)),
                        (None, Some(secret)) => Err(missing(file, &secret.to_string())),
                        (None, None) => Err(missing(file, "its template")),
                    };
                    match &content {
                        Ok(_) => attempt.rendered += 1,
                        Err(_) if !run.missing.is_empty() => {}
                        Err(fault) => attempt.template_failed(index, fault),
                    }
                    content
                }
            };
            contents.push((index, content));
        }
        if let Some(fatal) = first_fatal(&self.files, &attempt) {
            attempt.outcome = Outcome::Fatal(fatal);
        } else if !waits {
            attempt.outcome = self
                .swap_in(volume, contents, &mut attempt, now)
                .unwrap_or_else(Outcome::Failed);
        }
        attempt
    }

    fn swap_in(
        &mut self,
        volume: VolumeIndex,
        contents: Vec<(FileIndex, Result<Content, Fault>)>,
        attempt: &mut Attempt,
        now: SystemTime,
    ) -> Result<Outcome, Fault> {
        let open = &mut self.volumes[volume.0];
        let sink = match &mut open.sink {
            Some(sink) => sink,
            none => {
                none.insert(Volume::open(Path::new(&open.path)).map_err(|error| fault(&error))?)
            }
        };
        let indices: Vec<_> = contents.iter().map(|(index, _)| *index).collect();
        let mut rendered = Vec::new();
        let mut kept = Vec::new();
        for (index, content) in contents {
            let file = &self.files[index.0];
            let content = content.and_then(|(content, writes)| {
                let written = writes.iter().try_for_each(Write::carry_out);
                written.map(|()| content).map_err(|reason| {
                    let message = format!("file {}: {reason}", file.name);
                    let fault = Fault::new(Code::WriteFailed, Whose::User, Retry::Rarely, message);
                    attempt.rendered -= 1;
                    attempt.template_failed(index, &fault);
                    fault
                })
            });
            if let Some(fatal) = first_fatal(&self.files, attempt) {
                return Ok(Outcome::Fatal(fatal));
            }
            let content = match content {
                Ok(content) => content,
                Err(fault) => {
                    let last = sink
                        .read_current(&file.name)
                        .map_err(|error| self::fault(&error))?;
                    let Some(last) = last else { return Err(fault) };
                    kept.push(FileFault { file: index, fault });
                    last
                }
            };
            rendered.push(RenderedFile {
                name: file.name.clone(),
                content,
                mode: file.mode,
                user: file.user,
                group: file.group,
            });
        }
        let published = sink
            .publish(&rendered, now)
            .map_err(|error| fault(&error))?;
        let is_changed = |index: &FileIndex| published.changed.contains(&self.files[index.0].name);
        Ok(Outcome::Rendered {
            changed: indices.into_iter().filter(is_changed).collect(),
            first: published.first,
            kept,
        })
    }
}

fn first_fatal(files: &[FileConfig], attempt: &Attempt) -> Option<FileFault> {
    let mut faults = attempt.template_faults.iter();
    let is_fatal = |failed: &&FileFault| files[failed.file.0].source.is_error_fatal();
    faults.find(is_fatal).cloned()
}

/// The content of a file, and what its template wants written beside it.
type Content = (SecretBuffer, Vec<Write>);

fn plain(file: &FileConfig, source: &SecretSource, answer: &Answer) -> Result<Content, Fault> {
    match render::render(source.format, source.key.as_ref(), &answer.data()) {
        Ok(content) => Ok((content, Vec::new())),
        Err(error) => {
            let message = format!("file {} from {}: {error}", file.name, source.secret);
            let code = error.code();
            Err(Fault::new(code, Whose::User, Retry::Rarely, message))
        }
    }
}

fn fault(error: &SinkError) -> Fault {
    Fault::new(error.code(), Whose::Pod, Retry::Backoff, error.to_string())
}

fn missing(file: &FileConfig, what: &str) -> Fault {
    let message = format!("file {}: {what} is not there", file.name);
    Fault::new(Code::SecretNotFound, Whose::User, Retry::Rarely, message)
}

#[cfg(test)]
mod tests;
