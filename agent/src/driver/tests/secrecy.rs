//! What is told of a secret never has a value in it.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_store_that_repeats_what_it_was_given_gives_no_secret_away() {
    let mut bench = Bench::new();
    let text =
        r#"{{ with secret "a" }}{{ secret "b" (printf "a=%s" .Data.value) "to=web" }}{{ end }}"#;
    let file = json!({ "name": "f", "store": "vault", "source": { "template": text } });
    let running = bench.start(&json!([file]));
    beside(running, async {
        let message = loop {
            tokio::time::sleep(SECOND).await;
            let (answer, report) = oneshot::channel();
            assert!(bench.wishes.send(Wish::Report(answer)).await.is_ok());
            let report = report.await.unwrap();
            let mut errors = report
                .secrets
                .iter()
                .filter_map(|secret| secret.last_error.as_ref());
            if let Some(error) = errors.next() {
                break error.message.clone();
            }
        };
        let given = r#"[Some("[redacted]"), Some("web")]"#;
        assert_eq!(message, format!("not understood: {given}"));
    })
    .await;
}
