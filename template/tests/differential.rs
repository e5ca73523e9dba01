//! The engine against the original programs, live: generated templates, both asked, nothing may
//! differ. A difference is shrunk to the smallest template that shows it.
//!
//! Runs where Go is installed. `VOUCHSAFE_PAIRS` sets how many templates (2 000 by default),
//! `VOUCHSAFE_SEED` which (another day, another seed, printed on failure).
#![expect(
    clippy::unwrap_used,
    reason = "a comparison that cannot go on has failed"
)]

use std::{
    env,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use self::support::{
    Outcome,
    oracle::{Oracle, build},
    ours, same, show,
};

mod support;

trait Compare {
    /// Whether there is a difference of the same kind.
    fn differs_alike(&mut self, request: &Value, kind: &Kind) -> bool;

    /// Both outcomes, if they differ.
    fn difference(&mut self, request: &Value) -> Option<(Outcome, Outcome, String)>;
}

impl Compare for Oracle {
    fn differs_alike(&mut self, request: &Value, kind: &Kind) -> bool {
        self.difference(request)
            .is_some_and(|(original, ours, _)| *kind == (class(&original), class(&ours)))
    }

    fn difference(&mut self, request: &Value) -> Option<(Outcome, Outcome, String)> {
        let (ours, message) = ours(request);
        let mut original = self.ask(request);
        // Some of it is left to chance there, such as the order of maps in `spew_sdump`.
        for _ in 0..ATTEMPTS {
            if same(&ours, &original) || is_limit(&ours) || is_no_answer(&original) {
                return None;
            }
            original = self.ask(request);
        }
        Some((original, ours, message))
    }
}

/// The original has no limits: some templates count to many millions.
fn is_limit(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Error { class, .. } if class == "limit")
}

/// The original ran out of memory or time: on a busy machine now and then.
fn is_no_answer(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Error { class, .. } if class == "crash" || class == "timeout")
}

/// The error classes of the original and of ours; none: a rendering.
type Kind = (Option<String>, Option<String>);

fn class(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Output(_) => None,
        Outcome::Error { class, .. } => Some(class.clone()),
    }
}

fn number(name: &str, default: u64) -> u64 {
    env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// How often the original is asked before there is a difference.
const ATTEMPTS: usize = 6;

/// How many smaller templates are tried for one difference: the original takes milliseconds for each.
const QUESTIONS: usize = 500;

/// Cuts pieces out of the template as long as the two sides go on to differ.
fn shrink(oracle: &mut Oracle, mut request: Value, kind: &Kind) -> Value {
    let mut pieces: Vec<char> = request["template"]
        .as_str()
        .unwrap_or_default()
        .chars()
        .collect();
    let mut size = pieces.len() / 2;
    let mut questions = QUESTIONS;
    while size > 0 {
        let mut start = 0;
        while start < pieces.len() && questions > 0 {
            questions -= 1;
            let mut shorter = pieces.clone();
            shorter.drain(start..(start + size).min(pieces.len()));
            let mut candidate = request.clone();
            candidate["template"] = Value::String(shorter.iter().collect());
            if oracle.differs_alike(&candidate, kind) {
                pieces = shorter;
                request = candidate;
            } else {
                start += size;
            }
        }
        size /= 2;
    }
    for name in ["missingkey", "left", "right", "data"] {
        let mut candidate = request.clone();
        candidate[name] = if name == "data" {
            json!({})
        } else {
            Value::Null
        };
        if oracle.differs_alike(&candidate, kind) {
            request = candidate;
        }
    }
    request
}

#[test]
fn generated_templates_end_as_with_the_original() {
    let Some(binary) = build() else {
        eprintln!("Go is not installed: the live comparison is left out");
        return;
    };
    let seed = number("VOUCHSAFE_SEED", 1);
    let pairs = number("VOUCHSAFE_PAIRS", 2_000);
    let mut generator = Command::new(&binary)
        .args([
            "generate",
            "--seed",
            &seed.to_string(),
            "--count",
            &pairs.to_string(),
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut oracle = Oracle::start(&binary);
    let (mut total, mut rendered) = (0, 0);
    let mut report = Vec::new();
    for line in BufReader::new(generator.stdout.take().unwrap()).lines() {
        let request: Value = serde_json::from_str(&line.unwrap()).unwrap();
        total += 1;
        match oracle.difference(&request) {
            None => rendered += 1,
            Some((original, ours, _)) if report.len() < 20 => {
                let kind = (class(&original), class(&ours));
                let smallest = shrink(&mut oracle, request, &kind);
                let Some((original, ours, message)) = oracle.difference(&smallest) else {
                    report.push(format!("{smallest}\n  differs only sometimes"));
                    continue;
                };
                report.push(format!(
                    "{smallest}\n  original {}\n  ours     {}\n  {message}",
                    show(&original),
                    show(&ours)
                ));
            }
            Some(_) => {}
        }
    }
    generator.wait().unwrap();
    assert!(
        report.is_empty(),
        "seed {seed}: {} of {total} differ; the smallest of the first ones:\n{}",
        total - rendered,
        report.join("\n")
    );
    assert_eq!(total, pairs);
}
