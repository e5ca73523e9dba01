use std::collections::BTreeMap;

use crate::{
    fault::Fault,
    function::calls::{World, outcome},
    object::secret::Secret,
    scope::Dependency,
    value::{Text, Type, Value},
};

fn strings(texts: &[&str]) -> Vec<Value> {
    texts.iter().map(|text| Value::string(*text)).collect()
}

/// What a call asks for, when nothing is known yet.
fn asked(name: &str, arguments: &[&str]) -> Result<Vec<Dependency>, Fault> {
    let mut world = World::default();
    world.call(name, &strings(arguments))?;
    Ok(world.missing)
}

fn read(path: &str) -> Dependency {
    Dependency::Read {
        path: path.to_owned(),
    }
}

fn arguments(pairs: &[(&str, &str)]) -> BTreeMap<Text, Text> {
    pairs
        .iter()
        .map(|(key, value)| (Text::from(*key), Text::from(*value)))
        .collect()
}

#[test]
fn blanks_and_slashes_around_a_path_do_not_count() {
    for path in ["kv/app", " kv/app\n", "/kv/app/", " //kv/app// "] {
        assert_eq!(asked("secret", &[path]).unwrap(), [read("kv/app")]);
    }
    let list = Dependency::List {
        path: "kv/app".to_owned(),
    };
    assert_eq!(asked("secrets", &["/kv/app/"]).unwrap(), [list]);
    let file = Dependency::File {
        path: "/etc/hosts".to_owned(),
    };
    assert_eq!(asked("file", &[" /etc/hosts "]).unwrap(), [file]);
}

#[test]
fn a_query_belongs_to_a_read_but_not_to_a_certificate() {
    assert_eq!(
        asked("secret", &["kv/app?version=3"]).unwrap(),
        [read("kv/app?version=3")]
    );
    assert_eq!(
        asked("secret", &["kv/app?#part"]).unwrap(),
        [read("kv/app")]
    );
    let certificate = Dependency::Certificate {
        path: "pki/issue/web".to_owned(),
        arguments: arguments(&[("common_name", "a=b")]),
    };
    assert_eq!(
        asked("pkiCert", &["pki/issue/web?x=1", " common_name = a=b "]).unwrap(),
        [certificate]
    );
}

#[test]
fn any_argument_makes_a_write() {
    let write = |pairs: &[(&str, &str)]| Dependency::Write {
        path: "p".to_owned(),
        arguments: arguments(pairs),
    };
    assert_eq!(asked("secret", &["p", ""]).unwrap(), [write(&[])]);
    assert_eq!(
        asked("secret", &["p", "b=2", "a= 1 ", "b=3", "=x"]).unwrap(),
        [write(&[("", "x"), ("a", "1"), ("b", "3")])]
    );
}

#[test]
fn an_argument_without_equals_sign_is_named_by_its_place() {
    let fault = asked("secret", &["p", "a=1", "canary"]).unwrap_err();
    assert!(fault.message.starts_with("argument 2 after the path"));
    assert!(!fault.message.contains("canary"));
}

#[test]
fn a_path_must_be_there_and_be_a_url() {
    for path in ["", " ", "//", ":b", "1:b", "a%zz", "a%2", "a\u{1}", "b#%"] {
        assert!(asked("secret", &[path]).is_err(), "{path:?}");
    }
    for path in ["a:b", "a/1:b", "a%20b", "a b", "a?x=%zz", "ä/b"] {
        assert_eq!(asked("secret", &[path]).unwrap(), [read(path)]);
    }
    for (name, path) in [("secrets", "/"), ("file", " "), ("pkiCert", "")] {
        assert!(asked(name, &[path]).is_err(), "{name}");
    }
}

#[test]
fn nothing_is_asked_without_a_path() {
    for name in ["secret", "pkiCert"] {
        assert!(matches!(outcome(name, &[]), Ok(Value::Nil)));
    }
    assert!(asked("secrets", &[""]).unwrap().is_empty());
    assert!(asked("file", &[""]).unwrap().is_empty());
}

#[test]
fn what_is_not_known_yet_is_nothing() {
    assert!(matches!(
        outcome("secret", &strings(&["p"])),
        Ok(Value::Nil)
    ));
    let names = outcome("secrets", &strings(&["p"])).unwrap();
    assert_eq!(names.type_of(), Some(Type::STRINGS));
    assert!(names.is_nil());
    assert!(
        outcome("file", &strings(&["p"]))
            .unwrap()
            .bytes()
            .is_empty()
    );
}

#[test]
fn what_is_known_is_given() {
    let mut world = World::default();
    world
        .answers
        .insert(read("p"), Secret::default().into_value());
    let secret = world.call("secret", &strings(&["/p"])).unwrap();
    assert_eq!(secret.type_of(), Some(Type::Pointer("dependency.Secret")));
    assert!(world.missing.is_empty());
}

#[test]
fn a_list_without_names_is_nil() {
    let mut world = World::default();
    let list = Dependency::List {
        path: "p".to_owned(),
    };
    world.answers.insert(list, Value::strings([]));
    assert!(world.call("secrets", &strings(&["p"])).unwrap().is_nil());
}
