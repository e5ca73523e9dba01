//! The commands `status` and `refresh`: questions to the agent that runs beside, through its socket.

use std::{
    io::{self, Read, Write},
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

use vouchsafe_shared::config::AgentConfig;

use crate::listen::{encoded, socket};

/// The agent answers in between its work, which takes milliseconds.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Of an answer, in bytes. A status has a few hundred for each secret and file.
const LIMIT: u64 = 16 * 1024 * 1024;

/// The exit code then: `EX_UNAVAILABLE` of sysexits.
pub const NO_AGENT: u8 = 69;

/// How the status is printed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Output {
    #[default]
    Table,
    Json,
}

/// Why there is no answer to print. One line for people.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error(
        "no agent runs here: nobody listens on {socket}; it is there as long as run, init or once is under way with the same run_directory"
    )]
    NoAgent { socket: String },
    #[error("{socket} cannot be used: {failure}; be the agent's own user, in its container")]
    Unusable { socket: String, failure: io::Error },
    #[error("the agent did not answer: {0}")]
    NoAnswer(io::Error),
    #[error("the agent sent something that is no answer")]
    BadAnswer,
    #[error("the agent refuses ({status}): {reason}")]
    Refused { status: u16, reason: String },
}

/// What the agent of a configuration says about itself.
///
/// # Errors
/// See [`ClientError`].
pub fn status(config: &AgentConfig, output: Output) -> Result<String, ClientError> {
    let format = match output {
        Output::Table => "table",
        Output::Json => "json",
    };
    ask(config, "GET", &format!("/status?format={format}"))
}

/// Lets the agent of a configuration read one secret or all of them now.
///
/// # Errors
/// See [`ClientError`].
pub fn refresh(config: &AgentConfig, secret: Option<&str>) -> Result<String, ClientError> {
    let path = secret.map_or_else(
        || "/refresh".to_owned(),
        |secret| format!("/refresh?secret={}", encoded(secret)),
    );
    ask(config, "POST", &path)
}

fn ask(config: &AgentConfig, method: &str, path: &str) -> Result<String, ClientError> {
    let socket = socket::path_of(config);
    let mut stream =
        UnixStream::connect(&socket).map_err(|failure| not_connected(&socket, failure))?;
    let answer = exchange(&mut stream, method, path).map_err(ClientError::NoAnswer)?;
    let (status, body) = understand(&answer).ok_or(ClientError::BadAnswer)?;
    if !(200..300).contains(&status) {
        let reason = body.trim().to_owned();
        return Err(ClientError::Refused { status, reason });
    }
    Ok(body.to_owned())
}

fn not_connected(socket: &Path, failure: io::Error) -> ClientError {
    let socket = socket.display().to_string();
    match failure.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => {
            ClientError::NoAgent { socket }
        }
        _ => ClientError::Unusable { socket, failure },
    }
}

/// With version 1.0 the answer comes in one piece and ends with the connection.
fn exchange(stream: &mut UnixStream, method: &str, path: &str) -> io::Result<String> {
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    write!(stream, "{method} {path} HTTP/1.0\r\nHost: agent\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(LIMIT).read_to_string(&mut answer)?;
    Ok(answer)
}

fn understand(answer: &str) -> Option<(u16, &str)> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let headers = head.lines().filter_map(|line| line.split_once(':'));
    let mut lengths = headers.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    // An agent that ends may leave off in the middle.
    let is_whole = match lengths.next() {
        Some((_, length)) => length.trim().parse() == Ok(body.len()),
        None => true,
    };
    is_whole.then_some((status, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_understood_only_as_a_whole() {
        for (answer, understood) in [
            ("HTTP/1.0 200 OK\r\n\r\nlive\n", Some((200, "live\n"))),
            (
                "HTTP/1.0 404 Not Found\r\nContent-Length: 5\r\n\r\nlive\n",
                Some((404, "live\n")),
            ),
            ("HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nliv", None),
            ("HTTP/1.0 200 OK\r\ncontent-length: 5\r\n", None),
            ("live\r\n\r\n", None),
            ("", None),
        ] {
            assert_eq!(understand(answer), understood, "{answer:?}");
        }
    }
}
