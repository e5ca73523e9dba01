//! What a template asks of the secret store and of files: `secret`, `secrets`, `pkiCert`, `file`.
//!
//! Every call names a dependency. While its answer is not known the call gives nothing, and the
//! template is run again later. Rules:
//! [consul-template's functions](https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md).

mod path;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::{Arguments, Function, Outcome};
use crate::{
    fault::Fault,
    go::strings::{cut, trim_space},
    scope::{Dependency, Scope},
    value::{List, Text, Type, Value},
};

pub(super) const TABLE: &[Function] = &[
    Function::new("file", &[Type::String], file),
    Function::variadic("pkiCert", &[], Type::String, pki_cert),
    Function::variadic("secret", &[], Type::String, secret),
    Function::new("secrets", &[Type::String], secrets),
];

/// Reads a secret, or writes the arguments and gives the answer: any argument beside the path makes
/// a write, even an empty one.
fn secret(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let Some((path, rest)) = arguments.0.split_first() else {
        return Ok(Value::Nil);
    };
    let dependency = if rest.is_empty() {
        Dependency::Read {
            path: path::readable(path.bytes())?,
        }
    } else {
        let arguments = pairs(rest)?;
        Dependency::Write {
            path: path::plain(path.bytes())?,
            arguments,
        }
    };
    Ok(scope.ask(dependency)?.unwrap_or(Value::Nil))
}

/// The names under a path, sorted; those of folders end in a slash. No names are a nil list.
fn secrets(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let none = Value::List(List::nil(Type::String));
    if arguments.bytes(0).is_empty() {
        return Ok(none);
    }
    let path = path::plain(arguments.bytes(0))?;
    Ok(scope
        .ask(Dependency::List { path })?
        .filter(Value::truth)
        .unwrap_or(none))
}

/// A certificate that is issued once and kept while it is good.
fn pki_cert(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let Some((path, rest)) = arguments.0.split_first() else {
        return Ok(Value::Nil);
    };
    let arguments = pairs(rest)?;
    let path = path::without_query(path.bytes())?;
    let dependency = Dependency::Certificate { path, arguments };
    Ok(scope.ask(dependency)?.unwrap_or(Value::Nil))
}

/// The content of a file.
fn file(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    if arguments.bytes(0).is_empty() {
        return Ok(Value::string(""));
    }
    let path = path::file(arguments.bytes(0))?;
    let content = scope.ask(Dependency::File { path })?;
    Ok(content.unwrap_or_else(|| Value::string("")))
}

/// `key=value` arguments, with blanks around both parts removed; the last of equal keys counts.
fn pairs(arguments: &[Value]) -> Result<BTreeMap<Text, Text>, Fault> {
    let mut pairs = BTreeMap::new();
    for (index, argument) in arguments.iter().enumerate() {
        if argument.bytes().is_empty() {
            continue;
        }
        let (key, value) = cut(argument.bytes(), b"=").ok_or_else(|| {
            Fault::function(format!(
                "argument {} after the path is not of the form \"key=value\"",
                index + 1
            ))
        })?;
        pairs.insert(Text::from(trim_space(key)), Text::from(trim_space(value)));
    }
    Ok(pairs)
}
