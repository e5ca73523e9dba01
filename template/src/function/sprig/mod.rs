//! The functions of [sprig](https://masterminds.github.io/sprig/) 3.3.0, which consul-template
//! offers under names with `sprig_` in front: those that need nothing but their arguments.
//! [`super::unsupported`] tells why the ones that make keys, passwords and certificates are not
//! here.
//!
//! Sprig has most list functions twice: one that panics where the other, named `must…`, returns an
//! error. A template cannot tell them apart, so here they are one.

mod arithmetic;
mod casing;
mod cast;
mod decimal;
mod defaults;
mod dictionaries;
mod digests;
mod encodings;
mod equality;
mod floats;
mod joining;
mod json;
mod lists;
mod paths;
mod regex;
mod sequences;
mod shortening;
mod splitting;
mod strings;
#[cfg(test)]
mod tests;
mod times;
mod types;
mod urls;
mod versions;
mod wrapping;

use super::{Arguments, Function, Outcome};
use crate::value::{Text, Type, Value};

pub(super) const TABLES: &[&[Function]] = &[
    arithmetic::TABLE,
    casing::TABLE,
    defaults::TABLE,
    dictionaries::TABLE,
    digests::TABLE,
    encodings::TABLE,
    floats::TABLE,
    joining::TABLE,
    json::TABLE,
    lists::TABLE,
    paths::TABLE,
    regex::TABLE,
    sequences::TABLE,
    shortening::TABLE,
    splitting::TABLE,
    strings::TABLE,
    times::TABLE,
    types::TABLE,
    urls::TABLE,
    versions::TABLE,
    wrapping::TABLE,
];

const ANY: &[Type] = &[Type::Any];
const TWO_OF_ANY: &[Type] = &[Type::Any, Type::Any];
const STRING: &[Type] = &[Type::String];
const TWO_STRINGS: &[Type] = &[Type::String, Type::String];
const THREE_STRINGS: &[Type] = &[Type::String, Type::String, Type::String];
const INT_AND_STRING: &[Type] = &[Type::INT, Type::String];

/// How deep values are followed.
const DEEPEST: usize = 1000;

/// What one small allocation costs beside its content.
const OVERHEAD: usize = 64;

/// Bytes that a search passes over for the price of one step.
const BYTES_PER_STEP: usize = 16;

fn string(bytes: &[u8]) -> Value {
    Value::String(Text::from(bytes))
}

/// A size for the budget: what does not fit is more than any limit.
fn large(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}
