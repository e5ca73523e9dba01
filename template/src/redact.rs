//! Keeps the values of secrets out of errors.
//!
//! Messages of this crate name types and places, never values. A template can still put a value
//! into one, with `fail` for example: so every value that the run was given is replaced.

use std::collections::BTreeSet;

use zeroize::Zeroize;

use crate::{
    error::Error,
    value::{Entries, Value},
};

/// Shorter values are replaced only where they stand alone: a message in which every `a` is
/// replaced says nothing.
const SHORT: usize = 4;

/// Replaces what the answers hold in what an error says.
pub(crate) fn redact(error: &mut Error, answers: Vec<Value>) {
    let mut secrets = secrets(answers);
    for text in [Some(&mut error.message), error.hint.as_mut()]
        .into_iter()
        .flatten()
    {
        if secrets.iter().any(|secret| text.contains(secret.as_str())) {
            *text = replaced(text, &secrets);
        }
    }
    secrets.zeroize();
}

/// What a store says about a request with these arguments, which it may repeat: without the values
/// of answers in them. What else is in the arguments stays, and helps.
pub fn redacted<'a>(
    message: &str,
    arguments: impl IntoIterator<Item = &'a [u8]>,
    answers: Vec<Value>,
) -> String {
    let mut arguments: Vec<String> = arguments
        .into_iter()
        .map(|argument| String::from_utf8_lossy(argument).into_owned())
        .collect();
    let is_passed_on = |secret: &String| {
        let mut arguments = arguments.iter();
        arguments.any(|argument| argument.contains(secret.as_str()))
    };
    let (mut passed_on, mut others): (Vec<_>, Vec<_>) =
        secrets(answers).into_iter().partition(is_passed_on);
    let message = replaced(message, &passed_on);
    passed_on.zeroize();
    others.zeroize();
    arguments.zeroize();
    message
}

/// The values, the longest first, so that no half of one is left.
fn secrets(mut waiting: Vec<Value>) -> Vec<String> {
    let mut secrets: Vec<String> = Vec::new();
    // What is held in several places is looked into once.
    let mut visited = BTreeSet::new();
    while let Some(value) = waiting.pop() {
        if value
            .address()
            .is_some_and(|address| !visited.insert(address))
        {
            continue;
        }
        match value {
            Value::String(text) | Value::Number(text) if !text.is_empty() => {
                secrets.push(String::from_utf8_lossy(&text).into_owned());
            }
            Value::List(list) => waiting.extend(list.items().iter().cloned()),
            Value::Map(map) => match &*map.entries() {
                Entries::Text(entries) => waiting.extend(entries.values().cloned()),
                Entries::Any(entries) => waiting.extend(entries.values().cloned()),
            },
            Value::Object(object) => {
                waiting.extend(object.fields().into_iter().map(|field| field.value));
            }
            _ => {}
        }
    }
    secrets.sort_unstable_by(|left, right| right.len().cmp(&left.len()).then(left.cmp(right)));
    secrets.dedup();
    secrets
}

fn replaced(text: &str, secrets: &[String]) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let stands_alone = |secret: &str| {
            let before = result.chars().next_back();
            let after = rest
                .get(secret.len()..)
                .and_then(|rest| rest.chars().next());
            ![before, after]
                .into_iter()
                .flatten()
                .any(char::is_alphanumeric)
        };
        let found = secrets.iter().find(|secret| {
            rest.starts_with(secret.as_str()) && (secret.len() >= SHORT || stands_alone(secret))
        });
        let width = if let Some(secret) = found {
            result.push_str("[redacted]");
            secret.len()
        } else {
            result.push(first);
            first.len_utf8()
        };
        rest = rest.get(width..).unwrap_or_default();
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(message: &str, secrets: &[&str]) -> String {
        let secrets: Vec<Value> = secrets
            .iter()
            .map(|secret| Value::string(*secret))
            .collect();
        let mut secrets = super::secrets(secrets);
        secrets.retain(|secret| !secret.is_empty());
        replaced(message, &secrets)
    }

    #[test]
    fn every_value_is_replaced_the_longest_first() {
        assert_eq!(
            told(
                "no s3cret-longer, no s3cret here",
                &["s3cret", "s3cret-longer"]
            ),
            "no [redacted], no [redacted] here"
        );
    }

    #[test]
    fn what_was_passed_on_is_replaced_and_the_rest_of_an_argument_stays() {
        let answers = || ["s3cret", "role"].map(Value::string).to_vec();
        let told = |message| redacted(message, [b"web-s3cret".as_slice(), b"1h"], answers());
        assert_eq!(
            told("web-s3cret: no such role for 1h"),
            "web-[redacted]: no such role for 1h"
        );
    }

    #[test]
    fn short_values_are_replaced_where_they_stand_alone() {
        assert_eq!(
            told("a bad value: a", &["a"]),
            "[redacted] bad value: [redacted]"
        );
        assert_eq!(told("redacted", &["e", "redact"]), "[redacted]ed");
    }
}
