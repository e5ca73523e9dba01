//! Annotations that pods get without writing them: from the cluster, a profile or a namespace.
//!
//! - [`document`]: what the ConfigMap of defaults says. Needs no API server.
//! - `watch`: keeps a snapshot of it and of all namespaces.

pub mod document;
#[cfg(feature = "client")]
pub(crate) mod watch;

use std::collections::{BTreeMap, HashMap};

use vouchsafe_shared::annotations::Prefix;

#[cfg(feature = "client")]
pub use self::watch::Snapshot;

/// All defaults as they are at one time. Only annotations under our prefixes are in it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Defaults {
    /// For every pod.
    pub cluster: BTreeMap<String, String>,
    /// For pods that name the profile.
    pub profiles: BTreeMap<String, BTreeMap<String, String>>,
    /// For the pods of a namespace. Namespaces without any are not in it.
    pub namespaces: HashMap<String, BTreeMap<String, String>>,
}

/// The annotations that mean something to us.
pub fn relevant(annotations: BTreeMap<String, String>) -> BTreeMap<String, String> {
    annotations
        .into_iter()
        .filter(|(key, _)| Prefix::split(key).is_some())
        .collect()
}
