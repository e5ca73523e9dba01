//! Texts cut at a separator.

use super::{BYTES_PER_STEP, Function, OVERHEAD, Outcome, TWO_STRINGS, large};
use crate::{
    fault::Fault,
    go::{
        rune::decode_rune,
        strings::{cut, split as split_at},
    },
    scope::Scope,
    value::{Entries, Map, Text, Type, Value},
};

pub(super) const TABLE: &[Function] = &[
    Function::new("sprig_split", TWO_STRINGS, |scope, a| {
        let parts = parts(scope, a.bytes(1), a.bytes(0), -1)?;
        numbered(scope, parts)
    }),
    Function::new("sprig_splitList", TWO_STRINGS, |scope, a| {
        let parts = parts(scope, a.bytes(1), a.bytes(0), -1)?;
        list(scope, parts)
    }),
    Function::new(
        "sprig_splitn",
        &[Type::String, Type::INT, Type::String],
        |scope, a| {
            let parts = parts(scope, a.bytes(2), a.bytes(0), a.int(1))?;
            numbered(scope, parts)
        },
    ),
];

/// `strings.SplitN`: at most `limit` parts, all when it is negative.
fn parts<'t>(
    scope: &mut Scope<'_>,
    text: &'t [u8],
    separator: &[u8],
    limit: i64,
) -> Result<Vec<&'t [u8]>, Fault> {
    scope.budget.work(large(text.len() / BYTES_PER_STEP))?;
    let Ok(limit) = usize::try_from(limit) else {
        return Ok(split_at(text, separator));
    };
    if limit == 0 || separator.is_empty() && text.is_empty() {
        return Ok(Vec::new());
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while parts.len() + 1 < limit {
        let Some((part, behind)) = first_part(rest, separator) else {
            break;
        };
        parts.push(part);
        rest = behind;
    }
    parts.push(rest);
    Ok(parts)
}

fn first_part<'t>(text: &'t [u8], separator: &[u8]) -> Option<(&'t [u8], &'t [u8])> {
    if !separator.is_empty() {
        return cut(text, separator);
    }
    let (_, width) = decode_rune(text);
    text.split_at_checked(width)
        .filter(|(_, rest)| !rest.is_empty())
}

/// A `[]string`.
pub(super) fn list(scope: &mut Scope<'_>, parts: Vec<&[u8]>) -> Outcome {
    count(scope, &parts)?;
    Ok(Value::strings(parts.into_iter().map(Text::from)))
}

/// A map with the keys `_0`, `_1` and so on.
fn numbered(scope: &mut Scope<'_>, parts: Vec<&[u8]>) -> Outcome {
    count(scope, &parts)?;
    scope
        .budget
        .memory(large(parts.len().saturating_mul(OVERHEAD)))?;
    let entries = parts
        .into_iter()
        .enumerate()
        .map(|(index, part)| (Text::from(format!("_{index}")), super::string(part)))
        .collect();
    Ok(Value::Map(Map::of(
        Type::STRING_MAP,
        Entries::Text(entries),
    )))
}

fn count(scope: &mut Scope<'_>, parts: &[&[u8]]) -> Result<(), Fault> {
    let size = parts.iter().map(|part| part.len() + OVERHEAD);
    scope.budget.memory(large(size.sum()))
}
