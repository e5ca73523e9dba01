//! Values as the bare texts of formats that know no types.

use vouchsafe_shared::secret::SecretBuffer;

use super::{base64, fields, json};
use crate::{
    fault::Fault,
    go::{
        integer::{append_int, append_uint},
        time::Duration,
    },
    value::{IntType, Key, Text, Value},
};

/// The text of a value that is no list, map or struct; none for those. Nil is the empty text, bytes
/// that are no UTF-8 are base64.
pub(super) fn text(value: &Value) -> Result<Option<SecretBuffer>, Fault> {
    let mut out = SecretBuffer::default();
    match value {
        value if value.is_nil() => {}
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(IntType::Duration, value) => out.push_str(&Duration(*value).to_string()),
        Value::Int(_, value) => append_int(&mut out, *value, 10),
        Value::Uint(_, value) => append_uint(&mut out, *value, 10),
        Value::Float(kind, value) => json::push_float(&mut out, *kind, *value),
        Value::String(text) | Value::Number(text) if text.as_str().is_some() => {
            out.push_bytes(text);
        }
        Value::String(bytes) | Value::Number(bytes) => push_base64(&mut out, bytes),
        Value::Object(object) => {
            let Some(text) = object.marshalled() else {
                return Ok(fields::time(&**object));
            };
            out.push_bytes(&text);
        }
        Value::Complex(..) | Value::Channel(_) => {
            return Err(Fault::function(
                "complex numbers and channels have no text of their own",
            ));
        }
        _ => return Ok(None),
    }
    Ok(Some(out))
}

pub(super) fn push_base64(out: &mut SecretBuffer, bytes: &[u8]) {
    out.push_str(&base64::encode(bytes));
}

/// A key as text: one that is none stands as its value would.
pub(super) fn key(key: &Key) -> Result<Text, Fault> {
    match key {
        Key::Text(text) => Ok(text.clone()),
        key => Ok(Text::from(text(&key.value())?.unwrap_or_default())),
    }
}
