//! Any document: what can be read is written in every format, and JSON comes back as it went.
//!
//! Input: the document, read as JSON and as YAML.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vouchsafe_template::{
    encode::{
        dotenv,
        json::{self, Numbers, Options},
        properties, toml, yaml,
    },
    scope::{Budget, Limits},
    value::Value,
};

/// What a document of the size of a fuzzer's inputs never reaches by rights.
const LIMITS: Limits = Limits { steps: 1_000_000, memory: 32 << 20, nesting: 250, templates: 1 };

const PLAIN: Options<'_> = Options { escape_html: false, indent: None };

fuzz_target!(|document: &[u8]| {
    let as_json = [Numbers::Literal, Numbers::Float].map(|numbers| {
        let value = json::decode(document, numbers).ok()?;
        comes_back(&value, numbers);
        Some(value)
    });
    let as_yaml = yaml::decode(document).ok();
    for value in as_json.into_iter().flatten().chain(as_yaml) {
        write(&value);
    }
});

/// What is read from JSON can be written, and reads as the same again.
fn comes_back(value: &Value, numbers: Numbers) {
    for options in [PLAIN, Options { escape_html: true, indent: Some("  ") }] {
        let encode = |value| json::encode(value, options, &mut Budget::new(LIMITS));
        let Ok(written) = encode(value) else { continue };
        let again = json::decode(written.expose_secret(), numbers).expect("cannot be read again");
        let again = encode(&again).expect("cannot be written again");
        assert!(written.expose_secret() == again.expose_secret(), "{written:?} {again:?}");
    }
}

fn write(value: &Value) {
    let budget = || Budget::new(LIMITS);
    if let Ok(written) = json::encode(value, PLAIN, &mut budget()) {
        json::decode(written.expose_secret(), Numbers::Literal).expect("JSON is no JSON");
    }
    if let Ok(written) = yaml::encode(value, &mut budget()) {
        std::str::from_utf8(written.expose_secret()).expect("YAML is no text");
        let _ = yaml::decode(written.expose_secret());
    }
    // As the original's, it may be no UTF-8.
    let _ = toml::encode(value, &mut budget());
    let Value::Map(map) = value else { return };
    if let Ok(written) = dotenv::encode(map, &mut budget()) {
        let written = std::str::from_utf8(written.expose_secret()).expect("dotenv is no text");
        assert!(!written.contains('\0'));
    }
    if let Ok(written) = properties::encode(map, &mut budget()) {
        let written = written.expose_secret();
        assert!(written.is_ascii() && written.iter().filter(|byte| **byte == b'\n').count() >= map.len());
    }
}
