//! What Prometheus reads of a report: the part of `/metrics` that is looked up, not counted.

use super::{Report, SecretReport};
use crate::metrics::{label, write_metric};

/// Appends to the page of the counters.
pub fn write(page: &mut String, report: &Report) {
    let tokens = report.stores.iter().filter_map(|store| {
        let left = store.token_seconds_left?;
        Some((format!("{{store={}}}", label(&store.name)), left))
    });
    gauge(
        page,
        "token_seconds_left",
        "Until the token ends. Not there without a token, nor for one without an end.",
        tokens,
    );
    of_secrets(
        page,
        report,
        "lease_seconds_left",
        "Until the secret ends. Not there for one without an end.",
        |secret| secret.lease_seconds_left,
    );
    of_secrets(
        page,
        report,
        "secret_version",
        "The version that was read last, where the store counts them.",
        |secret| secret.version,
    );
    of_secrets(
        page,
        report,
        "secret_last_success_timestamp_seconds",
        "When the secret was read, or its lease renewed.",
        |secret| Some(secret.last_success?.unix()),
    );
    of_secrets(
        page,
        report,
        "secret_last_error_timestamp_seconds",
        "When that failed last in this life of the agent.",
        |secret| Some(secret.last_error.as_ref()?.at.unix()),
    );
    let ages = report.files.iter().filter_map(|file| {
        let age = file.age_seconds?;
        Some((format!("{{file={}}}", label(&file.path)), age))
    });
    gauge(
        page,
        "file_age_seconds",
        "Since the file changed last.",
        ages,
    );
}

fn of_secrets(
    page: &mut String,
    report: &Report,
    name: &str,
    help: &str,
    value: impl Fn(&SecretReport) -> Option<u64>,
) {
    let samples = report.secrets.iter().filter_map(|secret| {
        let (path, kind) = (label(&secret.path), secret.kind);
        let store = label(secret.store.as_deref().unwrap_or_default());
        let labels = format!("{{secret={path},store={store},kind=\"{kind}\"}}");
        Some((labels, value(secret)?))
    });
    gauge(page, name, help, samples);
}

fn gauge(page: &mut String, name: &str, help: &str, samples: impl Iterator<Item = (String, u64)>) {
    let samples: Vec<_> = samples.collect();
    let samples: Vec<_> = samples
        .iter()
        .map(|(labels, value)| (labels.as_str(), *value))
        .collect();
    write_metric(page, name, "gauge", help, &samples);
}
