use serde_json::{Map, Value, json};
use vouchsafe_shared::config::AgentConfig;
use vouchsafe_webhook::mutate::{
    AGENT_CONTAINER, INJECTED_LABEL, Outcome, RUN_VOLUME, SECRETS_VOLUME, Settings, TOKEN_VOLUME,
    mutate,
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

/// Applies the outcome's patch and checks what holds for every injected pod.
pub(crate) fn patched(pod: &Value, outcome: &Outcome, settings: &Settings) -> Value {
    let mut patched = pod.clone();
    json_patch::patch(&mut patched, &outcome.patch).expect("the patch applies");
    assert_eq!(
        strip(patched.clone()),
        strip(pod.clone()),
        "foreign fields changed"
    );
    let text = agent_config_text(&patched);
    AgentConfig::from_json(text).expect("the agent reads its configuration");
    for (case, pod) in [
        ("patched", patched.clone()),
        ("patched and defaulted", with_defaults(patched.clone())),
    ] {
        let again = mutate(&pod, settings).expect("the patched pod is accepted");
        assert_eq!(again.patch, json_patch::Patch::default(), "{case}");
        assert!(again.injected, "{case}");
    }
    patched
}

pub(crate) fn agent_config_text(pod: &Value) -> &str {
    agent(pod)["env"]
        .as_array()
        .unwrap()
        .iter()
        .find(|variable| variable["name"] == AgentConfig::VARIABLE)
        .unwrap()["value"]
        .as_str()
        .unwrap()
}

pub(crate) fn agent(pod: &Value) -> &Value {
    pod["spec"]["initContainers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|container| container["name"] == AGENT_CONTAINER)
        .unwrap()
}

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
    if spec.get("shareProcessNamespace") == Some(&json!(true)) {
        spec.remove("shareProcessNamespace");
    }
    let volumes = [SECRETS_VOLUME, TOKEN_VOLUME, RUN_VOLUME];
    remove_named(spec, "volumes", &volumes);
    remove_named(spec, "initContainers", &[AGENT_CONTAINER]);
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
    for container in items(&mut pod["spec"]["initContainers"]) {
        if container["name"] == AGENT_CONTAINER {
            container["image"] = json!("mirror.example/vouchsafe/agent:1.2.3");
            container["imagePullPolicy"] = json!("Always");
            container["resources"]["limits"]["cpu"] = json!("1");
            container["terminationMessagePath"] = json!("/dev/termination-log");
            container["startupProbe"]["successThreshold"] = json!(1);
            container["securityContext"]["procMount"] = json!("Default");
            let environment = container["env"].as_array_mut().unwrap();
            environment.insert(0, json!({ "name": "CLUSTER", "value": "one" }));
            let mounts = container["volumeMounts"].as_array_mut().unwrap();
            mounts.push(json!({ "name": "trust", "mountPath": "/etc/ssl" }));
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

fn items(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    value.as_array_mut().into_iter().flatten()
}
