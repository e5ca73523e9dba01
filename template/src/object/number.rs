//! The methods of [`json.Number`](https://pkg.go.dev/encoding/json#Number): numbers of a secret
//! are texts until a template asks for more.

use super::find;
use crate::{
    fault::Fault,
    function::{Arguments, Outcome},
    go::{
        float::FloatSize,
        number::{parse_float, parse_int},
    },
    scope::Scope,
    value::{Method, Value},
};

static METHODS: &[Method] = &[
    Method::new("Float64", &[], float64),
    Method::new("Int64", &[], int64),
    Method::new("String", &[], string),
];

pub fn method(name: &str) -> Option<&'static Method> {
    find(METHODS, name)
}

fn int64(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    parse_int(arguments.bytes(0), 10, 64)
        .map(Value::int64)
        .map_err(|error| Fault::function(format!("the number is no int64: {error}")))
}

fn float64(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    parse_float(arguments.bytes(0), FloatSize::Double)
        .map(Value::float)
        .map_err(|error| Fault::function(format!("the number is no float64: {error}")))
}

#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn string(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(Value::String(arguments.text(0)))
}
