//! How many decisions about a pod one processor makes in a second, and how long one takes, as one
//! line of JSON.
//!
//! ```text
//! cargo run --release -p vouchsafe-webhook --example mutate_bench --target x86_64-unknown-linux-musl
//! ```

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program for a terminal"
)]

use std::{hint::black_box, time::Duration};

use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use vouchsafe_resident::Allocator;
use vouchsafe_webhook::{
    json::Json,
    mutate::{Context, Settings, mutate},
};

/// As in the program.
#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// Of processor time, for each pod.
const TIME: Duration = Duration::from_secs(2);
/// Decisions that are timed one by one.
const SAMPLES: usize = 20_000;

fn main() {
    Allocator::keep_short_blocks();
    let settings = Settings {
        vault_address: "https://vault.vault.svc:8200".parse().ok(),
        ..Settings::new("registry.example/vouchsafe/agent:1.0.0")
    };
    let small = pod(&[
        ("vouchsafe.dev/inject", "true"),
        ("vouchsafe.dev/role", "web"),
        ("vouchsafe.dev/secret-db.env", "secret/data/db"),
    ]);
    let ten_annotations = pod(&[
        ("vouchsafe.dev/inject", "true"),
        ("vouchsafe.dev/role", "web"),
        ("vouchsafe.dev/secret-db.env", "secret/data/db"),
        ("vouchsafe.dev/mode-db.env", "0440"),
        ("vouchsafe.dev/secret-api-key", "secret/data/api#key"),
        ("vouchsafe.dev/secret-server.yaml", "secret/data/server"),
        ("vouchsafe.dev/file-server.yaml", "conf/server.yaml"),
        ("vouchsafe.dev/refresh-interval", "5m"),
        ("vouchsafe.dev/reload", "http:POST:8080/-/reload"),
        ("vouchsafe.dev/reload-db.env", "signal:SIGHUP@web"),
    ]);
    let result = json!({
        "unit": "mutations per second of processor time",
        "small_pod": rate(&Json::from(&small), &settings),
        "ten_annotations": rate(&Json::from(&ten_annotations), &settings),
        "microseconds": {
            "small_pod": quantiles(&Json::from(&small), &settings),
            "ten_annotations": quantiles(&Json::from(&ten_annotations), &settings),
        },
    });
    println!("{result}");
}

fn pod(annotations: &[(&str, &str)]) -> Value {
    let annotations: Value = annotations
        .iter()
        .map(|(key, value)| ((*key).to_owned(), json!(value)))
        .collect();
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": { "generateName": "web-", "labels": { "app": "web" }, "annotations": annotations },
        "spec": {
            "serviceAccountName": "web",
            "securityContext": { "runAsUser": 1000, "runAsNonRoot": true },
            "containers": [{
                "name": "web",
                "image": "registry.example/web:1",
                "env": [{ "name": "PORT", "value": "8080" }],
                "ports": [{ "containerPort": 8080 }],
                "volumeMounts": [{ "name": "data", "mountPath": "/data" }],
            }],
            "volumes": [{ "name": "data", "emptyDir": {} }],
        },
    })
}

fn rate(pod: &Json<'_>, settings: &Settings) -> u64 {
    let start = processor_time();
    let mut mutations: u32 = 0;
    loop {
        for _ in 0..100 {
            let outcome =
                mutate(black_box(pod), &Context::new(settings)).expect("the pod is accepted");
            assert!(outcome.injected);
            black_box(outcome);
        }
        mutations += 100;
        let elapsed = processor_time().saturating_sub(start);
        if elapsed >= TIME {
            let rate = u128::from(mutations) * 1000 / elapsed.as_millis();
            return u64::try_from(rate).unwrap_or(u64::MAX);
        }
    }
}

/// Of the processor time of single decisions, to a tenth of a microsecond.
fn quantiles(pod: &Json<'_>, settings: &Settings) -> Value {
    let mut times: Vec<_> = (0..SAMPLES)
        .map(|_| {
            let start = processor_time();
            let outcome =
                mutate(black_box(pod), &Context::new(settings)).expect("the pod is accepted");
            let taken = processor_time().saturating_sub(start);
            black_box(outcome);
            taken
        })
        .collect();
    times.sort_unstable();
    let quantile = |hundredths: usize| times[SAMPLES * hundredths / 100].as_nanos() / 100;
    let shown = |tenths: u128| format!("{}.{}", tenths / 10, tenths % 10);
    json!({ "p50": shown(quantile(50)), "p99": shown(quantile(99)) })
}

/// Of the whole process, since its start.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.try_into().expect("processor time is never negative")
}
