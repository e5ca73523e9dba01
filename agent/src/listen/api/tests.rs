use http_body_util::Full;
use hyper::body::Bytes;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use vouchsafe_shared::config::ProxyToken;

use super::*;
use crate::fault::{Retry, Whose};

const NOTHING: ApiConfig = ApiConfig {
    port: 0,
    quit: false,
    proxy: None,
    metrics: false,
};

async fn start(config: ApiConfig) -> (SocketAddr, mpsc::Receiver<Wish>) {
    let (sender, receiver) = mpsc::channel(1);
    let metrics = Arc::new(Metrics::default());
    (serve(config, metrics, sender).await.unwrap(), receiver)
}

/// Sends a request and returns status line, headers and body as they came.
async fn send(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

fn request(method: &str, path: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nX-Vault-Token: own\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

async fn status(address: SocketAddr, method: &str, path: &str) -> String {
    let answer = send(address, &request(method, path, "")).await;
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn what_is_not_asked_for_is_not_there() {
    let (address, _agent) = start(NOTHING).await;
    assert!(address.ip().is_loopback());
    for (method, path) in [
        ("POST", "/agent/v1/quit"),
        ("GET", "/agent/v1/metrics"),
        ("GET", "/v1/sys/health"),
        ("GET", "/"),
        ("POST", "/agent/v1/cache-clear"),
    ] {
        assert_eq!(status(address, method, path).await, "404", "{path}");
    }
}

#[tokio::test]
async fn a_post_asks_the_agent_to_quit_and_nothing_else_does() {
    let quit = ApiConfig {
        quit: true,
        metrics: true,
        ..NOTHING
    };
    let (address, mut agent) = start(quit).await;
    assert_eq!(status(address, "GET", "/agent/v1/quit").await, "405");
    assert_eq!(status(address, "POST", "/agent/v1/metrics").await, "405");
    let asked =
        tokio::spawn(async move { send(address, &request("GET", "/agent/v1/metrics", "")).await });
    let Some(Wish::Report(answer)) = agent.recv().await else {
        panic!("not asked for what it knows")
    };
    drop(answer);
    let metrics = asked.await.unwrap();
    assert!(metrics.contains("vouchsafe_agent_ready 0"), "{metrics}");
    assert!(agent.try_recv().is_err());
    assert_eq!(status(address, "POST", "/agent/v1/quit").await, "200");
    assert!(matches!(agent.recv().await, Some(Wish::Quit)));
    drop(agent);
    assert_eq!(status(address, "POST", "/agent/v1/quit").await, "503");
}

#[tokio::test]
async fn a_request_and_its_answer_are_passed_on_whole() {
    let proxy = ApiConfig {
        proxy: Some(ProxyToken::Own),
        ..NOTHING
    };
    let (address, mut agent) = start(proxy).await;
    let asked = request("LIST", "/v1/kv/a%2Fb?x=y", "{\"a\":1}");
    let client = tokio::spawn(async move { send(address, &asked).await });
    let Some(Wish::Forward(wanted)) = agent.recv().await else {
        panic!("no request")
    };
    let Forward { request, answer } = *wanted;
    assert_eq!(request.method(), "LIST");
    assert_eq!(request.uri(), "/v1/kv/a%2Fb?x=y");
    assert_eq!(request.headers()["x-vault-token"], "own");
    let body = request.into_body().collect().await.unwrap();
    assert_eq!(body.to_bytes(), "{\"a\":1}");
    let body = Full::new(Bytes::from("tea")).map_err(|never| match never {});
    let mut passed_back = Response::new(body.boxed_unsync());
    *passed_back.status_mut() = StatusCode::IM_A_TEAPOT;
    let odd = HeaderValue::from_static("1");
    passed_back.headers_mut().insert("x-odd", odd);
    assert!(answer.send(Ok(passed_back)).is_ok());
    let answer = client.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 418 "), "{answer}");
    assert!(
        answer.contains("x-odd: 1\r\n") && answer.ends_with("\r\n\r\ntea"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_failure_is_told_as_a_store_tells_errors() {
    let proxy = ApiConfig {
        proxy: Some(ProxyToken::Force),
        ..NOTHING
    };
    let (address, mut agent) = start(proxy).await;
    let client = tokio::spawn(async move { send(address, &request("GET", "/v1/x", "")).await });
    let Some(Wish::Forward(wanted)) = agent.recv().await else {
        panic!("no request")
    };
    let fault = Fault::new(Code::StoreTimeout, Whose::Network, Retry::Backoff, "slow");
    assert!(wanted.answer.send(Err(fault)).is_ok());
    let told = client.await.unwrap();
    assert!(
        told.starts_with("HTTP/1.1 504 ") && told.ends_with("{\"errors\":[\"VS3009 slow\"]}"),
        "{told}"
    );
}
