//! Pods that nobody wrote: what the original would make of them, and what we do.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use fastrand::Rng;
use serde_json::{Map, Value};
use vouchsafe_webhook::mutate::Context;

use crate::{
    case::{self, Case},
    catalogue::{Choice, FLAGS, OF_POD, OF_SECRET, SECRETS},
    causes,
    effective::{ANSWER, DENIAL},
    model::{self, Rules},
    ours,
    recorded::{differing, recorded},
};

const PREFIX: &str = "vault.hashicorp.com/";
/// Of combinations, each with native sidecars and without.
const COMBINATIONS: u64 = 2_000;
/// For others than the first: how many there are to be.
const VARIABLE: &str = "VOUCHSAFE_COMBINATIONS";

/// Told at once.
const MOST: usize = 10;

/// A pod of the recorded ones with other annotations.
#[derive(Clone, Debug)]
struct Combination {
    pod: Value,
    namespace: &'static str,
    flags: BTreeSet<usize>,
    annotations: BTreeMap<String, String>,
}

impl Combination {
    fn random(rng: &mut Rng, pods: &[Value]) -> Self {
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

    fn pod(&self) -> Value {
        let mut pod = self.pod.clone();
        pod["metadata"]["annotations"] = self
            .annotations
            .iter()
            .map(|(key, value)| (key.clone(), Value::from(value.as_str())))
            .collect::<Map<_, _>>()
            .into();
        pod
    }

    /// What is not as it should be.
    fn failure(&self, native_sidecars: bool) -> Option<String> {
        let flags: Map<_, _> = self
            .flags
            .iter()
            .map(|index| FLAGS[*index])
            .map(|(name, json)| (name.to_owned(), serde_json::from_str(json).unwrap()))
            .collect();
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
fn pods() -> Vec<Value> {
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
fn random_combinations_amount_to_what_the_original_would_make_of_them() {
    let pods = pods();
    let mut failures = BTreeMap::new();
    let more = std::env::var(VARIABLE).map(|text| text.parse().unwrap());
    for seed in 0..more.unwrap_or(COMBINATIONS) {
        let mut rng = Rng::with_seed(seed);
        let combination = Combination::random(&mut rng, &pods);
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
