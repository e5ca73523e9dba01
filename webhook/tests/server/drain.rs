use std::time::Duration;

use rustls::version::TLS13;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_rustls::client::TlsStream;
use vouchsafe_webhook::app::RunError;

use crate::{
    client::{Client, REVIEW, handshake},
    running::Running,
};

/// A request whose head is read and whose body is awaited: the server has said so.
async fn under_way(running: &Running) -> TlsStream<TcpStream> {
    let mut stream = handshake(running, "http/1.1", &TLS13).await.unwrap();
    let head = format!(
        "POST /mutate HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nexpect: 100-continue\r\n\r\n",
        REVIEW.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

#[tokio::test]
async fn a_request_under_way_is_finished_and_a_new_connection_refused() {
    let running = Running::start(|_| ()).await;
    let mut request = under_way(&running).await;
    running.trigger.stop();
    running.until("/ready", |status, _| status == 503).await;
    while TcpStream::connect(running.addresses.admissions)
        .await
        .is_ok()
    {
        tokio::task::yield_now().await;
    }
    assert_eq!(running.page("/live").await.0, 200);
    request.write_all(REVIEW.as_bytes()).await.unwrap();
    let mut answer = String::new();
    request.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    running.ended().await.unwrap();
}

#[tokio::test]
async fn readiness_ends_before_service_does() {
    let delay = |config: &mut vouchsafe_webhook::app::Config| {
        config.drain_delay = Duration::from_secs(3600);
    };
    let running = Running::start(delay).await;
    let mut old = Client::http1(&running).await;
    let response = old.post(REVIEW).await.unwrap();
    assert!(!response.headers().contains_key("connection"));
    running.trigger.stop();
    running.until("/ready", |status, _| status == 503).await;
    for client in [&mut old, &mut Client::http1(&running).await] {
        let response = client.post(REVIEW).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["connection"], "close");
    }
    assert_eq!(Client::http2(&running).await.review().await, 200);
    running.trigger.stop();
    assert!(matches!(running.ended().await, Err(RunError::Aborted)));
}

#[tokio::test]
async fn a_request_that_never_ends_does_not_hold_up_the_end() {
    let short = Duration::from_millis(50);
    let running = Running::start(|config| config.limits.drain = short).await;
    let mut request = under_way(&running).await;
    running.trigger.stop();
    running.ended().await.unwrap();
    let mut answer = String::new();
    drop(request.read_to_string(&mut answer).await);
    assert_eq!(answer, "");
}

#[tokio::test]
async fn idle_connections_end_at_once() {
    let running = Running::start(|_| ()).await;
    let mut clients = [Client::http1(&running).await, Client::http2(&running).await];
    for client in &mut clients {
        assert_eq!(client.review().await, 200);
    }
    running.trigger.stop();
    running.ended().await.unwrap();
}
