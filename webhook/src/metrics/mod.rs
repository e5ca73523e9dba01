//! What is counted, under names that dashboards rely on.

mod original;

use std::{
    sync::atomic::{AtomicI64, AtomicU64},
    time::Duration,
};

use prometheus_client::{
    encoding::{
        EncodeLabelSet,
        text::{encode_eof, encode_registry},
    },
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use vouchsafe_shared::diagnostic::Code;

pub use self::original::{OriginalMetrics, Queued};

#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    original_registry: Registry,
    original: OriginalMetrics,
    admissions: Family<ResultLabel, Counter>,
    admission_duration: Histogram,
    problems: Family<CodeLabel, Counter>,
    connections: Gauge,
    certificate_reloads: Family<ResultLabel, Counter>,
    certificate_expiry: Gauge<f64, AtomicU64>,
}

/// Counts one connection for as long as it lives.
#[derive(Debug)]
pub struct OpenConnection(Gauge<i64, AtomicI64>);

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct ResultLabel {
    result: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct CodeLabel {
    code: String,
}

impl Metrics {
    pub fn new() -> Self {
        Self::beside(|_| ())
    }

    /// With those of another part of the program on the same page.
    pub fn beside(others: impl FnOnce(&mut Registry)) -> Self {
        let mut registry = Registry::with_prefix("vouchsafe_webhook");
        let mut original_registry = Registry::default();
        let metrics = Self {
            original: OriginalMetrics::new(&mut original_registry),
            original_registry,
            admissions: Family::default(),
            // 50 µs to 6.5 s, by factors of 3.6: a decision takes some 100 µs, a slow body seconds.
            admission_duration: Histogram::new([
                0.000_05, 0.000_18, 0.000_65, 0.002_3, 0.008_4, 0.03, 0.11, 0.4, 1.5, 6.5,
            ]),
            problems: Family::default(),
            connections: Gauge::default(),
            certificate_reloads: Family::default(),
            certificate_expiry: Gauge::default(),
            registry: Registry::default(),
        };
        registry.register(
            "admissions",
            "Reviews by their result: injected, unchanged, denied or invalid",
            metrics.admissions.clone(),
        );
        registry.register_with_unit(
            "admission_duration",
            "From a request's head to its answer",
            Unit::Seconds,
            metrics.admission_duration.clone(),
        );
        registry.register(
            "problems",
            "Errors and warnings told to users, by code",
            metrics.problems.clone(),
        );
        registry.register(
            "connections",
            "Connections open now",
            metrics.connections.clone(),
        );
        registry.register(
            "certificate_reloads",
            "Changes of the certificate's files by their result: success or failure",
            metrics.certificate_reloads.clone(),
        );
        registry.register_with_unit(
            "certificate_expiry_timestamp",
            "When the certificate in use ends, in Unix time",
            Unit::Seconds,
            metrics.certificate_expiry.clone(),
        );
        for result in ["injected", "unchanged", "denied", "invalid"] {
            drop(metrics.admissions.get_or_create(&ResultLabel { result }));
        }
        for result in ["success", "failure"] {
            drop(
                metrics
                    .certificate_reloads
                    .get_or_create(&ResultLabel { result }),
            );
        }
        others(&mut registry);
        Self {
            registry,
            ..metrics
        }
    }

    /// In the text format of `OpenMetrics`.
    pub fn page(&self) -> String {
        let mut page = String::new();
        // Writing to a string never fails, and a page cut short is better than none.
        let _ = encode_registry(&mut page, &self.registry);
        let _ = encode_registry(&mut page, &self.original_registry);
        let _ = encode_eof(&mut page);
        page
    }

    /// Those that the original injector has too.
    pub fn original(&self) -> &OriginalMetrics {
        &self.original
    }

    pub fn count_admission(&self, result: &'static str) {
        self.admissions.get_or_create(&ResultLabel { result }).inc();
    }

    pub fn admission_took(&self, duration: Duration) {
        self.admission_duration.observe(duration.as_secs_f64());
        self.original.took(duration);
    }

    pub fn count_problem(&self, code: Code) {
        let code = code.to_string();
        self.problems.get_or_create(&CodeLabel { code }).inc();
    }

    pub fn count_certificate_reload(&self, result: &'static str) {
        self.certificate_reloads
            .get_or_create(&ResultLabel { result })
            .inc();
    }

    /// Seconds since the start of 1970.
    pub fn certificate_expires(&self, timestamp: i64) {
        #[expect(
            clippy::cast_precision_loss,
            reason = "exact until the year 285 million"
        )]
        self.certificate_expiry.set(timestamp as f64);
    }

    pub fn open_connection(&self) -> OpenConnection {
        self.connections.inc();
        OpenConnection(self.connections.clone())
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(all(test, feature = "cluster"))]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::mutate::Injection;

    fn names(text: &str) -> BTreeSet<&str> {
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let is_ours = |word: &&str| {
            word.starts_with("vouchsafe_webhook_") || word.starts_with("vault_agent_injector_")
        };
        words.filter(is_ours).collect()
    }

    #[test]
    fn every_metric_is_documented_and_every_documented_one_exists() {
        let cluster = vouchsafe_cluster::metrics::Metrics::default();
        let metrics = Metrics::beside(|registry| cluster.register(registry));
        // What has no sample is not on the page.
        metrics.count_problem(Code::BadValue);
        metrics
            .original()
            .count_injection("shop", Injection::InitOnly);
        metrics.original().count_failure("shop");
        let page = metrics.page();
        let shown = page.lines().filter_map(|line| {
            let (name, kind) = line.strip_prefix("# TYPE ")?.split_once(' ')?;
            // The text format names the family, whose samples end in what they count.
            Some(match kind {
                "counter" => format!("{name}_total"),
                _ => name.to_owned(),
            })
        });
        // Counted by the keeper of certificates alone.
        let issued = "vouchsafe_webhook_certificates_issued_total".to_owned();
        let shown: BTreeSet<_> = shown.chain([issued]).collect();
        let documented = names(include_str!("../../../docs/operations.md"));
        let documented: BTreeSet<_> = documented.into_iter().map(ToOwned::to_owned).collect();
        assert_eq!(shown, documented);
    }
}
