//! How Go's package [`fmt`](https://pkg.go.dev/fmt) prints values.
//!
//! Everything goes straight into the buffer it is meant for, which wipes itself; what has to be
//! measured before it is padded waits in a buffer of the same kind. Every byte written is counted
//! in the budget, so that no width, precision or repeated operand gets out of hand.

mod composite;
mod directive;
mod float;
mod integer;
mod options;
mod printer;
mod string;
mod words;

#[cfg(test)]
pub(crate) mod tests;

use vouchsafe_shared::secret::SecretBuffer;

use self::printer::Printer;
use crate::{
    fault::{ErrorClass, Fault},
    go::integer::append_int,
    scope::Budget,
    value::{IntType, Type, Value},
};

/// What `fmt` shows of a nil.
const NIL: &[u8] = b"<nil>";

/// What a template shows of no value.
const NO_VALUE: &[u8] = b"<no value>";

/// `fmt.Fprint` of one value.
///
/// # Errors
/// A limit is reached.
pub fn value(out: &mut SecretBuffer, value: &Value, budget: &mut Budget) -> Result<(), Fault> {
    match value {
        Value::String(text) | Value::Number(text) => {
            budget.memory(text.len() as u64)?;
            out.push_bytes(text);
            Ok(())
        }
        Value::Int(IntType::Int | IntType::Int64, number) => {
            let start = out.len();
            append_int(out, *number, 10);
            budget.memory((out.len() - start) as u64)
        }
        _ => Printer::new(out, budget).argument(value, 'v'),
    }
}

/// One value as a template shows it (`{{ .x }}`): as [`value`], but no value and nil are
/// `<no value>`, and a pointer shows what it points to.
///
/// # Errors
/// The value cannot be shown, or a limit is reached.
pub fn shown(out: &mut SecretBuffer, shown: &Value, budget: &mut Budget) -> Result<(), Fault> {
    match shown {
        Value::Channel(_) => Err(Fault::new(
            ErrorClass::CannotPrint,
            format!("a {} cannot be printed: range over it", Type::Channel),
        )),
        Value::Nil | Value::NilInterface => {
            budget.memory(NO_VALUE.len() as u64)?;
            out.push_bytes(NO_VALUE);
            Ok(())
        }
        Value::Object(_) => Printer::new(out, budget).target(shown),
        _ => value(out, shown, budget),
    }
}

/// `fmt.Fprint`: a blank between two operands of which none is a string.
///
/// # Errors
/// A limit is reached.
pub fn print(out: &mut SecretBuffer, values: &[Value], budget: &mut Budget) -> Result<(), Fault> {
    let mut after_string = true;
    for operand in values {
        let string = matches!(operand, Value::String(_) | Value::Number(_));
        if !string && !after_string {
            out.push(b' ');
        }
        value(out, operand, budget)?;
        after_string = string;
    }
    Ok(())
}

/// [`print()`] with the operands as templates show them: what `html`, `js` and `urlquery` escape.
///
/// # Errors
/// A limit is reached.
pub fn print_shown(
    out: &mut SecretBuffer,
    values: &[Value],
    budget: &mut Budget,
) -> Result<(), Fault> {
    let mut after_string = true;
    for operand in values {
        let string = matches!(
            operand,
            Value::Nil | Value::NilInterface | Value::String(_) | Value::Number(_)
        );
        if !string && !after_string {
            out.push(b' ');
        }
        match operand {
            Value::Channel(_) => value(out, operand, budget)?,
            _ => shown(out, operand, budget)?,
        }
        after_string = string;
    }
    Ok(())
}

/// `fmt.Fprintln`: a blank between all operands and a newline at the end.
///
/// # Errors
/// A limit is reached.
pub fn println(out: &mut SecretBuffer, values: &[Value], budget: &mut Budget) -> Result<(), Fault> {
    for (index, operand) in values.iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        value(out, operand, budget)?;
    }
    out.push(b'\n');
    Ok(())
}

/// `fmt.Fprintf`: mistakes in the format or the operands become part of the text, as in Go.
///
/// # Errors
/// A limit is reached.
pub fn printf(
    out: &mut SecretBuffer,
    format: &[u8],
    values: &[Value],
    budget: &mut Budget,
) -> Result<(), Fault> {
    directive::printf(&mut Printer::new(out, budget), format, values)
}
