//! Numbers: their grammar, and how a floating-point number is written.

use vouchsafe_shared::secret::SecretBuffer;

use crate::{
    go::float::{FloatFormat, FloatSize, append_float},
    value::FloatType,
};

/// How many of the first bytes are a number; none if they do not start one, or break off in it.
pub(super) fn length(text: &[u8]) -> Option<usize> {
    let after_sign = usize::from(text.first() == Some(&b'-'));
    let mut end = match text.get(after_sign)? {
        b'0' => after_sign + 1,
        b'1'..=b'9' => after_digits(text, after_sign)?,
        _ => return None,
    };
    if text.get(end) == Some(&b'.') {
        end = after_digits(text, end + 1)?;
    }
    if let Some(b'e' | b'E') = text.get(end) {
        let signed = matches!(text.get(end + 1), Some(b'+' | b'-'));
        end = after_digits(text, end + 1 + usize::from(signed))?;
    }
    Some(end)
}

fn after_digits(text: &[u8], start: usize) -> Option<usize> {
    let count = text
        .get(start..)?
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    (count > 0).then_some(start + count)
}

/// As ES6 writes numbers: with an exponent only when very small or large, and no zeros before it.
pub(in crate::encode) fn push_float(out: &mut SecretBuffer, kind: FloatType, value: f64) {
    let magnitude = value.abs();
    // The limits as a `float32` has them are a little off.
    let (size, smallest, largest) = match kind {
        FloatType::Float32 => (FloatSize::Single, f64::from(1e-6_f32), f64::from(1e21_f32)),
        FloatType::Float64 => (FloatSize::Double, 1e-6, 1e21),
    };
    if magnitude == 0.0 || (smallest..largest).contains(&magnitude) {
        return append_float(out, value, FloatFormat::Fixed, None, size);
    }
    let mut text = SecretBuffer::default();
    append_float(&mut text, value, FloatFormat::Exponent, None, size);
    match text.expose_secret() {
        [digits @ .., b'e', b'-', b'0', last] => {
            out.push_bytes(digits);
            out.push_str("e-");
            out.push(*last);
        }
        text => out.push_bytes(text),
    }
}
