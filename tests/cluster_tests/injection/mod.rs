//! Everything that can be asked of the injection, beyond the main path: every prefix, every phase,
//! the original injector's own spellings, and pods as people really write them.

mod denials;
mod drop_in;
mod layers;
mod own_config;
mod phases;
mod platforms;
mod prefixes;

use serde_json::{Value, json};
use vouchsafe_tests::{cluster::Namespace, vault::Vault};

/// The audience of tokens that are made without one: the original injector's.
const API_SERVER: &str = "https://kubernetes.default.svc.cluster.local";

/// A namespace and a role of the same name, for agents that log in with either dialect's audience.
fn ready_namespace(prefix: &str) -> (Namespace, Vault) {
    let namespace = Namespace::new(prefix);
    let vault = Vault::shared();
    // No audience: both dialects' tokens are good.
    vault.role(&namespace.name, &namespace.name, &json!({}));
    (namespace, vault)
}

/// The names of a list of containers of a pod.
fn names(pod: &Value, list: &str) -> Vec<String> {
    let containers = pod["spec"][list].as_array().cloned().unwrap_or_default();
    containers
        .iter()
        .filter_map(|container| container["name"].as_str().map(str::to_owned))
        .collect()
}

/// The container of this name, in whichever list it stands.
fn container<'a>(pod: &'a Value, name: &str) -> &'a Value {
    ["initContainers", "containers"]
        .iter()
        .filter_map(|list| pod["spec"][list].as_array())
        .flatten()
        .find(|container| container["name"] == name)
        .unwrap()
}
