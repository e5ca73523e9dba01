//! Where the agent's containers stand, and that they stay there.

use serde_json::{Value, json};
use vouchsafe_shared::annotations::{Phases, Placement};
use vouchsafe_webhook::{
    json::Json,
    mutate::{Context, inject},
};

use crate::{
    spec::{Change, asked, with},
    support::{checked, typical_settings},
};

fn pod() -> Value {
    json!({
        "metadata": { "annotations": { "vouchsafe.dev/inject": "true" } },
        "spec": {
            "initContainers": [{ "name": "one" }, { "name": "two" }, { "name": "three" }],
            "containers": [{ "name": "web" }],
        },
    })
}

fn names(pod: &Value, list: &str) -> Vec<String> {
    let items = pod["spec"][list].as_array().into_iter().flatten();
    items
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect()
}

/// The names of both lists, after one decision and after another.
fn order(pod: &Value, change: Change, native_sidecars: bool) -> (String, String) {
    let spec = with(&[change]);
    let settings = typical_settings();
    let context = Context {
        native_sidecars,
        ..Context::new(&settings)
    };
    let outcome = inject(&Json::from(pod), &spec, &context).unwrap();
    let patched = checked(pod, &outcome, &|pod| {
        inject(&Json::from(pod), &spec, &context)
    });
    (
        names(&patched, "initContainers").join(" "),
        names(&patched, "containers").join(" "),
    )
}

#[test]
fn the_agent_stands_where_it_is_asked_to() {
    for (change, expected) in [
        (
            (|spec| spec.placement = Placement::First) as Change,
            "vouchsafe-agent one two three",
        ),
        (
            |spec| spec.placement = Placement::Last,
            "one two three vouchsafe-agent",
        ),
        (
            |spec| spec.placement = Placement::Before(asked("placement", "two".to_owned())),
            "one vouchsafe-agent two three",
        ),
        (
            |spec| spec.placement = Placement::After(asked("placement", "two".to_owned())),
            "one two vouchsafe-agent three",
        ),
        (
            |spec| spec.phases = Phases::Run,
            "one two three vouchsafe-agent",
        ),
        (
            |spec| spec.phases = Phases::Init,
            "vouchsafe-agent-init one two three",
        ),
    ] {
        let (init, app) = order(&pod(), change, true);
        assert_eq!((init.as_str(), app.as_str()), (expected, "web"));
    }
}

#[test]
fn a_cluster_without_native_sidecars_gets_two_containers() {
    for (change, expected) in [
        (
            (|_| {}) as Change,
            ("vouchsafe-agent-init one two three", "web vouchsafe-agent"),
        ),
        (
            |spec| spec.phases = Phases::Run,
            ("one two three", "web vouchsafe-agent"),
        ),
        (
            |spec| spec.phases = Phases::Init,
            ("vouchsafe-agent-init one two three", "web"),
        ),
        (
            |spec| spec.native_sidecar = Some(true),
            ("vouchsafe-agent one two three", "web"),
        ),
    ] {
        let (init, app) = order(&pod(), change, false);
        assert_eq!((init.as_str(), app.as_str()), expected);
    }
}

#[test]
fn a_pod_without_init_containers_gets_its_first() {
    let mut pod = pod();
    pod["spec"]["initContainers"] = Value::Null;
    let (init, app) = order(&pod, |_| {}, false);
    assert_eq!(
        (init.as_str(), app.as_str()),
        ("vouchsafe-agent-init", "web vouchsafe-agent")
    );
}

#[test]
fn an_agent_that_another_webhook_moved_stays() {
    let (spec, settings) = (with(&[]), typical_settings());
    let context = Context::new(&settings);
    let mut pod = pod();
    let outcome = inject(&Json::from(&pod), &spec, &context).unwrap();
    json_patch::patch(&mut pod, &outcome.patch.operations()).unwrap();
    let containers = pod["spec"]["initContainers"].as_array_mut().unwrap();
    containers.reverse();
    assert_eq!(
        inject(&Json::from(&pod), &spec, &context)
            .unwrap()
            .patch
            .operations()
            .0,
        []
    );
}

#[test]
fn what_another_webhook_breaks_of_both_containers_is_put_right_and_nothing_else() {
    let (spec, settings) = (with(&[]), typical_settings());
    let context = Context {
        native_sidecars: false,
        ..Context::new(&settings)
    };
    let mut pod = pod();
    let outcome = inject(&Json::from(&pod), &spec, &context).unwrap();
    json_patch::patch(&mut pod, &outcome.patch.operations()).unwrap();
    let whole = pod.clone();
    pod["spec"]["containers"][1]["args"] = json!(["once"]);
    let variables = pod["spec"]["initContainers"][0]["env"]
        .as_array_mut()
        .unwrap();
    let mut variables = variables.iter_mut();
    let configuration = variables.find(|variable| variable["name"] == "VOUCHSAFE_CONFIG");
    configuration.unwrap()["value"] = json!("{}");
    pod["spec"]["initContainers"][1]["volumeMounts"] = json!([]);
    let outcome = inject(&Json::from(&pod), &spec, &context).unwrap();
    let paths: Vec<_> = outcome
        .patch
        .operations()
        .0
        .iter()
        .map(|operation| operation.path().to_string())
        .collect();
    assert_eq!(
        paths,
        [
            "/spec/initContainers/1/volumeMounts/-",
            "/spec/containers/1",
            "/spec/initContainers/0",
        ]
    );
    json_patch::patch(&mut pod, &outcome.patch.operations()).unwrap();
    assert_eq!(pod, whole);
}
