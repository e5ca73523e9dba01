//! Looking into texts and changing them.

use vouchsafe_shared::secret::SecretBuffer;
use zeroize::Zeroizing;

use super::{
    Arguments, BYTES_PER_STEP, Function, INT_AND_STRING, Outcome, STRING, THREE_STRINGS,
    TWO_STRINGS, large, string,
};
use crate::{
    fault::Fault,
    go::{
        rune::{append_rune, is_space, rune_count, runes},
        strings::{find, replace_all, split, trim, trim_space},
    },
    scope::Scope,
    value::{Type, Value},
};

pub(super) const TABLE: &[Function] = &[
    Function::new("sprig_contains", TWO_STRINGS, |_, a| {
        Ok(Value::Bool(find(a.bytes(1), a.bytes(0)).is_some()))
    }),
    Function::new("sprig_hasPrefix", TWO_STRINGS, |_, a| {
        Ok(Value::Bool(a.bytes(1).starts_with(a.bytes(0))))
    }),
    Function::new("sprig_hasSuffix", TWO_STRINGS, |_, a| {
        Ok(Value::Bool(a.bytes(1).ends_with(a.bytes(0))))
    }),
    Function::new("sprig_indent", INT_AND_STRING, |scope, a| {
        indent(scope, a, "")
    }),
    Function::new("sprig_nindent", INT_AND_STRING, |scope, a| {
        indent(scope, a, "\n")
    }),
    Function::new("sprig_nospace", STRING, without_blanks),
    Function::new(
        "sprig_plural",
        &[Type::String, Type::String, Type::INT],
        |_, a| Ok(a.value(usize::from(a.int(2) != 1)).clone()),
    ),
    Function::new("sprig_repeat", INT_AND_STRING, repeat),
    Function::new("sprig_replace", THREE_STRINGS, |scope, a| {
        replaced(scope, a.bytes(2), a.bytes(0), a.bytes(1)).map(|out| Value::String(out.into()))
    }),
    Function::new("sprig_shuffle", STRING, shuffle),
    Function::new("sprig_trim", STRING, |_, a| {
        Ok(string(trim_space(a.bytes(0))))
    }),
    Function::new("sprig_trimAll", TWO_STRINGS, trim_all),
    Function::new("sprig_trimall", TWO_STRINGS, trim_all),
    Function::new("sprig_trimPrefix", TWO_STRINGS, |_, a| {
        Ok(string(
            a.bytes(1)
                .strip_prefix(a.bytes(0))
                .unwrap_or_else(|| a.bytes(1)),
        ))
    }),
    Function::new("sprig_trimSuffix", TWO_STRINGS, |_, a| {
        Ok(string(
            a.bytes(1)
                .strip_suffix(a.bytes(0))
                .unwrap_or_else(|| a.bytes(1)),
        ))
    }),
];

#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn trim_all(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(string(trim(arguments.bytes(1), arguments.bytes(0))))
}

fn repeat(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let (count, text) = (count(arguments.int(0))?, arguments.bytes(1));
    let size = count.saturating_mul(large(text.len()));
    if i64::try_from(size).is_err() {
        return Err(Fault::function("no text can be as long as that"));
    }
    scope.budget.memory(size)?;
    if text.is_empty() {
        return Ok(Value::string(""));
    }
    let mut out = SecretBuffer::default();
    for _ in 0..count {
        out.push_bytes(text);
    }
    Ok(Value::String(out.into()))
}

/// Every line, also an empty one, starts with so many blanks.
fn indent(scope: &mut Scope<'_>, arguments: &Arguments<'_>, before: &str) -> Outcome {
    let (spaces, text) = (count(arguments.int(0))?, arguments.bytes(1));
    scope.budget.memory(spaces)?;
    let size = usize::try_from(spaces).unwrap_or(usize::MAX);
    let mut line_break = b"\n".to_vec();
    line_break.resize(size.saturating_add(1), b' ');
    let rest = replaced(scope, text, b"\n", &line_break)?;
    let mut out = SecretBuffer::default();
    out.push_str(before);
    out.push_bytes(line_break.get(1..).unwrap_or_default());
    out.push_bytes(rest.expose_secret());
    Ok(Value::String(out.into()))
}

fn count(given: i64) -> Result<u64, Fault> {
    u64::try_from(given).map_err(|_| Fault::function("the count must not be negative"))
}

fn replaced(
    scope: &mut Scope<'_>,
    text: &[u8],
    old: &[u8],
    new: &[u8],
) -> Result<SecretBuffer, Fault> {
    scope.budget.work(large(text.len() / BYTES_PER_STEP))?;
    let places = if old.is_empty() {
        rune_count(text) + 1
    } else {
        split(text, old).len() - 1
    };
    scope.budget.memory(
        large(places)
            .saturating_mul(large(new.len()))
            .saturating_add(large(text.len())),
    )?;
    let mut out = SecretBuffer::default();
    replace_all(&mut out, text, old, new);
    Ok(out)
}

/// The bytes count as characters of Latin-1, and are written as those once there is a blank among
/// them.
fn without_blanks(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let text = arguments.bytes(0);
    let is_blank = |byte: &u8| is_space(char::from(*byte));
    if !text.iter().any(is_blank) {
        return Ok(arguments.value(0).clone());
    }
    scope.budget.memory(large(text.len()).saturating_mul(2))?;
    let mut out = SecretBuffer::default();
    for byte in text.iter().filter(|byte| !is_blank(byte)) {
        append_rune(&mut out, char::from(*byte));
    }
    Ok(Value::String(out.into()))
}

fn shuffle(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let text = arguments.bytes(0);
    scope.budget.memory(large(text.len()).saturating_mul(4))?;
    let mut characters: Zeroizing<Vec<char>> =
        Zeroizing::new(runes(text).map(|rune| rune.value).collect());
    for index in (1..characters.len()).rev() {
        let other = scope.host.random(large(index) + 1);
        let other = usize::try_from(other).unwrap_or_default().min(index);
        characters.swap(index, other);
    }
    let mut out = SecretBuffer::default();
    for character in characters.iter() {
        append_rune(&mut out, *character);
    }
    Ok(Value::String(out.into()))
}
