//! Values as documents: `toJSON` and its forms, `toYAML`, `toTOML`.

use vouchsafe_shared::secret::SecretBuffer;

use super::{Arguments, Function, Outcome};
use crate::{
    encode::{
        json::{self, Options},
        toml, yaml,
    },
    go::strings::trim_space,
    scope::Scope,
    value::{Text, Type, Value},
};

pub(super) const TABLE: &[Function] = &[
    Function::new("toJSON", &[Type::Any], |scope, arguments| {
        to_json(scope, arguments, true, None)
    }),
    Function::new("toJSONPretty", &[Type::Any], |scope, arguments| {
        to_json(scope, arguments, true, Some("  "))
    }),
    Function::new("toTOML", &[Type::Any], to_toml),
    Function::new("toUnescapedJSON", &[Type::Any], |scope, arguments| {
        to_json(scope, arguments, false, None)
    }),
    Function::new("toUnescapedJSONPretty", &[Type::Any], |scope, arguments| {
        to_json(scope, arguments, false, Some("  "))
    }),
    Function::new("toYAML", &[Type::Any], to_yaml),
];

fn to_json(
    scope: &mut Scope<'_>,
    arguments: &Arguments<'_>,
    escape_html: bool,
    indent: Option<&str>,
) -> Outcome {
    let options = Options {
        escape_html,
        indent,
    };
    let document = json::encode(arguments.value(0), options, &mut scope.budget)?;
    Ok(Value::String(document.into()))
}

fn to_yaml(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    yaml::encode(arguments.value(0), &mut scope.budget).map(trimmed)
}

fn to_toml(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    toml::encode(arguments.value(0), &mut scope.budget).map(trimmed)
}

/// Without the blanks and line breaks around a document.
fn trimmed(mut document: SecretBuffer) -> Value {
    let bytes = document.expose_secret();
    let inner = trim_space(bytes);
    if bytes.starts_with(inner) {
        let length = inner.len();
        document.truncate(length);
        return Value::String(document.into());
    }
    Value::String(Text::from(inner))
}
