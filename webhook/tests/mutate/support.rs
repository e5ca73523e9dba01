use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use vouchsafe_shared::config::AgentConfig;
use vouchsafe_webhook::{
    json::Json,
    mutate::{
        AGENT_CONTAINER, CONFIG_VOLUME, Context, EXTRA_VOLUME, HOME_VOLUME, INIT_CONTAINER,
        INJECTED_LABEL, Outcome, RUN_VOLUME, Rejection, SECRETS_VOLUME, Settings, TLS_VOLUME,
        TOKEN_VOLUME, mutate,
    },
};

/// Every setting that has no default is made.
pub(crate) fn typical_settings() -> Settings {
    Settings {
        agent_image_pull_policy: Some("IfNotPresent".parse().unwrap()),
        agent_listen: Some("0.0.0.0:8200".parse().unwrap()),
        vault_address: Some("https://vault.vault.svc:8200".parse().unwrap()),
        vault_namespace: Some("team".to_owned()),
        vault_ca_pem: Some("-----BEGIN CERTIFICATE-----\n…\n".to_owned()),
        ..bare_settings()
    }
}

pub(crate) fn bare_settings() -> Settings {
    Settings::new("registry.example/vouchsafe/agent:1.2.3")
}

/// Decides with nothing known but the settings.
pub(crate) fn decide(pod: &Value, settings: &Settings) -> Result<Outcome, Rejection> {
    mutate(&Json::from(pod), &Context::new(settings))
}

/// Applies the outcome's patch and checks what holds for every injected pod.
pub(crate) fn patched(pod: &Value, outcome: &Outcome, settings: &Settings) -> Value {
    let patched = checked(pod, outcome, &|pod| decide(pod, settings));
    AgentConfig::from_json(&agent_config_text(&patched))
        .expect("the agent reads its configuration");
    patched
}

/// The same for any way to decide.
pub(crate) fn checked(
    pod: &Value,
    outcome: &Outcome,
    decide: &dyn Fn(&Value) -> Result<Outcome, Rejection>,
) -> Value {
    let mut patched = pod.clone();
    json_patch::patch(&mut patched, &outcome.patch.operations()).expect("the patch applies");
    assert_eq!(
        strip(patched.clone()),
        strip(pod.clone()),
        "foreign fields changed"
    );
    for (case, pod) in [
        ("patched", patched.clone()),
        ("patched and defaulted", with_defaults(patched.clone())),
    ] {
        let again = decide(&pod).expect("the patched pod is accepted");
        assert!(
            again.patch.is_empty(),
            "{case}: {:?}",
            again.patch.operations()
        );
        assert!(again.injected, "{case}");
    }
    patched
}

/// Of the first container that has one, put together from its variables.
pub(crate) fn agent_config_text(pod: &Value) -> String {
    let agents = agents(pod);
    let environment = agents[0]["env"].as_array().unwrap();
    let part = |name: &str| {
        let variable = environment
            .iter()
            .find(|variable| variable["name"] == name)?;
        variable["value"].as_str()
    };
    let mut text = part(AgentConfig::VARIABLE).unwrap_or_default().to_owned();
    for number in 2.. {
        match part(&format!("{}_{number}", AgentConfig::VARIABLE)) {
            Some(more) => text.push_str(more),
            None => break,
        }
    }
    text
}

pub(crate) fn agents(pod: &Value) -> Vec<&Value> {
    ["initContainers", "containers"]
        .iter()
        .filter_map(|key| pod["spec"][key].as_array())
        .flatten()
        .filter(|container| is_agent(container))
        .collect()
}

fn is_agent(container: &Value) -> bool {
    [AGENT_CONTAINER, INIT_CONTAINER, RENAMED]
        .iter()
        .any(|name| container["name"] == *name)
}

/// What a JSON patch of these tests calls the agent's container.
pub(crate) const RENAMED: &str = "renamed";

/// The pod without everything that may be ours, and without places that are left empty.
fn strip(mut pod: Value) -> Value {
    for (key, ours) in [
        ("labels", &[INJECTED_LABEL][..]),
        (
            "annotations",
            &[
                "vouchsafe.dev/status",
                "openbao.org/agent-inject-status",
                "vault.hashicorp.com/agent-inject-status",
            ],
        ),
    ] {
        if let Some(members) = pod["metadata"][key].as_object_mut() {
            members.retain(|name, _| !ours.contains(&name.as_str()));
        }
        remove_if_empty(pod["metadata"].as_object_mut().unwrap(), key);
    }
    let spec = pod["spec"].as_object_mut().unwrap();
    // What the pod forbids stays forbidden: tested where that is told.
    spec.remove("shareProcessNamespace");
    let volumes = [
        SECRETS_VOLUME,
        "vouchsafe-secrets-2",
        "vouchsafe-secrets-3",
        "vouchsafe-secrets-4",
        TOKEN_VOLUME,
        RUN_VOLUME,
        HOME_VOLUME,
        CONFIG_VOLUME,
        EXTRA_VOLUME,
        TLS_VOLUME,
    ];
    remove_named(spec, "volumes", &volumes);
    for key in ["containers", "initContainers"] {
        remove_named(spec, key, &[AGENT_CONTAINER, INIT_CONTAINER, RENAMED]);
    }
    for key in ["containers", "initContainers"] {
        for container in spec.get_mut(key).into_iter().flat_map(items) {
            let container = container.as_object_mut().unwrap();
            remove_named(container, "volumeMounts", &volumes);
            remove_named(container, "env", &[AgentConfig::CONTAINER_VARIABLE]);
        }
    }
    pod
}

fn remove_named(parent: &mut Map<String, Value>, key: &str, ours: &[&str]) {
    if let Some(Value::Array(items)) = parent.get_mut(key) {
        items.retain(|item| !ours.iter().any(|name| item["name"] == *name));
    }
    remove_if_empty(parent, key);
}

fn remove_if_empty(parent: &mut Map<String, Value>, key: &str) {
    let empty = match parent.get(key) {
        Some(Value::Array(items)) => items.is_empty(),
        Some(Value::Object(members)) => members.is_empty(),
        Some(Value::Null) => true,
        _ => false,
    };
    if empty {
        parent.remove(key);
    }
}

/// What the API server and other webhooks add between two calls.
fn with_defaults(mut pod: Value) -> Value {
    pod["metadata"]["creationTimestamp"] = Value::Null;
    pod["spec"]["serviceAccountName"] = json!("default");
    for volume in items(&mut pod["spec"]["volumes"]) {
        if volume["name"] == TOKEN_VOLUME {
            volume["projected"]["defaultMode"] = json!(420);
        }
    }
    for key in ["containers", "initContainers"] {
        for container in items(&mut pod["spec"][key]) {
            if is_agent(container) {
                default_agent(container);
            }
        }
    }
    for key in ["containers", "initContainers"] {
        for container in items(&mut pod["spec"][key]) {
            for mount in items(&mut container["volumeMounts"]) {
                mount["recursiveReadOnly"] = json!("Disabled");
            }
        }
    }
    pod
}

fn default_agent(container: &mut Value) {
    container["image"] = json!("mirror.example/vouchsafe/agent:1.2.3");
    container["imagePullPolicy"] = json!("Always");
    container["resources"]["limits"]["cpu"] = json!("1");
    container["terminationMessagePath"] = json!("/dev/termination-log");
    if let Some(probe) = container.get_mut("startupProbe") {
        probe["successThreshold"] = json!(1);
    }
    container["securityContext"]["procMount"] = json!("Default");
    let environment = container["env"].as_array_mut().unwrap();
    for variable in environment.iter_mut() {
        if let Some(field) = variable.pointer_mut("/valueFrom/fieldRef") {
            field["apiVersion"] = json!("v1");
        }
    }
    environment.insert(0, json!({ "name": "CLUSTER", "value": "one" }));
    let mounts = container["volumeMounts"].as_array_mut().unwrap();
    mounts.push(json!({ "name": "trust", "mountPath": "/etc/ssl" }));
}

fn items(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    value.as_array_mut().into_iter().flatten()
}

/// A line for each value within another, with items of lists by their name or path; the order of
/// named items is a line of its own. The agent's containers have one name.
pub(crate) fn lines(path: &str, value: &Value) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    collect(path, value, &mut lines);
    lines
}

fn collect(path: &str, value: &Value, lines: &mut BTreeSet<String>) {
    let key = |item: &Value| {
        if is_agent(item) {
            return Some("AGENT".to_owned());
        }
        let keys = ["mountPath", "name"];
        keys.iter()
            .find_map(|key| item[*key].as_str().map(str::to_owned))
    };
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                collect(&path, member, lines);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            let keys: Vec<_> = items.iter().filter_map(key).collect();
            if keys.len() == items.len() {
                lines.insert(format!("{path} = {}", keys.join(", ")));
            }
            for (index, item) in items.iter().enumerate() {
                let key = key(item).unwrap_or_else(|| index.to_string());
                collect(&format!("{path}[{key}]"), item, lines);
            }
        }
        _ => {
            lines.insert(format!("{path} = {value}"));
        }
    }
}
