//! Values without parts, and those that say themselves how they print.

use vouchsafe_shared::secret::SecretBuffer;

use super::ADDRESS;
use crate::{
    fault::Fault,
    function::{Arguments, Body},
    go::{
        float::{FloatFormat, FloatSize, append_float},
        integer::{append_int, append_uint},
    },
    object,
    scope::Scope,
    value::{FloatType, IntType, Value},
};

/// Writes a value that has no parts and is no plain text; false for all others.
pub(super) fn write(
    scope: &mut Scope<'_>,
    out: &mut SecretBuffer,
    value: &Value,
) -> Result<bool, Fault> {
    match value {
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Int(IntType::Duration | IntType::Month | IntType::Weekday, _) => {
            if let Some(Body::Plain(string)) =
                object::method(value, "String").map(|method| method.body)
            {
                let text = string(scope, &Arguments(std::slice::from_ref(value)))?;
                out.push_bytes(text.bytes());
            }
        }
        Value::Int(_, value) => append_int(out, *value, 10),
        Value::Uint(_, value) => append_uint(out, *value, 10),
        Value::Float(kind, value) => float(out, *value, *kind),
        Value::Complex(real, imaginary) => {
            out.push(b'(');
            float(out, *real, FloatType::Float64);
            if *imaginary >= 0.0 {
                out.push(b'+');
            }
            float(out, *imaginary, FloatType::Float64);
            out.push_str("i)");
        }
        Value::Number(text) => out.push_bytes(text),
        Value::Channel(_) => out.push_str(ADDRESS),
        Value::Object(object) => match object.text() {
            Some(text) => out.push_bytes(&text),
            None => return Ok(false),
        },
        _ => return Ok(false),
    }
    Ok(true)
}

fn float(out: &mut SecretBuffer, value: f64, kind: FloatType) {
    let size = match kind {
        FloatType::Float32 => FloatSize::Single,
        FloatType::Float64 => FloatSize::Double,
    };
    append_float(out, value, FloatFormat::General, None, size);
}
