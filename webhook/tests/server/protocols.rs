use http_body_util::BodyExt as _;
use vouchsafe_webhook::admission::BODY_LIMIT;

use crate::{client::Client, running::Running};

#[tokio::test]
async fn both_versions_of_http_are_served_over_both_versions_of_tls() {
    let running = Running::start(|_| ()).await;
    for mut client in [Client::http1(&running).await, Client::http2(&running).await] {
        for _ in 0..3 {
            assert_eq!(client.review().await, 200);
        }
    }
    running
        .metric("admissions_total{result=\"unchanged\"} 6")
        .await;
}

#[tokio::test]
async fn probes_are_answered_without_tls() {
    let running = Running::start(|_| ()).await;
    assert_eq!(running.page("/live").await, (200, "live\n".to_owned()));
    running.until("/ready", |status, _| status == 200).await;
    assert_eq!(running.page("/").await.0, 404);
    let metrics = running.page("/metrics").await.1;
    assert!(metrics.ends_with("# EOF\n"), "{metrics}");
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused_with_a_reason() {
    let running = Running::start(|_| ()).await;
    for mut client in [Client::http1(&running).await, Client::http2(&running).await] {
        let response = client.post(vec![b' '; BODY_LIMIT + 1]).await.unwrap();
        assert_eq!(response.status(), 413);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(
            &body[..],
            br#"{"error":"body is longer than 3145728 bytes"}"#
        );
    }
}
