//! Calls: how many arguments, of which types, in which order they are computed.

use smallvec::SmallVec;

use super::{Execution, fail, field::zero};
use crate::{
    fault::{ErrorClass, Fault},
    function::{Arguments, Body, Function},
    syntax::{Offset, Operand, OperandKind},
    value::{Text, Type, Value},
};

impl<'t> Execution<'t, '_, '_> {
    /// Calls a function or, with a receiver, a method. `last` comes from the command before.
    pub(super) fn call(
        &mut self,
        dot: &Value,
        function: &'static Function,
        receiver: Option<Value>,
        offset: Offset,
        operands: &'t [Operand],
        last: Option<Value>,
    ) -> Result<Value, Fault> {
        let count = operands.len() + usize::from(last.is_some());
        check_count(function, count)?;
        if let Body::And | Body::Or = function.body {
            return self.decide(dot, matches!(function.body, Body::Or), operands, last);
        }
        let mut values: SmallVec<[Value; 4]> = SmallVec::new();
        values.extend(receiver);
        for (index, operand) in operands.iter().enumerate() {
            let value = self.argument(dot, parameter(function, index), operand)?;
            values.push(value);
        }
        if let Some(last) = last {
            values.push(checked(last, parameter(function, operands.len()))?);
        }
        let arguments = Arguments(&values);
        let result = match function.body {
            Body::Plain(body) => body(self.scope, &arguments),
            Body::ExecuteTemplate => self.execute_template(&arguments),
            Body::Call => fail(
                ErrorClass::NotCallable,
                "no value of a template is a function that could be called",
            ),
            Body::And | Body::Or => Ok(Value::Nil),
        };
        match result {
            // A function's nil is a nil interface until a pipeline takes it.
            Ok(Value::Nil) => Ok(Value::NilInterface),
            Ok(value) => {
                self.scope.budget.memory(size(&value))?;
                Ok(value)
            }
            Err(fault) => {
                self.at(offset);
                Err(Fault {
                    message: format!("{}: {}", function.name, fault.message),
                    ..fault
                })
            }
        }
    }

    /// `and` and `or` compute only what they need.
    fn decide(
        &mut self,
        dot: &Value,
        is_or: bool,
        operands: &'t [Operand],
        last: Option<Value>,
    ) -> Result<Value, Fault> {
        let mut value = Value::Nil;
        for operand in operands {
            value = self.argument(dot, Type::Unchecked, operand)?;
            if value.truth() == is_or {
                return Ok(value);
            }
        }
        Ok(last.unwrap_or(value))
    }

    fn execute_template(&mut self, arguments: &Arguments<'_>) -> Result<Value, Fault> {
        let dot = match arguments.rest(1) {
            [] => Value::Nil,
            [dot] => dot.clone(),
            _ => {
                return fail(
                    ErrorClass::Function,
                    "takes a name and at most one value for dot",
                );
            }
        };
        let Some(definition) = self.definition(arguments.bytes(0)) else {
            return fail(
                ErrorClass::UndefinedTemplate,
                format!(
                    "there is no template `{}`",
                    String::from_utf8_lossy(arguments.bytes(0))
                ),
            );
        };
        self.scope.budget.enter_call()?;
        let outer = std::mem::take(&mut self.output);
        self.walk(definition, dot)?;
        self.scope.budget.leave_call();
        Ok(Value::String(Text::from(std::mem::replace(
            &mut self.output,
            outer,
        ))))
    }

    /// An argument for a parameter. Constants are read as the type that is asked for.
    fn argument(&mut self, dot: &Value, kind: Type, operand: &'t Operand) -> Result<Value, Fault> {
        self.at(operand.offset);
        match &operand.kind {
            OperandKind::Nil => match kind {
                Type::Any | Type::Unchecked => Ok(Value::Nil),
                kind if kind.can_be_nil() => Ok(zero(kind)),
                _ => fail(ErrorClass::WrongType, format!("nil cannot be a {kind}")),
            },
            OperandKind::Bool(_) | OperandKind::Number(..) | OperandKind::String(_) => {
                self.constant(dot, kind, operand)
            }
            _ => {
                let value = self.operand(dot, operand)?;
                checked(value, kind)
            }
        }
    }

    fn constant(&mut self, dot: &Value, kind: Type, operand: &'t Operand) -> Result<Value, Fault> {
        let value = match (kind, &operand.kind) {
            (Type::Any | Type::Unchecked, _)
            | (Type::Bool, OperandKind::Bool(_))
            | (Type::String, OperandKind::String(_)) => return self.operand(dot, operand),
            (Type::Number, OperandKind::String(text)) => Some(Value::Number(text.clone())),
            (Type::Int(kind), OperandKind::Number(constant, _)) => {
                constant.int.map(|value| Value::Int(kind, value))
            }
            (Type::Uint(kind), OperandKind::Number(constant, _)) => {
                constant.uint.map(|value| Value::Uint(kind, value))
            }
            (Type::Float(kind), OperandKind::Number(constant, _)) => {
                constant.float.map(|value| Value::Float(kind, value))
            }
            (Type::Complex, OperandKind::Number(constant, _)) => constant
                .complex
                .map(|(real, imaginary)| Value::Complex(real, imaginary)),
            _ => None,
        };
        match value {
            Some(value) => Ok(value),
            None => {
                let found = match operand.kind {
                    OperandKind::Bool(_) => "true or false",
                    OperandKind::Number(..) => "a number",
                    _ => "a string",
                };
                fail(
                    ErrorClass::WrongType,
                    format!("expected a {kind}, found {found}"),
                )
            }
        }
    }
}

fn check_count(function: &Function, count: usize) -> Result<(), Fault> {
    let wanted = function.parameters.len();
    let fits = if function.variadic.is_some() {
        count >= wanted
    } else {
        count == wanted
    };
    if fits {
        return Ok(());
    }
    let least = if function.variadic.is_some() {
        "at least "
    } else {
        ""
    };
    fail(
        ErrorClass::WrongArgumentCount,
        format!(
            "{} takes {least}{wanted} arguments; here are {count}",
            function.name
        ),
    )
}

/// A value for a parameter: the types must be the same, `json.Number` is no string.
fn checked(value: Value, kind: Type) -> Result<Value, Fault> {
    match kind {
        Type::Unchecked => return Ok(value),
        Type::Any => return Ok(value.stored()),
        _ => {}
    }
    match (value.type_of(), kind) {
        (Some(found), kind) if found == kind => Ok(value),
        (None, kind) if kind.can_be_nil() => Ok(zero(kind)),
        (found, kind) => Err(wrong_type(found, kind)),
    }
}

fn parameter(function: &Function, index: usize) -> Type {
    function
        .parameters
        .get(index)
        .copied()
        .or(function.variadic)
        .unwrap_or(Type::Any)
}

/// What a result adds to the memory in use, roughly.
fn size(value: &Value) -> u64 {
    match value {
        Value::String(text) | Value::Number(text) => text.len() as u64,
        Value::List(list) => 24 * list.items().len() as u64,
        _ => 0,
    }
}

fn wrong_type(found: Option<Type>, expected: Type) -> Fault {
    match found {
        None | Some(Type::Any) => Fault::wrong_type(format!(
            "expected a {expected}, found nothing: the value is missing or null"
        ))
        .with_hint("test for it with `if`, or name a default: (or .x \"default\")"),
        Some(Type::Number) => Fault::wrong_type(format!("expected a {expected}, found a json.Number"))
            .with_hint("numbers of secrets keep their own text; ask for what you need: (.x.String), (.x.Int64), (.x.Float64)"),
        Some(found) => Fault::wrong_type(format!("expected a {expected}, found a {found}")),
    }
}
