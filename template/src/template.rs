//! A template: parsed once, run as often as its secrets change.

use std::sync::atomic::{AtomicUsize, Ordering};

use vouchsafe_shared::secret::SecretBuffer;

use crate::{
    error::{Error, Place, Warning},
    execute::Execution,
    fault::Fault,
    function::Vocabulary,
    lint::{self, Requests},
    redact,
    scope::{Dependency, Host, Limits, Scope, Source},
    syntax::{self, ParseOptions, Tree},
    value::Value,
};

/// How a template is read and run.
#[derive(Clone, Debug)]
pub struct Options {
    /// How errors call the template: the name of its file, or of its annotation.
    pub name: String,
    /// `{{` where empty.
    pub left_delimiter: String,
    /// `}}` where empty.
    pub right_delimiter: String,
    /// A key that a map does not have is an error instead of `<no value>`.
    pub error_on_missing_key: bool,
    /// Functions that are not allowed and fail when called: names, or patterns with `*` for any
    /// characters.
    pub denied_functions: Vec<String>,
    pub limits: Limits,
}

impl Options {
    /// Go's defaults for a template of a name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            left_delimiter: String::new(),
            right_delimiter: String::new(),
            error_on_missing_key: false,
            denied_functions: Vec::new(),
            limits: Limits::default(),
        }
    }
}

/// A parsed template.
#[derive(Debug)]
pub struct Template {
    options: Options,
    /// How much the last run printed: room for the next.
    last_size: AtomicUsize,
    pub(crate) tree: Tree,
}

/// What one run gives. While something is missing the output is not the final one: run again when
/// the source knows more.
#[derive(Debug)]
pub struct Rendering {
    pub output: SecretBuffer,
    /// Everything asked for, each once, in the order of asking.
    pub used: Vec<Dependency>,
    /// What was asked for and is not known yet.
    pub missing: Vec<Dependency>,
}

/// A run that failed. With something still missing the reason may be just that: what is not known
/// is nil, and not every template can live with it.
#[derive(Debug)]
pub struct RenderError {
    pub error: Error,
    pub used: Vec<Dependency>,
    pub missing: Vec<Dependency>,
}

impl Template {
    /// Parses a template.
    ///
    /// # Errors
    /// The first thing that is not Go's language, or a function that there is not.
    pub fn parse(source: &[u8], options: Options) -> Result<Self, Error> {
        let or = |given: &str, default: &'static str| -> String {
            if given.is_empty() { default } else { given }.to_owned()
        };
        let denied = |name: &str| {
            options
                .denied_functions
                .iter()
                .any(|pattern| matches(pattern, name))
        };
        let parsed = syntax::parse(
            source,
            ParseOptions {
                left: &or(&options.left_delimiter, "{{"),
                right: &or(&options.right_delimiter, "}}"),
                nesting: options.limits.nesting,
                denied: &denied,
                vocabulary: Vocabulary::All,
            },
        );
        match parsed {
            Ok(tree) => Ok(Self {
                last_size: AtomicUsize::new(source.len()),
                options,
                tree,
            }),
            Err(error) => Err(Error {
                class: error.class,
                place: Box::new(Place::new(&options.name, source, error.offset)),
                message: error.message,
                hint: error.hint,
            }),
        }
    }

    /// Runs the template once.
    ///
    /// # Errors
    /// What Go would call an execution error, or a limit of the options.
    pub fn render(
        &self,
        source: &mut dyn Source,
        host: &mut dyn Host,
    ) -> Result<Rendering, Box<RenderError>> {
        let mut scope = Scope::new(source, host, self.options.limits);
        let room = self.last_size.load(Ordering::Relaxed) + 64;
        let strict = self.options.error_on_missing_key;
        let result = Execution::new(&self.tree, &mut scope, strict, room).run(Value::Nil);
        if let Ok(output) = &result {
            self.last_size.store(output.len(), Ordering::Relaxed);
        }
        match result {
            Ok(output) => Ok(Rendering {
                output,
                missing: scope.missing(),
                used: scope.used,
            }),
            Err((fault, offset)) => {
                let mut error = self.error(fault, offset as usize);
                let answers = scope.answers.iter().flatten().cloned();
                redact::redact(&mut error, answers.collect());
                Err(Box::new(RenderError {
                    error,
                    missing: scope.missing(),
                    used: scope.used,
                }))
            }
        }
    }

    /// What the template will ask for, as far as its text alone tells.
    pub fn requests(&self) -> Requests {
        lint::requests(&self.tree)
    }

    /// What is allowed and probably wrong.
    pub fn warnings(&self) -> Vec<Warning> {
        lint::warnings(&self.tree)
            .into_iter()
            .map(|finding| Warning {
                place: self.place(finding.offset),
                message: finding.message,
                hint: finding.hint,
            })
            .collect()
    }

    fn place(&self, offset: usize) -> Place {
        Place::new(&self.options.name, &self.tree.source, offset)
    }

    fn error(&self, fault: Fault, offset: usize) -> Error {
        Error {
            class: fault.class,
            place: Box::new(self.place(offset)),
            message: fault.message,
            hint: fault.hint,
        }
    }
}

/// Whether a name fits a pattern in which `*` stands for any characters.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, rest)) => name.strip_prefix(start).is_some_and(|tail| {
            tail.char_indices()
                .map(|(index, _)| &tail[index..])
                .chain([""])
                .any(|tail| matches(rest, tail))
        }),
    }
}
