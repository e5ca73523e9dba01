//! As much of HTTP/1.1 as agents and stores say.

use std::io::{self, BufRead, Read, Write};

/// A request or an answer, whole.
#[derive(Clone, Debug, Default)]
pub(super) struct Message {
    /// Without its line end.
    pub(super) first: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Message {
    /// The next one, or nothing when the other end has no more to say. An answer's body without a
    /// length goes to the end of the connection.
    pub(super) fn read(from: &mut impl BufRead, is_answer: bool) -> io::Result<Option<Self>> {
        let mut message = Self::default();
        if from.read_line(&mut message.first)? == 0 {
            return Ok(None);
        }
        message.first.truncate(message.first.trim_end().len());
        loop {
            let mut line = String::new();
            if from.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end();
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            let header = (name.to_ascii_lowercase(), value.trim().to_owned());
            message.headers.push(header);
        }
        if message.header("transfer-encoding") == Some("chunked") {
            message.body = chunks(from)?;
        } else if let Some(length) = message.header("content-length") {
            let length = length.parse().map_err(io::Error::other)?;
            message.body.resize(length, 0);
            from.read_exact(&mut message.body)?;
        } else if is_answer {
            from.read_to_end(&mut message.body)?;
        }
        Ok(Some(message))
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// What comes before the body, with the length of it.
    pub(super) fn head(&self, connection: &str) -> Vec<u8> {
        let own = ["connection", "content-length", "transfer-encoding"];
        let passed = self.headers.iter();
        let passed = passed.filter(|(name, _)| !own.contains(&name.as_str()));
        let mut lines = vec![self.first.clone()];
        lines.extend(passed.map(|(name, value)| format!("{name}: {value}")));
        lines.push(format!("connection: {connection}"));
        lines.push(format!("content-length: {}", self.body.len()));
        format!("{}\r\n\r\n", lines.join("\r\n")).into_bytes()
    }

    pub(super) fn write(&self, to: &mut impl Write, connection: &str) -> io::Result<()> {
        let mut whole = self.head(connection);
        whole.extend_from_slice(&self.body);
        to.write_all(&whole)
    }
}

fn chunks(from: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut size = String::new();
        from.read_line(&mut size)?;
        let size = u64::from_str_radix(size.trim(), 16).map_err(io::Error::other)?;
        from.by_ref().take(size).read_to_end(&mut body)?;
        // The line end after a chunk; there are no trailers.
        from.read_line(&mut String::new())?;
        if size == 0 {
            return Ok(body);
        }
    }
}
