//! The files to write, and the volumes that they are in.

use std::collections::BTreeMap;

use vouchsafe_shared::{
    config::{
        CommandConfig, CommandLine, FileConfig, SourceConfig, TemplateSource,
        TemplateText as SourceText, TokenSource,
    },
    diagnostic::{Code, Diagnostic},
    value::{DirectoryPath, FileMode, FileName, HumanDuration},
};

use super::STORE;
use crate::{
    config::{Command, Located, Run, Sink, Template, TemplateText, VaultAgentConfig},
    source::Source,
    syntax::Position,
};

/// Stands for a command without a time limit.
const ENDLESS: HumanDuration = HumanDuration::from_secs(365 * 24 * 3600);

/// The volumes that have files, and the files: templates in their order, then sinks.
pub(super) fn convert(
    config: &VaultAgentConfig,
    volumes: &[DirectoryPath],
    problems: &mut Vec<Diagnostic>,
) -> (Vec<DirectoryPath>, Vec<FileConfig>) {
    let mut placement = Placement {
        source: &config.source,
        volumes,
        used: Vec::new(),
        taken: BTreeMap::new(),
    };
    let mut files = Vec::new();
    for template in &config.templates {
        let place = placement.place(&template.destination, problems);
        files.extend(place.map(|(volume, name)| from_template(template, volume, name)));
    }
    let sinks = config
        .auto_auth
        .iter()
        .flat_map(|auto_auth| &auto_auth.sinks);
    for sink in sinks {
        let place = placement.place(&sink.path, problems);
        files.extend(place.map(|(volume, name)| from_sink(sink, volume, name)));
    }
    placement.check_parents(problems);
    (placement.used, files)
}

struct Placement<'a> {
    source: &'a Source,
    volumes: &'a [DirectoryPath],
    used: Vec<DirectoryPath>,
    /// The files so far by volume and name, and where each is asked for.
    taken: BTreeMap<(usize, String), Position>,
}

impl Placement<'_> {
    /// The volume of a file, by index, and the file's name there.
    fn place(
        &mut self,
        path: &Located<String>,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<(usize, FileName)> {
        let (volume, name) = self
            .find(path)
            .map_err(|problem| problems.push(problem))
            .ok()?;
        let index = self.used.iter().position(|used| *used == volume);
        let index = index.unwrap_or_else(|| {
            self.used.push(volume);
            self.used.len() - 1
        });
        let key = (index, name.as_str().to_owned());
        if let Some(first) = self.taken.get(&key) {
            problems.push(self.source.diagnostic(
                Code::VaultConfigIncomplete,
                path.position,
                &format!("line {} writes this file already", first.line),
                "give one of them another path",
            ));
            return None;
        }
        self.taken.insert(key, path.position);
        Some((index, name))
    }

    fn find(&self, path: &Located<String>) -> Result<(DirectoryPath, FileName), Diagnostic> {
        let problem = |code, message: &str, help: &str| {
            self.source.diagnostic(code, path.position, message, help)
        };
        let Some(clean) = cleaned(&path.value) else {
            return Err(problem(
                Code::VaultConfigValue,
                "not an absolute path of a file",
                "begin it with the path of a volume, such as /vault/secrets/",
            ));
        };
        let mounted = self.volumes.iter().any(|volume| {
            let rest = volume.as_str().strip_prefix(clean.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        if mounted {
            return Err(problem(
                Code::VaultConfigValue,
                "a volume is mounted at this path or below it",
                "name a file within a volume",
            ));
        }
        let below = self.volumes.iter().filter_map(|volume| {
            let rest = clean.strip_prefix(volume.as_str())?.strip_prefix('/')?;
            Some((volume, rest))
        });
        let Some((volume, name)) = below.max_by_key(|(volume, _)| volume.as_str().len()) else {
            let volumes: Vec<&str> = self.volumes.iter().map(DirectoryPath::as_str).collect();
            let help = if volumes.is_empty() {
                "mount a volume in the agent's container".to_owned()
            } else {
                format!("write it below one of {}", volumes.join(", "))
            };
            return Err(problem(
                Code::VaultConfigOutsideVolume,
                "this file is in none of the volumes that the agent can write to",
                &help,
            ));
        };
        match name.parse() {
            Ok(name) => Ok((volume.clone(), name)),
            Err(error) => {
                let error: vouchsafe_shared::value::ValueError = error;
                let help = error.expected().unwrap_or("choose another name");
                Err(problem(Code::VaultConfigValue, error.problem(), help))
            }
        }
    }

    /// Tells of files in whose place another one needs a directory.
    fn check_parents(&self, problems: &mut Vec<Diagnostic>) {
        for ((volume, name), position) in &self.taken {
            for (slash, _) in name.match_indices('/') {
                let parent = name.get(..slash).unwrap_or_default().to_owned();
                if let Some(first) = self.taken.get(&(*volume, parent)) {
                    problems.push(self.source.diagnostic(
                        Code::VaultConfigIncomplete,
                        *position,
                        &format!(
                            "line {} writes a file where this one's directory is",
                            first.line
                        ),
                        "give one of them another path",
                    ));
                }
            }
        }
    }
}

/// The path as Go's `filepath.Clean` gives it, if it is absolute and can be a file's.
fn cleaned(path: &str) -> Option<String> {
    if !path.starts_with('/') || path.ends_with('/') {
        return None;
    }
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    (!segments.is_empty()).then(|| format!("/{}", segments.join("/")))
}

fn from_template(template: &Template, volume: usize, name: FileName) -> FileConfig {
    FileConfig {
        name,
        volume,
        store: STORE.to_owned(),
        mode: template.mode.unwrap_or(FileMode::DEFAULT),
        user: template.user,
        group: template.group,
        source: SourceConfig::Template(TemplateSource {
            text: match &template.text {
                TemplateText::Contents(text) => SourceText::Inline(text.clone()),
                TemplateText::Source(path) => SourceText::File(path.value.clone()),
            },
            left_delimiter: template.left_delimiter.clone(),
            right_delimiter: template.right_delimiter.clone(),
            error_on_missing_key: template.error_on_missing_key,
            error_fatal: template.error_fatal,
        }),
        command: template
            .command
            .as_ref()
            .map(|command| from_command(&command.value)),
        refresh: None,
        optional: false,
        fallback: None,
        bundle: None,
    }
}

fn from_command(command: &Command) -> CommandConfig {
    CommandConfig {
        run: match &command.run {
            Run::Shell(text) => CommandLine::Shell(text.clone()),
            Run::Program(words) => CommandLine::Arguments(words.clone()),
        },
        timeout: if command.timeout.as_duration().is_zero() {
            ENDLESS
        } else {
            command.timeout
        },
    }
}

fn from_sink(sink: &Sink, volume: usize, name: FileName) -> FileConfig {
    FileConfig {
        name,
        volume,
        store: STORE.to_owned(),
        mode: sink.mode,
        user: sink.user,
        group: sink.group,
        source: SourceConfig::Token(TokenSource::default()),
        command: None,
        refresh: None,
        optional: false,
        fallback: None,
        bundle: None,
    }
}
