use std::{collections::BTreeMap, io::Write, process::Command};

use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::prelude::*;

use super::*;

fn environment(data: &SecretMap) -> BTreeMap<String, String> {
    data.iter()
        .map(|(key, value)| (variable(key), environment_text(value)))
        .collect()
}

fn variable(key: &str) -> String {
    let name = key.replace(
        |letter: char| !matches!(letter, 'a'..='z' | 'A'..='Z' | '0'..='9' | '_'),
        "_",
    );
    match name.chars().next() {
        None | Some('0'..='9') => format!("_{name}"),
        _ => name,
    }
}

fn environment_text(value: &SecretValue) -> String {
    match value {
        SecretValue::Null => String::new(),
        SecretValue::Bool(value) => value.to_string(),
        SecretValue::String(text) if text.expose_secret().contains('\0') => {
            STANDARD.encode(text.expose_secret())
        }
        SecretValue::Number(text) | SecretValue::String(text) => text.expose_secret().to_owned(),
        SecretValue::Bytes(bytes) => STANDARD.encode(bytes.expose_secret()),
        SecretValue::List(_) | SecretValue::Map(_) => {
            let mut document = SecretBuffer::default();
            crate::render::json::push_value(&mut document, value);
            String::from_utf8(document.expose_secret().to_vec()).unwrap()
        }
    }
}

/// What a shell, started with an empty environment, has in these variables after reading a file.
fn sourced(shell: &str, file: &str, names: &[&str]) -> Vec<String> {
    let script = r#"set -a; . "$1"; shift; for name; do eval "printf '%s\\0' \"\$$name\""; done"#;
    let mut document = tempfile::NamedTempFile::new().unwrap();
    document.write_all(file.as_bytes()).unwrap();
    let output = Command::new("env")
        .args(["-i", shell, "-c", script, shell])
        .arg(document.path())
        .args(names)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}

proptest! {
    #[test]
    fn raw_is_read_back_from_its_bytes(value in any_value()) {
        let data = SecretMap::from([("key".to_owned(), value)]);
        let key: SecretKey = "key".parse().unwrap();
        let bytes = render(OutputFormat::Raw, Some(&key), &data).unwrap();
        match &data["key"] {
            SecretValue::Bytes(expected) => {
                prop_assert_eq!(bytes.expose_secret(), expected.expose_secret());
            }
            SecretValue::String(expected) => {
                prop_assert_eq!(bytes.expose_secret(), expected.expose_secret().as_bytes());
            }
            value => {
                let expected = environment_text(value);
                prop_assert_eq!(bytes.expose_secret(), expected.as_bytes());
            }
        }
    }

    #[test]
    fn env_is_read_back_by_dotenv(data in any_secret()) {
        let mut expected = environment(&data);
        if expected.len() < data.len() {
            prop_assert_eq!(failure(OutputFormat::Env, None, &data).code(), Code::KeyCollision);
            return Ok(());
        }
        // To find the end of a value that has newlines, this reader takes a backslash before a
        // single quote as an escape, which its own value parser and the shell do not.
        expected.retain(|_, value| !format!("{value}'").contains("\\'"));
        let data: SecretMap = data
            .into_iter()
            .filter(|(key, _)| expected.contains_key(&variable(key)))
            .collect();
        let document = document(OutputFormat::Env, None, &data);
        let read: Result<BTreeMap<String, String>, _> =
            dotenvy::from_read_iter(document.as_bytes()).collect();
        prop_assert_eq!(read.unwrap(), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn env_is_read_back_by_a_shell(
        entries in proptest::collection::btree_map(any_text(), any_value(), 150..200),
    ) {
        // Every shell sets `_` itself, to the last word of the command before.
        let mut names = std::collections::BTreeSet::from(["_".to_owned()]);
        let data: SecretMap = entries
            .into_iter()
            .filter(|(key, _)| names.insert(variable(key)))
            .collect();
        let expected = environment(&data);
        let document = document(OutputFormat::Env, None, &data);
        let names: Vec<&str> = expected.keys().map(String::as_str).collect();
        let expected: Vec<&String> = expected.values().collect();
        let read = sourced("sh", &document, &names);
        prop_assert_eq!(read.iter().collect::<Vec<_>>(), expected);
    }
}
