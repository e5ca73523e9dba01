use proptest::prelude::*;
use vouchsafe_shared::secret::SecretBuffer;

use super::*;
use crate::{
    encode::golden::{check_read, check_written},
    fault::{ErrorClass, Fault},
    scope::{Budget, Limits},
    value::{Map, Type, Value},
};

/// Documents that the package reads and that are refused here: an empty list as a key, which it
/// takes for the whole document, and a block scalar as a whole document that starts with blanks
/// beyond its indentation.
const REFUSED_ALTHOUGH_READ: &[&str] = &["[]: 1", "|\n   \n  a"];

fn differs(document: &str) -> bool {
    // Two line breaks that YAML 1.2 does not know and whose text stays.
    document.contains(['\u{2028}', '\u{2029}']) || REFUSED_ALTHOUGH_READ.contains(&document)
}

#[test]
fn values_are_written_as_the_package_writes_them() {
    check_written("yaml", encode);
}

#[test]
fn documents_are_read_as_the_package_reads_them() {
    check_read("yaml", "value", differs, decode);
}

fn budget() -> Budget {
    Budget::new(Limits::default())
}

fn fault(document: &str) -> Fault {
    decode(document.as_bytes()).unwrap_err()
}

fn written(value: &Value) -> Result<SecretBuffer, Fault> {
    encode(value, &mut budget())
}

#[test]
fn an_error_says_where_and_shows_nothing() {
    assert_eq!(
        fault("a: 1\nb: [canary").message,
        "invalid YAML at line 2, column 4"
    );
    assert_eq!(
        fault("a: 1\nb: !!int canary").message,
        "invalid YAML at line 2: this cannot be read as a !!int"
    );
    assert_eq!(
        fault("a: 1\nb: \u{7}").message,
        "invalid YAML at line 2: control characters are not allowed"
    );
    assert_eq!(
        decode(b"a: 1\n\nb: \xFF").unwrap_err().message,
        "invalid YAML at line 3: the document must be UTF-8"
    );
    assert_eq!(
        fault("a: *canary").message,
        "invalid YAML at line 1, column 4"
    );
}

#[test]
fn aliases_cannot_make_a_document_huge() {
    let mut lines = vec!["a0: &a0 [x, x, x, x, x, x, x, x, x, x]".to_owned()];
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        lines.push(format!(
            "a{level}: &a{level} [{}]",
            [&*before; 10].join(", ")
        ));
    }
    let document = lines.join("\n");
    assert_eq!(fault(&document).class, ErrorClass::Function);
}

#[test]
fn nesting_is_written_up_to_a_limit() {
    let mut lists = Value::Nil;
    let mut maps = Value::Nil;
    for _ in 0..1000 {
        lists = Value::list(vec![lists]);
        maps = Value::Map(Map::new([("k".into(), maps)].into()));
    }
    assert!(
        written(&lists)
            .unwrap()
            .expose_secret()
            .starts_with(b"- - - ")
    );
    assert!(
        written(&maps)
            .unwrap()
            .expose_secret()
            .starts_with(b"k:\n  k:\n")
    );
    for value in [lists, maps] {
        let fault = written(&Value::list(vec![value])).unwrap_err();
        assert_eq!(fault.class, ErrorClass::Limit);
    }
}

#[test]
fn nesting_is_read_up_to_a_limit() {
    let nested = |open: &str, close: &str, levels| open.repeat(levels) + &close.repeat(levels);
    for (open, close) in [("[", "]"), ("- ", ""), ("{a: ", "}"), ("[{a: ", "}]")] {
        assert!(decode(nested(open, close, 450).as_bytes()).is_ok());
        assert!(decode(nested(open, close, 1100).as_bytes()).is_err());
        assert!(decode(nested(open, close, 100_000).as_bytes()).is_err());
    }
}

#[test]
fn keys_whose_order_contradicts_itself_are_all_written() {
    let keys = [
        "a2",
        "a10",
        "a1b",
        "9223372036854775807",
        "18446744073709551616",
        "1",
    ];
    let entries = keys.map(|key| (key.into(), Value::Bool(true)));
    let value = Value::Map(Map::new(entries.into()));
    let text = written(&value).unwrap();
    let lines = text.expose_secret().split(|byte| *byte == b'\n').count();
    assert_eq!(lines, keys.len() + 1);
}

proptest! {
    #[test]
    fn no_document_makes_it_panic(document: Vec<u8>) {
        let _ = decode(&document);
    }

    #[test]
    fn what_looks_like_yaml_makes_it_panic_neither(
        document in "([a-b0-9:\\-?\\[\\]{}&*!|>'\"%@#,. \n\t~<]|\n {1,3}|: |- |&a |\\*a|<<: |!!int ){0,25}",
    ) {
        let _ = decode(document.as_bytes());
    }

    #[test]
    fn a_text_reads_back(text in "[ -~\u{A0}-\u{D7FF}\n\t]{0,40}") {
        prop_assume!(!text.contains(['\u{2028}', '\u{2029}']));
        let document = written(&Value::list(vec![Value::string(text.clone())])).unwrap();
        let Value::List(list) = decode(document.expose_secret()).unwrap() else { panic!("a list") };
        prop_assert_eq!(list.items()[0].type_of(), Some(Type::String));
        prop_assert_eq!(list.items()[0].bytes(), text.as_bytes());
    }
}
