//! `NAME='value'` lines, for POSIX shells (`set -a; . ./db.env`), dotenv readers and systemd's
//! `EnvironmentFile=`, by the rules of the agent's own format `env`.
//!
//! Everything between single quotes is taken literally by all of them; a single quote itself is
//! written `'"'"'`. In names a character outside `[A-Za-z0-9_]` becomes `_`, a leading digit gets
//! `_` in front; two keys that become one name are an error. Lists and maps are written as JSON,
//! texts that no environment can hold (with a NUL, or no UTF-8) as base64.

use std::collections::{BTreeMap, btree_map};

use vouchsafe_shared::secret::SecretBuffer;

use super::{Output, flat, json, shell};
use crate::{
    fault::Fault,
    scope::Budget,
    value::{Key, Map, Value},
};

/// # Errors
/// Two keys become one name, a value has no text, or a limit.
pub fn encode(map: &Map, budget: &mut Budget) -> Result<SecretBuffer, Fault> {
    let mut named = BTreeMap::new();
    for (key, value) in map.pairs() {
        match named.entry(name(&key)?) {
            btree_map::Entry::Vacant(place) => place.insert(value),
            btree_map::Entry::Occupied(_) => {
                return Err(Fault::function(
                    "two keys become the same name once all but letters, digits and _ is replaced by _",
                ));
            }
        };
    }
    let mut texts = Vec::with_capacity(named.len());
    for (name, value) in named {
        texts.push((name, text(&value, budget)?));
    }
    let mut out = Output::new(budget);
    for (name, text) in texts {
        out.push_str(&name);
        out.push(b'=');
        shell::push_quoted(&mut out.buffer, text.expose_secret());
        out.push(b'\n');
        out.count()?;
    }
    out.finish()
}

fn name(key: &Value) -> Result<String, Fault> {
    let key = Key::from_value(key)
        .ok_or_else(|| Fault::function("a key must be text"))
        .and_then(|key| flat::key(&key))?;
    let key = String::from_utf8_lossy(&key);
    let starts_well = key.starts_with(|first: char| !first.is_ascii_digit());
    let prefix = if starts_well { "" } else { "_" };
    Ok(prefix
        .chars()
        .chain(key.chars().map(|character| match character {
            character if character.is_ascii_alphanumeric() => character,
            _ => '_',
        }))
        .collect())
}

fn text(value: &Value, budget: &mut Budget) -> Result<SecretBuffer, Fault> {
    let Some(text) = flat::text(value)? else {
        let options = json::Options {
            escape_html: false,
            indent: None,
        };
        return json::encode(value, options, budget);
    };
    if !text.expose_secret().contains(&0) {
        return Ok(text);
    }
    let mut encoded = SecretBuffer::default();
    flat::push_base64(&mut encoded, text.expose_secret());
    Ok(encoded)
}

#[cfg(test)]
mod tests;
