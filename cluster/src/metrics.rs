//! What is counted, under names that dashboards rely on.

use std::sync::atomic::AtomicU64;

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::{Registry, Unit},
};

use crate::sidecars::SidecarSupport;

/// Clones count into the same.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    failures: Family<TaskLabel, Counter>,
    bundle_patches: Counter,
    authorities: Family<KindLabel, Counter>,
    authority_expiry: Gauge<f64, AtomicU64>,
    defaults_loads: Family<ResultLabel, Counter>,
    namespaces: Gauge,
    sidecars: Family<SupportLabel, Gauge>,
}

/// What failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Task {
    Certificate,
    Configuration,
    Version,
    ClusterDefaults,
    NamespaceDefaults,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct TaskLabel {
    task: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct KindLabel {
    kind: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct ResultLabel {
    result: &'static str,
}

#[derive(Clone, Debug, EncodeLabelSet, Eq, Hash, PartialEq)]
struct SupportLabel {
    support: &'static str,
}

impl Metrics {
    /// Adds all of them to a page of metrics.
    pub fn register(&self, registry: &mut Registry) {
        registry.register(
            "cluster_failures",
            "Failed attempts to read or change something in the cluster, by what they were for",
            self.failures.clone(),
        );
        registry.register(
            "ca_bundle_patches",
            "Changes made to the caBundle of the MutatingWebhookConfiguration",
            self.bundle_patches.clone(),
        );
        registry.register(
            "certificates_issued",
            "Certificates made by this replica, by kind: authority or server",
            self.authorities.clone(),
        );
        registry.register_with_unit(
            "certificate_authority_expiry_timestamp",
            "When the authority of the webhook's own certificate ends, in Unix time",
            Unit::Seconds,
            self.authority_expiry.clone(),
        );
        registry.register(
            "defaults_loads",
            "Changes of the ConfigMap of defaults by their result: success or failure",
            self.defaults_loads.clone(),
        );
        registry.register(
            "defaults_namespaces",
            "Namespaces that give defaults to their pods",
            self.namespaces.clone(),
        );
        registry.register(
            "native_sidecars",
            "1 for what is known of the cluster's native sidecars: unknown, native or absent",
            self.sidecars.clone(),
        );
        for task in Task::ALL {
            let task = task.as_str();
            drop(self.failures.get_or_create(&TaskLabel { task }));
        }
        for result in ["success", "failure"] {
            drop(self.defaults_loads.get_or_create(&ResultLabel { result }));
        }
        self.sidecars(SidecarSupport::Unknown);
    }

    pub(crate) fn count_failure(&self, task: Task) {
        let task = task.as_str();
        self.failures.get_or_create(&TaskLabel { task }).inc();
    }

    pub(crate) fn count_bundle_patch(&self) {
        self.bundle_patches.inc();
    }

    pub(crate) fn count_issued(&self, kind: &'static str) {
        self.authorities.get_or_create(&KindLabel { kind }).inc();
    }

    /// Seconds since the start of 1970.
    pub(crate) fn authority_expires(&self, timestamp: i64) {
        #[expect(
            clippy::cast_precision_loss,
            reason = "exact until the year 285 million"
        )]
        self.authority_expiry.set(timestamp as f64);
    }

    pub(crate) fn count_defaults_load(&self, result: &'static str) {
        self.defaults_loads
            .get_or_create(&ResultLabel { result })
            .inc();
    }

    pub(crate) fn namespaces(&self, number: usize) {
        self.namespaces.set(number.try_into().unwrap_or(i64::MAX));
    }

    pub(crate) fn sidecars(&self, known: SidecarSupport) {
        for one in SidecarSupport::ALL {
            let support = one.as_str();
            self.sidecars
                .get_or_create(&SupportLabel { support })
                .set(i64::from(one == known));
        }
    }
}

impl Task {
    const ALL: [Self; 5] = [
        Self::Certificate,
        Self::Configuration,
        Self::Version,
        Self::ClusterDefaults,
        Self::NamespaceDefaults,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Certificate => "certificate",
            Self::Configuration => "configuration_watch",
            Self::Version => "version",
            Self::ClusterDefaults => "cluster_defaults",
            Self::NamespaceDefaults => "namespace_defaults",
        }
    }
}
