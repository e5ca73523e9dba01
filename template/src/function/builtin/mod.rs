//! The functions of [`text/template`](https://pkg.go.dev/text/template#hdr-Functions) itself.
//!
//! They take any value as it is (`reflect.Value`) where Go's do, so that they can tell kinds apart
//! and give errors of their own.

mod comparison;
mod element;
mod escape;
mod print;
#[cfg(test)]
mod tests;

use super::{Arguments, Body, Function, Outcome};
use crate::{
    scope::Scope,
    value::{Type, Value},
};

pub(super) const TABLE: &[Function] = &[
    engine("and", Body::And),
    engine("or", Body::Or),
    engine("call", Body::Call),
    Function::new("not", &[Type::Unchecked], not),
    Function::variadic("eq", &[Type::Unchecked], Type::Unchecked, comparison::eq),
    Function::new("ne", PAIR, comparison::ne),
    Function::new("lt", PAIR, comparison::lt),
    Function::new("le", PAIR, comparison::le),
    Function::new("gt", PAIR, comparison::gt),
    Function::new("ge", PAIR, comparison::ge),
    Function::new("len", &[Type::Unchecked], element::len),
    Function::variadic("index", &[Type::Unchecked], Type::Unchecked, element::index),
    Function::variadic("slice", &[Type::Unchecked], Type::Unchecked, element::slice),
    Function::variadic("print", &[], Type::Any, print::print),
    Function::variadic("println", &[], Type::Any, print::println),
    Function::variadic("printf", &[Type::String], Type::Any, print::printf),
    Function::variadic("html", &[], Type::Any, escape::html),
    Function::variadic("js", &[], Type::Any, escape::js),
    Function::variadic("urlquery", &[], Type::Any, escape::urlquery),
];

const PAIR: &[Type] = &[Type::Unchecked, Type::Unchecked];

/// A function that the engine itself carries out.
const fn engine(name: &'static str, body: Body) -> Function {
    Function {
        name,
        parameters: &[Type::Unchecked],
        variadic: Some(Type::Unchecked),
        body,
    }
}

#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn not(_scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(Value::Bool(!arguments.value(0).truth()))
}
