//! Fields and methods of values.

use super::{Execution, fail};
use crate::{
    fault::{ErrorClass, Fault},
    lint, object,
    syntax::{Operand, Span},
    value::{Method, Type, Value},
};

impl<'t> Execution<'t, '_, '_> {
    /// `.a.b.c`: only the last name may be a method with arguments.
    pub(super) fn fields(
        &mut self,
        dot: &Value,
        mut receiver: Value,
        names: &'t [Span],
        arguments: &'t [Operand],
        last: Option<Value>,
    ) -> Result<Value, Fault> {
        let Some((final_name, names)) = names.split_last() else {
            return Ok(receiver);
        };
        for name in names {
            receiver = self.field(dot, receiver, *name, &[], None)?;
        }
        self.field(dot, receiver, *final_name, arguments, last)
    }

    fn field(
        &mut self,
        dot: &Value,
        receiver: Value,
        name: Span,
        arguments: &'t [Operand],
        last: Option<Value>,
    ) -> Result<Value, Fault> {
        let name = self.tree.name(name);
        let has_arguments = !arguments.is_empty() || last.is_some();
        match &receiver {
            Value::Nil if self.strict => {
                return fail(
                    ErrorClass::NilData,
                    format!("there is no value to take `{name}` from"),
                );
            }
            Value::Nil => return Ok(Value::Nil),
            Value::NilInterface => {
                return Err(Fault::new(
                    ErrorClass::NilPointer,
                    format!("`{name}` is asked of a value that is missing or null"),
                )
                .with_hint(
                    "look at the shape: KV version 2 keeps its values below .Data.data, version 1 and dynamic \
                     secrets below .Data; a value that may be missing is tested with `if` or `with` first",
                ));
            }
            Value::Map(map) if matches!(map.key(), Type::String | Type::Any) => {
                if has_arguments {
                    return fail(
                        ErrorClass::NotCallable,
                        format!("`{name}` is a key, no function, and takes no arguments"),
                    );
                }
                return match map.get(name.as_bytes()) {
                    Some(value) => Ok(value),
                    None if self.strict => fail(
                        ErrorClass::MissingKey,
                        format!("there is no key `{name}`, and missing keys are errors here"),
                    ),
                    None => Ok(zero(map.element())),
                };
            }
            _ => {}
        }
        if let Some(method) = method(&receiver, name) {
            let offset = self.offset;
            return self.call(dot, method, Some(receiver), offset, arguments, last);
        }
        if let Value::Object(object) = &receiver
            && let Some(value) = object.field(name)
        {
            if object.is_nil() {
                return fail(
                    ErrorClass::NilPointer,
                    format!(
                        "`{name}` is asked of a {} that is not there",
                        object.type_of()
                    ),
                );
            }
            if has_arguments {
                return fail(
                    ErrorClass::WrongArgumentCount,
                    format!("`{name}` is a field, no function, and takes no arguments"),
                );
            }
            return Ok(value);
        }
        Err(no_field(&receiver, name))
    }
}

fn no_field(receiver: &Value, name: &str) -> Fault {
    let kind = receiver.type_of();
    let shown = kind.map_or_else(String::new, |kind| kind.to_string());
    let fault = Fault::new(
        ErrorClass::NoField,
        format!("a {shown} has no field or method `{name}`"),
    );
    match kind {
        Some(Type::Pointer("dependency.Secret")) => {
            fault.with_hint(lint::secret_field_hint(name, false))
        }
        Some(Type::String) => {
            fault.with_hint("it is text; if the text is JSON, read it first: parseJSON")
        }
        Some(Type::Number) => {
            fault.with_hint("it is a number, which has no fields; is the path one level too deep?")
        }
        _ => fault,
    }
}

fn method(receiver: &Value, name: &str) -> Option<&'static Method> {
    match receiver {
        Value::Object(object) => object.method(name),
        other => object::method(other, name),
    }
}

/// What Go finds under a key that is not there.
pub(crate) fn zero(kind: Type) -> Value {
    match kind {
        Type::String => Value::string(""),
        Type::Number => Value::Number(crate::value::Text::default()),
        Type::Bool => Value::Bool(false),
        Type::Int(kind) => Value::Int(kind, 0),
        Type::Uint(kind) => Value::Uint(kind, 0),
        Type::Float(kind) => Value::Float(kind, 0.0),
        Type::Complex => Value::Complex(0.0, 0.0),
        Type::List(element) => Value::List(crate::value::List::nil(*element)),
        Type::Map(..) => Value::Map(crate::value::Map::nil(kind)),
        Type::Any | Type::Unchecked | Type::Struct(_) | Type::Pointer(_) | Type::Channel => {
            Value::NilInterface
        }
    }
}
