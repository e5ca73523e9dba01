//! How long each template of a directory takes to parse and to render, as lines of JSON.
//!
//! ```text
//! cargo run --release -p vouchsafe-template --example template_bench -- tests/bench/templates
//! ```
//!
//! The directory holds pairs of `NAME.tmpl` and `NAME.json`. `make bench-templates` compares the
//! figures with those of Go's engine, taken in the same run.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a program for a terminal"
)]

use std::{env, fs, hint::black_box, path::PathBuf, time::Duration};

use rustix::time::{ClockId, clock_gettime};
use serde_json::json;
use vouchsafe_template::{DataFile, Options, Template};

/// Of processor time, for each figure.
const TIME: Duration = Duration::from_millis(200);

fn main() {
    let directory = env::args().nth(1).expect("the directory of the templates");
    let mut paths: Vec<PathBuf> = fs::read_dir(directory)
        .expect("a directory")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "tmpl")
        })
        .collect();
    paths.sort();
    for path in paths {
        let source = fs::read(&path).expect("a template");
        let document = fs::read(path.with_extension("json")).expect("its data");
        let parse = || Template::parse(&source, Options::new("bench")).expect("a valid template");
        let template = parse();
        let mut data = DataFile::parse(&document).expect("valid data");
        let size = data.render(&template).expect("a rendering").len();
        let line = json!({
            "name": path.file_stem().map(|name| name.to_string_lossy()),
            "bytes": size,
            "parse_ns": nanoseconds(|| drop(black_box(parse()))),
            "execute_ns": nanoseconds(|| drop(black_box(data.render(&template)))),
        });
        println!("{line}");
    }
}

/// Processor time of one call, over as many as fit.
fn nanoseconds(mut call: impl FnMut()) -> u64 {
    let mut rounds = 1_u64;
    loop {
        let start = processor_time();
        for _ in 0..rounds {
            call();
        }
        let spent = processor_time().saturating_sub(start);
        if spent >= TIME {
            return u64::try_from(spent.as_nanos()).unwrap_or(u64::MAX) / rounds;
        }
        rounds *= 2;
    }
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or_default(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}
