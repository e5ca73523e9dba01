//! Each thing that can be asked for: what it changes of an injected pod.

use std::{collections::BTreeSet, fmt::Write as _};

use insta::{Settings as Snapshots, assert_snapshot};
use serde_json::Value;
use vouchsafe_shared::{
    annotations::{Dialect, InjectSpec, Phases},
    config::AgentConfig,
};
use vouchsafe_webhook::{
    admission::wording,
    json::Json,
    mutate::{Context, Settings, inject},
};

use crate::{
    spec::{FEATURES, base, pod, signal, with},
    support::{agent_config_text, agents, checked, lines},
};

fn settings() -> Settings {
    Settings {
        vault_address: Some("https://vault.vault.svc:8200".parse().unwrap()),
        vault_ca_pem: Some("PEM".to_owned()),
        ..Settings::new("registry.example/vouchsafe/agent:1.2.3")
    }
}

/// The pod as it is injected, a line for each value, and the warnings.
fn injected(spec: &InjectSpec, settings: &Settings) -> (BTreeSet<String>, Vec<String>) {
    let pod = pod();
    let context = Context::new(settings);
    let outcome = inject(&Json::from(&pod), spec, &context)
        .unwrap_or_else(|rejection| panic!("{}", wording::denial(&rejection)));
    let mut patched = checked(&pod, &outcome, &|pod| {
        inject(&Json::from(pod), spec, &context)
    });
    let config = agent_config_text(&patched);
    if !config.is_empty() {
        AgentConfig::from_json(&config).unwrap();
        hide(&mut patched);
    }
    let config: Value = serde_json::from_str(&config).unwrap_or_default();
    let mut all = lines("", &patched);
    all.extend(lines("config", &config));
    (all, wording::warnings(&outcome.warnings))
}

/// The configuration is shown apart.
fn hide(pod: &mut Value) {
    for list in ["initContainers", "containers"] {
        for container in pod["spec"][list].as_array_mut().unwrap() {
            let variables = container.get_mut("env").and_then(Value::as_array_mut);
            for variable in variables.into_iter().flatten() {
                if variable["name"] == AgentConfig::VARIABLE {
                    variable["value"] = "(config)".into();
                }
            }
        }
    }
}

#[test]
fn each_feature_changes_what_it_is_about() {
    let settings = settings();
    let (plain, warnings) = injected(&base(), &settings);
    assert_eq!(warnings, [""; 0]);
    for (name, change) in FEATURES {
        let (lines, warnings) = injected(&with(&[*change]), &settings);
        let mut text = String::new();
        for line in plain.difference(&lines) {
            writeln!(text, "- {line}").unwrap();
        }
        for line in lines.difference(&plain) {
            writeln!(text, "+ {line}").unwrap();
        }
        for warning in &warnings {
            writeln!(text, "warning: {warning}").unwrap();
        }
        let mut options = Snapshots::clone_current();
        options.set_omit_expression(true);
        options.bind(|| assert_snapshot!(*name, text));
    }
}

#[test]
fn an_agent_that_is_killed_before_it_gives_its_token_back_is_told_of() {
    let warnings = |grace: Option<&str>, period: Option<u64>, change: &dyn Fn(&mut InjectSpec)| {
        let mut spec = base();
        spec.revoke_on_shutdown = Some(true);
        spec.revoke_grace = grace.map(|grace| grace.parse().unwrap());
        change(&mut spec);
        let mut pod = pod();
        if let Some(period) = period {
            pod["spec"]["terminationGracePeriodSeconds"] = period.into();
        }
        let settings = settings();
        let outcome = inject(&Json::from(&pod), &spec, &Context::new(&settings)).unwrap();
        wording::warnings(&outcome.warnings)
    };
    let original = |spec: &mut InjectSpec| spec.dialect = Dialect::Original;
    assert_snapshot!(warnings(Some("5s"), Some(5), &|_| {}).join("\n"), @"VS1038 the agent's token: is not given back: the agent waits 5s for the app before, and after 5s the pod is killed (help: shorten revoke-grace, or lengthen the pod's terminationGracePeriodSeconds)");
    for (grace, period, is_told) in [
        (None, Some(5), true),
        (None, Some(6), false),
        (Some("29s"), None, false),
        (Some("30s"), None, true),
        (Some("1m"), Some(61), false),
    ] {
        let told = warnings(grace, period, &original);
        assert_eq!(
            !told.is_empty(),
            is_told,
            "{grace:?} of {period:?}: {told:?}"
        );
    }
    let nobody_waits: [&dyn Fn(&mut InjectSpec); 2] =
        [&|spec| spec.revoke_on_shutdown = Some(false), &|spec| {
            spec.phases = Phases::Init;
        }];
    for change in nobody_waits {
        assert_eq!(warnings(Some("1m"), Some(5), change), [""; 0]);
    }
}

#[test]
fn the_originals_settings_reach_the_pod() {
    let settings = Settings {
        proxy: Some("http://proxy:3128".to_owned()),
        lease_renewal_threshold: Some(0.8),
        min_backoff: Some("2s".parse().unwrap()),
        close_after_answer: true,
        revoke_on_shutdown: true,
        run_as_same_user: true,
        ..Settings::original("registry.example/vouchsafe/agent:1.2.3")
    };
    let settings = Settings {
        vault_address: Some("https://vault.vault.svc:8200".parse().unwrap()),
        ..settings
    };
    let (lines, warnings) = injected(&base(), &settings);
    let text: Vec<_> = lines
        .iter()
        .filter(|line| line.contains("config.") || line.contains("[AGENT].resources"))
        .map(String::as_str)
        .collect();
    assert_snapshot!(text.join("\n"));
    assert!(lines.contains("spec.initContainers[AGENT].securityContext.runAsUser = 2000"));
    assert!(lines.contains("spec.initContainers[AGENT].securityContext.runAsGroup = 1000"));
    assert_eq!(warnings, [""; 0]);
}

#[test]
fn the_user_to_signal_goes_before_the_webhooks_own() {
    let settings = Settings {
        vault_address: Some("https://vault.vault.svc:8200".parse().unwrap()),
        ..Settings::original("registry.example/vouchsafe/agent:1.2.3")
    };
    let user = "spec.initContainers[AGENT].securityContext.runAsUser";
    let (lines, _) = injected(&base(), &settings);
    assert!(lines.contains(&format!("{user} = 100")));
    let signalling = with(&[|spec| spec.reloads.push(signal())]);
    let (lines, _) = injected(&signalling, &settings);
    assert!(lines.contains(&format!("{user} = 2000")));
    assert!(lines.contains("spec.shareProcessNamespace = true"));
}

#[test]
fn a_configuration_too_long_for_one_variable_is_told_in_several() {
    let settings = settings();
    let mut annotations = vec![
        ("vouchsafe.dev/inject".to_owned(), "true".to_owned()),
        ("vouchsafe.dev/role".to_owned(), "web".to_owned()),
    ];
    annotations.push((
        "vouchsafe.dev/template-a".to_owned(),
        "ß$$(A) ".repeat(20_000),
    ));
    let mut pod = pod();
    pod["metadata"]["annotations"] = annotations
        .into_iter()
        .map(|(key, value)| (key, Value::from(value)))
        .collect();
    let outcome = crate::support::decide(&pod, &settings).unwrap();
    let patched = crate::support::patched(&pod, &outcome, &settings);
    let agents = agents(&patched);
    let variables = agents[0]["env"].as_array().unwrap();
    let variables: Vec<_> = variables
        .iter()
        .filter_map(|variable| Some((variable["name"].as_str()?, variable["value"].as_str()?)))
        .collect();
    assert!(variables.len() > 1, "{}", variables.len());
    for (name, value) in variables {
        assert!(name.len() + value.len() + 2 <= 131_072, "{name}");
        assert!(!value.contains("$$") && !value.contains("$("), "{name}");
    }
    let config = AgentConfig::from_json(&agent_config_text(&patched)).unwrap();
    assert!(format!("{config:?}").contains("ß$$(A) ß"));
}
