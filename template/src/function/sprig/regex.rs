//! Regular expressions, with Go's [syntax](https://pkg.go.dev/regexp/syntax). One that is wrong is
//! an error, except for `regexMatch`, which takes it for one that does not match.

use std::rc::Rc;

use super::{Arguments, Function, Outcome, STRING, THREE_STRINGS, TWO_STRINGS, splitting, string};
use crate::{
    fault::Fault,
    go::regex::{Regex, quote_meta},
    scope::Scope,
    value::{List, Type, Value},
};

const TWO_STRINGS_AND_INT: &[Type] = &[Type::String, Type::String, Type::INT];

pub(super) const TABLE: &[Function] = &[
    Function::new("sprig_mustRegexFind", TWO_STRINGS, find),
    Function::new("sprig_mustRegexFindAll", TWO_STRINGS_AND_INT, find_all),
    Function::new("sprig_mustRegexMatch", TWO_STRINGS, |scope, a| {
        let regex = regex(scope, a)?;
        Ok(Value::Bool(regex.is_match(a.bytes(1), &mut scope.budget)?))
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

/// The expression comes first, the text second.
fn regex(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Result<Rc<Regex>, Fault> {
    scope
        .regex(arguments.bytes(0))?
        .map_err(|error| Fault::function(error.to_string()))
}

fn is_match(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let matches = match scope.regex(arguments.bytes(0))? {
        Ok(regex) => regex.is_match(arguments.bytes(1), &mut scope.budget)?,
        Err(_) => false,
    };
    Ok(Value::Bool(matches))
}

fn find(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let regex = regex(scope, arguments)?;
    let found = regex.find(arguments.bytes(1), &mut scope.budget)?;
    Ok(string(found.unwrap_or_default()))
}

/// No match is a nil list.
fn find_all(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let regex = regex(scope, arguments)?;
    let (text, limit) = (arguments.bytes(1), arguments.int(2));
    let found = regex.find_all(text, limit, &mut scope.budget)?;
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
        limit => {
            let parts = regex.split(arguments.bytes(1), limit, &mut scope.budget)?;
            splitting::list(scope, parts)
        }
    }
}

fn nil() -> Value {
    Value::List(List::nil(Type::String))
}

fn replace_all(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let regex = regex(scope, arguments)?;
    let (text, replacement) = (arguments.bytes(1), arguments.bytes(2));
    let replaced = regex.replace_all(text, replacement, &mut scope.budget)?;
    Ok(Value::String(replaced.into()))
}

fn replace_all_literal(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let regex = regex(scope, arguments)?;
    let (text, replacement) = (arguments.bytes(1), arguments.bytes(2));
    let replaced = regex.replace_all_literal(text, replacement, &mut scope.budget)?;
    Ok(Value::String(replaced.into()))
}
