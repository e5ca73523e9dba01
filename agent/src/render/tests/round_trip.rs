//! Whatever a secret holds, an independent reader of the format reads the very same thing.

mod env;
mod json;
mod properties;
mod yaml;

use proptest::prelude::*;

use super::*;

fn any_text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        2 => proptest::sample::select(SYNTAX.chars().collect::<Vec<_>>()),
        1 => proptest::char::range('\0', '\u{A0}'),
        1 => proptest::sample::select(RARE.chars().collect::<Vec<_>>()),
        1 => any::<char>(),
    ];
    prop_oneof![
        4 => proptest::collection::vec(character, 0..20).prop_map(String::from_iter),
        1 => proptest::sample::select(WORDS).prop_map(str::to_owned),
    ]
}

/// What means something to one of the readers.
const SYNTAX: &str = " \t\n\r\0aZ09_'\"`$\\#!:=-?{}[],&*|>%@~;()<";

/// Blanks, breaks, marks and ends of ranges that readers have been wrong about.
const RARE: &str = "\u{85}\u{A0}\u{AD}\u{FC}\u{300}\u{200B}\u{2028}\u{2029}\u{D7FF}\u{E000}\
    \u{FDD0}\u{FEFF}\u{FFFD}\u{FFFE}\u{FFFF}\u{10000}\u{1F511}\u{1FFFF}\u{10FFFF}";

const WORDS: &[&str] = &[
    "",
    "yes",
    "no",
    "null",
    "~",
    "true",
    "1.0",
    "0x1F",
    "1e3",
    ".inf",
    "---",
    "...",
    "- a",
    "a: b",
    "a #b",
    "${HOME}",
    "$(id)",
    "\\",
    "\\\\",
    "\\'",
    "'",
    "''",
    "\"",
    "<<",
    "=",
    "!!str x",
    "2001-01-01",
    "export",
    "\r\n",
    "a\\\nb",
    "\u{FEFF}a",
    " a",
    "a ",
];

/// Within what a double can hold: readers differ about the rest.
fn any_number() -> impl Strategy<Value = String> {
    let exponent = prop_oneof![
        Just(String::new()),
        (0..250_i32).prop_map(|power| format!("e+{power}")),
        (0..250_i32).prop_map(|power| format!("e-{power}")),
    ];
    let integer = prop_oneof![Just("0".to_owned()), "[1-9][0-9]{0,2}", "[1-9][0-9]{0,39}"];
    let fraction = prop_oneof![Just(String::new()), "\\.[0-9]{1,20}"];
    ("-?", integer, fraction, exponent).prop_map(|(sign, integer, fraction, exponent)| {
        format!("{sign}{integer}{fraction}{exponent}")
    })
}

fn any_value() -> impl Strategy<Value = SecretValue> {
    let leaf = prop_oneof![
        1 => Just(SecretValue::Null),
        1 => any::<bool>().prop_map(SecretValue::Bool),
        2 => any_number().prop_map(|number| SecretValue::Number(number.into())),
        2 => proptest::collection::vec(any::<u8>(), 0..40).prop_map(SecretValue::bytes),
        6 => any_text().prop_map(SecretValue::string),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(SecretValue::List),
            proptest::collection::btree_map(any_text(), inner, 0..4).prop_map(SecretValue::Map),
        ]
    })
}

fn any_secret() -> impl Strategy<Value = SecretMap> {
    proptest::collection::btree_map(any_text(), any_value(), 0..8)
}
