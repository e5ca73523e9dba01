use serde::{Deserialize, Serialize};

use crate::value::{FileName, HttpMethod, HumanDuration, Signal};

/// Whom to tell, and about which files.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct ReloadConfig {
    /// The files whose change is told; never empty.
    pub on: Vec<FileName>,
    pub action: ReloadAction,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ReloadAction {
    Signal(SignalReload),
    Http(HttpReload),
}

/// A signal to the first process of a container, found through the pod's shared process namespace.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SignalReload {
    pub container: String,
    pub signal: Signal,
}

/// A request to the pod's own loopback address; any status from 200 to 299 is success.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HttpReload {
    pub method: HttpMethod,
    pub port: u16,
    pub path: String,
    #[serde(default = "default_timeout")]
    pub timeout: HumanDuration,
}

impl HttpReload {
    /// Long enough for an application that reloads before it answers.
    pub const DEFAULT_TIMEOUT: HumanDuration = HumanDuration::from_secs(10);
}

const fn default_timeout() -> HumanDuration {
    HttpReload::DEFAULT_TIMEOUT
}

/// As it stands in JSON, where "exactly one of" cannot be said.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    on: Vec<FileName>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signal: Option<SignalReload>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    http: Option<HttpReload>,
}

impl TryFrom<Wire> for ReloadConfig {
    type Error = &'static str;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        if wire.on.is_empty() {
            return Err("a reload names the files it is about in `on`");
        }
        let action = match (wire.signal, wire.http) {
            (Some(signal), None) => ReloadAction::Signal(signal),
            (None, Some(http)) => ReloadAction::Http(http),
            _ => return Err("a reload has either `signal` or `http`"),
        };
        Ok(Self {
            on: wire.on,
            action,
        })
    }
}

impl From<ReloadConfig> for Wire {
    fn from(reload: ReloadConfig) -> Self {
        let (signal, http) = match reload.action {
            ReloadAction::Signal(signal) => (Some(signal), None),
            ReloadAction::Http(http) => (None, Some(http)),
        };
        Self {
            on: reload.on,
            signal,
            http,
        }
    }
}
