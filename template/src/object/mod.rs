//! What templates can see of the structs of consul-template and Go: their names, fields and
//! methods.

pub mod certificate;
pub mod interface;
mod nil;
pub mod number;
pub mod scratch;
pub mod secret;
pub mod time;

use std::any::Any;

pub use self::nil::NilPointer;
use crate::{
    fault::{ErrorClass, Fault},
    function::Arguments,
    value::{IntType, Method, Value},
};

/// The method of a value that has any.
pub fn method(value: &Value, name: &str) -> Option<&'static Method> {
    match value {
        Value::Number(_) => number::method(name),
        Value::Int(IntType::Duration, _) => time::duration_method(name),
        Value::Int(IntType::Month | IntType::Weekday, _) => time::word_method(name),
        Value::Object(object) => object.method(name),
        _ => None,
    }
}

/// The receiver of a method, which the engine passes as first argument.
fn receiver<'a, T: Any>(arguments: &Arguments<'a>) -> Result<&'a T, Fault> {
    match arguments.value(0) {
        Value::Object(object) => object.as_any().downcast_ref(),
        _ => None,
    }
    .ok_or_else(|| Fault::new(ErrorClass::WrongType, "the method belongs to another type"))
}

fn find(methods: &'static [Method], name: &str) -> Option<&'static Method> {
    methods.iter().find(|method| method.name == name)
}
