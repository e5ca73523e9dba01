//! Functions that consul-template does not have: values for files that shells and programs read.

use super::{Arguments, Function, Outcome};
use crate::{
    encode::{dotenv, properties, shell},
    fault::Fault,
    scope::Scope,
    value::{Map, Type, Value},
};

pub(super) const TABLE: &[Function] = &[
    Function::new("shellQuote", &[Type::String], shell_quote),
    Function::new("toDotenv", &[Type::Any], to_dotenv),
    Function::new("toProperties", &[Type::Any], to_properties),
];

/// `{{ .Data.data | toDotenv }}`: a map as `KEY='value'` lines, sorted by key, which shells, systemd
/// and the usual libraries read alike.
fn to_dotenv(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let document = dotenv::encode(&map(arguments, "toDotenv")?, &mut scope.budget)?;
    Ok(Value::String(document.into()))
}

/// `{{ .Data.data | toProperties }}`: a map as the lines of a Java properties file, sorted by key.
fn to_properties(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let document = properties::encode(&map(arguments, "toProperties")?, &mut scope.budget)?;
    Ok(Value::String(document.into()))
}

/// `PASSWORD={{ .Data.data.password | shellQuote }}`: a text as one word of a POSIX shell.
fn shell_quote(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let word = shell::quote(arguments.bytes(0))?;
    scope
        .budget
        .memory(u64::try_from(word.len()).unwrap_or(u64::MAX))?;
    Ok(Value::String(word.into()))
}

fn map(arguments: &Arguments<'_>, name: &str) -> Result<Map, Fault> {
    match arguments.value(0) {
        Value::Map(map) => Ok(map.clone()),
        other => Err(Fault::wrong_type(format!(
            "{name} takes a map, for example .Data; got {}",
            other
                .type_of()
                .map_or_else(|| "nil".to_owned(), |kind| kind.to_string()),
        ))),
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        fault::ErrorClass,
        function::calls::{call, outcome, parsed, text},
        value::Value,
    };

    fn of(name: &str, document: &str) -> String {
        String::from_utf8(call(name, &[parsed(document)])).unwrap()
    }

    #[test]
    fn a_map_becomes_lines_in_the_order_of_its_keys() {
        let map = r#"{"b":"it's","a":1}"#;
        assert_eq!(of("toDotenv", map), "a='1'\nb='it'\"'\"'s'\n");
        assert_eq!(of("toProperties", map), "a=1\nb=it's\n");
    }

    #[test]
    fn a_text_becomes_one_word() {
        assert_eq!(text("shellQuote", &["a b"]), "'a b'");
        assert_eq!(text("shellQuote", &["a-b"]), "a-b");
        assert_eq!(text("shellQuote", &[""]), "''");
    }

    #[test]
    fn only_a_map_has_lines() {
        for name in ["toDotenv", "toProperties"] {
            for value in [Value::Nil, Value::string("canary"), Value::list(Vec::new())] {
                let fault = outcome(name, &[value]).unwrap_err();
                assert_eq!(fault.class, ErrorClass::WrongType);
                assert!(!fault.message.contains("canary"));
            }
        }
    }
}
