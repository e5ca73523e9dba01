//! What a template asks for.

use std::{collections::BTreeMap, fmt};

use crate::value::{Text, Value};

/// One thing a template needs from outside. Equal ones are one: asked for once, whoever needs it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dependency {
    /// `secret "path"`: a read. The path as the template wrote it, without blanks and slashes
    /// around; it may end in a query (`?version=3`).
    Read { path: String },
    /// `secret "path" "key=value"…`: a write, whose answer is the secret.
    Write {
        path: String,
        arguments: BTreeMap<Text, Text>,
    },
    /// `secrets "path"`: the names under a path.
    List { path: String },
    /// `pkiCert "path" "key=value"…`: a certificate, kept while it is good.
    Certificate {
        path: String,
        arguments: BTreeMap<Text, Text>,
    },
    /// `file "path"`: the content of a file beside the agent.
    File { path: String },
}

/// How a source answers.
#[derive(Debug)]
pub enum Answer {
    Value(Value),
    /// Not known yet: the template goes on with nothing and is run again later.
    Missing,
    /// Will never be known; the reason is shown to the user and must not hold a secret.
    Refused(String),
}

/// Knows the answers, or that they are missing. Never waits.
pub trait Source {
    fn answer(&mut self, dependency: &Dependency) -> Answer;
}

impl Dependency {
    /// The path in the store, or of the file.
    pub fn path(&self) -> &str {
        match self {
            Self::Read { path }
            | Self::Write { path, .. }
            | Self::List { path }
            | Self::Certificate { path, .. }
            | Self::File { path } => path,
        }
    }
}

/// Names the kind and the path; the arguments may be secret and are left out.
impl fmt::Display for Dependency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { path } => write!(formatter, "secret {path}"),
            Self::Write { path, .. } => write!(formatter, "secret {path} (with arguments)"),
            Self::List { path } => write!(formatter, "secrets {path}"),
            Self::Certificate { path, .. } => write!(formatter, "pkiCert {path}"),
            Self::File { path } => write!(formatter, "file {path}"),
        }
    }
}

impl fmt::Debug for Dependency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Dependency({self})")
    }
}
