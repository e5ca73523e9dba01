use super::*;
use crate::{
    encode::json::{Numbers, decode},
    scope::Limits,
    value::{Key, Type},
};

fn properties(map: &Map) -> Result<String, String> {
    let out = encode(map, &mut Budget::new(Limits::default())).map_err(|fault| fault.message)?;
    Ok(String::from_utf8(out.expose_secret().to_vec()).unwrap())
}

fn from_json(document: &str) -> Result<String, String> {
    let Value::Map(map) = decode(document.as_bytes(), Numbers::Literal).unwrap() else {
        panic!("a map")
    };
    properties(&map)
}

#[test]
fn maps_and_lists_are_flattened() {
    let document = r#"{"db": {"hosts": ["a", {"name": "b"}], "port": 1.50, "none": null}, "on": true, "l": [], "m": {}}"#;
    assert_eq!(
        from_json(document).unwrap(),
        "db.hosts[0]=a\ndb.hosts[1].name=b\ndb.none=\ndb.port=1.50\nl=\nm=\non=true\n"
    );
    assert_eq!(from_json(r#"{"": {"a": "b"}}"#).unwrap(), ".a=b\n");
}

#[test]
fn what_means_something_to_the_reader_is_escaped() {
    assert_eq!(
        from_json(r#"{"a b:c=d#!\\": " x  y \\ = : # ! \n\r\t\f\u0000", "é😀": "\u007f"}"#)
            .unwrap(),
        "a\\ b\\:c\\=d\\#\\!\\\\=\\ x  y \\\\ \\= \\: \\# \\! \\n\\r\\t\\f\\u0000\n\\u00E9\\uD83D\\uDE00=\\u007F\n"
    );
}

#[test]
fn keys_that_are_no_text_stand_as_their_values_would() {
    let entries = [
        (Key::Int(5), Value::string("five")),
        (Key::Bool(true), Value::string("yes")),
        (Key::Nil, Value::float(1e21)),
    ];
    let map = Map::of(Type::ANY_MAP, Entries::Any(entries.into_iter().collect()));
    assert_eq!(properties(&map).unwrap(), "=1e+21\n5=five\ntrue=yes\n");
}

#[test]
fn bytes_are_base64() {
    let map = Map::new([("k".into(), Value::string(vec![0xFF, 0xFE]))].into());
    assert_eq!(properties(&map).unwrap(), "k=//4\\=\n");
}

#[test]
fn two_entries_cannot_become_one_name() {
    let message = from_json(r#"{"a.b": "canary", "a": {"b": "canary"}}"#).unwrap_err();
    assert!(message.contains("same name"));
    assert!(!message.contains("canary"));
}

#[test]
fn nesting_has_a_limit() {
    let mut value = Value::string("x");
    for _ in 0..2000 {
        value = Value::list(vec![value]);
    }
    assert!(properties(&Map::new([("k".into(), value)].into())).is_err());
}
