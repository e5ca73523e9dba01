//! Strings, keys and floating-point numbers.

use vouchsafe_shared::secret::SecretBuffer;

use crate::{
    go::float::{FloatFormat, FloatSize, append_float},
    value::FloatType,
};

const HEXADECIMAL: &[u8; 16] = b"0123456789abcdef";

/// Always on one line; bytes that are no UTF-8 stay as they are.
pub(super) fn push_quoted(out: &mut SecretBuffer, text: &[u8]) {
    out.push(b'"');
    for byte in text {
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\x08' => out.push_str("\\b"),
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            b'\x0C' => out.push_str("\\f"),
            b'\r' => out.push_str("\\r"),
            0..0x20 | 0x7F => {
                out.push_str("\\u00");
                for digit in [byte >> 4, byte & 15] {
                    out.push(HEXADECIMAL.get(usize::from(digit)).copied().unwrap_or(b'0'));
                }
            }
            byte => out.push(*byte),
        }
    }
    out.push(b'"');
}

pub(super) fn push_key(out: &mut SecretBuffer, key: &[u8]) {
    let is_bare = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !key.is_empty() && key.iter().all(is_bare) {
        out.push_bytes(key);
    } else {
        push_quoted(out, key);
    }
}

/// Never with an exponent, always with a point.
pub(super) fn push_float(out: &mut SecretBuffer, kind: FloatType, value: f64) {
    if !value.is_finite() {
        if value.is_sign_negative() {
            out.push(b'-');
        }
        out.push_str(if value.is_nan() { "nan" } else { "inf" });
        return;
    }
    let size = match kind {
        FloatType::Float32 => FloatSize::Single,
        FloatType::Float64 => FloatSize::Double,
    };
    let start = out.len();
    append_float(out, value, FloatFormat::Fixed, None, size);
    let written = out.expose_secret().get(start..).unwrap_or_default();
    if !written.contains(&b'.') {
        out.push_str(".0");
    }
}
