use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::prelude::*;

use super::*;

fn flattened(data: &SecretMap) -> Option<BTreeMap<String, String>> {
    fn add(name: String, value: &SecretValue, flat: &mut Vec<(String, String)>) {
        match value {
            SecretValue::Map(map) if !map.is_empty() => map
                .iter()
                .for_each(|(key, value)| add(format!("{name}.{key}"), value, flat)),
            SecretValue::List(items) if !items.is_empty() => items
                .iter()
                .enumerate()
                .for_each(|(index, item)| add(format!("{name}[{index}]"), item, flat)),
            SecretValue::Bytes(bytes) => flat.push((name, STANDARD.encode(bytes.expose_secret()))),
            SecretValue::Bool(value) => flat.push((name, value.to_string())),
            SecretValue::Number(text) | SecretValue::String(text) => {
                flat.push((name, text.expose_secret().to_owned()));
            }
            _ => flat.push((name, String::new())),
        }
    }
    let mut flat = Vec::new();
    for (key, value) in data {
        add(key.clone(), value, &mut flat);
    }
    let count = flat.len();
    let flat: BTreeMap<String, String> = flat.into_iter().collect();
    (flat.len() == count).then_some(flat)
}

proptest! {
    #[test]
    fn properties_are_read_back_as_they_were(data in any_secret()) {
        let Some(mut expected) = flattened(&data) else {
            let error = failure(OutputFormat::Properties, None, &data);
            prop_assert_eq!(error.code(), Code::KeyCollision);
            return Ok(());
        };
        let document = document(OutputFormat::Properties, None, &data);
        prop_assert!(document.is_ascii());
        // This reader takes each \uXXXX for a character of its own and so refuses surrogates, which
        // Java joins; `surrogate_pairs_are_utf_16` is about them. Lines with them are left out.
        let astral = |text: &str| text.chars().any(|letter| letter > '\u{FFFF}');
        let without: String = document
            .split_inclusive('\n')
            .filter(|line| !line.contains("\\uD8") && !line.contains("\\uD9")
                && !line.contains("\\uDA") && !line.contains("\\uDB"))
            .collect();
        expected.retain(|name, value| !astral(name) && !astral(value));
        let read = java_properties::read(without.as_bytes()).unwrap();
        prop_assert_eq!(read.into_iter().collect::<BTreeMap<_, _>>(), expected);
    }

    #[test]
    fn surrogate_pairs_are_utf_16(text in "[\u{10000}-\u{10FFFF}\u{80}-\u{FFFF}]{1,10}") {
        let document = document(OutputFormat::Properties, None, &SecretMap::from([
            ("k".to_owned(), SecretValue::string(text.clone())),
        ]));
        let units: Vec<u16> = document["k=".len()..].trim_end()[2..]
            .split("\\u")
            .map(|digits| u16::from_str_radix(digits, 16).unwrap())
            .collect();
        prop_assert_eq!(String::from_utf16(&units).unwrap(), text);
    }
}
