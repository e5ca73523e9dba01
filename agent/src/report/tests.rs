use std::{collections::BTreeSet, time::Duration};

use super::*;
use crate::metrics::Metrics;

fn at(seconds: u64) -> Time {
    Time(SystemTime::UNIX_EPOCH + Duration::from_secs(1_770_000_000 + seconds))
}

fn error(seconds: u64, code: &str, message: &str) -> LastError {
    LastError {
        at: at(seconds),
        code: code.to_owned(),
        message: message.to_owned(),
    }
}

/// Everything that can be known is known of the first of each, and nothing of the second.
pub(crate) fn full() -> Report {
    let next = |step, in_seconds| Some(Next { step, in_seconds });
    Report {
        version: Report::VERSION,
        agent: "1.2.3",
        at: at(1000),
        up_seconds: 3723,
        ready: true,
        stores: vec![
            StoreReport {
                name: "vault".to_owned(),
                logged_in: true,
                token_seconds_left: Some(2710),
                next: next("renew-token", 1510),
                failing: true,
                last_error: Some(error(990, "VS3001", "cannot connect\nto \"vault\"")),
            },
            StoreReport {
                name: "other".to_owned(),
                logged_in: false,
                token_seconds_left: None,
                next: None,
                failing: false,
                last_error: None,
            },
        ],
        secrets: vec![
            SecretReport {
                path: "kv/a\"b\\c".to_owned(),
                kind: "read",
                store: Some("vault".to_owned()),
                version: Some(7),
                last_read: Some(at(940)),
                last_success: Some(at(950)),
                next: next("read", 12),
                lease_seconds_left: Some(86_400),
                failing_since: Some(at(980)),
                last_error: Some(error(995, "VS3005", "the server failed")),
            },
            SecretReport {
                path: "/etc/hostname".to_owned(),
                kind: "file",
                store: None,
                version: None,
                last_read: None,
                last_success: None,
                next: None,
                lease_seconds_left: None,
                failing_since: None,
                last_error: None,
            },
        ],
        files: vec![
            FileReport {
                path: "/vault/secrets/db.env".to_owned(),
                secrets: vec!["kv/a".to_owned(), "/etc/hostname".to_owned()],
                age_seconds: Some(61),
                last_change: Some(at(939)),
                generation: Some("..2026_02_02_02_55_39.000.1".to_owned()),
                last_error: Some(error(900, "VS4001", "no space")),
            },
            FileReport {
                path: "/vault/secrets/late".to_owned(),
                secrets: Vec::new(),
                age_seconds: None,
                last_change: None,
                generation: None,
                last_error: None,
            },
        ],
        reloads: vec![
            ReloadReport {
                files: vec!["db.env".to_owned()],
                pending: true,
                last: Some(LastReload {
                    at: at(940),
                    attempt: 2,
                    success: false,
                    given_up: false,
                    message: "VS5001 refused".to_owned(),
                }),
            },
            ReloadReport {
                files: vec!["late".to_owned()],
                pending: false,
                last: None,
            },
        ],
    }
}

#[test]
fn people_get_a_table() {
    insta::assert_snapshot!(full().to_table());
    // What is not configured has no heading.
    let mut report = full();
    report.reloads.clear();
    assert!(!report.to_table().contains("RELOAD"));
}

#[test]
fn programs_get_json_whose_fields_are_always_there() {
    let json: serde_json::Value = serde_json::from_str(&full().to_json()).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&json).unwrap());
}

#[test]
fn prometheus_gets_what_is_known() {
    let mut page = String::new();
    gauges::write(&mut page, &full());
    insta::assert_snapshot!(page);
}

/// The names that begin like ours, wherever they stand.
fn names(text: &str) -> BTreeSet<&str> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words
        .filter(|word| word.starts_with("vouchsafe_agent_"))
        .collect()
}

#[test]
fn every_metric_is_documented_and_every_documented_one_exists() {
    let mut page = Metrics::default().page();
    gauges::write(&mut page, &full());
    let shown = page
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
    let shown: BTreeSet<_> = shown.collect();
    assert!(shown.len() > 15);
    let documented = include_str!("../../../docs/operations.md");
    assert_eq!(shown, names(documented));
}
