//! Documents become the tree that the HCL library of Vault makes of them. Documents stand in
//! `cases.jsonl`, its trees in `golden.jsonl`, which `make golden` writes.

#![expect(clippy::unwrap_used, reason = "a test program may end with a panic")]

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use serde_json::{Value as Json, json};
use vouchsafe_vault_config::syntax::{self, Item, Kind, Number, Value};

fn read(name: &str) -> String {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    fs::read_to_string(directory.join(name)).unwrap()
}

fn lines(name: &str) -> Vec<Json> {
    let text = read(name);
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

/// With the places of keys where the original has them, which is in HCL.
fn tree(items: &[Item], is_json: bool) -> Json {
    let items: Vec<Json> = items
        .iter()
        .map(|item| {
            let keys: Vec<Json> = item
                .keys
                .iter()
                .map(|key| {
                    let place = key.position;
                    let (line, column) = if is_json {
                        (0, 0)
                    } else {
                        (place.line, place.column)
                    };
                    json!([key.name, line, column])
                })
                .collect();
            json!({ "keys": keys, "value": value(&item.value, is_json) })
        })
        .collect();
    json!({ "items": items })
}

fn value(value: &Value, is_json: bool) -> Json {
    match &value.kind {
        Kind::Null => json!({ "string": "" }),
        Kind::Bool(value) => json!({ "bool": value }),
        Kind::Number(Number::Integer { text, value }) => json!({ "integer": value, "text": text }),
        Kind::Number(Number::Float(value)) => json!({ "float": value.to_bits() }),
        Kind::String(text) => json!({ "string": text }),
        Kind::List(values) => {
            let values: Vec<Json> = values
                .iter()
                .map(|item| self::value(item, is_json))
                .collect();
            json!({ "list": values })
        }
        Kind::Object(items) => tree(items, is_json),
    }
}

/// What both sides write differently and mean alike.
fn normalized(tree: &mut Json) {
    match tree {
        Json::Object(fields) => {
            fields.remove("heredoc");
            if let Some(Json::String(float)) = fields.get("float") {
                let float: f64 = float.parse().unwrap();
                fields.insert("float".to_owned(), json!(float.to_bits()));
            }
            fields.values_mut().for_each(normalized);
        }
        Json::Array(values) => values.iter_mut().for_each(normalized),
        _ => {}
    }
}

/// The original makes labels of the keys of JSON objects that hold objects only, and takes lists of
/// objects apart. Here the reader of a block does that, so the test does it to compare.
fn flattened(items: Vec<Item>) -> Vec<Item> {
    let mut flat = Vec::new();
    for item in items {
        match item.value.kind {
            Kind::Object(inner)
                if !inner.is_empty()
                    && inner
                        .iter()
                        .all(|item| matches!(item.value.kind, Kind::Object(_))) =>
            {
                let inner = inner.into_iter().map(|mut inner| {
                    let mut keys = item.keys.clone();
                    keys.append(&mut inner.keys);
                    Item { keys, ..inner }
                });
                flat.extend(flattened(inner.collect()));
            }
            Kind::List(values)
                if !values.is_empty()
                    && values
                        .iter()
                        .all(|value| matches!(value.kind, Kind::Object(_))) =>
            {
                let each = values.into_iter().map(|value| Item {
                    keys: item.keys.clone(),
                    assigned: item.assigned,
                    value,
                });
                flat.extend(flattened(each.collect()));
            }
            Kind::Object(inner) => flat.push(Item {
                value: Value {
                    position: item.value.position,
                    kind: Kind::Object(flattened(inner)),
                },
                ..item
            }),
            kind => flat.push(Item {
                value: Value {
                    position: item.value.position,
                    kind,
                },
                ..item
            }),
        }
    }
    flat
}

fn ours(text: &str) -> Result<Json, String> {
    let is_json = text.trim_start().starts_with('{');
    let document = syntax::parse(text).map_err(|error| format!("{error:?}"))?;
    if let Some(duplicate) = document.duplicates.first() {
        return Err(format!("{duplicate:?}"));
    }
    let items = if is_json {
        flattened(document.items)
    } else {
        document.items
    };
    Ok(tree(&items, is_json))
}

#[test]
fn every_document_is_the_originals_tree() {
    let differences: BTreeMap<String, String> =
        serde_json::from_str(&read("differences.json")).unwrap();
    let mut unused: Vec<&String> = differences.keys().collect();
    let (cases, goldens) = (lines("cases.jsonl"), lines("golden.jsonl"));
    assert_eq!(cases.len(), goldens.len(), "run `make golden`");
    let mut report = String::new();
    for (case, mut golden) in cases.into_iter().zip(goldens) {
        assert_eq!(case["name"], golden["name"], "run `make golden`");
        let ours = ours(case["text"].as_str().unwrap());
        normalized(&mut golden);
        let same = match &ours {
            Ok(tree) => tree == &golden["tree"],
            Err(_) => golden.get("error").is_some(),
        };
        let name = case["name"].as_str().unwrap();
        let before = unused.len();
        if same {
            continue;
        }
        unused.retain(|unused| *unused != name);
        if unused.len() == before {
            let _ = writeln!(
                report,
                "{name}: {}\n  original {golden}\n  ours     {ours:?}",
                case["text"]
            );
        }
    }
    assert!(report.is_empty(), "\n{report}");
    assert!(unused.is_empty(), "no difference any more: {unused:?}");
}
