//! Pipelines and commands: each command's result is the last argument of the next.

use super::{Execution, fail};
use crate::{
    fault::{ErrorClass, Fault},
    syntax::{Command, OperandKind, Pipe},
    value::Value,
};

impl<'t> Execution<'t, '_, '_> {
    pub(super) fn pipeline(&mut self, dot: &Value, pipe: &'t Pipe) -> Result<Value, Fault> {
        self.at(pipe.offset);
        let mut value: Option<Value> = None;
        for command in &pipe.commands {
            // A nil interface becomes no value here.
            value = Some(self.command(dot, command, value)?.stored());
        }
        let value = value.unwrap_or(Value::Nil);
        for target in &pipe.targets {
            self.set(target, value.clone())?;
        }
        Ok(value)
    }

    /// One command; `last` is what the command before it gave.
    fn command(
        &mut self,
        dot: &Value,
        command: &'t Command,
        last: Option<Value>,
    ) -> Result<Value, Fault> {
        self.scope.budget.work(1)?;
        let operand = &command.operand;
        match &operand.kind {
            OperandKind::Field(fields) => {
                self.at(operand.offset);
                self.fields(dot, dot.clone(), fields, &command.arguments, last)
            }
            OperandKind::Chain(base, fields) => {
                self.at(operand.offset);
                let base = self.operand(dot, base)?;
                self.fields(dot, base, fields, &command.arguments, last)
            }
            OperandKind::Function(function) => {
                self.at(operand.offset);
                self.call(
                    dot,
                    function,
                    None,
                    operand.offset,
                    &command.arguments,
                    last,
                )
            }
            OperandKind::Variable(variable, fields) => {
                self.at(operand.offset);
                let value = self.variable(variable)?;
                if fields.is_empty() {
                    takes_no_argument(command, last.as_ref())?;
                    return Ok(value);
                }
                self.fields(dot, value, fields, &command.arguments, last)
            }
            OperandKind::Pipe(pipe) => {
                takes_no_argument(command, last.as_ref())?;
                self.pipeline(dot, pipe)
            }
            _ => {
                self.at(operand.offset);
                takes_no_argument(command, last.as_ref())?;
                if let OperandKind::Nil = operand.kind {
                    return fail(
                        ErrorClass::NilData,
                        "nil alone is no value to print or pass on",
                    );
                }
                self.operand(dot, operand)
            }
        }
    }
}

fn takes_no_argument(command: &Command, last: Option<&Value>) -> Result<(), Fault> {
    if command.arguments.is_empty() && last.is_none() {
        return Ok(());
    }
    fail(
        ErrorClass::NotCallable,
        "this is no function and takes no arguments",
    )
}
