use std::sync::LazyLock;

use proptest::{collection, prelude::*};
use serde_json::{Map, Value, json};

use super::*;

#[test]
fn what_stands_as_it_is_meant_is_borrowed() {
    let text = r#"{"a":"plain","b":"line\n"}"#;
    let json: Json<'_> = serde_json::from_str(text).unwrap();
    assert!(matches!(
        json.get("a"),
        Some(Json::Text(Cow::Borrowed("plain")))
    ));
    assert!(matches!(json.get("b"), Some(Json::Text(Cow::Owned(text))) if text == "line\n"));
}

#[test]
fn numbers_keep_their_digits() {
    for number in ["0", "-1", "1000", "1.50", "1e3", "18446744073709551616"] {
        let json: Json<'_> = serde_json::from_str(number).unwrap();
        let value: Value = serde_json::from_str(number).unwrap();
        assert_eq!(Value::from(json.clone()), value);
        assert_eq!(json, Json::from(&value));
    }
    assert_eq!(Json::from(7_u64).as_u64(), Some(7));
}

#[test]
fn of_several_members_with_one_key_the_last_counts() {
    let json: Json<'_> = serde_json::from_str(r#"{"b":1,"a":1,"b":2,"a":[]}"#).unwrap();
    assert_eq!(json, Json::from(&json!({ "a": [], "b": 2 })));
}

#[test]
fn what_is_to_be_absent_is_not_written() {
    let json = object([
        ("b", Json::Null),
        ("a", vec![object([("c", Json::Null)])].into()),
    ]);
    assert_eq!(written(&json), r#"{"a":[{}]}"#);
    assert_eq!(Value::from(json), json!({ "a": [{}] }));
}

#[test]
fn a_constant_is_as_good_as_what_it_stands_for() {
    static CONSTANT: LazyLock<Constant> = LazyLock::new(|| {
        let list = vec![object([("b", 1_u64.into())]), true.into()];
        Constant::of(object([("a", "x".into()), ("list", list.into())]))
    });
    let value = json!({ "a": "x", "list": [{ "b": 1 }, true] });
    let (constant, tree) = (Json::Constant(&CONSTANT), Json::from(&value));
    assert_eq!(constant, tree);
    assert_ne!(constant, Json::from(&json!({ "a": "x", "list": [] })));
    assert_eq!(constant.get("a").and_then(Json::as_text), Some("x"));
    assert_eq!(written(&constant), written(&tree));
    assert_eq!(Value::from(constant), value);
}

#[test]
fn an_escaped_text_is_compared_and_written_as_a_text() {
    let (escaped, text) = (Json::Escaped(r#"\"a\"\n"#.into()), Json::from("\"a\"\n"));
    assert_eq!(escaped, text);
    assert_eq!(text, escaped);
    assert_ne!(escaped, Json::from("a"));
    assert_eq!(written(&escaped), written(&text));
    assert_eq!(Value::from(escaped), Value::from(text));
}

fn written(json: &Json<'_>) -> String {
    let mut text = Vec::new();
    json.write(&mut text);
    String::from_utf8(text).unwrap()
}

#[test]
fn every_character_is_escaped_as_by_the_library() {
    for character in (0..=0x2ff).filter_map(char::from_u32) {
        for (before, after) in (0..9).flat_map(|before| (0..9).map(move |after| (before, after))) {
            let text = format!("{}{character}{}", "é".repeat(before), "a".repeat(after));
            assert_eq!(
                written(&Json::from(text.as_str())),
                serde_json::to_string(&text).unwrap()
            );
        }
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            collection::vec((any::<String>(), inner), 0..5)
                .prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}

proptest! {
    #[test]
    fn every_way_from_and_to_text_says_the_same(value in any_value()) {
        let text = value.to_string();
        let json: Json<'_> = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&json, &Json::from(&value));
        prop_assert_eq!(&json, &Json::from(value.clone()));
        prop_assert_eq!(&Value::from(json.clone()), &value);
        prop_assert_eq!(written(&json), text);
    }

    #[test]
    fn any_bytes_are_read_as_the_other_tree_reads_them(bytes in any::<Vec<u8>>()) {
        let json = serde_json::from_slice::<Json<'_>>(&bytes).ok().map(Value::from);
        let value = serde_json::from_slice::<Value>(&bytes).ok();
        prop_assert_eq!(json.is_some(), value.is_some());
    }
}
