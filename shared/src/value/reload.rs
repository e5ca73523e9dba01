use std::{fmt, str::FromStr};

use super::{ValueError, string_serde};

const GRAMMAR: &str = "expected signal:SIGNAL@CONTAINER or http:METHOD:PORT/PATH, for example signal:SIGHUP@web or http:POST:8080/-/reload";

/// How an application is told that its files changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ReloadRequest {
    /// A signal to the first process of a container; without a container, of the pod's only one.
    Signal {
        signal: Signal,
        container: Option<String>,
    },
    /// A request to the pod's own loopback address.
    Http {
        method: HttpMethod,
        port: u16,
        path: String,
    },
}

impl FromStr for ReloadRequest {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let text = text.trim();
        let (kind, rest) = text
            .split_once(':')
            .ok_or_else(|| ValueError::new(format!("not a reload request; {GRAMMAR}")))?;
        match kind {
            "signal" => {
                let (signal, container) = match rest.split_once('@') {
                    Some((_, "")) => {
                        return Err(ValueError::new(format!("no container after @; {GRAMMAR}")));
                    }
                    Some((signal, container)) => (signal, Some(container.to_owned())),
                    None => (rest, None),
                };
                Ok(Self::Signal {
                    signal: signal.parse()?,
                    container,
                })
            }
            "http" => {
                let (method, target) = match rest.split_once(':') {
                    Some((method, target)) => (method.parse()?, target),
                    None => (HttpMethod::Post, rest),
                };
                let (port, path) = match target.find('/') {
                    Some(slash) => target.split_at(slash),
                    None => (target, "/"),
                };
                let port = port.parse().ok().filter(|port| *port != 0).ok_or_else(|| {
                    ValueError::new(format!("no port number from 1 to 65535; {GRAMMAR}"))
                })?;
                if path.bytes().any(|byte| !(0x21..=0x7e).contains(&byte)) {
                    return Err(ValueError::new(
                        "a request path is printable ASCII without blanks",
                    ));
                }
                Ok(Self::Http {
                    method,
                    port,
                    path: path.to_owned(),
                })
            }
            "exec" | "touch" => Err(ValueError::new(format!(
                "reload by {kind} is not supported yet; {GRAMMAR}"
            ))),
            other => Err(ValueError::new(format!(
                "{other} is not a way to reload; {GRAMMAR}"
            ))),
        }
    }
}

impl fmt::Display for ReloadRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signal {
                signal,
                container: Some(container),
            } => {
                write!(formatter, "signal:{signal}@{container}")
            }
            Self::Signal {
                signal,
                container: None,
            } => write!(formatter, "signal:{signal}"),
            Self::Http { method, port, path } => write!(formatter, "http:{method}:{port}{path}"),
        }
    }
}

/// A signal that programs use to ask for a reload or a stop.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Signal {
    Hangup,
    Interrupt,
    Quit,
    Terminate,
    User1,
    User2,
    WindowChange,
}

impl Signal {
    const ALL: [Self; 7] = [
        Self::Hangup,
        Self::Interrupt,
        Self::Quit,
        Self::Terminate,
        Self::User1,
        Self::User2,
        Self::WindowChange,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hangup => "SIGHUP",
            Self::Interrupt => "SIGINT",
            Self::Quit => "SIGQUIT",
            Self::Terminate => "SIGTERM",
            Self::User1 => "SIGUSR1",
            Self::User2 => "SIGUSR2",
            Self::WindowChange => "SIGWINCH",
        }
    }
}

impl FromStr for Signal {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let name = text.trim().to_ascii_uppercase();
        let name = name.strip_prefix("SIG").unwrap_or(&name);
        Self::ALL.into_iter().find(|signal| &signal.as_str()[3..] == name).ok_or_else(|| {
            ValueError::new(
                "not a signal for reloading; expected SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2 or SIGWINCH",
            )
        })
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

string_serde!(Signal);

/// The method of a reload request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HttpMethod {
    Get,
    Post,
    Put,
}

impl HttpMethod {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}

impl FromStr for HttpMethod {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        match text.trim().to_ascii_uppercase().as_str() {
            "GET" => Ok(Self::Get),
            "POST" => Ok(Self::Post),
            "PUT" => Ok(Self::Put),
            _ => Err(ValueError::new(
                "not a method for reloading; expected GET, POST or PUT",
            )),
        }
    }
}

impl fmt::Display for HttpMethod {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

string_serde!(HttpMethod);
