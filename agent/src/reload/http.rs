use std::net::Ipv4Addr;

use http_body_util::Empty;
use hyper::{
    Request, StatusCode,
    body::Bytes,
    client::conn::http1,
    header,
    rt::{Read, Write},
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpStream, UnixStream},
    time::timeout,
};
use vouchsafe_shared::{
    config::HttpReload,
    diagnostic::Code,
    value::{HttpAddress, HumanDuration},
};

use crate::fault::{Fault, Retry, Whose};

/// Sends the request within the pod and waits for the answer's status.
pub(super) async fn send(reload: &HttpReload, limit: HumanDuration) -> Result<String, Fault> {
    let HttpReload { method, path, .. } = reload;
    let what = match &reload.address {
        HttpAddress::Port(port) => format!("{method} http://127.0.0.1:{port}{path}"),
        HttpAddress::Socket(socket) => format!("{method} {path} at socket {socket}"),
    };
    let failed = |reason: String| {
        let message = format!("{what}: {reason}");
        Fault::new(Code::RequestFailed, Whose::User, Retry::Backoff, message)
    };
    let status = match timeout(limit.as_duration(), exchange(reload)).await {
        Ok(Ok(status)) => status,
        Ok(Err(reason)) => return Err(failed(reason)),
        Err(_) => return Err(failed(format!("no answer within {limit}"))),
    };
    if reload.expect_status.contains(status.as_u16()) {
        return Ok(format!("{what}: {}", status.as_u16()));
    }
    Err(failed(format!(
        "the application answered {}",
        status.as_u16()
    )))
}

async fn exchange(reload: &HttpReload) -> Result<StatusCode, String> {
    match &reload.address {
        HttpAddress::Port(port) => {
            let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, *port)).await;
            let stream = stream.map_err(|error| error.to_string())?;
            ask(reload, &format!("127.0.0.1:{port}"), TokioIo::new(stream)).await
        }
        HttpAddress::Socket(socket) => {
            let stream = UnixStream::connect(socket.as_str()).await;
            let stream = stream.map_err(|error| error.to_string())?;
            ask(reload, "localhost", TokioIo::new(stream)).await
        }
    }
}

async fn ask(
    reload: &HttpReload,
    host: &str,
    stream: impl Read + Write + Unpin,
) -> Result<StatusCode, String> {
    let (mut sender, connection) = http1::handshake::<_, Empty<Bytes>>(stream)
        .await
        .map_err(|error| error.to_string())?;
    let mut request = Request::builder()
        .method(reload.method.as_str())
        .uri(&reload.path)
        .header(header::CONTENT_LENGTH, "0")
        .header(header::CONNECTION, "close");
    let agent = concat!("vouchsafe-agent/", env!("CARGO_PKG_VERSION"));
    for (name, value) in [("host", host), ("user-agent", agent)] {
        if !reload.headers.has(name) {
            request = request.header(name, value);
        }
    }
    for (name, value) in reload.headers.iter() {
        request = request.header(name, value);
    }
    let request = request
        .body(Empty::new())
        .map_err(|error| error.to_string())?;
    // The connection is driven here and not in a task: it ends with this exchange.
    let mut connection = std::pin::pin!(connection);
    let mut answer = std::pin::pin!(sender.send_request(request));
    let response = tokio::select! {
        response = &mut answer => response,
        ended = &mut connection => {
            ended.map_err(|error| error.to_string())?;
            answer.await
        }
    };
    response
        .map(|response| response.status())
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };
    use vouchsafe_shared::value::{Headers, HttpMethod, Statuses};

    use super::*;

    fn reload(port: u16) -> HttpReload {
        HttpReload {
            method: HttpMethod::Post,
            address: HttpAddress::Port(port),
            path: "/-/reload".into(),
            headers: Headers::default(),
            expect_status: Statuses::default(),
        }
    }

    const LONG: HumanDuration = HumanDuration::from_secs(10);

    /// Tells an application that answers with `answer`; the result, and what it was asked.
    async fn told(answer: &str) -> (Result<String, Fault>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let reload = reload(listener.local_addr().unwrap().port());
        let application = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 1024];
            let length = stream.read(&mut request).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        };
        tokio::join!(send(&reload, LONG), application)
    }

    #[tokio::test]
    async fn the_request_is_the_one_that_was_asked_for() {
        let (result, request) = told("HTTP/1.1 204 No Content\r\n\r\n").await;
        assert!(result.unwrap().ends_with("/-/reload: 204"));
        assert!(
            request.starts_with("POST /-/reload HTTP/1.1\r\n"),
            "{request}"
        );
    }

    #[tokio::test]
    async fn an_application_that_refuses_is_a_failure_with_its_status() {
        let (result, _) = told("HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n").await;
        let fault = result.unwrap_err();
        assert_eq!(fault.code, Code::RequestFailed);
        assert!(
            fault.message.ends_with("the application answered 500"),
            "{}",
            fault.message
        );
    }

    #[tokio::test]
    async fn nobody_listening_is_a_failure() {
        let port = TcpListener::bind("127.0.0.1:0")
            .await
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let fault = send(&reload(port), LONG).await.unwrap_err();
        assert!(fault.message.contains("refused"), "{}", fault.message);
    }

    #[tokio::test]
    async fn an_application_that_does_not_answer_is_given_up_on() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let fault = send(&reload(port), "20ms".parse().unwrap())
            .await
            .unwrap_err();
        assert!(
            fault.message.ends_with("no answer within 20ms"),
            "{}",
            fault.message
        );
    }
}
