//! `key=value` lines for Java's
//! [`Properties.load`](https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Properties.html#load(java.io.Reader))
//! and for Spring, by the rules of the agent's own format `properties`.
//!
//! Pure ASCII: everything else is `\uXXXX`, with surrogate pairs above U+FFFF. An entry of a map
//! becomes `map.entry`, an item of a list `list[0]`; an empty map or list, like nil, is the empty
//! text, and what is no UTF-8 is base64. Two entries that become one name are an error.

use std::collections::{BTreeMap, btree_map};

use vouchsafe_shared::secret::SecretBuffer;
use zeroize::Zeroizing;

use super::{Output, fields, flat, output::too_deep};
use crate::{
    fault::Fault,
    scope::Budget,
    value::{Entries, Map, Text, Value},
};

const HEXADECIMAL: &[u8; 16] = b"0123456789ABCDEF";

/// # Errors
/// Two entries become one name, a value has no text, or a limit.
pub fn encode(map: &Map, budget: &mut Budget) -> Result<SecretBuffer, Fault> {
    let entries = flatten(map, budget)?;
    let mut out = Output::new(budget);
    for (name, value) in entries {
        push_text(&mut out.buffer, &name, Part::Key);
        out.push(b'=');
        let value = std::str::from_utf8(value.expose_secret()).unwrap_or_default();
        push_text(&mut out.buffer, value, Part::Value);
        out.push(b'\n');
        out.count()?;
    }
    out.finish()
}

/// What is still to be written: its flattened name, and how deep it lies.
struct Waiting {
    name: String,
    value: Value,
    depth: usize,
}

/// The texts by their flattened names. Without recursion: names grow with the depth, and a stack
/// that holds them would not reach far.
fn flatten(map: &Map, budget: &mut Budget) -> Result<BTreeMap<String, SecretBuffer>, Fault> {
    let mut flat = BTreeMap::new();
    let mut waiting = Vec::new();
    for (key, value) in entries(map)? {
        waiting.push(Waiting {
            name: entry_name(None, &key),
            value,
            depth: 0,
        });
    }
    while let Some(Waiting { name, value, depth }) = waiting.pop() {
        budget.work(1)?;
        budget.memory(u64::try_from(name.len()).unwrap_or(u64::MAX))?;
        if let Some(text) = flat::text(&value)? {
            insert(&mut flat, name, text)?;
            continue;
        }
        let depth = depth + 1;
        if depth > super::DEEPEST {
            return Err(too_deep());
        }
        let mut push = |name, value| waiting.push(Waiting { name, value, depth });
        match &value {
            Value::Map(map) if !map.is_empty() => {
                for (key, value) in entries(map)? {
                    push(entry_name(Some(&name), &key), value);
                }
            }
            Value::List(list) if !list.items().is_empty() => {
                for (index, item) in list.items().iter().enumerate() {
                    push(format!("{name}[{index}]"), item.clone());
                }
            }
            Value::Object(object) => {
                for field in fields::promoted(&**object) {
                    push(entry_name(Some(&name), field.name.as_bytes()), field.value);
                }
            }
            _ => insert(&mut flat, name, SecretBuffer::default())?,
        }
    }
    Ok(flat)
}

fn entries(map: &Map) -> Result<Vec<(Text, Value)>, Fault> {
    match &*map.entries() {
        Entries::Text(entries) => Ok(entries
            .iter()
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect()),
        Entries::Any(entries) => entries
            .iter()
            .map(|(key, value)| Ok((flat::key(key)?, value.clone())))
            .collect(),
    }
}

fn insert(
    flat: &mut BTreeMap<String, SecretBuffer>,
    name: String,
    text: SecretBuffer,
) -> Result<(), Fault> {
    match flat.entry(name) {
        btree_map::Entry::Vacant(free) => {
            free.insert(text);
            Ok(())
        }
        btree_map::Entry::Occupied(_) => Err(Fault::function(
            "two entries become the same name once maps and lists are flattened",
        )),
    }
}

fn entry_name(map: Option<&str>, key: &[u8]) -> String {
    let key = String::from_utf8_lossy(key);
    match map {
        None => key.into_owned(),
        Some(map) => format!("{map}.{key}"),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    /// Ends at the first blank that is not escaped.
    Key,
    /// Starts at the first character that is not blank, or escaped.
    Value,
}

fn push_text(out: &mut SecretBuffer, text: &str, part: Part) {
    for (index, character) in text.char_indices() {
        if character == ' ' && (index == 0 || part == Part::Key) {
            out.push(b'\\');
        }
        push_escaped(out, character);
    }
}

fn push_escaped(out: &mut SecretBuffer, character: char) {
    match character {
        '\\' | ':' | '=' | '#' | '!' => {
            out.push(b'\\');
            out.push_str(character.encode_utf8(&mut [0; 4]));
        }
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{C}' => out.push_str("\\f"),
        ' '..='~' => out.push_str(character.encode_utf8(&mut [0; 4])),
        _ => {
            let mut units = Zeroizing::new([0; 2]);
            for unit in character.encode_utf16(&mut *units) {
                out.push_str("\\u");
                for shift in [12, 8, 4, 0] {
                    let digit = usize::from(*unit >> shift & 15);
                    out.push(HEXADECIMAL.get(digit).copied().unwrap_or(b'0'));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
