//! What is known beside the pod.

use std::collections::BTreeMap;

use vouchsafe_shared::annotations::{Layers, NamespaceLayer};

use super::Settings;

/// What a decision depends on beside the pod: nothing else does.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub settings: &'a Settings,
    /// The pod's, which it need not name itself; empty when it is not known.
    pub namespace: &'a str,
    pub defaults: Defaults<'a>,
    /// Whether init containers with `restartPolicy: Always` are known to the cluster (Kubernetes
    /// 1.29 and later), and wanted. A pod may say otherwise.
    pub native_sidecars: bool,
}

/// Annotations that hold for a pod without standing in it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Defaults<'a> {
    pub cluster: Option<&'a BTreeMap<String, String>>,
    pub profiles: Option<&'a BTreeMap<String, BTreeMap<String, String>>>,
    /// Those of the pod's namespace.
    pub namespace: Option<&'a BTreeMap<String, String>>,
}

impl<'a> Context<'a> {
    /// Without a namespace and without defaults, in a cluster that knows native sidecars.
    pub fn new(settings: &'a Settings) -> Self {
        Self {
            settings,
            namespace: "",
            defaults: Defaults::default(),
            native_sidecars: true,
        }
    }

    /// A pod's annotations with all that holds around it.
    pub(super) fn layers(&self, pod: Vec<(&'a str, &'a str)>) -> Layers<'a> {
        let defaults = self.defaults;
        Layers {
            pod,
            namespace: defaults.namespace.map(|annotations| NamespaceLayer {
                name: self.namespace,
                annotations,
            }),
            cluster: defaults.cluster,
            profiles: defaults.profiles,
            auth_method: Some(&self.settings.auth_method),
        }
    }
}
