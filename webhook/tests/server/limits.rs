use std::time::Duration;

use rustls::version::TLS13;
use tokio::{
    io::AsyncReadExt as _,
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::{
    client::{Client, handshake},
    running::{PATIENCE, Running},
};

const SHORT: Duration = Duration::from_millis(300);

#[tokio::test]
async fn whoever_never_shakes_hands_is_cut_off() {
    let running = Running::start(|config| config.limits.handshake = SHORT).await;
    let mut silent = TcpStream::connect(running.addresses.admissions)
        .await
        .unwrap();
    let end = timeout(PATIENCE, silent.read(&mut [0])).await.unwrap();
    assert_eq!(end.unwrap(), 0);
}

#[tokio::test]
async fn whoever_never_asks_is_cut_off() {
    let running = Running::start(|config| config.limits.first_request = SHORT).await;
    for protocol in ["http/1.1", "h2"] {
        let mut silent = handshake(&running, protocol, &TLS13).await.unwrap();
        let mut received = Vec::new();
        // HTTP/2 says hello before the end, and nobody says goodbye.
        let end = timeout(PATIENCE, silent.read_to_end(&mut received))
            .await
            .unwrap();
        assert!(end.is_err() || received.len() < 100);
    }
}

#[tokio::test]
async fn whoever_has_asked_may_be_silent_for_longer() {
    let running = Running::start(|config| config.limits.first_request = SHORT).await;
    let mut first = Client::http1(&running).await;
    assert_eq!(first.review().await, 200);
    let mut second = Client::http2(&running).await;
    assert_eq!(second.review().await, 200);
    sleep(2 * SHORT).await;
    assert_eq!(first.review().await, 200);
    assert_eq!(second.review().await, 200);
}

#[tokio::test]
async fn whoever_is_silent_for_too_long_is_cut_off() {
    let running = Running::start(|config| config.limits.idle = SHORT).await;
    let mut client = Client::http1(&running).await;
    assert_eq!(client.review().await, 200);
    running.metric("connections 0").await;
    assert!(client.post("").await.is_err());
}

#[tokio::test]
async fn more_connections_than_allowed_wait_for_others_to_end() {
    let running = Running::start(|config| config.limits.connections = 2).await;
    let mut first = Client::http1(&running).await;
    let mut second = Client::http1(&running).await;
    let mut third = Box::pin(Client::http1(&running));
    assert!(timeout(SHORT, &mut third).await.is_err());
    running.metric("connections 2").await;
    assert_eq!(first.review().await, 200);
    assert_eq!(second.review().await, 200);
    drop(first);
    let mut third = timeout(PATIENCE, third).await.unwrap();
    assert_eq!(third.review().await, 200);
}
