//! Variables of the environment: `env`, `mustEnv`, `envOrDefault`. No error shows a value.

use super::{Arguments, Function, Outcome};
use crate::{
    fault::Fault,
    scope::Scope,
    value::{Text, Type, Value},
};

pub(super) const TABLE: &[Function] = &[
    Function::new("env", &[Type::String], env),
    Function::new(
        "envOrDefault",
        &[Type::String, Type::String],
        env_or_default,
    ),
    Function::new("mustEnv", &[Type::String], must_env),
];

fn variable(scope: &Scope<'_>, arguments: &Arguments<'_>) -> Option<Text> {
    scope.host.environment(arguments.bytes(0))
}

/// Nothing for a variable that is not set.
#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn env(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(Value::String(
        variable(scope, arguments).unwrap_or_default(),
    ))
}

/// A variable that is set to nothing is set.
#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn env_or_default(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let value = variable(scope, arguments);
    Ok(Value::String(value.unwrap_or_else(|| arguments.text(1))))
}

/// A variable that is set to nothing is missing.
fn must_env(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    variable(scope, arguments)
        .filter(|value| !value.is_empty())
        .map(Value::String)
        .ok_or_else(|| Fault::function("the required environment variable is not set or is empty"))
}

#[cfg(test)]
mod tests {
    use crate::function::calls::{call, outcome};
    use crate::value::Value;

    #[test]
    fn a_variable_that_is_not_set_is_empty() {
        assert_eq!(call("env", &[Value::string("HOME")]), b"/home/me");
        assert_eq!(call("env", &[Value::string("NOT_SET")]), b"");
    }

    #[test]
    fn a_default_is_for_variables_that_are_not_set() {
        let default = Value::string("d");
        let of = |name| call("envOrDefault", &[Value::string(name), default.clone()]);
        assert_eq!(of("NOT_SET"), b"d");
        assert_eq!(of("EMPTY"), b"");
        assert_eq!(of("HOME"), b"/home/me");
    }

    #[test]
    fn a_required_variable_must_have_a_value() {
        assert_eq!(call("mustEnv", &[Value::string("HOME")]), b"/home/me");
        for name in ["NOT_SET", "EMPTY"] {
            assert!(outcome("mustEnv", &[Value::string(name)]).is_err());
        }
    }
}
