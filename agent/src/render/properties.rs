//! `key=value` lines for Java's
//! [`Properties.load`](https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Properties.html#load(java.io.Reader))
//! and for Spring.
//!
//! Pure ASCII, so that the reader's encoding (ISO 8859-1 or UTF-8) does not matter: everything else
//! is `\uXXXX`, with surrogate pairs above U+FFFF. Properties are flat: an entry of a map becomes
//! `map.entry`, an item of a list `list[0]`; an empty map or list, like null, is the empty text.
//! Two entries that become one name are an error.

use std::collections::{BTreeMap, btree_map};

use vouchsafe_shared::{
    secret::{ExposeSecret, SecretBuffer, SecretValue},
    value::OutputFormat,
};
use zeroize::Zeroizing;

use super::{Entry, RenderError, error::Shown, text};

pub(super) fn write(buffer: &mut SecretBuffer, entries: &[Entry<'_>]) -> Result<(), RenderError> {
    let mut flat = Flat::default();
    for (key, value) in entries {
        flat.add((*key).to_owned(), Shown(key).to_string(), value)?;
    }
    for (name, (_, value)) in flat.0 {
        push_text(buffer, &name, Part::Key);
        buffer.push(b'=');
        push_value(buffer, value);
        buffer.push(b'\n');
    }
    Ok(())
}

/// By flattened name: where the value stands in the secret, for messages, and the value.
#[derive(Default)]
struct Flat<'a>(BTreeMap<String, (String, &'a SecretValue)>);

impl<'a> Flat<'a> {
    fn add(
        &mut self,
        name: String,
        place: String,
        value: &'a SecretValue,
    ) -> Result<(), RenderError> {
        match value {
            SecretValue::Map(map) if !map.is_empty() => {
                for (key, value) in map {
                    let place = format!("{place}.{}", Shown(key));
                    self.add(format!("{name}.{key}"), place, value)?;
                }
            }
            SecretValue::List(items) if !items.is_empty() => {
                for (index, item) in items.iter().enumerate() {
                    let place = format!("{place}[{index}]");
                    self.add(format!("{name}[{index}]"), place, item)?;
                }
            }
            value => match self.0.entry(name) {
                btree_map::Entry::Vacant(free) => {
                    free.insert((place, value));
                }
                btree_map::Entry::Occupied(taken) => {
                    return Err(RenderError::KeyCollision {
                        format: OutputFormat::Properties,
                        name: taken.key().clone(),
                        first: taken.get().0.clone(),
                        second: place,
                    });
                }
            },
        }
        Ok(())
    }
}

fn push_value(buffer: &mut SecretBuffer, value: &SecretValue) {
    match value {
        SecretValue::Null | SecretValue::List(_) | SecretValue::Map(_) => {}
        SecretValue::Bool(value) => buffer.push_str(text::bool_text(*value)),
        SecretValue::Number(text) | SecretValue::String(text) => {
            push_text(buffer, text.expose_secret(), Part::Value);
        }
        SecretValue::Bytes(bytes) => {
            let mut encoded = SecretBuffer::default();
            text::push_base64(&mut encoded, bytes.expose_secret());
            for byte in encoded.expose_secret() {
                push_escaped(buffer, char::from(*byte));
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Part {
    /// Ends at the first blank that is not escaped.
    Key,
    /// Starts at the first character that is not blank, or escaped.
    Value,
}

fn push_text(buffer: &mut SecretBuffer, text: &str, part: Part) {
    for (index, character) in text.char_indices() {
        if character == ' ' && (index == 0 || part == Part::Key) {
            buffer.push(b'\\');
        }
        push_escaped(buffer, character);
    }
}

fn push_escaped(buffer: &mut SecretBuffer, character: char) {
    match character {
        '\\' => buffer.push_str("\\\\"),
        ':' => buffer.push_str("\\:"),
        '=' => buffer.push_str("\\="),
        '#' => buffer.push_str("\\#"),
        '!' => buffer.push_str("\\!"),
        '\n' => buffer.push_str("\\n"),
        '\r' => buffer.push_str("\\r"),
        '\t' => buffer.push_str("\\t"),
        '\u{C}' => buffer.push_str("\\f"),
        ' '..='~' => text::push_char(buffer, character),
        _ => {
            let mut units = Zeroizing::new([0; 2]);
            for unit in character.encode_utf16(&mut *units) {
                buffer.push_str("\\u");
                text::push_hex(buffer, (*unit).into(), 4);
            }
        }
    }
}
