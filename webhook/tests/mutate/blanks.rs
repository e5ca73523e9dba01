//! Under the original prefixes a setting with nothing in it is made: the webhook's own does not count.

use serde_json::{Value, json};
use vouchsafe_shared::config::AgentConfig;
use vouchsafe_webhook::mutate::Settings;

use crate::support::{agent_config_text, agents, decide, patched};

/// Of an operator who decides about all of it.
fn settings() -> Settings {
    Settings {
        vault_address: Some("https://vault.vault.svc:8200".parse().unwrap()),
        min_backoff: Some("2s".parse().unwrap()),
        max_backoff: Some("1m".parse().unwrap()),
        refresh_interval: Some("30s".parse().unwrap()),
        ..Settings::original("registry.example/vouchsafe/agent:1.2.3")
    }
}

fn pod(annotations: &[(&str, &str)]) -> Value {
    let mut pod = json!({
        "metadata": { "annotations": {
            "vault.hashicorp.com/agent-inject": "true",
            "vault.hashicorp.com/role": "web",
            "vault.hashicorp.com/agent-inject-secret-db": "secret/data/db",
        } },
        "spec": { "containers": [{ "name": "web" }] },
    });
    for (name, value) in annotations {
        pod["metadata"]["annotations"][format!("vault.hashicorp.com/{name}")] = json!(value);
    }
    pod
}

/// The shortest and the longest wait between logins and the interval of looks.
fn times(annotations: &[(&str, &str)]) -> [Option<String>; 3] {
    let (pod, settings) = (pod(annotations), settings());
    let outcome = decide(&pod, &settings).unwrap();
    let config = agent_config_text(&patched(&pod, &outcome, &settings));
    let config = AgentConfig::from_json(&config).unwrap();
    let login = config.stores[0].login;
    [
        login.min_backoff.map(|time| time.to_string()),
        login.max_backoff.map(|time| time.to_string()),
        Some(config.refresh.interval.to_string()),
    ]
}

#[test]
fn times_that_a_pod_leaves_blank_are_the_agents_own() {
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(times(&[]), [some("2s"), some("1m"), some("30s")]);
    let own = [
        ("auth-min-backoff", [None, some("1m"), some("30s")]),
        ("auth-max-backoff", [some("2s"), None, some("30s")]),
        (
            "template-static-secret-render-interval",
            [some("2s"), some("1m"), some("5m")],
        ),
    ];
    for (name, expected) in own {
        for nothing in ["", "0"] {
            assert_eq!(times(&[(name, nothing)]), expected, "{name}: {nothing:?}");
        }
    }
}

#[test]
fn a_configuration_of_the_users_own_names_the_store_where_the_pod_leaves_it_blank() {
    let settings = settings();
    let address = |annotations: &[(&str, &str)]| {
        let annotations = [&[("agent-configmap", "agent-conf")], annotations].concat();
        let pod = pod(&annotations);
        let outcome = decide(&pod, &settings).unwrap();
        let mut patched = pod.clone();
        json_patch::patch(&mut patched, &outcome.patch.operations()).unwrap();
        let variables = agents(&patched)[0]["env"].as_array().unwrap().clone();
        let variable = variables
            .into_iter()
            .find(|variable| variable["name"] == "VAULT_ADDR")?;
        variable["value"].as_str().map(str::to_owned)
    };
    assert_eq!(
        address(&[]),
        settings.vault_address.as_ref().map(ToString::to_string)
    );
    let other = "https://other:8200";
    assert_eq!(address(&[("service", other)]).as_deref(), Some(other));
    assert_eq!(address(&[("service", "")]), None);
}
