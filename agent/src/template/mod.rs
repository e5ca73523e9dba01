//! Files that come from templates: what they need, and what they say.

mod host;
mod network;
mod write;

use std::{collections::BTreeMap, fs::File, io::Read};

use vouchsafe_shared::{
    config::{AgentConfig, FileConfig, SourceConfig, TemplateSource, TemplateText},
    diagnostic::Code,
    secret::SecretBuffer,
};
use vouchsafe_template::{
    Options, Template,
    object::secret::Secret,
    scope::{self, Dependency, Limits, Source},
    value::Value,
};

use self::host::AgentHost;
pub use self::write::Write;
use crate::{
    answer::Answer,
    fault::{Fault, Retry, Whose},
    lifecycle::{Asked, Demand},
    plan::{FileIndex, SecretIndex, StoreIndex},
};

/// The longest template that is read from a file, in bytes.
const TEXT_LIMIT: u64 = 1024 * 1024;
/// All that one run may make, in bytes: a volume for secrets holds a few MiB, and the agent's
/// memory is not much more.
const MEMORY_LIMIT: u64 = 64 * 1024 * 1024;
/// How many secrets one template may ask for. One whose paths are other ones in every run would
/// ask for more without end.
const DEPENDENCY_LIMIT: usize = 500;
/// The function by which a template writes files beside its own.
const WRITE: &str = "writeToFile";

/// The templates of a configuration.
#[derive(Debug)]
pub struct Templates {
    by_file: Vec<Option<Result<Template, Fault>>>,
    /// One is invalid whose failure is fatal.
    is_fatal: bool,
    /// One names the function that writes files of the agent's container.
    write_files: bool,
}

/// What one run of a template gave.
#[derive(Debug)]
pub struct Run {
    /// The file's content; none while something is missing.
    pub content: Option<Result<SecretBuffer, Fault>>,
    pub asked: Asked,
    pub missing: Vec<Dependency>,
    /// It asked for a secret that does not exist, and went on with nothing in its place.
    pub lacks: bool,
    /// Files that the template wants written, once.
    pub writes: Vec<Write>,
}

impl Templates {
    /// Reads and parses all templates there are.
    pub fn load(config: &AgentConfig) -> Self {
        let files = config.files.iter();
        let load = |file: &FileConfig| match &file.source {
            SourceConfig::Secret(_) | SourceConfig::Token(_) => None,
            SourceConfig::Template(source) => Some(text_of(file, source)),
        };
        let texts: Vec<Option<Result<Vec<u8>, Fault>>> = files.map(load).collect();
        let mut readable = texts.iter().flatten().flatten();
        let write_files = readable.any(|text| {
            text.windows(WRITE.len())
                .any(|part| part == WRITE.as_bytes())
        });
        let files = config.files.iter().zip(texts);
        let parse = |(file, text): (&FileConfig, Option<Result<Vec<u8>, Fault>>)| {
            let SourceConfig::Template(source) = &file.source else {
                return None;
            };
            Some(text?.and_then(|text| parse(file, source, &text)))
        };
        let templates: Vec<_> = files.map(parse).collect();
        let mut loaded = config.files.iter().zip(&templates);
        Self {
            is_fatal: loaded.any(|(file, template)| {
                file.source.is_error_fatal() && matches!(template, Some(Err(_)))
            }),
            by_file: templates,
            write_files,
        }
    }

    /// Whether one may write files of the agent's container. Their names are known when it runs.
    pub fn write_files(&self) -> bool {
        self.write_files
    }

    /// The faults of those that can never be rendered.
    pub fn faults(&self) -> impl Iterator<Item = &Fault> {
        let templates = self.by_file.iter().flatten();
        templates.filter_map(|template| template.as_ref().err())
    }

    /// Whether not one file can ever be rendered, or one cannot whose failure is fatal.
    pub fn are_hopeless(&self) -> bool {
        let is_hopeless = |template: &Option<_>| matches!(template, Some(Err(_)));
        let are_all = !self.by_file.is_empty() && self.by_file.iter().all(is_hopeless);
        are_all || self.is_fatal
    }

    /// Runs the template of a file with what is known, and with nothing for secrets that
    /// `may_be_nil`.
    pub fn run(
        &self,
        file: FileIndex,
        store: StoreIndex,
        demand: &Demand,
        answers: &[Option<Answer>],
        may_be_nil: &dyn Fn(SecretIndex) -> bool,
    ) -> Run {
        let template = match &self.by_file[file.0] {
            Some(Ok(template)) => template,
            invalid => {
                let fault = invalid
                    .as_ref()
                    .and_then(|template| template.as_ref().err());
                return Run {
                    content: fault.cloned().map(Err),
                    asked: Asked {
                        file,
                        secrets: Vec::new(),
                        complete: true,
                    },
                    missing: Vec::new(),
                    lacks: false,
                    writes: Vec::new(),
                };
            }
        };
        let mut known = Known {
            demand,
            store,
            answers,
            may_be_nil,
            lacks: false,
            given: BTreeMap::new(),
        };
        let mut host = AgentHost::default();
        let (content, used, missing) = match template.render(&mut known, &mut host) {
            Ok(run) => (Ok(run.output), run.used, run.missing),
            Err(failed) => {
                let error = failed.error;
                let hint = error.hint.as_deref();
                let hint = hint.map_or_else(String::new, |hint| format!("; {hint}"));
                let message = format!("{}: {}{hint}", error.place, error.message);
                (
                    Err(user(Code::TemplateFailed, message)),
                    failed.used,
                    failed.missing,
                )
            }
        };
        if demand.needs(file).count() + missing.len() > DEPENDENCY_LIMIT {
            let message = format!("the template asks for more than {DEPENDENCY_LIMIT} secrets");
            return Run {
                content: Some(Err(user(Code::TemplateFailed, message))),
                asked: Asked {
                    file,
                    secrets: Vec::new(),
                    complete: true,
                },
                missing: Vec::new(),
                lacks: false,
                writes: Vec::new(),
            };
        }
        Run {
            asked: Asked {
                file,
                secrets: used,
                complete: content.is_ok() && missing.is_empty(),
            },
            // An error for want of an answer may be none with it.
            content: missing.is_empty().then_some(content),
            missing,
            lacks: known.lacks,
            writes: host.into_writes(),
        }
    }
}

/// Answers from what was read.
struct Known<'a> {
    demand: &'a Demand,
    store: StoreIndex,
    answers: &'a [Option<Answer>],
    may_be_nil: &'a dyn Fn(SecretIndex) -> bool,
    lacks: bool,
    /// What this run was given; asked again it gets the same, with the changes it made.
    given: BTreeMap<SecretIndex, Value>,
}

impl Source for Known<'_> {
    fn answer(&mut self, dependency: &Dependency) -> scope::Answer {
        let Some(secret) = self.demand.find(self.store, dependency) else {
            return scope::Answer::Missing;
        };
        if let Some(given) = self.given.get(&secret) {
            return scope::Answer::Value(given.clone());
        }
        match self.answers.get(secret.0) {
            Some(Some(answer)) => {
                let value = answer.value();
                self.given.insert(secret, value.clone());
                scope::Answer::Value(value)
            }
            // As the original renders a secret that is not there: `with` takes its other branch.
            _ if matches!(dependency, Dependency::Read { .. }) && (self.may_be_nil)(secret) => {
                self.lacks = true;
                scope::Answer::Value(Secret::nil())
            }
            _ => scope::Answer::Missing,
        }
    }
}

fn text_of(file: &FileConfig, source: &TemplateSource) -> Result<Vec<u8>, Fault> {
    match &source.text {
        TemplateText::Inline(text) => Ok(text.clone().into_bytes()),
        TemplateText::File(path) => read(path).map_err(|reason| {
            let message = format!("the template {path} of file {} {reason}", file.name);
            user(Code::TemplateInvalid, message)
        }),
    }
}

fn parse(file: &FileConfig, source: &TemplateSource, text: &[u8]) -> Result<Template, Fault> {
    let mut options = Options::new(file.name.as_str());
    options.left_delimiter.clone_from(&source.left_delimiter);
    options.right_delimiter.clone_from(&source.right_delimiter);
    options.error_on_missing_key = source.error_on_missing_key;
    options.limits = Limits {
        memory: MEMORY_LIMIT,
        ..Limits::default()
    };
    Template::parse(text, options).map_err(|error| {
        let hint = error.hint.as_deref();
        let hint = hint.map_or_else(String::new, |hint| format!("; {hint}"));
        let message = format!("{}: {}{hint}", error.place, error.message);
        user(Code::TemplateInvalid, message)
    })
}

fn read(path: &str) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    let file = File::open(path).map_err(|error| format!("cannot be read: {error}"))?;
    file.take(TEXT_LIMIT + 1)
        .read_to_end(&mut text)
        .map_err(|error| format!("cannot be read: {error}"))?;
    if text.len() as u64 > TEXT_LIMIT {
        return Err(format!("is longer than {TEXT_LIMIT} bytes"));
    }
    Ok(text)
}

fn user(code: Code, message: String) -> Fault {
    Fault::new(code, Whose::User, Retry::Rarely, message)
}
