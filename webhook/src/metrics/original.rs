//! What the original injector counts, under its names, for dashboards that exist.
//!
//! Source: <https://github.com/hashicorp/vault-k8s/blob/v1.7.6/agent-inject/metrics.go>.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError, atomic::AtomicI64},
    time::Duration,
};

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::Registry,
};

use crate::mutate::Injection;

#[derive(Debug)]
pub struct OriginalMetrics {
    queue: Gauge,
    duration: Histogram,
    injections: Family<InjectionLabels, Counter>,
    failures: Family<NamespaceLabel, Counter>,
    namespaces: Mutex<HashSet<String>>,
}

/// Counts one request for as long as it is being answered.
#[derive(Debug)]
pub struct Queued(Gauge<i64, AtomicI64>);

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct InjectionLabels {
    namespace: String,
    injection_type: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct NamespaceLabel {
    namespace: String,
}

/// Namespaces that are told apart, at most: each costs memory here and in whoever scrapes.
const NAMESPACES: usize = 1000;

/// What all others are called: no namespace can be, by its underscore.
const OTHERS: &str = "_others";

impl OriginalMetrics {
    pub(super) fn new(registry: &mut Registry) -> Self {
        let metrics = Self {
            queue: Gauge::default(),
            duration: Histogram::new([
                5.0, 10.0, 25.0, 50.0, 75.0, 100.0, 250.0, 500.0, 1000.0, 2500.0, 5000.0, 7500.0,
                10000.0,
            ]),
            injections: Family::default(),
            failures: Family::default(),
            namespaces: Mutex::default(),
        };
        registry.register(
            "vault_agent_injector_request_queue_length",
            "Requests that are being answered",
            metrics.queue.clone(),
        );
        registry.register(
            "vault_agent_injector_request_processing_duration_ms",
            "From a request's head to its answer, in milliseconds",
            metrics.duration.clone(),
        );
        registry.register(
            "vault_agent_injector_injections_by_namespace",
            "Pods that got an agent, by namespace and by the phases that it is for",
            metrics.injections.clone(),
        );
        registry.register(
            "vault_agent_injector_failed_injections_by_namespace",
            "Pods that were denied, by namespace",
            metrics.failures.clone(),
        );
        metrics
    }

    pub fn queue(&self) -> Queued {
        self.queue.inc();
        Queued(self.queue.clone())
    }

    pub(super) fn took(&self, duration: Duration) {
        self.duration.observe(duration.as_secs_f64() * 1000.0);
    }

    pub fn count_injection(&self, namespace: &str, injection: Injection) {
        let labels = InjectionLabels {
            namespace: self.known(namespace),
            injection_type: injection.as_str(),
        };
        self.injections.get_or_create(&labels).inc();
    }

    pub fn count_failure(&self, namespace: &str) {
        let namespace = self.known(namespace);
        self.failures
            .get_or_create(&NamespaceLabel { namespace })
            .inc();
    }

    fn known(&self, namespace: &str) -> String {
        let mut known = self
            .namespaces
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !known.contains(namespace) {
            // Kubernetes' limit for a name, in bytes: reviews may come from elsewhere.
            if known.len() >= NAMESPACES || namespace.len() > 63 {
                return OTHERS.to_owned();
            }
            known.insert(namespace.to_owned());
        }
        namespace.to_owned()
    }
}

impl Drop for Queued {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use prometheus_client::encoding::text::encode;

    use super::*;

    #[test]
    fn names_and_labels_are_the_originals() {
        let mut registry = Registry::default();
        let metrics = OriginalMetrics::new(&mut registry);
        metrics.count_injection("shop", Injection::InitOnly);
        metrics.count_failure("shop");
        metrics.took(Duration::from_millis(30));
        let _queued = metrics.queue();
        drop(metrics.queue());
        let mut page = String::new();
        encode(&mut page, &registry).unwrap();
        for line in [
            "vault_agent_injector_request_queue_length 1",
            "vault_agent_injector_request_processing_duration_ms_bucket{le=\"25.0\"} 0",
            "vault_agent_injector_request_processing_duration_ms_bucket{le=\"50.0\"} 1",
            "vault_agent_injector_injections_by_namespace_total{namespace=\"shop\",injection_type=\"init_only\"} 1",
            "vault_agent_injector_failed_injections_by_namespace_total{namespace=\"shop\"} 1",
        ] {
            assert!(
                page.contains(&format!("{line}\n")),
                "missing: {line}\nin:\n{page}"
            );
        }
    }

    #[test]
    fn namespaces_without_end_are_counted_together() {
        let metrics = OriginalMetrics::new(&mut Registry::default());
        for number in 0..NAMESPACES + 5 {
            metrics.count_failure(&format!("n{number}"));
        }
        metrics.count_failure(&"n".repeat(64));
        let count = |namespace: &str| {
            let namespace = namespace.to_owned();
            metrics
                .failures
                .get_or_create(&NamespaceLabel { namespace })
                .get()
        };
        assert_eq!((count("n0"), count(OTHERS)), (1, 6));
        metrics.count_failure("n0");
        assert_eq!(count("n0"), 2);
    }
}
