//! `print`, `println`, `printf`: Go's `fmt` as functions that give text.

use vouchsafe_shared::secret::SecretBuffer;

use crate::{
    function::{Arguments, Outcome},
    go::format,
    scope::Scope,
    value::Value,
};

pub(super) fn print(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let mut out = SecretBuffer::default();
    format::print(&mut out, arguments.rest(0), &mut scope.budget)?;
    Ok(Value::string(out))
}

pub(super) fn println(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let mut out = SecretBuffer::default();
    format::println(&mut out, arguments.rest(0), &mut scope.budget)?;
    Ok(Value::string(out))
}

pub(super) fn printf(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let mut out = SecretBuffer::default();
    format::printf(
        &mut out,
        arguments.bytes(0),
        arguments.rest(1),
        &mut scope.budget,
    )?;
    Ok(Value::string(out))
}
