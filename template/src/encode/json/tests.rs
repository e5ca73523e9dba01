use proptest::prelude::*;

use super::*;
use crate::{
    encode::golden::{check_read, check_written},
    fault::ErrorClass,
    scope::{Budget, Limits},
    value::Value,
};

const COMPACT: Options<'_> = Options {
    escape_html: true,
    indent: None,
};

#[test]
fn values_are_written_as_go_writes_them() {
    check_written("json", |value, budget| encode(value, COMPACT, budget));
}

#[test]
fn html_is_left_alone_when_asked() {
    let options = Options {
        escape_html: false,
        indent: None,
    };
    check_written("unescaped", |value, budget| encode(value, options, budget));
}

#[test]
fn levels_are_indented_as_go_indents_them() {
    let options = Options {
        escape_html: true,
        indent: Some("  "),
    };
    check_written("pretty", |value, budget| encode(value, options, budget));
}

#[test]
fn documents_are_read_as_go_reads_them() {
    check_read(
        "json",
        "value",
        |_| false,
        |text| decode(text, Numbers::Literal),
    );
}

#[test]
fn numbers_are_read_as_floats_when_asked() {
    check_read(
        "json",
        "floats",
        |_| false,
        |text| decode(text, Numbers::Float),
    );
}

fn fault(document: &str) -> String {
    decode(document.as_bytes(), Numbers::Float)
        .unwrap_err()
        .message
}

#[test]
fn an_error_says_where_and_shows_nothing() {
    assert_eq!(
        fault("{\"user\": \"canary\",\n  \"n\": canary}"),
        "invalid JSON at line 2, column 8: a value is expected"
    );
    assert_eq!(
        fault("[\"canary"),
        "invalid JSON at line 1, column 9: the document ends too early"
    );
    assert_eq!(
        fault("[1e999]"),
        "invalid JSON at line 1, column 2: the number is too large for a float64"
    );
}

#[test]
fn nesting_has_a_limit() {
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    let value = decode(nested(1000).as_bytes(), Numbers::Literal).unwrap();
    let mut budget = Budget::new(Limits::default());
    let text = encode(&value, COMPACT, &mut budget).unwrap();
    assert_eq!(text.expose_secret(), nested(1000).as_bytes());
    let fault = encode(&Value::list(vec![value]), COMPACT, &mut budget).unwrap_err();
    assert_eq!(fault.class, ErrorClass::Limit);
    let fault = decode(nested(1001).as_bytes(), Numbers::Literal).unwrap_err();
    assert_eq!(fault.class, ErrorClass::Limit);
}

#[test]
fn what_is_written_counts_against_the_budget() {
    let mut budget = Budget::new(Limits {
        memory: 10,
        ..Limits::default()
    });
    let fault = encode(&Value::string("0123456789"), COMPACT, &mut budget).unwrap_err();
    assert_eq!(fault.class, ErrorClass::Limit);
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Nil),
        any::<bool>().prop_map(Value::Bool),
        any::<f64>()
            .prop_filter("JSON has no others", |number| number.is_finite())
            .prop_map(Value::float),
        any::<String>().prop_map(Value::string),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::list),
            prop::collection::btree_map(
                any::<String>().prop_map(crate::value::Text::from),
                inner,
                0..5
            )
            .prop_map(|entries| Value::Map(crate::value::Map::new(entries))),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back(value in any_value(), escape_html: bool, pretty: bool) {
        let options = Options { escape_html, indent: pretty.then_some(" ") };
        let mut budget = Budget::new(Limits::default());
        let text = encode(&value, options, &mut budget).unwrap();
        let read = decode(text.expose_secret(), Numbers::Float).unwrap();
        let again = encode(&read, options, &mut budget).unwrap();
        prop_assert!(text == again);
    }

    #[test]
    fn no_document_makes_it_panic(document: Vec<u8>) {
        let _ = decode(&document, Numbers::Literal);
    }

    #[test]
    fn what_looks_like_json_is_judged_as_serde_judges_it(document in r#"[\[\]{}",:0-9.eE+\-a-z\\u ]{0,12}"#) {
        let ours = decode(document.as_bytes(), Numbers::Literal).is_ok();
        let theirs = serde_json::from_str::<serde_json::Value>(&document).is_ok();
        // serde_json refuses halves of surrogate pairs, which take more characters than this.
        prop_assert_eq!(ours, theirs);
    }
}
