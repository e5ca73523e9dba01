//! Functions on texts. The text comes last, so that it can come from a pipeline.

use std::rc::Rc;

use vouchsafe_shared::secret::SecretBuffer;

use super::{Arguments, Function, Outcome};
use crate::{
    fault::Fault,
    go::{
        regex::Regex,
        rune::{append_lower, append_upper, rune_count},
        strings::{cut, replace_all as replace, split as split_at, trim as trim_set, trim_space},
        title,
    },
    scope::Scope,
    value::{Entries, Map, Text, Type, Value},
};

const ONE: &[Type] = &[Type::String];
const TWO: &[Type] = &[Type::String, Type::String];
const THREE: &[Type] = &[Type::String, Type::String, Type::String];

pub(super) const TABLE: &[Function] = &[
    Function::new("indent", &[Type::INT, Type::String], indent),
    Function::new("join", &[Type::String, Type::STRINGS], join),
    Function::new("regexMatch", TWO, regex_match),
    Function::new("regexReplaceAll", THREE, regex_replace_all),
    Function::new("replaceAll", THREE, replace_all),
    Function::new("split", TWO, split),
    Function::new("splitToMap", THREE, split_to_map),
    Function::new("toLower", ONE, |scope, arguments| {
        mapped(scope, arguments, append_lower)
    }),
    Function::new("toTitle", ONE, to_title),
    Function::new("toUpper", ONE, |scope, arguments| {
        mapped(scope, arguments, append_upper)
    }),
    Function::new("trim", TWO, |_, arguments| {
        Ok(part(trim_set(arguments.bytes(1), arguments.bytes(0))))
    }),
    Function::new("trimPrefix", TWO, |_, arguments| {
        let (prefix, text) = (arguments.bytes(0), arguments.bytes(1));
        Ok(part(text.strip_prefix(prefix).unwrap_or(text)))
    }),
    Function::new("trimSpace", ONE, |_, arguments| {
        Ok(part(trim_space(arguments.bytes(0))))
    }),
    Function::new("trimSuffix", TWO, |_, arguments| {
        let (suffix, text) = (arguments.bytes(0), arguments.bytes(1));
        Ok(part(text.strip_suffix(suffix).unwrap_or(text)))
    }),
];

/// What a text costs beside its bytes.
const OVERHEAD: usize = 64;
/// Bytes that a search passes over for the price of one step.
const BYTES_PER_STEP: usize = 16;

fn part(bytes: &[u8]) -> Value {
    Value::String(Text::from(bytes))
}

/// Sizes on this side of the memory's end fit; what does not is more than any limit.
fn large(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn mapped(
    scope: &mut Scope<'_>,
    arguments: &Arguments<'_>,
    map: fn(&mut SecretBuffer, &[u8]),
) -> Outcome {
    let text = arguments.bytes(0);
    scope.budget.memory(large(text.len()))?;
    let mut out = SecretBuffer::default();
    map(&mut out, text);
    Ok(Value::String(out.into()))
}

/// The first letter of every word is made a capital, the others stay.
fn to_title(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let text = arguments.bytes(0);
    scope.budget.memory(large(text.len()))?;
    Ok(Value::String(title::cases_title(text).into()))
}

/// Every line that is not empty starts with so many blanks.
fn indent(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let spaces = u64::try_from(arguments.int(0))
        .map_err(|_| Fault::function("the number of blanks must not be negative"))?;
    let text = arguments.bytes(1);
    let lines = || text.split_inclusive(|byte| *byte == b'\n');
    let indented = lines().filter(|line| *line != b"\n").count();
    scope.budget.work(large(text.len() / BYTES_PER_STEP))?;
    scope.budget.memory(
        large(indented)
            .saturating_mul(spaces)
            .saturating_add(large(text.len())),
    )?;
    let mut out = SecretBuffer::default();
    for line in lines() {
        if line != b"\n" {
            for _ in 0..spaces {
                out.push(b' ');
            }
        }
        out.push_bytes(line);
    }
    Ok(Value::String(out.into()))
}

fn join(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let (separator, items) = (arguments.bytes(0), arguments.items(1));
    let length = items
        .iter()
        .map(|item| item.bytes().len() + separator.len())
        .fold(0, usize::saturating_add);
    scope.budget.memory(large(length))?;
    let mut out = SecretBuffer::default();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_bytes(separator);
        }
        out.push_bytes(item.bytes());
    }
    Ok(Value::String(out.into()))
}

fn replace_all(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let (old, new, text) = (arguments.bytes(0), arguments.bytes(1), arguments.bytes(2));
    let most = if old.is_empty() {
        rune_count(text) + 1
    } else {
        split_at(text, old).len() - 1
    };
    scope.budget.work(large(text.len() / BYTES_PER_STEP))?;
    scope.budget.memory(
        large(most)
            .saturating_mul(large(new.len()))
            .saturating_add(large(text.len())),
    )?;
    let mut out = SecretBuffer::default();
    replace(&mut out, text, old, new);
    Ok(Value::String(out.into()))
}

/// The text without blanks around it, cut at every separator; nothing gives an empty list.
fn split(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let text = trim_space(arguments.bytes(1));
    if text.is_empty() {
        return Ok(Value::strings([]));
    }
    scope.budget.work(large(text.len() / BYTES_PER_STEP))?;
    let parts = split_at(text, arguments.bytes(0));
    scope
        .budget
        .memory(large(parts.len().saturating_mul(OVERHEAD) + text.len()))?;
    Ok(Value::strings(parts.into_iter().map(Text::from)))
}

/// Cut twice: into entries, and every entry into key and value. An entry without the second
/// separator is left out; the last of equal keys counts.
fn split_to_map(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let text = trim_space(arguments.bytes(2));
    scope.budget.work(large(text.len() / BYTES_PER_STEP))?;
    let parts = if text.is_empty() {
        Vec::new()
    } else {
        split_at(text, arguments.bytes(0))
    };
    scope
        .budget
        .memory(large(parts.len().saturating_mul(2 * OVERHEAD) + text.len()))?;
    let entries = parts
        .into_iter()
        .filter_map(|entry| cut(entry, arguments.bytes(1)))
        .map(|(key, value)| (Text::from(key), part(value)))
        .collect();
    Ok(Value::Map(Map::of(
        Type::STRING_MAP,
        Entries::Text(entries),
    )))
}

fn regex(scope: &mut Scope<'_>, pattern: &[u8]) -> Result<Rc<Regex>, Fault> {
    scope
        .regex(pattern)?
        .map_err(|error| Fault::function(error.to_string()))
}

fn regex_match(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let (pattern, text) = (arguments.bytes(0), arguments.bytes(1));
    let regex = regex(scope, pattern)?;
    Ok(Value::Bool(regex.is_match(text, &mut scope.budget)?))
}

/// In the replacement `$1` and `${name}` stand for what a group matched.
fn regex_replace_all(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let (pattern, replacement, text) = (arguments.bytes(0), arguments.bytes(1), arguments.bytes(2));
    let regex = regex(scope, pattern)?;
    let replaced = regex.replace_all(text, replacement, &mut scope.budget)?;
    Ok(Value::String(replaced.into()))
}
