//! The port of admissions as charts and dashboards of the original injector expect it.

use http_body_util::BodyExt as _;
use rustls::version::{TLS12, TLS13};
use vouchsafe_webhook::server::tls::TlsOptions;

use crate::{
    client::{Client, handshake},
    running::Running,
};

#[tokio::test]
async fn readiness_and_metrics_are_served_beside_admissions() {
    let running = Running::start(|config| {
        config.health_listen = None;
        config.telemetry_path = Some("/telemetry".to_owned());
    })
    .await;
    for mut client in [Client::http1(&running).await, Client::http2(&running).await] {
        let ready = client.get("/health/ready").await;
        assert_eq!(ready.status(), 204);
        assert_eq!(ready.into_body().collect().await.unwrap().to_bytes(), "");
        assert_eq!(client.review().await, 200);
        let page = client.get("/telemetry").await;
        let page = page.into_body().collect().await.unwrap().to_bytes();
        let page = String::from_utf8(page.to_vec()).unwrap();
        assert!(
            page.contains("\nvault_agent_injector_request_queue_length 0\n"),
            "{page}"
        );
        assert!(
            page.contains("vouchsafe_webhook_admissions_total{"),
            "{page}"
        );
        assert!(page.ends_with("# EOF\n"), "{page}");
        assert_eq!(client.get("/metrics").await.status(), 404);
    }
}

#[tokio::test]
async fn readiness_ends_with_the_wish_to_stop() {
    let delay = |config: &mut vouchsafe_webhook::app::Config| {
        config.drain_delay = std::time::Duration::from_secs(3600);
    };
    let running = Running::start(delay).await;
    let mut client = Client::http2(&running).await;
    running.trigger.stop();
    running.until("/ready", |status, _| status == 503).await;
    assert_eq!(client.get("/health/ready").await.status(), 503);
    assert_eq!(client.review().await, 200);
    running.trigger.stop();
}

fn options(version: &str, suites: &str) -> TlsOptions {
    TlsOptions::read(version, suites, &mut Vec::new()).unwrap()
}

#[tokio::test]
async fn older_versions_of_tls_are_refused_when_asked() {
    let running = Running::start(|config| config.tls = options("tls13", "")).await;
    assert!(handshake(&running, "h2", &TLS12).await.is_err());
    assert!(handshake(&running, "h2", &TLS13).await.is_ok());
}

#[tokio::test]
async fn only_the_cipher_suites_asked_for_are_spoken() {
    let suite = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
    let running = Running::start(|config| config.tls = options("tls12", suite)).await;
    let stream = handshake(&running, "h2", &TLS12).await.unwrap();
    let spoken = stream.get_ref().1.negotiated_cipher_suite().unwrap();
    assert_eq!(format!("{:?}", spoken.suite()), suite);
    assert!(handshake(&running, "h2", &TLS13).await.is_ok());

    // The key of the certificate is no RSA key.
    let suite = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
    let running = Running::start(|config| config.tls = options("tls12", suite)).await;
    assert!(handshake(&running, "h2", &TLS12).await.is_err());
}
