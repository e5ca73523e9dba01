//! Which value counts, and who is to be named when it is wrong.

use std::{collections::BTreeMap, fmt, str::FromStr};

use clap::{ArgMatches, Args, Command, FromArgMatches};

use super::flags::{FLAGS, Flag};
use crate::args::Variables;

/// Flags as they were given, unread.
#[derive(Clone, Debug, Default)]
pub(super) struct GivenFlags(BTreeMap<&'static str, String>);

/// All values: a variable goes before a flag, a flag before the default. A variable that is empty
/// counts as none.
#[derive(Debug)]
pub(super) struct Values(BTreeMap<&'static str, Value>);

#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Value {
    pub(super) text: String,
    pub(super) origin: Origin,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Origin {
    Variable(&'static str),
    Flag(&'static str),
    #[default]
    Default,
}

/// A value that cannot be read.
#[derive(Debug, Eq, PartialEq, thiserror::Error)]
#[error("{origin}: {problem}")]
pub struct ValueMistake {
    pub origin: Origin,
    pub problem: String,
}

impl Values {
    pub(super) fn collect(given: &GivenFlags, variables: Variables<'_>) -> Self {
        let values = FLAGS
            .iter()
            .map(|flag| (flag.name, value(flag, given, variables)));
        Self(values.collect())
    }

    pub(super) fn get(&self, flag: &str) -> Value {
        self.0.get(flag).cloned().unwrap_or_default()
    }

    pub(super) fn text(&self, flag: &str) -> String {
        self.get(flag).text
    }

    /// `None` for an empty one.
    pub(super) fn non_empty(&self, flag: &str) -> Option<String> {
        Some(self.text(flag)).filter(|text| !text.trim().is_empty())
    }

    /// Reads a value that may be empty.
    pub(super) fn optional<T>(&self, flag: &str) -> Result<Option<T>, ValueMistake>
    where
        T: FromStr<Err: fmt::Display>,
    {
        let value = self.get(flag);
        if value.text.trim().is_empty() {
            return Ok(None);
        }
        value.parse(|text| text.parse().map_err(|error: T::Err| error.to_string()))
    }

    /// A whole number that may be empty.
    pub(super) fn number(&self, flag: &str) -> Result<Option<u64>, ValueMistake> {
        let value = self.get(flag);
        if value.text.trim().is_empty() {
            return Ok(None);
        }
        let invalid = |_| "not a whole number; expected for example 100".to_owned();
        value.parse(|text| text.parse().map_err(invalid))
    }

    /// As Go's `strconv.ParseBool`.
    /// Source: <https://pkg.go.dev/strconv#ParseBool>.
    pub(super) fn boolean(&self, flag: &str) -> Result<bool, ValueMistake> {
        let value = self.get(flag);
        match value.text.as_str() {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
            "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
            _ => Err(value.mistake("not a bool; expected true or false")),
        }
    }
}

fn value(flag: &Flag, given: &GivenFlags, variables: Variables<'_>) -> Value {
    let variable = flag
        .variables
        .iter()
        .find_map(|name| Some((*name, variables(name).filter(|text| !text.is_empty())?)));
    if let Some((name, text)) = variable {
        let origin = Origin::Variable(name);
        return Value { text, origin };
    }
    match given.0.get(flag.name) {
        Some(text) => Value {
            text: text.clone(),
            origin: Origin::Flag(flag.name),
        },
        None => Value {
            text: flag.default.to_owned(),
            origin: Origin::Default,
        },
    }
}

impl Value {
    pub(super) fn parse<T>(
        self,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, ValueMistake> {
        match read(&self.text) {
            Ok(value) => Ok(Some(value)),
            Err(problem) => Err(self.mistake(&problem)),
        }
    }

    /// Cut, because a certificate may have been put into the wrong place.
    pub(super) fn mistake(&self, problem: &str) -> ValueMistake {
        const LIMIT: usize = 100;
        let shown: String = self.text.chars().take(LIMIT).collect();
        ValueMistake {
            origin: self.origin,
            problem: format!("{shown:?}: {problem}"),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => formatter.write_str(name),
            Self::Flag(name) => write!(formatter, "-{name}"),
            Self::Default => formatter.write_str("a default"),
        }
    }
}

impl Args for GivenFlags {
    fn augment_args(command: Command) -> Command {
        command.args(FLAGS.iter().map(Flag::argument))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for GivenFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = FLAGS.iter().filter_map(|flag| {
            let text = matches.get_one::<String>(flag.name)?;
            Some((flag.name, text.clone()))
        });
        Ok(Self(given.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
