//! How an application is told that its files changed.

mod header;
mod method;
mod signal;
mod statuses;

use std::{fmt, str::FromStr};

pub use self::{header::Headers, method::HttpMethod, signal::Signal, statuses::Statuses};
use super::{FilePath, ValueError};

const GRAMMAR: &str = "expected signal:SIGNAL@CONTAINER, http:METHOD:PORT/PATH, exec:LINE or touch:PATH, for example signal:SIGHUP@web or http:POST:8080/-/reload";
const SIGNAL_GRAMMAR: &str =
    "expected @CONTAINER, @process:NAME or @pidfile:PATH, for example signal:SIGHUP@web";
const HTTP_GRAMMAR: &str = "expected http:METHOD:PORT/PATH or http:METHOD:unix:SOCKET:/PATH, for example http:POST:8080/-/reload";

/// One way to tell an application.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ReloadRequest {
    Signal {
        signal: Signal,
        to: Addressee,
    },
    /// A request to the pod's own loopback address or to a socket.
    Http {
        method: HttpMethod,
        address: HttpAddress,
        path: String,
    },
    /// A line for the shell, run in the agent's container.
    Command(String),
    /// A file whose time of change is set, and which is made where there is none.
    Touch(FilePath),
}

/// Whose process is signalled.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Addressee {
    /// The first process of the pod's only container.
    OnlyContainer,
    /// The first process of this container.
    Container(String),
    /// The first process of this name, in whatever container.
    Process(String),
    /// The process whose number is in this file.
    PidFile(FilePath),
}

/// Where an application listens.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum HttpAddress {
    /// A port of the pod's loopback address.
    Port(u16),
    /// A Unix domain socket.
    Socket(FilePath),
}

/// What one annotation asks for: a request in each line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReloadRequests(pub Vec<ReloadRequest>);

impl ReloadRequest {
    /// Whether a text is a path that a request can carry.
    pub fn is_path(text: &str) -> bool {
        text.starts_with('/') && text.bytes().all(|byte| (0x21..=0x7e).contains(&byte))
    }
}

impl FromStr for ReloadRequests {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let requests: Vec<ReloadRequest> = lines.map(str::parse).collect::<Result<_, _>>()?;
        if requests.is_empty() {
            return Err(ValueError::new(format!("no reload request; {GRAMMAR}")));
        }
        Ok(Self(requests))
    }
}

impl FromStr for ReloadRequest {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let (kind, rest) = text
            .trim()
            .split_once(':')
            .ok_or_else(|| ValueError::new(format!("not a reload request; {GRAMMAR}")))?;
        match kind {
            "signal" => signal_of(rest),
            "http" => http_of(rest),
            "exec" => command_of(rest),
            "touch" => rest.parse().map(Self::Touch),
            other => Err(ValueError::new(format!(
                "{other} is not a way to reload; {GRAMMAR}"
            ))),
        }
    }
}

fn signal_of(text: &str) -> Result<ReloadRequest, ValueError> {
    let (signal, to) = match text.split_once('@') {
        Some((signal, to)) => (signal, to.parse()?),
        None => (text, Addressee::OnlyContainer),
    };
    Ok(ReloadRequest::Signal {
        signal: signal.parse()?,
        to,
    })
}

fn http_of(text: &str) -> Result<ReloadRequest, ValueError> {
    let names_method =
        text.starts_with(|first: char| first.is_ascii_alphabetic()) && !text.starts_with("unix:");
    let (method, target) = match text.split_once(':') {
        Some((method, target)) if names_method => (method.parse()?, target),
        _ => (HttpMethod::Post, text),
    };
    let (address, path) = match target.strip_prefix("unix:") {
        Some(target) => {
            let (socket, path) = target.split_once(':').unwrap_or((target, "/"));
            (HttpAddress::Socket(socket_of(socket)?), path)
        }
        None => {
            let (port, path) = match target.find('/') {
                Some(slash) => target.split_at(slash),
                None => (target, "/"),
            };
            let port = port.parse().ok().filter(|port| *port != 0);
            let port = port.ok_or_else(|| {
                ValueError::new(format!("no port number from 1 to 65535; {HTTP_GRAMMAR}"))
            })?;
            (HttpAddress::Port(port), path)
        }
    };
    if !ReloadRequest::is_path(path) {
        return Err(ValueError::new(format!(
            "a request path begins with / and is printable ASCII without blanks; {HTTP_GRAMMAR}"
        )));
    }
    Ok(ReloadRequest::Http {
        method,
        address,
        path: path.to_owned(),
    })
}

fn socket_of(text: &str) -> Result<FilePath, ValueError> {
    /// The room for an address, less the zero byte at its end.
    /// Source: <https://man7.org/linux/man-pages/man7/unix.7.html>.
    const LIMIT: usize = 107;
    let path: FilePath = text.parse()?;
    if path.as_str().len() > LIMIT {
        return Err(ValueError::new(format!(
            "the path of a socket has at most {LIMIT} bytes; expected a shorter one"
        )));
    }
    Ok(path)
}

fn command_of(text: &str) -> Result<ReloadRequest, ValueError> {
    let line = text.trim();
    if line.is_empty() {
        return Err(ValueError::new(
            "no line to run after exec:; expected for example exec:/app/reload --now",
        ));
    }
    if line.contains('\0') {
        return Err(ValueError::new("a line to run cannot hold a zero byte"));
    }
    Ok(ReloadRequest::Command(line.to_owned()))
}

impl FromStr for Addressee {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let (kind, rest) = text.split_once(':').unwrap_or(("", text));
        match kind {
            "" if rest.is_empty() => Err(ValueError::new(format!(
                "nobody is named after @; {SIGNAL_GRAMMAR}"
            ))),
            "" => Ok(Self::Container(rest.to_owned())),
            "process" if is_process_name(rest) => Ok(Self::Process(rest.to_owned())),
            "process" => Err(ValueError::new(
                "not the name of a process; expected the name of its program without a directory, for example process:nginx",
            )),
            "pidfile" => rest.parse().map(Self::PidFile),
            other => Err(ValueError::new(format!(
                "{other} is nobody to signal; {SIGNAL_GRAMMAR}"
            ))),
        }
    }
}

fn is_process_name(text: &str) -> bool {
    /// Of a file's name.
    const LIMIT: usize = 255;
    let is_plain = |character: char| !character.is_control() && character != '/';
    !text.trim().is_empty() && text.len() <= LIMIT && text.chars().all(is_plain)
}

impl fmt::Display for ReloadRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signal { signal, to } => match to {
                Addressee::OnlyContainer => write!(formatter, "signal:{signal}"),
                Addressee::Container(name) => write!(formatter, "signal:{signal}@{name}"),
                Addressee::Process(name) => write!(formatter, "signal:{signal}@process:{name}"),
                Addressee::PidFile(path) => write!(formatter, "signal:{signal}@pidfile:{path}"),
            },
            Self::Http {
                method,
                address: HttpAddress::Port(port),
                path,
            } => write!(formatter, "http:{method}:{port}{path}"),
            Self::Http {
                method,
                address: HttpAddress::Socket(socket),
                path,
            } => write!(formatter, "http:{method}:unix:{socket}:{path}"),
            Self::Command(line) => write!(formatter, "exec:{line}"),
            Self::Touch(path) => write!(formatter, "touch:{path}"),
        }
    }
}

impl fmt::Display for ReloadRequests {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, request) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(formatter, "{separator}{request}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
