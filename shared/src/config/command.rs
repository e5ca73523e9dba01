//! Programs that the agent runs in its own container.

use serde::{Deserialize, Serialize};

use crate::value::HumanDuration;

/// What to run after a file was written with new content, in whatever phase.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CommandConfig {
    pub run: CommandLine,
    /// After which the program is killed.
    #[serde(default = "default_timeout")]
    pub timeout: HumanDuration,
}

/// A text is for the shell, a list is a program and its arguments.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(untagged)]
pub enum CommandLine {
    Shell(String),
    Arguments(Vec<String>),
}

impl CommandConfig {
    /// The original agent's.
    pub const DEFAULT_TIMEOUT: HumanDuration = HumanDuration::from_secs(30);
}

const fn default_timeout() -> HumanDuration {
    CommandConfig::DEFAULT_TIMEOUT
}
