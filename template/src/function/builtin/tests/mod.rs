//! Compared with what Go's functions give; `functions.go` beside the tests of
//! `fmt` makes the rows.

use std::{collections::BTreeMap, rc::Rc};

use serde_json::Value as Json;
use vouchsafe_shared::secret::SecretBuffer;

use super::*;
use crate::{
    fault::{ErrorClass, Fault},
    function::find,
    go::format::{
        self,
        tests::{bytes, read},
    },
    scope::{Answer, Dependency, Limits, NoHost, Source},
    value::{Channel, Entries, Key, Map, Text},
};

const ROWS: &str = include_str!("rows.jsonl");

struct NoSource;

impl Source for NoSource {
    fn answer(&mut self, _dependency: &Dependency) -> Answer {
        Answer::Missing
    }
}

fn call_within(limits: Limits, name: &str, arguments: &[Value]) -> Outcome {
    let Body::Plain(body) = find(name).unwrap().body else {
        panic!("{name} is up to the engine")
    };
    let mut source = NoSource;
    let mut host = NoHost;
    let mut scope = Scope::new(&mut source, &mut host, limits);
    body(&mut scope, &Arguments(arguments))
}

fn call(name: &str, arguments: &[Value]) -> Outcome {
    call_within(Limits::default(), name, arguments)
}

fn class(name: &str, arguments: &[Value]) -> ErrorClass {
    call(name, arguments).unwrap_err().class
}

fn argument(shape: &Json) -> Value {
    let kind = shape.as_object().and_then(|shape| shape.iter().next());
    match kind.map(|(kind, content)| (kind.as_str(), content)) {
        Some(("channel", _)) => Value::Channel(Rc::new(Channel::new(0, 3))),
        Some(("any-map", pairs)) => {
            let pairs = pairs.as_array().unwrap().iter();
            let entries =
                pairs.map(|pair| (Key::from_value(&read(&pair[0])).unwrap(), read(&pair[1])));
            Value::Map(Map::of(Type::ANY_MAP, Entries::Any(entries.collect())))
        }
        Some(("string-map", pairs)) => {
            let pairs = pairs.as_object().unwrap().iter();
            let entries =
                pairs.map(|(key, text)| (Text::from(key.as_str()), Value::string(bytes(text))));
            Value::Map(Map::of(Type::STRING_MAP, Entries::Text(entries.collect())))
        }
        _ => read(shape),
    }
}

fn described(value: &Value) -> Vec<u8> {
    let mut out = SecretBuffer::default();
    let mut budget = crate::scope::Budget::new(Limits::default());
    format::printf(
        &mut out,
        b"%T|%#v",
        &[value.clone(), value.clone()],
        &mut budget,
    )
    .unwrap();
    out.expose_secret().to_vec()
}

fn matches(outcome: &Outcome, result: &Json) -> bool {
    match outcome {
        Ok(value) => result
            .get("output")
            .is_some_and(|output| bytes(output) == described(value)),
        Err(fault) => result["class"] == fault.class.name(),
    }
}

#[test]
fn every_function_gives_what_go_gives() {
    let more = std::env::var("ROWS")
        .ok()
        .map(|path| std::fs::read_to_string(path).unwrap());
    let mut wrong = Vec::new();
    for line in more.as_deref().unwrap_or(ROWS).lines() {
        let row: Json = serde_json::from_str(line).unwrap();
        let arguments: Vec<Value> = row["arguments"]
            .as_array()
            .unwrap()
            .iter()
            .map(argument)
            .collect();
        let outcome = call(row["function"].as_str().unwrap(), &arguments);
        if !matches(&outcome, &row["result"]) {
            let here =
                outcome.map(|value| String::from_utf8_lossy(&described(&value)).into_owned());
            wrong.push(format!("{line}\n  here: {here:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} rows\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
}

#[test]
fn a_pointer_equals_itself_only() {
    let pointer = read(&serde_json::json!({"pointer": {"outer": [{"map": {}}, null]}}));
    let twin = read(&serde_json::json!({"pointer": {"outer": [{"map": {}}, null]}}));
    let equal =
        |left: &Value, right: &Value| call("eq", &[left.clone(), right.clone()]).unwrap().truth();
    assert!(equal(&pointer, &pointer));
    assert!(!equal(&pointer, &twin));
}

#[test]
fn the_length_of_a_nil_depends_on_where_it_is_from() {
    assert_eq!(class("len", &[Value::Nil]), ErrorClass::Function);
    assert_eq!(
        class("len", &[Value::NilInterface]),
        ErrorClass::CannotIndex
    );
}

#[test]
fn a_null_read_from_a_list_is_no_value_to_index_further() {
    let list = Value::list(vec![Value::Nil]);
    assert!(matches!(
        call("index", &[list.clone(), Value::int(0)]),
        Ok(Value::NilInterface)
    ));
    assert_eq!(
        class("index", &[list, Value::int(0), Value::int(0)]),
        ErrorClass::CannotIndex
    );
    assert_eq!(
        class("index", &[Value::NilInterface]),
        ErrorClass::CannotIndex
    );
}

#[test]
fn errors_hold_no_values() {
    let canary = Value::string("canary");
    let map = Value::Map(Map::new(BTreeMap::from([(
        Text::from("canary"),
        canary.clone(),
    )])));
    for (name, arguments) in [
        ("eq", [map.clone(), map.clone()]),
        ("lt", [map.clone(), canary.clone()]),
        ("lt", [canary.clone(), Value::int(1)]),
        ("index", [map.clone(), map.clone()]),
        ("index", [canary.clone(), canary.clone()]),
        ("slice", [map, canary]),
    ] {
        let Fault { message, .. } = call(name, &arguments).unwrap_err();
        assert!(!message.contains("canary"), "{message}");
    }
}

#[test]
fn slices_and_escapes_count_against_the_budget() {
    let limits = Limits {
        memory: 1000,
        ..Limits::default()
    };
    let text = Value::string("<".repeat(1001));
    let list = Value::list(vec![Value::Nil; 1001]);
    for (name, arguments) in [
        ("html", [text.clone()]),
        ("js", [text.clone()]),
        ("urlquery", [text.clone()]),
        ("print", [text.clone()]),
        ("slice", [text]),
        ("slice", [list]),
    ] {
        let fault = call_within(limits, name, &arguments).unwrap_err();
        assert_eq!(fault.class, ErrorClass::Limit, "{name}");
    }
}
