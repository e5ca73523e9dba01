//! What operators read about log events is what the programs say, and all of it.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// All of a crate's code but its tests.
fn sources(directory: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && name != "tests" {
            sources(&path, found);
        } else if Path::new(name).extension().is_some_and(|end| end == "rs") && name != "tests.rs" {
            let text = fs::read_to_string(&path).unwrap();
            let (code, _) = text
                .split_once("#[cfg(test)]\nmod tests {")
                .unwrap_or((&text, ""));
            found.push(code.to_owned());
        }
    }
}

/// The texts of the string literals up to the parenthesis that closes what is open.
fn literals(code: &str) -> Vec<String> {
    let mut characters = code.chars();
    let (mut depth, mut found) = (1, Vec::new());
    while let Some(character) = characters.next() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            '"' => {
                let mut literal = String::new();
                while let Some(inside) = characters.next().filter(|inside| *inside != '"') {
                    literal.push(inside);
                    if inside == '\\' {
                        literal.extend(characters.next());
                    }
                }
                found.push(literal);
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    found
}

fn events(crates: &[&str]) -> BTreeSet<String> {
    let mut files = Vec::new();
    for name in crates {
        sources(&repository().join(name).join("src"), &mut files);
    }
    // Of a log line the last text is the event; of what passes one on, the first.
    let lines = ["error!(", "warn!(", "info!(", "debug!(", "trace!("];
    let passed_on = ["tell_fault(", "tell_failure(", "tell_consequence("];
    let mut events = BTreeSet::new();
    for code in &files {
        for (opening, is_first) in lines
            .map(|line| (line, false))
            .into_iter()
            .chain(passed_on.map(|line| (line, true)))
        {
            for (at, _) in code.match_indices(opening) {
                let literals = literals(&code[at + opening.len()..]);
                let literal = if is_first {
                    literals.first()
                } else {
                    literals.last()
                };
                let event = literal.map_or("", String::as_str);
                let event = event.split(':').next().unwrap();
                let is_event = |letter: char| letter.is_ascii_lowercase() || letter == '_';
                if !event.is_empty() && event.chars().all(is_event) {
                    events.insert(event.to_owned());
                }
            }
        }
    }
    events
}

/// What stands in the first column of the tables of log lines below a heading.
fn documented(heading: &str) -> BTreeSet<String> {
    let page = fs::read_to_string(repository().join("docs/operations.md")).unwrap();
    let (_, section) = page.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let mut events = BTreeSet::new();
    for table in section.split("| log line |").skip(1) {
        let rows = table
            .lines()
            .skip(2)
            .take_while(|line| line.starts_with('|'));
        for row in rows {
            let names = row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2);
            events.extend(names.map(ToOwned::to_owned));
        }
    }
    events
}

#[test]
fn every_event_of_the_agent_is_documented_and_every_documented_one_exists() {
    let events = events(&["agent", "vault-config", "template", "shared"]);
    assert!(events.len() > 40, "{events:?}");
    assert_eq!(events, documented("Agent"));
}

#[test]
fn every_event_of_the_webhook_is_documented_and_every_documented_one_exists() {
    let events = events(&["webhook", "cluster"]);
    assert!(events.len() > 30, "{events:?}");
    assert_eq!(events, documented("Webhook"));
}
