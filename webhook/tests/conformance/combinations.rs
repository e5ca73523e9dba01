//! Pods that nobody wrote: what the original would make of them, and what we do.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use fastrand::Rng;
use serde_json::{Map, Value, json};
use vouchsafe_webhook::mutate::Context;

use crate::{
    case::{self, Case},
    catalogue::{Choice, FLAGS, OF_POD, OF_SECRET, SECRETS},
    causes,
    effective::{ANSWER, DENIAL},
    generator::Recipe,
    model::{self, Rules},
    ours,
    recorded::{differing, recorded},
};

const PREFIX: &str = "vault.hashicorp.com/";
/// Of combinations, each with native sidecars and without.
const COMBINATIONS: u64 = 2_000;
/// For others than the first: how many there are to be.
const VARIABLE: &str = "VOUCHSAFE_COMBINATIONS";

const SHAPES: u64 = 300;
/// Of which the model does not say what is seen through them of volumes that lie in each other.
pub(crate) const COPIES: &str = "agent-copy-volume-mounts";
/// Told at once.
const MOST: usize = 10;

/// A pod of the recorded ones with other annotations.
#[derive(Clone, Debug)]
pub(crate) struct Combination {
    pod: Value,
    pub(crate) namespace: &'static str,
    flags: BTreeSet<usize>,
    annotations: BTreeMap<String, String>,
}

impl Combination {
    pub(crate) fn random(rng: &mut Rng, pods: &[Value]) -> Self {
        let mut annotations = BTreeMap::new();
        let mut set = |name: String, value: &str| {
            annotations.insert(format!("{PREFIX}{name}"), value.to_owned());
        };
        let wrong = f64::from(rng.u8(0..4)) * 0.03;
        if rng.u8(0..10) < 8 {
            set("role".to_owned(), "web");
        }
        if rng.u8(0..10) < 8 {
            set("agent-inject-secret-db".to_owned(), "secret/data/db");
        }
        for _ in 0..rng.usize(0..8) {
            let choice = &OF_POD[rng.usize(0..OF_POD.len())];
            set(choice.name.to_owned(), value(choice, rng, wrong));
        }
        for _ in 0..rng.usize(0..6) {
            let choice = &OF_SECRET[rng.usize(0..OF_SECRET.len())];
            let secret = SECRETS[rng.usize(0..SECRETS.len())];
            set(
                format!("{}-{secret}", choice.name),
                value(choice, rng, wrong),
            );
        }
        let asks = ["true", "1", "T", "TRUE", "t", "True", "false", "", "yes"];
        let choices = if rng.u8(0..20) == 0 { 9 } else { 6 };
        let asks = asks[rng.usize(0..choices)];
        set("agent-inject".to_owned(), asks);
        let namespaces = ["kube-system", "kube-public", "kube-node-lease", "default"];
        Self {
            pod: pods[rng.usize(0..pods.len())].clone(),
            namespace: namespaces.get(rng.usize(0..40)).unwrap_or(&"apps"),
            flags: (0..FLAGS.len()).filter(|_| rng.u8(0..6) == 0).collect(),
            annotations,
        }
    }

    pub(crate) fn pod(&self) -> Value {
        let mut pod = self.pod.clone();
        pod["metadata"]["annotations"] = self
            .annotations
            .iter()
            .map(|(key, value)| (key.clone(), Value::from(value.as_str())))
            .collect::<Map<_, _>>()
            .into();
        pod
    }

    pub(crate) fn without(mut self, left_out: &[&str]) -> Self {
        self.annotations.retain(|key, _| {
            let name = key.strip_prefix(PREFIX);
            name.is_some_and(|name| !left_out.contains(&name))
        });
        self
    }

    pub(crate) fn flags(&self) -> Map<String, Value> {
        self.flags
            .iter()
            .map(|index| FLAGS[*index])
            .map(|(name, json)| (name.to_owned(), serde_json::from_str(json).unwrap()))
            .collect()
    }

    /// What is not as it should be.
    fn failure(&self, native_sidecars: bool) -> Option<String> {
        let flags = self.flags();
        let settings = case::settings(&flags);
        let context = Context {
            namespace: self.namespace,
            native_sidecars,
            ..Context::new(&settings)
        };
        let pod = self.pod();
        let ours = ours::effective(&pod, &context);
        let rules = Rules::Ours { native_sidecars };
        match model::decide(&pod, self.namespace, &flags, rules) {
            Err(expected) => match ours.get(DENIAL) {
                None => Some(format!("allowed, but {expected:?}")),
                Some(told) if !expected.iter().any(|cause| causes::names(told, cause)) => {
                    Some(format!("denied not for {expected:?}, but: {told}"))
                }
                Some(_) => None,
            },
            Ok(expected) => {
                let lines: Vec<_> = differing(&expected, &ours)
                    .into_iter()
                    .map(|(line, [theirs, ours])| {
                        format!("{line}\n    theirs: {theirs:?}\n    ours:   {ours:?}")
                    })
                    .collect();
                let told = ours.get(DENIAL).filter(|_| expected[ANSWER] != "denied");
                let told = told.map(String::as_str).unwrap_or_default();
                (!lines.is_empty()).then(|| format!("{}\n{told}", lines.join("\n")))
            }
        }
    }

    /// With nothing in it that the failure does not need.
    fn smallest(&self, native_sidecars: bool) -> Self {
        let mut smallest = self.clone();
        loop {
            let less = smallest.less().into_iter();
            let mut failing = less.filter(|less| less.failure(native_sidecars).is_some());
            match failing.next() {
                Some(less) => smallest = less,
                None => return smallest,
            }
        }
    }

    fn less(&self) -> Vec<Self> {
        let annotations = self.annotations.keys().map(|key| {
            let mut less = self.clone();
            less.annotations.remove(key);
            less
        });
        let flags = self.flags.iter().map(|index| {
            let mut less = self.clone();
            less.flags.remove(index);
            less
        });
        annotations.chain(flags).collect()
    }
}

fn value(choice: &Choice, rng: &mut Rng, wrong: f64) -> &'static str {
    let values = if !choice.bad.is_empty() && rng.f64() < wrong {
        choice.bad
    } else {
        choice.good
    };
    values[rng.usize(0..values.len())]
}

/// Each shape of a pod once.
pub(crate) fn pods() -> Vec<Value> {
    let mut pods: Vec<Value> = Vec::new();
    for case in case::all() {
        let mut pod = case.pod;
        pod["metadata"]["namespace"] = "apps".into();
        pod["metadata"]["annotations"] = Value::Null;
        if !pods.contains(&pod) {
            pods.push(pod);
        }
    }
    pods
}

/// Generated ones, without those that have names of ours and are denied for that.
pub(crate) fn shapes() -> Vec<Value> {
    (0..SHAPES)
        .map(shape)
        .filter(|pod| !pod["spec"].to_string().contains("\"vouchsafe-"))
        .collect()
}

/// A pod of its own shape, with the service account's volume, which the API server has added by then.
fn shape(seed: u64) -> Value {
    let mut pod = Recipe::new(seed).pod();
    let source = json!({ "serviceAccountToken": { "path": "token", "expirationSeconds": 3607 } });
    let volume = json!({ "name": "kube-api-access-x1", "projected": { "sources": [source] } });
    let mount = json!({ "name": "kube-api-access-x1", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount" });
    let spec = &mut pod["spec"];
    push(&mut spec["volumes"], volume);
    for list in ["initContainers", "containers"] {
        for container in spec[list].as_array_mut().into_iter().flatten() {
            push(&mut container["volumeMounts"], mount.clone());
        }
    }
    pod["metadata"]["namespace"] = "apps".into();
    pod
}

fn push(list: &mut Value, item: Value) {
    match list.as_array_mut() {
        Some(items) => items.push(item),
        None => *list = json!([item]),
    }
}

/// What the model leaves out: what we deny anyway, and what patches do beyond the catalogue's.
const KNOWN: &[(&str, &str)] = &[("json-patch-init", "init.seccomp")];

#[test]
fn the_model_says_of_each_recorded_pod_what_the_original_did() {
    let mut wrong = String::new();
    for case in case::all() {
        let theirs = recorded(&case);
        let expected = theirs.get(DENIAL).map(String::as_str);
        let Case {
            name,
            namespace,
            flags,
            pod,
            ..
        } = &case;
        let model = model::effective(pod, namespace, flags, Rules::Original, expected);
        let lines = theirs.keys().chain(model.keys()).collect::<BTreeSet<_>>();
        for line in lines {
            let is_known = KNOWN
                .iter()
                .any(|(case, known)| case == name && known == line);
            if theirs.get(line) != model.get(line) && !is_known && !line.contains(".env.AWS_") {
                let _ = writeln!(
                    wrong,
                    "{name}: {line}\n    original: {:?}\n    model:    {:?}",
                    theirs.get(line),
                    model.get(line)
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn recorded_pods_with_other_annotations_amount_to_what_the_original_would_make_of_them() {
    check(&pods(), &[]);
}

#[test]
fn generated_pods_amount_to_what_the_original_would_make_of_them() {
    check(&shapes(), &[COPIES]);
}

fn check(pods: &[Value], left_out: &[&str]) {
    let mut failures = BTreeMap::new();
    let more = std::env::var(VARIABLE).map(|text| text.parse().unwrap());
    for seed in 0..more.unwrap_or(COMBINATIONS) {
        let mut rng = Rng::with_seed(seed);
        let combination = Combination::random(&mut rng, pods).without(left_out);
        for native_sidecars in [true, false] {
            if combination.failure(native_sidecars).is_none() {
                continue;
            }
            let smallest = combination.smallest(native_sidecars);
            let failure = smallest.failure(native_sidecars).unwrap();
            // Once for each annotation and what is wrong, whatever the pod.
            let known = (
                smallest.annotations.keys().cloned().collect::<Vec<_>>(),
                failure.lines().next().unwrap_or_default().to_owned(),
            );
            failures.entry(known).or_insert_with(|| {
                format!(
                    "native sidecars {native_sidecars}, namespace {}, flags {:?}\n{:#?}\n{}\nof {}",
                    smallest.namespace,
                    smallest
                        .flags
                        .iter()
                        .map(|flag| FLAGS[*flag])
                        .collect::<Vec<_>>(),
                    smallest.annotations,
                    failure,
                    smallest.pod["spec"]
                )
            });
        }
        if failures.len() >= MOST {
            break;
        }
    }
    let told: Vec<_> = failures.into_values().collect();
    assert!(told.is_empty(), "{}", told.join("\n\n"));
}
