//! The page of faults tells of every test of a fault, and of no other.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

fn path(below: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(below)
}

fn page(name: &str) -> String {
    fs::read_to_string(path("../docs").join(name)).expect("the page is there")
}

/// The names of the tests, as `fault_tests/` has them.
fn tests() -> BTreeSet<String> {
    let files = fs::read_dir(path("fault_tests")).expect("the tests are there");
    let files = files.map(|file| fs::read_to_string(file.expect("a file").path()));
    let mut names = BTreeSet::new();
    for text in files {
        let text = text.expect("a file of text");
        let functions = text.lines().filter_map(|line| line.strip_prefix("fn "));
        let functions = functions.filter_map(|rest| rest.split('(').next());
        let tested =
            functions.filter(|name| name.starts_with("fault_") || name.starts_with("event_"));
        names.extend(tested.map(str::to_owned));
    }
    names
}

/// The rows of the page's table by the name of the test in their last cell.
fn rows(page: &str) -> BTreeMap<String, String> {
    let rows = page.lines().filter(|line| line.starts_with("| "));
    let named = rows.filter_map(|row| {
        let last = row.trim_end_matches(" |").rsplit("| ").next()?;
        let name = last.strip_prefix('`')?.strip_suffix('`')?;
        Some((name.to_owned(), row.to_owned()))
    });
    let mut rows = BTreeMap::new();
    for (name, row) in named {
        assert!(rows.insert(name, row.clone()).is_none(), "twice: {row}");
    }
    rows
}

#[test]
fn every_fault_that_is_tested_is_on_the_page() {
    let told: BTreeSet<_> = rows(&page("faults.md")).into_keys().collect();
    let tested = tests();
    assert!(tested.len() > 30, "{tested:?}");
    let missing: Vec<_> = tested.difference(&told).collect();
    let surplus: Vec<_> = told.difference(&tested).collect();
    assert!(
        missing.is_empty(),
        "docs/faults.md says nothing of {missing:?}"
    );
    assert!(
        surplus.is_empty(),
        "docs/faults.md tells of {surplus:?}, which no test shows"
    );
}

#[test]
fn every_code_on_the_page_is_one_that_is_explained() {
    let explained = page("errors.md");
    for (name, row) in rows(&page("faults.md")) {
        for (at, _) in row.match_indices("VS") {
            let code = &row[at..at + 6];
            assert!(explained.contains(&format!("## {code}")), "{name}: {code}");
        }
    }
}
