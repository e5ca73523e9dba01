//! JSON. The functions without `must` give nothing where they cannot do it, except `toRawJson`.

use super::{ANY, Arguments, Function, Outcome, STRING};
use crate::{
    encode::json::{self, Numbers, Options},
    fault::{ErrorClass, Fault},
    go::{float::FloatSize, number::parse_float},
    scope::Scope,
    value::{Entries, List, Map, Value},
};

pub(super) const TABLE: &[Function] = &[
    Function::new("sprig_fromJson", STRING, from_json),
    Function::new("sprig_mustFromJson", STRING, |_, a| {
        json::decode(a.bytes(0), Numbers::Float)
    }),
    Function::new("sprig_mustToJson", ANY, |scope, a| {
        encode(scope, a, COMPACT)
    }),
    Function::new("sprig_mustToPrettyJson", ANY, |scope, a| {
        encode(scope, a, PRETTY)
    }),
    Function::new("sprig_mustToRawJson", ANY, |scope, a| encode(scope, a, RAW)),
    Function::new("sprig_toJson", ANY, |scope, a| {
        or_nothing(encode(scope, a, COMPACT))
    }),
    Function::new("sprig_toPrettyJson", ANY, |scope, a| {
        or_nothing(encode(scope, a, PRETTY))
    }),
    Function::new("sprig_toRawJson", ANY, |scope, a| encode(scope, a, RAW)),
];

const COMPACT: Options<'static> = Options {
    escape_html: true,
    indent: None,
};
const PRETTY: Options<'static> = Options {
    escape_html: true,
    indent: Some("  "),
};
const RAW: Options<'static> = Options {
    escape_html: false,
    indent: None,
};

fn encode(scope: &mut Scope<'_>, arguments: &Arguments<'_>, options: Options<'_>) -> Outcome {
    let out = json::encode(arguments.value(0), options, &mut scope.budget)?;
    Ok(Value::String(out.into()))
}

fn or_nothing(outcome: Outcome) -> Outcome {
    match outcome {
        Err(Fault {
            class: ErrorClass::Limit,
            ..
        })
        | Ok(_) => outcome,
        Err(_) => Ok(Value::string("")),
    }
}

/// A text that is no JSON is nil; a number that is too large is nil in its place.
fn from_json(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let document = arguments.bytes(0);
    match json::decode(document, Numbers::Float) {
        Err(fault) if fault.class != ErrorClass::Limit => {
            let literal = json::decode(document, Numbers::Literal);
            Ok(literal.map_or(Value::Nil, |value| with_floats(&value)))
        }
        outcome => outcome,
    }
}

/// The decoder has seen to it that nothing is nested too deep.
fn with_floats(value: &Value) -> Value {
    match value {
        Value::Number(text) => {
            parse_float(text, FloatSize::Double).map_or(Value::Nil, Value::float)
        }
        Value::List(list) => Value::List(List::new(
            list.element(),
            list.items().iter().map(with_floats).collect(),
        )),
        Value::Map(map) => match &*map.entries() {
            Entries::Text(entries) => Value::Map(Map::new(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone(), with_floats(value)))
                    .collect(),
            )),
            Entries::Any(_) => value.clone(),
        },
        other => other.clone(),
    }
}
