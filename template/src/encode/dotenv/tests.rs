use super::*;
use crate::{
    encode::json::{Numbers, decode},
    scope::Limits,
};

fn dotenv(map: &Map) -> Result<String, String> {
    let out = encode(map, &mut Budget::new(Limits::default())).map_err(|fault| fault.message)?;
    Ok(String::from_utf8(out.expose_secret().to_vec()).unwrap())
}

fn from_json(document: &str) -> Result<String, String> {
    let Value::Map(map) = decode(document.as_bytes(), Numbers::Literal).unwrap() else {
        panic!("a map")
    };
    dotenv(&map)
}

#[test]
fn every_value_is_quoted() {
    assert_eq!(
        from_json(r#"{"b": "it's $x\n", "a": 1.50, "c": true, "d": null, "e": ["<é>", {"k": 1}]}"#)
            .unwrap(),
        "a='1.50'\nb='it'\"'\"'s $x\n'\nc='true'\nd=''\ne='[\"<é>\",{\"k\":1}]'\n"
    );
}

#[test]
fn names_become_names_of_variables() {
    assert_eq!(
        from_json(r#"{"db.pass-word": "x", "1st": "y", "é": "z"}"#).unwrap(),
        "_='z'\n_1st='y'\ndb_pass_word='x'\n"
    );
}

#[test]
fn a_key_without_characters_is_an_underscore() {
    assert_eq!(from_json(r#"{"": "x"}"#).unwrap(), "_='x'\n");
}

#[test]
fn two_keys_cannot_become_one_name() {
    let message = from_json(r#"{"a-b": "canary", "a.b": "canary"}"#).unwrap_err();
    assert!(message.contains("same name"));
    assert!(!message.contains("canary"));
}

#[test]
fn what_no_environment_can_hold_is_base64() {
    let map = Map::new(
        [
            ("bytes".into(), Value::string(vec![0xFF, 0xFE])),
            ("nul".into(), Value::string("a\0b")),
        ]
        .into(),
    );
    assert_eq!(dotenv(&map).unwrap(), "bytes='//4='\nnul='YQBi'\n");
}
