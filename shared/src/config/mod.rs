//! The contract: what the webhook tells the agent.
//!
//! Readable JSON, version 1, in the environment variable [`AgentConfig::VARIABLE`] of the agent's
//! container (immutable after admission, visible in `kubectl describe`) or in a file. It names
//! secrets and holds none.

mod api;
mod auth;
mod command;
mod refresh;
mod reload;
mod source;
mod store;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use self::{
    api::{ApiConfig, ProxyToken},
    auth::{AppRoleAuth, AuthConfig, CertAuth, JwtAuth, KubernetesAuth, TokenFileAuth},
    command::{CommandConfig, CommandLine},
    refresh::{AdaptiveRange, RefreshConfig},
    reload::{
        CommandReload, FileInVolume, HttpReload, ReloadAction, ReloadConfig, ReloadFile,
        SignalReload, SignalTarget, TouchReload,
    },
    source::{SecretSource, SourceConfig, TemplateSource, TemplateText, TokenSource},
    store::{ConnectionConfig, LeaseConfig, LoginConfig, StoreConfig, StoreKind, TlsConfig},
};
use crate::{
    json,
    value::{FileMode, FileName, HumanDuration, OutputFormat},
};

/// Everything an agent does, checked: indices and names lead somewhere.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct AgentConfig {
    pub version: u32,
    pub stores: Vec<StoreConfig>,
    pub volumes: Vec<VolumeConfig>,
    pub files: Vec<FileConfig>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reload: Vec<ReloadConfig>,
    #[serde(default)]
    pub refresh: RefreshConfig,
    #[serde(default)]
    pub log: LogConfig,
    /// The agent's own directory on tmpfs: status and, later, its socket.
    #[serde(default = "default_run_directory")]
    pub run_directory: String,
    /// Where `/live`, `/ready` and `/metrics` are served; nowhere when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listen: Option<std::net::SocketAddr>,
    /// What is served to the pod's own containers; nothing when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api: Option<ApiConfig>,
    /// A file that holds the number of the agent's process while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid_file: Option<String>,
    /// End the agent, for Kubernetes to start it again, when the store could not give a secret for
    /// a long time; otherwise it tries on and files keep their last good content.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exit_on_retry_failure: bool,
}

/// A directory whose files change together.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct VolumeConfig {
    pub path: String,
    /// How long the files before a change stay on the disk after it; until the next change when
    /// absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_previous: Option<HumanDuration>,
}

/// One rendered file.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FileConfig {
    pub name: FileName,
    /// Index into [`AgentConfig::volumes`].
    #[serde(default)]
    pub volume: usize,
    /// Name of one of [`AgentConfig::stores`].
    pub store: String,
    #[serde(default = "default_mode")]
    pub mode: FileMode,
    /// Numeric owner; needs a privilege unless it is the agent's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<u32>,
    /// Numeric group; must be one of the agent's own groups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<u32>,
    pub source: SourceConfig,
    /// Run after each change of the file, the first one included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandConfig>,
    /// How often its secrets are looked at; as [`AgentConfig::refresh`] when absent. A secret that
    /// several files need is looked at as often as the most demanding wants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh: Option<RefreshConfig>,
    /// The file may be missing as long as its secret is: nothing waits for it. A template gets
    /// nothing for such a secret, and runs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// What stands in the file as long as its secret, or the value in it, is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
    /// The files of one bundle change together or not at all, in whatever volumes they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<String>,
}

impl FileConfig {
    /// Whether a secret that does not exist is no fault.
    pub fn may_lack_its_secret(&self) -> bool {
        self.optional || self.fallback.is_some()
    }
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LogConfig {
    #[serde(default)]
    pub level: LogLevel,
    #[serde(default)]
    pub format: LogFormat,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    Error,
    Warn,
    #[default]
    Info,
    Debug,
    Trace,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

/// Why a configuration is refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// The text is not the JSON of an [`AgentConfig`].
    #[error("line {line}, column {column}: {message}")]
    Syntax {
        line: usize,
        column: usize,
        message: String,
    },
    #[error("version {0} is not supported; this agent reads version {version}", version = AgentConfig::VERSION)]
    Version(u32),
    /// A value is well formed but makes no sense where it stands.
    #[error("{place}: {message}")]
    Meaning { place: String, message: String },
}

// === impl AgentConfig ===

impl AgentConfig {
    /// The environment variable that carries a configuration.
    pub const VARIABLE: &'static str = "VOUCHSAFE_CONFIG";
    /// The most bytes of JSON in that variable: Linux refuses to start a program with a longer
    /// `NAME=value`, its final zero byte included, than `MAX_ARG_STRLEN`, 32 pages of 4 KiB.
    /// Source: <https://man7.org/linux/man-pages/man2/execve.2.html>.
    pub const LIMIT: usize = 131_072 - Self::VARIABLE.len() - "=\0".len();
    pub const VERSION: u32 = 1;
    pub const RUN_DIRECTORY: &'static str = "/run/vouchsafe";
    /// The environment variable by which the agent finds a container's processes.
    pub const CONTAINER_VARIABLE: &'static str = "VOUCHSAFE_CONTAINER";

    /// Reads and checks a configuration.
    ///
    /// # Errors
    /// See [`ConfigError`]; only the first problem is told, with its place.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        let config: Self = serde_json::from_str(text).map_err(|error| ConfigError::Syntax {
            line: error.line(),
            column: error.column(),
            message: without_position(&error),
        })?;
        config.check()?;
        Ok(config)
    }

    /// The compact JSON that [`Self::from_json`] reads.
    pub fn to_json(&self) -> String {
        written(json::to_vec(self))
    }

    /// The same as it stands within a text of JSON, between that one's quotation marks.
    pub fn to_json_within_text(&self) -> String {
        written(json::to_vec_within_text(self))
    }

    fn check(&self) -> Result<(), ConfigError> {
        let problem = |place: String, message: &str| {
            Err(ConfigError::Meaning {
                place,
                message: message.to_owned(),
            })
        };
        if self.version != Self::VERSION {
            return Err(ConfigError::Version(self.version));
        }
        let mut stores = BTreeSet::new();
        for (index, store) in self.stores.iter().enumerate() {
            if !stores.insert(store.name.as_str()) {
                return problem(format!("stores[{index}].name"), "two stores have this name");
            }
        }
        for (index, volume) in self.volumes.iter().enumerate() {
            if !volume.path.starts_with('/') {
                return problem(format!("volumes[{index}].path"), "not an absolute path");
            }
        }
        let mut names = BTreeSet::new();
        for (index, file) in self.files.iter().enumerate() {
            if !names.insert((file.volume, file.name.as_str())) {
                return problem(format!("files[{index}].name"), "two files have this name");
            }
            if file.volume >= self.volumes.len() {
                return problem(
                    format!("files[{index}].volume"),
                    "no volume with this index",
                );
            }
            if !stores.contains(file.store.as_str()) {
                return problem(format!("files[{index}].store"), "no store with this name");
            }
            if let SourceConfig::Secret(source) = &file.source
                && source.format == OutputFormat::Raw
                && source.key.is_none()
            {
                return problem(
                    format!("files[{index}].source.key"),
                    "format raw needs a key",
                );
            }
        }
        for (index, file) in self.files.iter().enumerate() {
            let parent_is_a_file = file
                .name
                .as_str()
                .match_indices('/')
                .any(|(slash, _)| names.contains(&(file.volume, &file.name.as_str()[..slash])));
            if parent_is_a_file {
                return problem(
                    format!("files[{index}].name"),
                    "another file has the name of this file's directory",
                );
            }
        }
        for (index, reload) in self.reload.iter().enumerate() {
            if let Some((field, message)) = reload.problem(self) {
                return problem(format!("reload[{index}].{field}"), message);
            }
        }
        if let Some((field, message)) = self.refresh.problem() {
            return problem(format!("refresh.{field}"), message);
        }
        for (index, file) in self.files.iter().enumerate() {
            if let Some((field, message)) = file.refresh.and_then(|refresh| refresh.problem()) {
                return problem(format!("files[{index}].refresh.{field}"), message);
            }
            if file.may_lack_its_secret() && matches!(file.source, SourceConfig::Token(_)) {
                let place = format!("files[{index}]");
                return problem(place, "the token of a login is never missing");
            }
        }
        Ok(())
    }
}

impl LogLevel {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

#[expect(
    clippy::expect_used,
    reason = "no map with non-string keys and no failing Serialize inside; JSON is UTF-8"
)]
fn written(text: Result<Vec<u8>, serde_json::Error>) -> String {
    text.ok()
        .and_then(|text| String::from_utf8(text).ok())
        .expect("a configuration is always serialisable")
}

fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ")
        .map_or_else(|| text.clone(), |(message, _)| message.to_owned())
}

const fn default_mode() -> FileMode {
    FileMode::DEFAULT
}

fn default_run_directory() -> String {
    AgentConfig::RUN_DIRECTORY.to_owned()
}

#[cfg(test)]
mod tests;
