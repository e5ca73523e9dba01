use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::prelude::*;
use tinyjson::JsonValue;

use super::*;

fn assert_same_json(read: &JsonValue, value: &SecretValue) {
    match (read, value) {
        (JsonValue::Null, SecretValue::Null) => {}
        (JsonValue::Boolean(read), SecretValue::Bool(value)) => assert_eq!(read, value),
        (JsonValue::Number(read), SecretValue::Number(text)) => {
            assert_same_number(*read, text.expose_secret());
        }
        (JsonValue::String(read), SecretValue::String(text)) => {
            assert_eq!(read, text.expose_secret());
        }
        (JsonValue::String(read), SecretValue::Bytes(bytes)) => {
            assert_eq!(STANDARD.decode(read).unwrap(), bytes.expose_secret());
        }
        (JsonValue::Array(read), SecretValue::List(items)) => {
            assert_eq!(read.len(), items.len());
            read.iter()
                .zip(items)
                .for_each(|(read, item)| assert_same_json(read, item));
        }
        (JsonValue::Object(read), SecretValue::Map(map)) => {
            assert_eq!(read.len(), map.len());
            for (key, value) in map {
                assert_same_json(&read[key], value);
            }
        }
        (read, value) => panic!("{read:?} is not {value:?}"),
    }
}

fn assert_same_number(read: f64, text: &str) {
    let expected: f64 = text.parse().unwrap();
    assert!(read.total_cmp(&expected).is_eq(), "{read} is not {text}");
}

proptest! {
    #[test]
    fn json_is_read_back_as_it_was(data in any_secret()) {
        let read: JsonValue = document(OutputFormat::Json, None, &data).parse().unwrap();
        assert_same_json(&read, &SecretValue::Map(data));
    }
}
