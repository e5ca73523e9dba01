//! Requests that the proxy can read.

use std::{
    io::{self, BufReader, Write},
    net::TcpStream,
    time::Duration,
};

use super::{Fault, Shared, blind, message::Message, reset};

/// Longer than any test.
const FOR_EVER: Duration = Duration::from_secs(3600);

pub(super) fn serve(stream: &TcpStream, shared: &Shared) {
    // Whatever breaks, breaks the connection.
    drop(converse(stream, shared));
}

fn converse(stream: &TcpStream, shared: &Shared) -> io::Result<()> {
    if matches!(shared.fault_of(""), Some(Fault::Reset)) {
        reset(stream);
        return Ok(());
    }
    let mut reader = BufReader::new(stream);
    while let Some(request) = Message::read(&mut reader, false)? {
        let mut words = request.first.split(' ');
        let (method, path) = (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        );
        shared.note(method, path, request.header("x-vault-token"));
        let fault = shared.fault_of(path);
        if fault.is_none() && request.header("upgrade").is_some() {
            let mut upstream = shared.connect()?;
            request.write(&mut upstream, "upgrade")?;
            return blind::pass(stream, &upstream);
        }
        answer(stream, shared, &request, fault)?;
    }
    Ok(())
}

fn answer(
    mut stream: &TcpStream,
    shared: &Shared,
    request: &Message,
    fault: Option<Fault>,
) -> io::Result<()> {
    let broken = || Err(io::ErrorKind::ConnectionAborted.into());
    match fault {
        None => ask(shared, request)?.write(&mut stream, "keep-alive"),
        Some(Fault::Delay(time)) => {
            shared.wait(time)?;
            ask(shared, request)?.write(&mut stream, "keep-alive")
        }
        Some(Fault::ResetMidBody) => {
            let answer = ask(shared, request)?;
            stream.write_all(&answer.head("keep-alive"))?;
            stream.write_all(&answer.body[..answer.body.len() / 2])?;
            reset(stream);
            broken()
        }
        Some(Fault::TruncatedBody) => {
            let mut answer = ask(shared, request)?;
            answer.body.truncate(answer.body.len() / 2);
            answer.write(&mut stream, "keep-alive")
        }
        Some(Fault::Answer {
            status,
            headers,
            body,
        }) => {
            let headers = headers.into_iter();
            let answer = Message {
                first: format!("HTTP/1.1 {status} Fault"),
                headers: headers
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect(),
                body: body.into_bytes(),
            };
            answer.write(&mut stream, "keep-alive")
        }
        Some(Fault::Garbage) => {
            stream.write_all(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")?;
            broken()
        }
        Some(Fault::Oversized(length)) => {
            let answer = Message {
                first: "HTTP/1.1 200 OK".to_owned(),
                body: vec![b' '; length],
                ..Message::default()
            };
            answer.write(&mut stream, "close")
        }
        Some(Fault::BlackHole) => shared.wait(FOR_EVER),
        Some(Fault::AnswerLost) => {
            ask(shared, request)?;
            shared.wait(FOR_EVER)
        }
        Some(Fault::Reset) => {
            reset(stream);
            broken()
        }
    }
}

fn ask(shared: &Shared, request: &Message) -> io::Result<Message> {
    let mut upstream = shared.connect()?;
    request.write(&mut upstream, "close")?;
    let answer = Message::read(&mut BufReader::new(upstream), true)?;
    let answer = answer.ok_or(io::ErrorKind::UnexpectedEof)?;
    let body = serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap_or_default();
    let given = body["auth"]["client_token"].as_str().map(str::to_owned);
    shared.state().tokens.extend(given);
    Ok(answer)
}
