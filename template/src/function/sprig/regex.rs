//! Regular expressions, with Go's [syntax](https://pkg.go.dev/regexp/syntax). One that is wrong is
//! an error, except for `regexMatch`, which takes it for one that does not match.

use super::{
    Arguments, BYTES_PER_STEP, Function, Outcome, STRING, THREE_STRINGS, TWO_STRINGS, large,
    splitting, string,
};
use crate::{
    fault::{ErrorClass, Fault},
    go::regex::{Regex, quote_meta},
    scope::Scope,
    value::{List, Type, Value},
};

const TWO_STRINGS_AND_INT: &[Type] = &[Type::String, Type::String, Type::INT];

pub(super) const TABLE: &[Function] = &[
    Function::new("sprig_mustRegexFind", TWO_STRINGS, find),
    Function::new("sprig_mustRegexFindAll", TWO_STRINGS_AND_INT, find_all),
    Function::new("sprig_mustRegexMatch", TWO_STRINGS, |scope, a| {
        regex(scope, a).map(|regex| Value::Bool(regex.is_match(a.bytes(1))))
    }),
    Function::new("sprig_mustRegexReplaceAll", THREE_STRINGS, replace_all),
    Function::new(
        "sprig_mustRegexReplaceAllLiteral",
        THREE_STRINGS,
        replace_all_literal,
    ),
    Function::new("sprig_mustRegexSplit", TWO_STRINGS_AND_INT, split),
    Function::new("sprig_regexFind", TWO_STRINGS, find),
    Function::new("sprig_regexFindAll", TWO_STRINGS_AND_INT, find_all),
    Function::new("sprig_regexMatch", TWO_STRINGS, is_match),
    Function::new("sprig_regexQuoteMeta", STRING, |_, a| {
        Ok(Value::String(quote_meta(a.bytes(0)).into()))
    }),
    Function::new("sprig_regexReplaceAll", THREE_STRINGS, replace_all),
    Function::new(
        "sprig_regexReplaceAllLiteral",
        THREE_STRINGS,
        replace_all_literal,
    ),
    Function::new("sprig_regexSplit", TWO_STRINGS_AND_INT, split),
];

/// Up to this size of a result the matches are not counted beforehand.
const UNCOUNTED: u64 = 1 << 20;

/// The expression comes first, the text second.
fn regex(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Result<Regex, Fault> {
    let (pattern, text) = (arguments.bytes(0), arguments.bytes(1));
    let steps = (text.len() + pattern.len()) / BYTES_PER_STEP;
    scope.budget.work(large(steps))?;
    Regex::new(pattern).map_err(|error| Fault::function(error.to_string()))
}

fn is_match(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let matches = match regex(scope, arguments) {
        Ok(regex) => regex.is_match(arguments.bytes(1)),
        Err(fault) if fault.class == ErrorClass::Limit => return Err(fault),
        Err(_) => false,
    };
    Ok(Value::Bool(matches))
}

fn find(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let regex = regex(scope, arguments)?;
    Ok(string(regex.find(arguments.bytes(1)).unwrap_or_default()))
}

/// No match is a nil list.
fn find_all(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let found = regex(scope, arguments)?.find_all(arguments.bytes(1), arguments.int(2));
    if found.is_empty() {
        return Ok(nil());
    }
    splitting::list(scope, found)
}

/// At most so many parts; none is a nil list.
fn split(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let regex = regex(scope, arguments)?;
    match arguments.int(2) {
        0 => Ok(nil()),
        limit => splitting::list(scope, regex.split(arguments.bytes(1), limit)),
    }
}

fn nil() -> Value {
    Value::List(List::nil(Type::String))
}

fn replace_all(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let (text, replacement) = (arguments.bytes(1), arguments.bytes(2));
    let regex = regex(scope, arguments)?;
    let references = memchr::memchr_iter(b'$', replacement).count();
    count(scope, &regex, text, replacement, references)?;
    Ok(Value::String(regex.replace_all(text, replacement).into()))
}

fn replace_all_literal(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let (text, replacement) = (arguments.bytes(1), arguments.bytes(2));
    let regex = regex(scope, arguments)?;
    count(scope, &regex, text, replacement, 0)?;
    Ok(Value::String(
        regex.replace_all_literal(text, replacement).into(),
    ))
}

/// Counts the most that replacing can make; every reference can repeat the whole text once.
fn count(
    scope: &mut Scope<'_>,
    regex: &Regex,
    text: &[u8],
    replacement: &[u8],
    references: usize,
) -> Result<(), Fault> {
    let most = |matches: usize| {
        large(matches)
            .saturating_mul(large(replacement.len()))
            .saturating_add(large(references + 1).saturating_mul(large(text.len())))
    };
    let mut size = most(text.len() + 1);
    if size > UNCOUNTED {
        size = most(regex.find_all(text, -1).len());
    }
    scope.budget.memory(size)
}
