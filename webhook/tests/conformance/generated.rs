//! Generated pods with everything that can be asked for.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};
use vouchsafe_shared::{
    annotations::{Scope, TABLE},
    diagnostic::Severity,
};
use vouchsafe_webhook::{
    admission::wording,
    json::Json,
    mutate::{Context, Settings, mutate},
};

use crate::{
    effective::Effective,
    generator::{Recipe, from_the_future},
    pod::{Pair, items, say_json, say_own},
};

const PODS: u64 = 1_000;

/// Each settings and cluster that a pod is tried with.
fn contexts(settings: &[Settings; 2]) -> [Context<'_>; 3] {
    let [own, original] = settings;
    [
        Context::new(own),
        Context::new(original),
        Context {
            native_sidecars: false,
            ..Context::new(own)
        },
    ]
}

fn settings() -> [Settings; 2] {
    [Settings::new("agent:1"), Settings::original("agent:1")].map(|settings| Settings {
        vault_address: "https://vault.vault.svc:8200".parse().ok(),
        ..settings
    })
}

/// Tries all pods; of what fails, the smallest that does.
fn for_each(check: impl Fn(&Value, &Context<'_>) -> Result<(), String>) {
    let settings = settings();
    let mut told = Vec::new();
    for seed in 0..PODS {
        for context in contexts(&settings) {
            let fails = |recipe: &Recipe| check(&recipe.pod(), &context).err();
            let mut recipe = Recipe::new(seed);
            if fails(&recipe).is_none() {
                continue;
            }
            loop {
                let smaller = recipe.smaller().find(|smaller| fails(smaller).is_some());
                match smaller {
                    Some(smaller) => recipe = smaller,
                    None => break,
                }
            }
            told.push(format!("{}\n{}", recipe.pod(), fails(&recipe).unwrap()));
            break;
        }
        if told.len() == 5 {
            break;
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n\n"));
}

/// The pod with its agent; none for one that is denied.
fn injected(pod: &Value, context: &Context<'_>) -> Result<Option<Value>, String> {
    match mutate(&Json::from(pod), context) {
        Ok(outcome) => {
            let mut mutated = pod.clone();
            json_patch::patch(&mut mutated, &outcome.patch.operations())
                .map_err(|error| format!("the patch does not apply: {error}"))?;
            Ok(outcome.injected.then_some(mutated))
        }
        Err(rejection) => {
            let denial = wording::denial(&rejection);
            let is_told = rejection
                .0
                .iter()
                .any(|problem| problem.severity == Severity::Error);
            if is_told && denial.contains("VS") {
                Ok(None)
            } else {
                Err(format!("denied without a reason: {denial}"))
            }
        }
    }
}

fn own(pod: &Value) -> Effective {
    let mut own = Effective::new();
    say_own(pod, &mut own);
    own
}

/// What of the second pod is not ours, as lines.
fn foreign(submitted: &Value, mutated: &Value) -> Effective {
    let mut lines = Effective::new();
    Pair { submitted, mutated }.say_rest(&mut lines);
    lines.remove("share_processes");
    lines
}

/// An error with the lines that are not the same.
fn same(what: &str, left: &impl Serialize, right: &impl Serialize) -> Result<(), String> {
    let (left, right) = (lines(left), lines(right));
    if left == right {
        return Ok(());
    }
    let differing: Vec<_> = left.symmetric_difference(&right).collect();
    Err(format!("{what}: {differing:#?}"))
}

fn lines(value: &impl Serialize) -> BTreeSet<(String, String)> {
    let mut lines = Effective::new();
    say_json(&mut lines, "", &serde_json::to_value(value).unwrap());
    lines.into_iter().collect()
}

#[test]
fn a_generated_pod_keeps_all_that_is_its_own() {
    for_each(|pod, context| {
        let pod = from_the_future(pod.clone());
        match injected(&pod, context)? {
            Some(mutated) => same("foreign fields", &own(&pod), &foreign(&pod, &mutated)),
            None => Ok(()),
        }
    });
}

#[test]
fn a_generated_pod_is_changed_once() {
    for_each(|pod, context| {
        let Some(mutated) = injected(pod, context)? else {
            return Ok(());
        };
        let again = injected(&mutated, context)?;
        same("the second time", &Some(mutated), &again)
    });
}

/// Between two calls: what other webhooks add stays, and what they do to ours is put right.
#[test]
fn a_generated_pod_that_others_changed_gets_back_what_is_ours_alone() {
    for_each(|pod, context| {
        let Some(mutated) = injected(pod, context)? else {
            return Ok(());
        };
        let mut changed = mutated.clone();
        let mut submitted = pod.clone();
        for pod in [&mut changed, &mut submitted] {
            change_own(pod);
        }
        let expected = injected(&changed, context)?;
        same("others' changes alone", &expected, &Some(changed.clone()))?;
        change_ours(&mut changed, pod);
        let repaired = injected(&changed, context)?;
        let Some(repaired) = repaired else {
            return Err("denied after others changed it".to_owned());
        };
        same(
            "foreign fields",
            &own(&submitted),
            &foreign(&submitted, &repaired),
        )?;
        let agents = |pod: &Value| -> Vec<Value> {
            let pair = Pair {
                submitted: &submitted,
                mutated: pod,
            };
            let lists = ["initContainers", "containers"].into_iter();
            lists.flat_map(|list| pair.added(list)).cloned().collect()
        };
        same("the agent", &agents(&mutated), &agents(&repaired))?;
        let expected = expected.unwrap_or_default();
        let volumes = |pod: &Value| named(&pod["spec"]["volumes"]);
        same("volumes", &volumes(&expected), &volumes(&repaired))
    });
}

/// By their names: what was taken away comes back at the end.
fn named(list: &Value) -> BTreeMap<String, Value> {
    list.as_array()
        .into_iter()
        .flatten()
        .map(|item| (item["name"].to_string(), item.clone()))
        .collect()
}

/// As a mesh, a scheduler's or a policy's webhook does.
fn change_own(pod: &mut Value) {
    pod["metadata"]["labels"]["mesh"] = json!("on");
    pod["metadata"]["annotations"]["mesh.example/status"] = json!("{}");
    pod["spec"]["priority"] = json!(0);
    pod["spec"]["containers"][0]["image"] = json!("mirror.example/app:1");
    let environment = &mut pod["spec"]["containers"][0]["env"];
    let variable = json!({ "name": "MESH", "value": "on" });
    match environment.as_array_mut() {
        Some(variables) => variables.push(variable),
        None => *environment = json!([variable]),
    }
}

/// Takes away or spoils something of each kind.
fn change_ours(changed: &mut Value, submitted: &Value) {
    let is_own = |list: &str, item: &Value| {
        items(&submitted["spec"], list).any(|own| own["name"] == item["name"])
    };
    for list in ["initContainers", "containers"] {
        for container in changed["spec"][list].as_array_mut().into_iter().flatten() {
            if is_own(list, container) {
                let Some(mounts) = container["volumeMounts"].as_array_mut() else {
                    continue;
                };
                mounts.retain(|mount| {
                    let name = mount["name"].as_str().unwrap();
                    !name.starts_with("vouchsafe-secrets") || name == "vouchsafe-secrets-2"
                });
            } else {
                container["args"] = json!(["something", "else"]);
                container["securityContext"]["privileged"] = json!(true);
            }
        }
    }
    for volume in changed["spec"]["volumes"]
        .as_array_mut()
        .into_iter()
        .flatten()
    {
        if !is_own("volumes", volume) && volume["emptyDir"].is_object() {
            volume["emptyDir"] = json!({});
        }
    }
}

#[test]
fn the_fuzzers_dictionary_has_every_annotation() {
    let dictionary = include_str!("../../../fuzz/dictionaries/admission_review.dict");
    for row in TABLE {
        for spelling in row.spellings() {
            let suffix = if row.scope == Scope::Pod { "" } else { "-db" };
            let word = format!("\"{spelling}{suffix}\"\n");
            assert!(dictionary.contains(&word), "{word}");
        }
    }
}
