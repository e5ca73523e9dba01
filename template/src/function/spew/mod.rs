//! Looking at values while writing a template: `spew_sdump` and `spew_sprintf` show types and
//! structure as [spew](https://pkg.go.dev/github.com/davecgh/go-spew/spew) does. `spew_dump` and
//! `spew_printf`, which write to the standard output of consul-template, write nothing: what they
//! show may be secret.
//!
//! Maps are shown in the order of their keys, where spew has none, and addresses are all the same.

mod compact;
mod dump;
mod scalar;
#[cfg(test)]
mod tests;

use super::{Arguments, Function, Outcome};
use crate::{
    fault::Fault,
    scope::Scope,
    value::{Type, Value},
};

pub(super) const TABLE: &[Function] = &[
    Function::variadic("spew_dump", &[], Type::Any, nothing),
    Function::variadic("spew_printf", &[Type::String], Type::Any, nothing),
    Function::variadic("spew_sdump", &[], Type::Any, dump::sdump),
    Function::variadic("spew_sprintf", &[Type::String], Type::Any, compact::sprintf),
];

/// What stands for every address.
const ADDRESS: &str = "0xc000000000";
/// How deep values are followed.
const DEEPEST: usize = 250;

#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn nothing(_: &mut Scope<'_>, _: &Arguments<'_>) -> Outcome {
    Ok(Value::string(""))
}

fn too_deep() -> Fault {
    Fault::limit(format!(
        "the value is nested deeper than the {DEEPEST} levels allowed"
    ))
}

/// Counts one value that is shown.
fn count(scope: &mut Scope<'_>, value: &Value) -> Result<(), Fault> {
    scope.budget.work(1)?;
    let length = u64::try_from(value.bytes().len()).unwrap_or(u64::MAX);
    scope.budget.memory(length.saturating_add(16))
}
