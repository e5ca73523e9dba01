//! The rows that Go's own encoders and decoders made, see `tests/encode/generate`.

use std::{collections::HashMap, fs, path::Path, rc::Rc};

use vouchsafe_shared::secret::SecretBuffer;

use super::json::{self, Numbers};
use crate::{
    fault::Fault,
    scope::{Budget, Limits},
    value::{
        Channel, Entries, Field, FloatType, IntType, Key, List, Map, Object, Text, Type, UintType,
        Value,
    },
};

pub(super) type Row = HashMap<String, Value>;

pub(super) fn rows(file: &str) -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/encode")
        .join(file);
    fs::read(path)
        .unwrap()
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| {
            let Value::Map(row) = json::decode(line, Numbers::Literal).unwrap() else {
                panic!("a row is an object")
            };
            row.pairs()
                .into_iter()
                .map(|(key, value)| (String::from_utf8(key.bytes().to_vec()).unwrap(), value))
                .collect()
        })
        .collect()
}

/// Holds one column of `written.jsonl` against an encoder of ours.
pub(super) fn check_written(
    column: &str,
    encode: impl Fn(&Value, &mut Budget) -> Result<SecretBuffer, Fault>,
) {
    let mut wrong = Vec::new();
    for row in rows("written.jsonl") {
        let expected = bytes(&row[column]);
        let got = encode(&value(&row["value"]), &mut Budget::new(Limits::default()))
            .ok()
            .map(|text| text.expose_secret().to_vec());
        if got != expected {
            let show = |text: Option<Vec<u8>>| text.map(|text| text.escape_ascii().to_string());
            wrong.push(format!(
                "{}\n  expected {:?}\n  got      {:?}",
                shown(&row["value"]),
                show(expected),
                show(got)
            ));
        }
    }
    report(&wrong);
}

/// Holds the rows of one format of `read.jsonl` against a decoder of ours, but for the documents of
/// which it is known that they differ.
pub(super) fn check_read(
    format: &str,
    column: &str,
    differs: impl Fn(&str) -> bool,
    decode: impl Fn(&[u8]) -> Result<Value, Fault>,
) {
    let mut wrong = Vec::new();
    for row in rows("read.jsonl") {
        if row["format"].bytes() != format.as_bytes() {
            continue;
        }
        let text = bytes(&row["text"]).unwrap();
        let expected = row
            .get(column)
            .filter(|value| !value.is_nil())
            .map(|expected| shown(&notation(&value(expected))));
        let got = decode(&text);
        let got_shown = got.as_ref().ok().map(|got| shown(&notation(got)));
        if got_shown != expected && !differs(&String::from_utf8_lossy(&text)) {
            wrong.push(format!(
                "{:?}\n  expected {expected:?}\n  got      {got_shown:?} {:?}",
                text.escape_ascii().to_string(),
                got.err()
            ));
        }
    }
    report(&wrong);
}

fn report(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "{}\n{} rows",
        wrong.join("\n"),
        wrong.len()
    );
}

fn shown(value: &Value) -> String {
    let options = json::Options {
        escape_html: false,
        indent: None,
    };
    let text = json::encode(value, options, &mut Budget::new(Limits::default())).unwrap();
    String::from_utf8(text.expose_secret().to_vec()).unwrap()
}

/// Text, or an object with base64; nothing for null.
fn bytes(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::String(text) => Some(text.to_vec()),
        Value::Map(map) => {
            let encoded = map.get(b"base64").unwrap();
            Some(super::base64::decode(encoded.bytes()).unwrap().to_vec())
        }
        _ => None,
    }
}

/// The value that a notation of the generator describes.
fn value(notation: &Value) -> Value {
    let Value::List(list) = notation else {
        panic!("a notation is a list")
    };
    let [kind, content @ ..] = list.items() else {
        panic!("a notation names its type")
    };
    let text = |place: usize| std::str::from_utf8(content[place].bytes()).unwrap();
    let integer = || text(0).parse().unwrap();
    let elements = || content.iter().map(value).collect();
    match std::str::from_utf8(kind.bytes()).unwrap() {
        "nil" => Value::Nil,
        "bool" => content[0].clone(),
        "duration" => Value::Int(IntType::Duration, integer()),
        "int" => Value::int(integer()),
        "int64" => Value::int64(integer()),
        "uint64" => Value::Uint(UintType::Uint64, text(0).parse().unwrap()),
        "float32" => Value::Float(FloatType::Float32, text(0).parse::<f32>().unwrap().into()),
        "float64" => Value::float(text(0).parse().unwrap()),
        "complex" => Value::Complex(1.0, 2.0),
        "channel" => Value::Channel(Rc::new(Channel::new(0, 1))),
        "string" => Value::String(Text::from(bytes(&content[0]).unwrap())),
        "number" => Value::Number(Text::from(text(0))),
        "nil-list" => Value::List(List::nil(Type::Any)),
        "[]interface {}" => Value::list(elements()),
        "[]string" => Value::List(List::new(Type::String, elements())),
        "[]json.Number" => Value::List(List::new(Type::Number, elements())),
        "nil-map" => Value::Map(Map::nil(map_type(text(0)))),
        "time" => Value::Object(Rc::new(Struct {
            kind: Type::Struct("time.Time"),
            fields: Vec::new(),
            text: Some(Text::from(text(0))),
            nil: false,
        })),
        "nil-object" => Value::Object(Rc::new(Struct {
            kind: Type::Pointer("main.Secret"),
            fields: Vec::new(),
            text: None,
            nil: true,
        })),
        "object" => Value::Object(Rc::new(Struct {
            kind: Type::Pointer("main.Secret"),
            fields: content
                .iter()
                .map(pair)
                .map(|(name, content)| {
                    let name = String::from_utf8(name.bytes().to_vec()).unwrap();
                    (&*name.leak(), value(&content))
                })
                .collect(),
            text: None,
            nil: false,
        })),
        kind => {
            let entries = content
                .iter()
                .map(pair)
                .map(|(key, content)| (value(&key), value(&content)));
            Value::Map(match map_type(kind) {
                Type::ANY_MAP => {
                    let entries =
                        entries.map(|(key, value)| (Key::from_value(&key).unwrap(), value));
                    Map::of(Type::ANY_MAP, Entries::Any(entries.collect()))
                }
                kind => {
                    let entries = entries.map(|(key, value)| (Text::from(key.bytes()), value));
                    Map::of(kind, Entries::Text(entries.collect()))
                }
            })
        }
    }
}

fn pair(pair: &Value) -> (Value, Value) {
    match pair {
        Value::List(list) => (list.items()[0].clone(), list.items()[1].clone()),
        _ => panic!("an entry is a list of two"),
    }
}

fn map_type(name: &str) -> Type {
    match name {
        "map[string]interface {}" => Type::MAP,
        "map[string]string" => Type::STRING_MAP,
        "map[interface {}]interface {}" => Type::ANY_MAP,
        _ => panic!("no notation for {name}"),
    }
}

/// The type and the content of what a decoder made, comparable as text.
fn notation(value: &Value) -> Value {
    let name = value
        .type_of()
        .map_or_else(|| "nil".to_owned(), |kind| kind.to_string());
    let mut list = vec![Value::string(name)];
    match value {
        Value::Float(_, number) => list.push(Value::string(format!("{number:?}"))),
        Value::String(text) => list.push(Value::string(text.escape_ascii().to_string())),
        Value::List(items) => list.extend(items.items().iter().map(notation)),
        Value::Map(map) => list.extend(map.pairs().iter().map(|(key, value)| {
            Value::list(vec![
                notation(&key.clone().stored()),
                notation(&value.clone().stored()),
            ])
        })),
        Value::Nil => {}
        other => list.push(other.clone()),
    }
    Value::list(list)
}

struct Struct {
    kind: Type,
    fields: Vec<(&'static str, Value)>,
    text: Option<Text>,
    nil: bool,
}

impl Object for Struct {
    fn type_of(&self) -> Type {
        self.kind
    }

    fn is_nil(&self) -> bool {
        self.nil
    }

    fn fields(&self) -> Vec<Field> {
        self.fields
            .iter()
            .map(|(name, value)| Field {
                name,
                value: value.clone(),
            })
            .collect()
    }

    fn text(&self) -> Option<Text> {
        self.text.clone()
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
