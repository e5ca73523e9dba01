//! Values as YAML.

use vouchsafe_shared::secret::SecretBuffer;

use super::{
    super::{base64, fields},
    emitter::{Emitter, Scalar},
    order,
    resolve::{Resolved, is_sexagesimal, resolve},
    scalar::Style,
    tag::Tag,
};
use crate::{
    fault::Fault,
    go::{
        float::{FloatFormat, FloatSize, append_float},
        integer::{append_int, append_uint},
        number::{parse_float, parse_int},
        time::Duration,
    },
    scope::Budget,
    value::{Entries, FloatType, IntType, Key, List, Map, Object, Type, Value},
};

/// With the line break at the end.
///
/// # Errors
/// A kind of value that YAML has not, or a limit.
pub fn encode(value: &Value, budget: &mut Budget) -> Result<SecretBuffer, Fault> {
    let mut emitter = Emitter::new(budget);
    write(&mut emitter, value, false)?;
    emitter.finish().finish()
}

fn write(emitter: &mut Emitter<'_>, value: &Value, in_map: bool) -> Result<(), Fault> {
    emitter.out.count()?;
    match value {
        Value::List(list) => write_list(emitter, list, in_map),
        Value::Map(map) => write_map(emitter, map),
        Value::Object(object) => write_object(emitter, &**object),
        value => write_scalar(value, |scalar| emitter.scalar(scalar)),
    }
}

fn write_list(emitter: &mut Emitter<'_>, list: &List, in_map: bool) -> Result<(), Fault> {
    if list.items().is_empty() {
        emitter.empty('[', ']');
        return Ok(());
    }
    let outer = emitter.open_list(in_map)?;
    for item in list.items() {
        emitter.item();
        write(emitter, item, false)?;
    }
    emitter.close(outer);
    Ok(())
}

fn write_map(emitter: &mut Emitter<'_>, map: &Map) -> Result<(), Fault> {
    let entries: Vec<(Key, Value)> = match &*map.entries() {
        Entries::Text(entries) => entries
            .iter()
            .map(|(key, value)| (Key::Text(key.clone()), value.clone()))
            .collect(),
        Entries::Any(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    };
    if entries.is_empty() {
        emitter.empty('{', '}');
        return Ok(());
    }
    let outer = emitter.open_map()?;
    for (key, value) in order::sort(entries) {
        // Go finds no entry under a key that does not equal itself.
        let is_lost = matches!(key, Key::Float(number) if number.is_nan());
        let value = if is_lost { Value::Nil } else { value };
        write_scalar(&key.value(), |key| emitter.key(key))?;
        write(emitter, &value, true)?;
    }
    emitter.close(outer);
    Ok(())
}

fn write_object(emitter: &mut Emitter<'_>, object: &dyn Object) -> Result<(), Fault> {
    if object.is_nil() {
        return write_scalar(&Value::Nil, |scalar| emitter.scalar(scalar));
    }
    if let Some(time) = fields::time(object) {
        write_plain(time.expose_secret(), |scalar| emitter.scalar(scalar));
        return Ok(());
    }
    if let Some(text) = object.marshalled() {
        write_text(&text, |scalar| emitter.scalar(scalar));
        return Ok(());
    }
    let mut fields = fields::exported(object).peekable();
    if fields.peek().is_none() {
        emitter.empty('{', '}');
        return Ok(());
    }
    let outer = emitter.open_map()?;
    for field in fields {
        let name = field.name.to_ascii_lowercase();
        write_text(name.as_bytes(), |key| emitter.key(key));
        write(emitter, &field.value, true)?;
    }
    emitter.close(outer);
    Ok(())
}

fn write_scalar(value: &Value, write: impl FnOnce(Scalar<'_>)) -> Result<(), Fault> {
    let mut text = SecretBuffer::default();
    match value {
        Value::String(text) => {
            write_text(text, write);
            return Ok(());
        }
        Value::Number(number) => match number_value(number) {
            Some(value) => return write_scalar(&value, write),
            None => {
                write_text(number, write);
                return Ok(());
            }
        },
        Value::Int(IntType::Duration, value) => {
            write_text(Duration(*value).to_string().as_bytes(), write);
            return Ok(());
        }
        Value::Nil | Value::NilInterface => text.push_str("null"),
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Int(_, value) => append_int(&mut text, *value, 10),
        Value::Uint(_, value) => append_uint(&mut text, *value, 10),
        Value::Float(kind, value) => push_float(&mut text, *kind, *value),
        Value::Complex(..) => return Err(unsupported(Type::Complex)),
        Value::Channel(_) => return Err(unsupported(Type::Channel)),
        Value::List(_) | Value::Map(_) | Value::Object(_) => {
            return Err(Fault::function("a key of YAML must be a scalar"));
        }
    }
    write_plain(text.expose_secret(), write);
    Ok(())
}

/// The integer or the floating-point number that a `json.Number` can be read as.
fn number_value(number: &[u8]) -> Option<Value> {
    parse_int(number, 10, 64)
        .map(Value::int64)
        .ok()
        .or_else(|| {
            parse_float(number, FloatSize::Double)
                .map(Value::float)
                .ok()
        })
}

fn push_float(out: &mut SecretBuffer, kind: FloatType, value: f64) {
    let size = match kind {
        FloatType::Float32 => FloatSize::Single,
        FloatType::Float64 => FloatSize::Double,
    };
    if value.is_nan() {
        out.push_str(".nan");
    } else if value.is_infinite() {
        out.push_str(if value > 0.0 { ".inf" } else { "-.inf" });
    } else {
        append_float(out, value, FloatFormat::General, None, size);
    }
}

fn write_plain(text: &[u8], write: impl FnOnce(Scalar<'_>)) {
    write(Scalar {
        text: std::str::from_utf8(text).unwrap_or_default(),
        style: Style::Plain,
        tag: "",
    });
}

/// A text without quotes if it would be read as a text.
fn write_text(text: &[u8], write: impl FnOnce(Scalar<'_>)) {
    let Ok(utf8) = std::str::from_utf8(text) else {
        return write_binary(text, write);
    };
    let style = if utf8.contains('\n') {
        Style::Literal
    } else if resolve(text, true) == Resolved::Text && !is_sexagesimal(text) {
        Style::Plain
    } else {
        Style::DoubleQuoted
    };
    write(Scalar {
        text: utf8,
        style,
        tag: "",
    });
}

/// What is no UTF-8: as base64, in lines if it is long.
fn write_binary(bytes: &[u8], write: impl FnOnce(Scalar<'_>)) {
    const LINE: usize = 70;
    let encoded = base64::encode(bytes);
    let encoded = encoded.as_bytes();
    let mut text = SecretBuffer::default();
    for line in encoded.chunks(LINE) {
        text.push_bytes(line);
        if encoded.len() >= LINE {
            text.push(b'\n');
        }
    }
    let style = if encoded.len() >= LINE {
        Style::Literal
    } else {
        Style::Plain
    };
    write(Scalar {
        text: std::str::from_utf8(text.expose_secret()).unwrap_or_default(),
        style,
        tag: Tag::Binary.name(),
    });
}

fn unsupported(kind: Type) -> Fault {
    Fault::function(format!("a {kind} cannot be written as YAML"))
}
