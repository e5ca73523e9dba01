//! Annotations that hold for a pod without standing in it.

use std::collections::BTreeMap;

use serde_json::json;
use vouchsafe_shared::{config::AgentConfig, diagnostic::Code};
use vouchsafe_webhook::{
    json::Json,
    mutate::{Context, Defaults, mutate},
};

use crate::support::{agent_config_text, checked, typical_settings};

fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|&(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn defaults_of_cluster_namespace_and_profiles_reach_the_agent() {
    let settings = typical_settings();
    let cluster = pairs(&[("vouchsafe.dev/log-level", "warn")]);
    let namespace = pairs(&[("vouchsafe.dev/role", "team")]);
    let profiles = BTreeMap::from([(
        "web".to_owned(),
        pairs(&[("vouchsafe.dev/refresh-interval", "30s")]),
    )]);
    let context = Context {
        namespace: "apps",
        defaults: Defaults {
            cluster: Some(&cluster),
            profiles: Some(&profiles),
            namespace: Some(&namespace),
        },
        ..Context::new(&settings)
    };
    let mut pod = json!({
        "metadata": { "annotations": {
            "vouchsafe.dev/inject": "true",
            "vouchsafe.dev/profile": "web",
            "vouchsafe.dev/secret-db": "secret/data/db",
        } },
        "spec": { "containers": [{ "name": "web" }] },
    });
    let outcome = mutate(&Json::from(&pod), &context).unwrap();
    let patched = checked(&pod, &outcome, &|pod| mutate(&Json::from(pod), &context));
    let config = AgentConfig::from_json(&agent_config_text(&patched)).unwrap();
    assert_eq!(config.log.level.as_str(), "warn");
    assert_eq!(config.refresh.interval.to_string(), "30s");
    let auth = json!(config.stores[0].auth);
    assert_eq!(auth["role"], "team");

    pod["metadata"]["annotations"]["vouchsafe.dev/profile"] = json!("wbe");
    let rejection = mutate(&Json::from(&pod), &context).unwrap_err();
    assert_eq!(rejection.0[0].code, Code::UnknownProfile);
}
