//! One value, byte for byte, for programs that take a password or key file.
//!
//! No newline is added: many readers would take it as a part of the password.

use vouchsafe_shared::secret::{ExposeSecret, SecretBuffer, SecretValue};

use super::{json, text};

pub(super) fn write(buffer: &mut SecretBuffer, value: &SecretValue) {
    match value {
        SecretValue::Null => {}
        SecretValue::Bool(value) => buffer.push_str(text::bool_text(*value)),
        SecretValue::Number(text) | SecretValue::String(text) => {
            buffer.push_str(text.expose_secret());
        }
        SecretValue::Bytes(bytes) => buffer.push_bytes(bytes.expose_secret()),
        SecretValue::List(_) | SecretValue::Map(_) => json::push_value(buffer, value),
    }
}
