//! Printing what a field or a variable holds, without taking a copy of it on the way: most actions
//! of most templates are just that.

use super::Execution;
use crate::{
    fault::Fault,
    go::format,
    scope::Budget,
    syntax::{Command, OperandKind, Pipe, Span, Tree, Variable},
    value::{Entries, Value},
};
use vouchsafe_shared::secret::SecretBuffer;

impl Execution<'_, '_, '_> {
    /// Prints the value of a pipeline that is nothing but a path into maps. False if it is
    /// anything else or the path does not lead to a value: then nothing was printed.
    pub(super) fn print_simple(&mut self, dot: &Value, pipe: &Pipe) -> Result<bool, Fault> {
        let ([command], []) = (pipe.commands.as_slice(), pipe.targets.as_slice()) else {
            return Ok(false);
        };
        let Command { operand, arguments } = command;
        if !arguments.is_empty() {
            return Ok(false);
        }
        let (value, fields) = match &operand.kind {
            OperandKind::Field(fields) => (dot, fields),
            OperandKind::Variable(Variable::Slot(slot), fields) => {
                match self.variables.get(self.first_variable + *slot) {
                    Some(Some(value)) => (value, fields),
                    _ => return Ok(false),
                }
            }
            OperandKind::Dot => return shown(&mut self.output, dot, &mut self.scope.budget),
            _ => return Ok(false),
        };
        self.offset = operand.offset;
        print_path(
            self.tree,
            value,
            fields,
            &mut self.output,
            &mut self.scope.budget,
        )
    }
}

fn print_path(
    tree: &Tree,
    value: &Value,
    fields: &[Span],
    out: &mut SecretBuffer,
    budget: &mut Budget,
) -> Result<bool, Fault> {
    let Some((field, rest)) = fields.split_first() else {
        return shown(out, value, budget);
    };
    match value {
        Value::Map(map) => match &*map.entries() {
            Entries::Text(entries) => match entries.get(tree.span(*field)) {
                Some(value) => print_path(tree, value, rest, out, budget),
                None => Ok(false),
            },
            Entries::Any(_) => Ok(false),
        },
        Value::Object(object) if !object.is_nil() => match object.field(tree.name(*field)) {
            Some(value) => print_path(tree, &value, rest, out, budget),
            None => Ok(false),
        },
        _ => Ok(false),
    }
}

/// Prints the kinds that most values are.
fn shown(out: &mut SecretBuffer, value: &Value, budget: &mut Budget) -> Result<bool, Fault> {
    match value {
        Value::String(_) | Value::Number(_) | Value::Int(..) => {
            format::value(out, value, budget)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}
