//! The 142 pods.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::Value;
use vouchsafe_webhook::mutate::Context;

use crate::{
    case::{self, Case},
    causes,
    differences::{DIFFERENCES, Difference, Sidecars, matches},
    effective::{ANSWER, DENIAL, Effective, denied, untouched},
    ours,
    pod::{Pair, say_own},
    theirs,
};

/// What the original made of it.
pub(crate) fn recorded(case: &Case) -> Effective {
    if let Some(message) = &case.message {
        assert!(!case.allowed);
        return denied(causes::theirs(message));
    }
    assert!(case.allowed);
    case.mutated.as_ref().map_or_else(untouched, |mutated| {
        theirs::effective(Pair {
            submitted: &case.pod,
            mutated,
        })
    })
}

/// Each line that is not the same, with theirs and ours. Of pods that have not the same answer
/// nothing else is compared.
pub(crate) fn differing<'e>(
    theirs: &'e Effective,
    ours: &'e Effective,
) -> BTreeMap<&'e str, [Option<&'e str>; 2]> {
    let same_answer = theirs[ANSWER] == ours[ANSWER];
    theirs
        .keys()
        .chain(ours.keys())
        .filter(|key| same_answer || *key == ANSWER)
        .map(|key| {
            let value = |lines: &'e Effective| lines.get(key).map(String::as_str);
            (key.as_str(), [value(theirs), value(ours)])
        })
        .filter(|(key, [theirs, ours])| match (*key, theirs, ours) {
            (DENIAL, Some(cause), Some(text)) => !causes::names(text, cause),
            _ => theirs != ours,
        })
        .collect()
}

fn check(native_sidecars: bool) {
    let mut seen = vec![false; DIFFERENCES.len()];
    let mut unexpected = String::new();
    for case in case::all() {
        let settings = case::settings(&case.flags);
        let context = Context {
            namespace: &case.namespace,
            native_sidecars,
            ..Context::new(&settings)
        };
        let theirs = recorded(&case);
        let ours = ours::effective(&case.pod, &context);
        check_rest(&case, &ours);
        for (line, [theirs, mine]) in differing(&theirs, &ours) {
            let listed = DIFFERENCES
                .iter()
                .position(|difference| holds(difference, &case.name, line, native_sidecars));
            match listed {
                Some(index) => seen[index] = true,
                None => {
                    let shown = |value: Option<&str>| value.unwrap_or("(nothing)").to_owned();
                    let _ = writeln!(
                        unexpected,
                        "{}: {line}\n    theirs: {}\n    ours:   {}",
                        case.name,
                        shown(theirs),
                        shown(mine)
                    );
                    if line == ANSWER && mine == Some("denied") {
                        let _ = writeln!(unexpected, "            {}", ours[DENIAL]);
                    }
                }
            }
        }
    }
    assert!(
        unexpected.is_empty(),
        "differences that are not listed:\n{unexpected}"
    );
    for (difference, seen) in DIFFERENCES.iter().zip(seen) {
        let expected = native_sidecars || difference.sidecars == Sidecars::Any;
        assert!(seen || !expected, "does not occur: {difference:?}");
        assert!(!difference.reason.is_empty());
    }
}

fn holds(difference: &Difference, case: &str, line: &str, native_sidecars: bool) -> bool {
    matches(difference.case, case)
        && matches(difference.line, line)
        && (native_sidecars || difference.sidecars == Sidecars::Any)
}

/// Whatever the original did: nothing of the pod's own is changed.
fn check_rest(case: &Case, ours: &Effective) {
    if ours[ANSWER] != "injected" {
        return;
    }
    let mut before = Effective::new();
    say_own(&case.pod, &mut before);
    let after: Effective = ours
        .iter()
        .filter(|(line, _)| line.starts_with("rest."))
        .map(|(line, value)| (line.clone(), value.clone()))
        .collect();
    assert_eq!(before, after, "{}", case.name);
}

#[test]
fn every_recorded_pod_amounts_to_the_same() {
    check(true);
}

#[test]
fn every_recorded_pod_amounts_to_the_same_without_native_sidecars() {
    check(false);
}

#[test]
fn the_prefix_of_openbao_means_the_same() {
    for case in case::all() {
        let settings = case::settings(&case.flags);
        let context = Context {
            namespace: &case.namespace,
            ..Context::new(&settings)
        };
        let text = case.pod.to_string();
        let renamed = text.replace("\"vault.hashicorp.com/", "\"openbao.org/");
        let renamed: Value = serde_json::from_str(&renamed).unwrap();
        let lines = |pod: &Value| -> Effective {
            let lines = ours::effective(pod, &context).into_iter();
            lines
                .filter(|(line, _)| !line.starts_with("rest.metadata.annotations"))
                .map(|(line, text)| (line, text.replace("vault.hashicorp.com/", "openbao.org/")))
                .collect()
        };
        assert_eq!(lines(&case.pod), lines(&renamed), "{}", case.name);
    }
}
