//! Whom the agent tells of changed files, and how.

mod wire;

use serde::{Deserialize, Serialize};

use self::wire::{SignalWire, Wire};
use super::{AgentConfig, CommandConfig, CommandLine, FileConfig};
use crate::value::{
    FileName, FilePath, Headers, HttpAddress, HttpMethod, HumanDuration, Signal, Statuses,
};

/// Whom to tell, about which files. Told once for all files that change together, and for the first
/// rendering only if that is asked for.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct ReloadConfig {
    /// The files whose change is told; never empty.
    pub on: Vec<ReloadFile>,
    pub action: ReloadAction,
    /// After which an attempt has failed, and a command is killed.
    pub timeout: HumanDuration,
    /// How many attempts follow one that failed, with growing pauses.
    pub retries: u32,
    /// How long the first change waits for others, which are told with it.
    pub debounce: HumanDuration,
    /// Whether the first rendering is told too.
    pub on_first: bool,
}

/// One of [`AgentConfig::files`]: `"db.env"` in JSON if no other volume has a file of this name, or
/// `{ "volume": 1, "file": "db.env" }`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ReloadFile {
    Named(FileName),
    In(FileInVolume),
}

#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FileInVolume {
    /// Index into [`AgentConfig::volumes`].
    pub volume: usize,
    pub file: FileName,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ReloadAction {
    Signal(SignalReload),
    Http(HttpReload),
    Command(CommandReload),
    Touch(TouchReload),
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(try_from = "SignalWire", into = "SignalWire")]
pub struct SignalReload {
    pub signal: Signal,
    pub target: SignalTarget,
}

/// Whose process is signalled, found through the pod's shared process namespace.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum SignalTarget {
    /// The first process of this container.
    Container(String),
    /// The earliest process of this name: as in `/proc/PID/comm`, or the last part of its first
    /// argument.
    Process(String),
    /// The process whose number is in this file, which the agent's container must see.
    PidFile(FilePath),
}

/// A request to the pod's own loopback address or to a socket that the agent's container sees.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpReload {
    pub method: HttpMethod,
    pub address: HttpAddress,
    pub path: String,
    /// Not for secrets: this configuration can be read by everybody who may read the pod.
    pub headers: Headers,
    pub expect_status: Statuses,
}

/// A program in the agent's own container. It gets no secret but the files.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CommandReload {
    pub run: CommandLine,
}

/// A marker file in the agent's container, made or given the present time of change.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TouchReload {
    pub path: FilePath,
}

// === impl ReloadConfig ===

impl ReloadConfig {
    pub const DEFAULT_RETRIES: u32 = 3;

    /// A telling with nothing but defaults around it.
    pub fn new(on: Vec<ReloadFile>, action: ReloadAction) -> Self {
        Self {
            on,
            timeout: action.default_timeout(),
            action,
            retries: Self::DEFAULT_RETRIES,
            debounce: HumanDuration::from_secs(0),
            on_first: false,
        }
    }

    /// Whether a file's change is told.
    pub fn is_on(&self, file: &FileConfig) -> bool {
        self.on.iter().any(|entry| entry.is(file))
    }

    /// What is wrong with the files it names: the field, and why.
    pub(super) fn problem(&self, config: &AgentConfig) -> Option<(&'static str, &'static str)> {
        for entry in &self.on {
            let files = config.files.iter().filter(|file| entry.is(file));
            match files.count() {
                0 => return Some(("on", "no file with this name")),
                1 => {}
                _ => {
                    let message =
                        "several volumes have a file with this name; name the volume with it";
                    return Some(("on", message));
                }
            }
        }
        None
    }
}

impl ReloadFile {
    pub fn name(&self) -> &FileName {
        match self {
            Self::Named(name) => name,
            Self::In(place) => &place.file,
        }
    }

    pub fn is(&self, file: &FileConfig) -> bool {
        match self {
            Self::Named(name) => *name == file.name,
            Self::In(place) => place.file == file.name && place.volume == file.volume,
        }
    }
}

impl ReloadAction {
    /// A word for it: a label of metrics.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Signal(_) => "signal",
            Self::Http(_) => "http",
            Self::Command(_) => "command",
            Self::Touch(_) => "touch",
        }
    }

    /// Long enough for an application that reloads before it answers; a command has as long as those
    /// of files.
    pub const fn default_timeout(&self) -> HumanDuration {
        match self {
            Self::Command(_) => CommandConfig::DEFAULT_TIMEOUT,
            Self::Signal(_) | Self::Http(_) | Self::Touch(_) => HumanDuration::from_secs(10),
        }
    }
}
