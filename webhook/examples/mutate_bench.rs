//! How many decisions about each pod one processor makes in a second, and how long one takes, as one
//! line of JSON, by the names of the pods' files.
//!
//! ```text
//! cargo run --release -p vouchsafe-webhook --example mutate_bench --target x86_64-unknown-linux-musl tests/bench/pods/*.json
//! ```

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program for a terminal"
)]

use std::{fs, hint::black_box, path::Path, time::Duration};

use rustix::time::{ClockId, clock_gettime};
use serde_json::{Map, Value, json};
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
    let figures: Map<String, Value> = std::env::args_os()
        .skip(1)
        .map(|path| {
            let path = Path::new(&path);
            let pod = fs::read(path).expect("a pod's file is named");
            let pod: Value = serde_json::from_slice(&pod).expect("a pod is JSON");
            let pod = Json::from(&pod);
            let name = path.file_stem().expect("a file has a name");
            let figures = json!({
                "per_second": rate(&pod, &settings),
                "microseconds": quantiles(&pod, &settings),
            });
            (name.to_string_lossy().into_owned(), figures)
        })
        .collect();
    println!("{}", Value::Object(figures));
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
