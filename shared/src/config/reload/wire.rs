//! Reloads as they stand in JSON, where "exactly one of" cannot be said.

use serde::{Deserialize, Serialize};

use super::{
    CommandReload, HttpReload, ReloadAction, ReloadConfig, ReloadFile, SignalReload, SignalTarget,
    TouchReload,
};
use crate::value::{
    FilePath, Headers, HttpAddress, HttpMethod, HumanDuration, ReloadRequest, Signal, Statuses,
};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wire {
    on: Vec<ReloadFile>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signal: Option<SignalReload>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    http: Option<HttpWire>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    command: Option<CommandReload>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    touch: Option<TouchReload>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    timeout: Option<HumanDuration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retries: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    debounce: Option<HumanDuration>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    on_first: bool,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SignalWire {
    signal: Signal,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    container: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    process: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pid_file: Option<FilePath>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct HttpWire {
    method: HttpMethod,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    port: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    socket: Option<FilePath>,
    path: String,
    #[serde(default, skip_serializing_if = "Headers::is_empty")]
    headers: Headers,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expect_status: Option<Statuses>,
    /// Where the timeout of the reload used to be.
    #[serde(default, skip_serializing)]
    timeout: Option<HumanDuration>,
}

// === impl Wire ===

impl TryFrom<Wire> for ReloadConfig {
    type Error = &'static str;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        if wire.on.is_empty() {
            return Err("a reload names the files it is about in `on`");
        }
        let http_timeout = wire.http.as_ref().and_then(|http| http.timeout);
        let action = match (wire.signal, wire.http, wire.command, wire.touch) {
            (Some(signal), None, None, None) => ReloadAction::Signal(signal),
            (None, Some(http), None, None) => ReloadAction::Http(http.try_into()?),
            (None, None, Some(command), None) => ReloadAction::Command(command),
            (None, None, None, Some(touch)) => ReloadAction::Touch(touch),
            _ => return Err("a reload has one of `signal`, `http`, `command` and `touch`"),
        };
        let mut reload = Self::new(wire.on, action);
        reload.timeout = wire.timeout.or(http_timeout).unwrap_or(reload.timeout);
        if reload.timeout.as_duration().is_zero() {
            return Err("the `timeout` of a reload is longer than zero");
        }
        reload.retries = wire.retries.unwrap_or(reload.retries);
        reload.debounce = wire.debounce.unwrap_or(reload.debounce);
        reload.on_first = wire.on_first;
        Ok(reload)
    }
}

impl From<ReloadConfig> for Wire {
    fn from(reload: ReloadConfig) -> Self {
        let default = ReloadConfig::new(Vec::new(), reload.action.clone());
        let mut wire = Self {
            on: reload.on,
            signal: None,
            http: None,
            command: None,
            touch: None,
            timeout: Some(reload.timeout).filter(|timeout| *timeout != default.timeout),
            retries: Some(reload.retries).filter(|retries| *retries != default.retries),
            debounce: Some(reload.debounce).filter(|debounce| *debounce != default.debounce),
            on_first: reload.on_first,
        };
        match reload.action {
            ReloadAction::Signal(signal) => wire.signal = Some(signal),
            ReloadAction::Http(http) => wire.http = Some(http.into()),
            ReloadAction::Command(command) => wire.command = Some(command),
            ReloadAction::Touch(touch) => wire.touch = Some(touch),
        }
        wire
    }
}

// === impl SignalWire ===

impl TryFrom<SignalWire> for SignalReload {
    type Error = &'static str;

    fn try_from(wire: SignalWire) -> Result<Self, Self::Error> {
        let target = match (wire.container, wire.process, wire.pid_file) {
            (Some(name), None, None) => SignalTarget::Container(name),
            (None, Some(name), None) => SignalTarget::Process(name),
            (None, None, Some(path)) => SignalTarget::PidFile(path),
            _ => return Err("a signal goes to one of `container`, `process` and `pid_file`"),
        };
        Ok(Self {
            signal: wire.signal,
            target,
        })
    }
}

impl From<SignalReload> for SignalWire {
    fn from(reload: SignalReload) -> Self {
        let mut wire = Self {
            signal: reload.signal,
            container: None,
            process: None,
            pid_file: None,
        };
        match reload.target {
            SignalTarget::Container(name) => wire.container = Some(name),
            SignalTarget::Process(name) => wire.process = Some(name),
            SignalTarget::PidFile(path) => wire.pid_file = Some(path),
        }
        wire
    }
}

// === impl HttpWire ===

impl TryFrom<HttpWire> for HttpReload {
    type Error = &'static str;

    fn try_from(wire: HttpWire) -> Result<Self, Self::Error> {
        let address = match (wire.port, wire.socket) {
            (Some(port), None) => HttpAddress::Port(port),
            (None, Some(socket)) => HttpAddress::Socket(socket),
            _ => return Err("a request goes to one of `port` and `socket`"),
        };
        if !ReloadRequest::is_path(&wire.path) {
            return Err("the `path` of a request begins with / and is printable ASCII");
        }
        Ok(Self {
            method: wire.method,
            address,
            path: wire.path,
            headers: wire.headers,
            expect_status: wire.expect_status.unwrap_or_default(),
        })
    }
}

impl From<HttpReload> for HttpWire {
    fn from(http: HttpReload) -> Self {
        let (port, socket) = match http.address {
            HttpAddress::Port(port) => (Some(port), None),
            HttpAddress::Socket(socket) => (None, Some(socket)),
        };
        Self {
            method: http.method,
            port,
            socket,
            path: http.path,
            headers: http.headers,
            expect_status: Some(http.expect_status)
                .filter(|statuses| *statuses != Statuses::default()),
            timeout: None,
        }
    }
}
