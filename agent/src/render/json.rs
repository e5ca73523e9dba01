//! One compact JSON object ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)) and a newline.
//!
//! Numbers keep their own text, so `1.50` and integers above 2^53 arrive as they were stored.
//! Bytes, which JSON does not have, are a string of base64.

use vouchsafe_shared::secret::{ExposeSecret, SecretBuffer, SecretValue};

use super::{Entry, entries, text};

pub(super) fn write(buffer: &mut SecretBuffer, entries: &[Entry<'_>]) {
    push_object(buffer, entries);
    buffer.push(b'\n');
}

/// Compact JSON, without a newline.
pub(super) fn push_value(buffer: &mut SecretBuffer, value: &SecretValue) {
    match value {
        SecretValue::Null => buffer.push_str("null"),
        SecretValue::Bool(value) => buffer.push_str(text::bool_text(*value)),
        SecretValue::Number(text) => buffer.push_str(text.expose_secret()),
        SecretValue::String(text) => push_string(buffer, text.expose_secret()),
        SecretValue::Bytes(bytes) => {
            buffer.push(b'"');
            text::push_base64(buffer, bytes.expose_secret());
            buffer.push(b'"');
        }
        SecretValue::List(items) => {
            buffer.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    buffer.push(b',');
                }
                push_value(buffer, item);
            }
            buffer.push(b']');
        }
        SecretValue::Map(map) => push_object(buffer, &entries(map)),
    }
}

fn push_object(buffer: &mut SecretBuffer, entries: &[Entry<'_>]) {
    buffer.push(b'{');
    for (index, (key, value)) in entries.iter().enumerate() {
        if index > 0 {
            buffer.push(b',');
        }
        push_string(buffer, key);
        buffer.push(b':');
        push_value(buffer, value);
    }
    buffer.push(b'}');
}

fn push_string(buffer: &mut SecretBuffer, text: &str) {
    buffer.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' => buffer.push_str("\\\""),
            b'\\' => buffer.push_str("\\\\"),
            b'\n' => buffer.push_str("\\n"),
            b'\r' => buffer.push_str("\\r"),
            b'\t' => buffer.push_str("\\t"),
            0..0x20 => {
                buffer.push_str("\\u");
                text::push_hex(buffer, byte.into(), 4);
            }
            _ => buffer.push(byte),
        }
    }
    buffer.push(b'"');
}
