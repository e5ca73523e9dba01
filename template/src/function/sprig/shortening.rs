//! Parts of texts. All lengths are in bytes: a character can be cut in two.

use vouchsafe_shared::secret::SecretBuffer;

use super::{Arguments, Function, INT_AND_STRING, Outcome, string};
use crate::{
    fault::Fault,
    scope::Scope,
    value::{Type, Value},
};

const TWO_INTS_AND_STRING: &[Type] = &[Type::INT, Type::INT, Type::String];

pub(super) const TABLE: &[Function] = &[
    Function::new("sprig_abbrev", INT_AND_STRING, abbrev),
    Function::new("sprig_abbrevboth", TWO_INTS_AND_STRING, abbrev_both),
    Function::new("sprig_substr", TWO_INTS_AND_STRING, substr),
    Function::new("sprig_trunc", INT_AND_STRING, trunc),
];

const MARK: &[u8] = b"...";

#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn abbrev(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let (width, text) = (arguments.int(0), arguments.bytes(1));
    if width < 4 {
        return Ok(arguments.value(1).clone());
    }
    Ok(abbreviated(text, 0, width))
}

#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn abbrev_both(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let (offset, width, text) = (arguments.int(0), arguments.int(1), arguments.bytes(2));
    if width < 4 || offset > 0 && width < 7 {
        return Ok(arguments.value(2).clone());
    }
    Ok(abbreviated(text, offset, width))
}

/// At most `width` bytes, at least 4, of which the one at the offset, if any, is one. Of the start
/// nothing is cut for an offset up to 4.
fn abbreviated(text: &[u8], offset: i64, width: i64) -> Value {
    let length = length(text);
    if length <= width {
        return string(text);
    }
    let mut offset = offset.min(length);
    if length.wrapping_sub(offset) < width - 3 {
        offset = length - (width - 3);
    }
    let (front, kept, back) = if offset <= 4 {
        (false, part(text, 0, width - 3), true)
    } else if offset + width - 3 < length {
        (true, part(text, offset, offset + width - 6), true)
    } else {
        (true, part(text, length - (width - 3), length), false)
    };
    let mut out = SecretBuffer::default();
    for piece in [
        if front { MARK } else { b"" },
        kept,
        if back { MARK } else { b"" },
    ] {
        out.push_bytes(piece);
    }
    Value::String(out.into())
}

/// From the start, or with a negative length from the end.
#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn trunc(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let (size, text) = (arguments.int(0), arguments.bytes(1));
    let length = length(text);
    Ok(string(if size < 0 && length + size > 0 {
        part(text, length + size, length)
    } else if size >= 0 && length > size {
        part(text, 0, size)
    } else {
        text
    }))
}

/// A negative start is the beginning, an end that is negative or too far the end of the text.
fn substr(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let (start, end, text) = (arguments.int(0), arguments.int(1), arguments.bytes(2));
    let bounds = if start < 0 {
        0..end
    } else if end < 0 || end > length(text) {
        start..length(text)
    } else {
        start..end
    };
    usize::try_from(bounds.start)
        .ok()
        .zip(usize::try_from(bounds.end).ok())
        .and_then(|(start, end)| text.get(start..end))
        .map(string)
        .ok_or_else(|| Fault::function("the start or the end lies outside of the text"))
}

fn length(text: &[u8]) -> i64 {
    i64::try_from(text.len()).unwrap_or(i64::MAX)
}

fn part(text: &[u8], start: i64, end: i64) -> &[u8] {
    let index = |bound: i64| usize::try_from(bound).unwrap_or_default();
    text.get(index(start)..index(end)).unwrap_or_default()
}
