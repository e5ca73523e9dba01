//! Values that must never be seen: redacted when printed, wiped when dropped.
//!
//! There is no `Display`, no `Serialize`, and `Debug` prints the shape only. The one door to the
//! content is [`ExposeSecret::expose_secret`] and [`SecretValue`]'s own variants, so every use can
//! be found by name.
//!
//! Honest limit: buffers of the TLS and JSON libraries that a value passed through are not wiped.

use std::{collections::BTreeMap, fmt, mem};

pub use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde_json::Value;
use zeroize::{Zeroize, Zeroizing};

/// The data of one secret, by key, in the order of the keys.
pub type SecretMap = BTreeMap<String, SecretValue>;

/// One value of a secret, as the store sent it.
#[derive(Clone)]
pub enum SecretValue {
    Null,
    Bool(bool),
    /// The number's own text, so that `1.50` stays `1.50` (an exponent is written `1e+3`).
    Number(SecretString),
    String(SecretString),
    /// Bytes that need not be text, from stores that have such values.
    Bytes(SecretSlice<u8>),
    List(Vec<Self>),
    Map(SecretMap),
}

impl SecretValue {
    pub fn string(text: impl Into<String>) -> Self {
        Self::String(SecretString::from(text.into()))
    }

    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Bytes(SecretSlice::from(bytes.into()))
    }
}

/// Takes the value over; its strings are moved, not copied.
impl From<Value> for SecretValue {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Number(number) => Self::Number(SecretString::from(number.to_string())),
            Value::String(text) => Self::String(SecretString::from(text)),
            Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Value::Object(entries) => Self::Map(
                entries
                    .into_iter()
                    .map(|(key, value)| (key, Self::from(value)))
                    .collect(),
            ),
        }
    }
}

/// Compares the contents: needed to know whether a secret changed.
impl PartialEq for SecretValue {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(left), Self::Bool(right)) => left == right,
            (Self::Number(left), Self::Number(right))
            | (Self::String(left), Self::String(right)) => {
                left.expose_secret() == right.expose_secret()
            }
            (Self::Bytes(left), Self::Bytes(right)) => {
                left.expose_secret() == right.expose_secret()
            }
            (Self::List(left), Self::List(right)) => left == right,
            (Self::Map(left), Self::Map(right)) => left == right,
            _ => false,
        }
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Null => "SecretValue(null)",
            Self::Bool(_) => "SecretValue(bool)",
            Self::Number(_) => "SecretValue(number)",
            Self::String(_) => "SecretValue(string)",
            Self::Bytes(_) => "SecretValue(bytes)",
            Self::List(_) => "SecretValue(list)",
            Self::Map(_) => "SecretValue(map)",
        })
    }
}

/// The content of a file about to be written: grows like a `Vec`, is wiped when dropped, and wipes
/// what it outgrows.
#[derive(Default, PartialEq)]
pub struct SecretBuffer(Vec<u8>);

impl SecretBuffer {
    /// An empty buffer with room for a number of bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    pub fn push(&mut self, byte: u8) {
        if self.0.len() == self.0.capacity() {
            self.grow(1);
        }
        self.0.push(byte);
    }

    pub fn push_str(&mut self, text: &str) {
        self.push_bytes(text.as_bytes());
    }

    pub fn push_bytes(&mut self, bytes: &[u8]) {
        if bytes.len() > self.0.capacity() - self.0.len() {
            self.grow(bytes.len());
        }
        self.0.extend_from_slice(bytes);
    }

    /// `Vec` would leave the old allocation behind unwiped.
    #[cold]
    fn grow(&mut self, more: usize) {
        let needed = self.0.len() + more;
        let mut larger = Vec::with_capacity(needed.next_power_of_two().max(64));
        larger.extend_from_slice(&self.0);
        self.0.as_mut_slice().zeroize();
        self.0 = larger;
    }

    /// Forgets what stands after the first `length` bytes.
    pub fn truncate(&mut self, length: usize) {
        if let Some(rest) = self.0.get_mut(length..) {
            rest.zeroize();
        }
        self.0.truncate(length);
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn expose_secret(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, still wiped when dropped.
    pub fn into_bytes(mut self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(mem::take(&mut self.0))
    }
}

/// Nothing is ever written behind the end, so wiping what is in use wipes all.
impl Drop for SecretBuffer {
    fn drop(&mut self) {
        self.0.as_mut_slice().zeroize();
    }
}

impl fmt::Debug for SecretBuffer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SecretBuffer({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn printing_a_secret_shows_its_shape_only() {
        let value =
            SecretValue::from(json!({"a": ["canary", 1.50, true, null], "b": {"c": "canary"}}));
        assert_eq!(format!("{value:?}"), "SecretValue(map)");
        let SecretValue::Map(map) = value else {
            panic!("a map")
        };
        assert!(!format!("{map:?}").contains("canary"));
        let mut buffer = SecretBuffer::default();
        buffer.push_str("canary");
        assert_eq!(format!("{buffer:?}"), "SecretBuffer(6 bytes)");
    }

    #[test]
    fn numbers_keep_their_text() {
        let value: Value = serde_json::from_str("[1.50, 1e+3, 18446744073709551616]").unwrap();
        let SecretValue::List(items) = SecretValue::from(value) else {
            panic!("a list")
        };
        let texts: Vec<&str> = items
            .iter()
            .map(|item| match item {
                SecretValue::Number(text) => text.expose_secret(),
                _ => panic!("a number"),
            })
            .collect();
        assert_eq!(texts, ["1.50", "1e+3", "18446744073709551616"]);
    }

    #[test]
    fn a_buffer_holds_what_was_pushed() {
        let mut buffer = SecretBuffer::default();
        for _ in 0..1000 {
            buffer.push_str("ab");
            buffer.push(b'c');
        }
        assert_eq!(buffer.expose_secret(), "abc".repeat(1000).as_bytes());
    }
}
