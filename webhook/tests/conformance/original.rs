//! Whether the model is right about pods that nobody recorded: the original itself is asked.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
    thread,
};

use fastrand::Rng;
use serde_json::{Value, json};

use crate::{
    case::Case,
    combinations::{COPIES, Combination, pods, shapes},
    effective::{ANSWER, DENIAL},
    model::{self, Rules},
    recorded::recorded,
};

/// The program of `tests/oracle/injector`.
const PROGRAM: &str = "VOUCHSAFE_ORIGINAL_INJECTOR";
/// Of recorded pods, and as many of generated ones.
const COMBINATIONS: u64 = 10_000;
/// Which the version that is asked does not know yet.
const YOUNGER: &str = "template-lease-renewal-threshold";
/// Told at once.
const MOST: usize = 10;

#[test]
#[ignore = "needs the original injector, which `make injector-check` builds"]
fn the_model_says_of_recorded_pods_with_other_annotations_what_the_original_does() {
    check(&pods(), &[YOUNGER]);
}

#[test]
#[ignore = "needs the original injector, which `make injector-check` builds"]
fn the_model_says_of_generated_pods_what_the_original_does() {
    check(&shapes(), &[YOUNGER, COPIES]);
}

fn check(pods: &[Value], left_out: &[&str]) {
    let combinations: Vec<_> = (0..COMBINATIONS)
        .map(|seed| Combination::random(&mut Rng::with_seed(seed), pods).without(left_out))
        .collect();
    let mut differing = BTreeMap::new();
    let answers = ask(&combinations);
    assert_eq!(answers.len(), combinations.len());
    for case in answers {
        let lines = difference(&case);
        if !lines.is_empty() && differing.len() < MOST {
            differing.entry(lines).or_insert(case);
        }
    }
    assert!(differing.is_empty(), "{differing:#?}");
}

/// Each line that is not the same, with the original's and the model's; where the answers differ, these
/// alone.
fn difference(case: &Case) -> Vec<(String, [Option<String>; 2])> {
    let original = recorded(case);
    let denial = original.get(DENIAL).map(String::as_str);
    let rules = Rules::Original;
    let model = model::effective(&case.pod, &case.namespace, &case.flags, rules, denial);
    let same_answer = original[ANSWER] == model[ANSWER];
    let lines: BTreeSet<_> = original.keys().chain(model.keys()).collect();
    lines
        .into_iter()
        .filter(|line| same_answer || [ANSWER, DENIAL].contains(&line.as_str()))
        .map(|line| (line.clone(), [original.get(line), model.get(line)]))
        .filter(|(_, [original, model])| original != model)
        .map(|(line, values)| (line, values.map(Option::<&String>::cloned)))
        .collect()
}

/// What the original makes of each, in turn.
fn ask(combinations: &[Combination]) -> Vec<Case> {
    let program = env::var(PROGRAM).unwrap_or_else(|error| panic!("{PROGRAM}: {error}"));
    let mut original = Command::new(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = original.stdin.take().unwrap();
    let output = BufReader::new(original.stdout.take().unwrap());
    let answers = thread::scope(|scope| {
        scope.spawn(move || {
            for (seed, combination) in combinations.iter().enumerate() {
                let line = json!({
                    "name": seed.to_string(),
                    "namespace": combination.namespace,
                    "flags": combination.flags(),
                    "pod": combination.pod(),
                });
                writeln!(input, "{line}").unwrap();
            }
        });
        output
            .lines()
            .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
            .collect()
    });
    assert!(original.wait().unwrap().success());
    answers
}
