//! Every case renders what Go and consul-template render, or fails for the same reason at the same
//! line. Cases stand in `tests/cases`, what the original programs make of them in `tests/golden`,
//! which `make golden` writes.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test program may end with a panic"
)]

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use serde_json::Value;

use self::support::{directory, expected, ours, same, show};

mod support;

/// Differences kept on purpose: the name of the case, and why.
static DIFFERENCES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let text = fs::read_to_string(directory("differences.json")).unwrap();
    serde_json::from_str(&text).unwrap()
});

fn lines(path: &Path) -> Vec<Value> {
    fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        .lines()
        .map(|line| {
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        })
        .collect()
}

#[test]
fn every_case_ends_as_with_the_original() {
    let mut topics: Vec<PathBuf> = fs::read_dir(directory("cases"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "jsonl")
        })
        .collect();
    topics.sort();
    let mut report = String::new();
    let (mut total, mut wrong) = (0, 0);
    let mut unused: BTreeMap<&String, &String> = DIFFERENCES.iter().collect();
    for topic in topics {
        let file = topic.file_name().unwrap();
        let cases = lines(&topic);
        let goldens = lines(&directory("golden").join(file));
        assert_eq!(
            cases.len(),
            goldens.len(),
            "{}: run `make golden`",
            topic.display()
        );
        for (case, golden) in cases.iter().zip(&goldens) {
            let name = case["name"].as_str().unwrap();
            assert_eq!(golden["name"], name, "run `make golden`");
            total += 1;
            let golden = expected(golden);
            let (ours, message) = ours(case);
            if same(&ours, &golden) || unused.remove(&name.to_owned()).is_some() {
                continue;
            }
            wrong += 1;
            let _ = writeln!(
                report,
                "{} {name}\n  template {}\n  original {}\n  ours     {}\n  {}",
                file.display(),
                case["template"],
                show(&golden),
                show(&ours),
                message.replace('\n', "\n  ")
            );
        }
    }
    assert!(wrong == 0, "{report}{wrong} of {total} cases differ");
    assert!(
        unused.is_empty(),
        "these differences are no differences any more: {unused:?}"
    );
    assert!(total >= 1500, "only {total} cases were found");
}
