//! `NAME='value'` lines, for POSIX shells (`set -a; . ./db.env`), dotenv readers and systemd's
//! `EnvironmentFile=`.
//!
//! Everything between single quotes is taken literally by all of them, newlines and `$` too; a
//! single quote itself is written `'"'"'`. Where readers differ for a value with a single quote or
//! a backslash, the shell's reading counts. `docker run --env-file` knows no quotes at all and is
//! not a reader of this format.
//!
//! Names: a character outside `[A-Za-z0-9_]` becomes `_`, a leading digit gets `_` in front. Two
//! keys that become one name are an error. Which names mean something to a shell (`PATH`, `IFS`,
//! `LD_PRELOAD`) is not judged: whoever may write the secret decides the environment.
//!
//! No environment can hold a NUL: a text with one is written as base64, as bytes always are.

use std::collections::{BTreeMap, btree_map};

use vouchsafe_shared::{
    secret::{ExposeSecret, SecretBuffer, SecretValue},
    value::OutputFormat,
};

use super::{Entry, RenderError, error::Shown, json, text};

pub(super) fn write(buffer: &mut SecretBuffer, entries: &[Entry<'_>]) -> Result<(), RenderError> {
    for (name, (_, value)) in named(entries)? {
        buffer.push_str(&name);
        buffer.push_str("='");
        push_value(buffer, value);
        buffer.push_str("'\n");
    }
    Ok(())
}

fn named<'a>(entries: &[Entry<'a>]) -> Result<BTreeMap<String, Entry<'a>>, RenderError> {
    let mut named: BTreeMap<String, Entry<'a>> = BTreeMap::new();
    for entry in entries {
        match named.entry(variable_name(entry.0)) {
            btree_map::Entry::Vacant(place) => {
                place.insert(*entry);
            }
            btree_map::Entry::Occupied(place) => {
                return Err(RenderError::KeyCollision {
                    format: OutputFormat::Env,
                    name: place.key().clone(),
                    first: Shown(place.get().0).to_string(),
                    second: Shown(entry.0).to_string(),
                });
            }
        }
    }
    Ok(named)
}

fn variable_name(key: &str) -> String {
    let starts_well = key.starts_with(|first: char| !first.is_ascii_digit());
    let prefix = if starts_well { "" } else { "_" };
    prefix
        .chars()
        .chain(key.chars().map(|character| match character {
            character if character.is_ascii_alphanumeric() => character,
            _ => '_',
        }))
        .collect()
}

fn push_value(buffer: &mut SecretBuffer, value: &SecretValue) {
    match value {
        SecretValue::Null => {}
        SecretValue::Bool(value) => buffer.push_str(text::bool_text(*value)),
        SecretValue::Number(text) => push_quoted(buffer, text.expose_secret().as_bytes()),
        SecretValue::String(text) => {
            let bytes = text.expose_secret().as_bytes();
            if bytes.contains(&0) {
                text::push_base64(buffer, bytes);
            } else {
                push_quoted(buffer, bytes);
            }
        }
        SecretValue::Bytes(bytes) => text::push_base64(buffer, bytes.expose_secret()),
        SecretValue::List(_) | SecretValue::Map(_) => {
            let mut document = SecretBuffer::default();
            json::push_value(&mut document, value);
            push_quoted(buffer, document.expose_secret());
        }
    }
}

/// What stands between the two single quotes.
fn push_quoted(buffer: &mut SecretBuffer, bytes: &[u8]) {
    for (index, part) in bytes.split(|byte| *byte == b'\'').enumerate() {
        if index > 0 {
            buffer.push_str("'\"'\"'");
        }
        buffer.push_bytes(part);
    }
}
