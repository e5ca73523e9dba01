//! What both sides made of a template, and whether it is the same.
#![allow(
    dead_code,
    clippy::panic,
    reason = "each test program uses its part; one that cannot go on has failed"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

pub(crate) mod oracle;

use serde_json::Value;
use vouchsafe_template::{DataFile, DataFileError, Options, Template};

pub(crate) fn directory(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
}

/// What a program made of a case.
#[derive(Debug, PartialEq)]
pub(crate) enum Outcome {
    Output(Vec<u8>),
    Error { class: String, line: Option<u64> },
}

pub(crate) fn bytes(object: &Value, name: &str) -> Option<Vec<u8>> {
    if let Some(text) = object[name].as_str() {
        return Some(text.as_bytes().to_vec());
    }
    let encoded = object[format!("{name}_base64")].as_str()?;
    Some(base64::Engine::decode(&base64::engine::general_purpose::STANDARD, encoded).unwrap())
}

pub(crate) fn expected(golden: &Value) -> Outcome {
    match bytes(golden, "output") {
        Some(output) => Outcome::Output(output),
        None => Outcome::Error {
            class: golden["error"]["class"]
                .as_str()
                .unwrap_or_else(|| panic!("no outcome: {golden}"))
                .to_owned(),
            line: golden["error"]["line"].as_u64(),
        },
    }
}

pub(crate) fn ours(case: &Value) -> (Outcome, String) {
    let source = bytes(case, "template").unwrap_or_default();
    let mut options = Options::new("case");
    options.error_on_missing_key = case["missingkey"] == "error";
    case["left"]
        .as_str()
        .unwrap_or_default()
        .clone_into(&mut options.left_delimiter);
    case["right"]
        .as_str()
        .unwrap_or_default()
        .clone_into(&mut options.right_delimiter);
    // The oracle runs no programs, and looks at its machine only when it is asked to.
    options.denied_functions = vec!["plugin".to_owned()];
    if case["machine"] != true {
        options.denied_functions.push("sockaddr".to_owned());
    }
    let failed = |error: &vouchsafe_template::Error| {
        let outcome = Outcome::Error {
            class: error.class.to_string(),
            line: Some(error.place.line as u64),
        };
        (outcome, error.to_string())
    };
    let template = match Template::parse(&source, options) {
        Ok(template) => template,
        Err(error) => return failed(&error),
    };
    let document = match &case["data"] {
        Value::String(name) => {
            fs::read(directory("cases/data").join(format!("{name}.json"))).unwrap()
        }
        Value::Null => b"{}".to_vec(),
        data => data.to_string().into_bytes(),
    };
    let mut data = DataFile::parse(&document).unwrap();
    data.set_time(UNIX_EPOCH.elapsed().unwrap());
    match data.render(&template) {
        Ok(output) => (
            Outcome::Output(output.expose_secret().to_vec()),
            String::new(),
        ),
        Err(DataFileError::Template(error)) => failed(&error.error),
        Err(DataFileError::NoAnswer(dependency)) => (
            Outcome::Error {
                class: "missing-dependency".to_owned(),
                line: None,
            },
            dependency.to_string(),
        ),
    }
}

pub(crate) fn same(ours: &Outcome, golden: &Outcome) -> bool {
    match (ours, golden) {
        (
            Outcome::Error {
                class: ours,
                line: our_line,
            },
            Outcome::Error { class, line },
        ) => ours == class && (line.is_none() || line == our_line),
        (ours, golden) => ours == golden,
    }
}

/// An outcome for people.
pub(crate) fn show(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Output(bytes) => format!("{:?}", String::from_utf8_lossy(bytes)),
        error @ Outcome::Error { .. } => format!("{error:?}"),
    }
}
