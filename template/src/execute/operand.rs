//! Operands: constants, variables, fields, nested pipelines.

use super::{Execution, fail};
use crate::{
    fault::{ErrorClass, Fault},
    go::number::Constant,
    syntax::{NumberForm, Operand, OperandKind, Variable},
    value::Value,
};

impl<'t> Execution<'t, '_, '_> {
    /// The value of an operand where any type will do.
    pub(super) fn operand(&mut self, dot: &Value, operand: &'t Operand) -> Result<Value, Fault> {
        self.at(operand.offset);
        Ok(match &operand.kind {
            OperandKind::Dot => dot.clone(),
            OperandKind::Nil => Value::Nil,
            OperandKind::Bool(value) => Value::Bool(*value),
            OperandKind::Number(constant, form) => return ideal_constant(constant, *form),
            OperandKind::String(text) => Value::String(text.clone()),
            OperandKind::Field(fields) => {
                return self.fields(dot, dot.clone(), fields, &[], None);
            }
            OperandKind::Variable(variable, fields) => {
                let value = self.variable(variable)?;
                if fields.is_empty() {
                    return Ok(value);
                }
                return self.fields(dot, value, fields, &[], None);
            }
            OperandKind::Chain(base, fields) => {
                let base = self.operand(dot, base)?;
                return self.fields(dot, base, fields, &[], None);
            }
            OperandKind::Function(function) => {
                return self.call(dot, function, None, operand.offset, &[], None);
            }
            OperandKind::Pipe(pipe) => {
                return self.pipeline(dot, pipe);
            }
        })
    }

    pub(super) fn variable(&self, variable: &Variable) -> Result<Value, Fault> {
        let (value, name) = match variable {
            Variable::Slot(slot) => (
                self.variables
                    .get(self.first_variable + *slot)
                    .cloned()
                    .flatten(),
                "",
            ),
            Variable::Undefined(name) => (None, self.tree.name(*name)),
        };
        match value {
            Some(value) => Ok(value),
            None => fail(
                ErrorClass::UndefinedVariable,
                format!("the variable {name} has no value yet"),
            ),
        }
    }
}

/// A number whose type its own form decides.
fn ideal_constant(constant: &Constant, form: NumberForm) -> Result<Value, Fault> {
    if let Some((real, imaginary)) = constant.complex {
        return Ok(Value::Complex(real, imaginary));
    }
    match (form, constant.float, constant.int) {
        (NumberForm::Float, Some(value), _) => Ok(Value::float(value)),
        (_, _, Some(value)) => Ok(Value::int(value)),
        _ => fail(ErrorClass::BadNumber, "the number does not fit into an int"),
    }
}
