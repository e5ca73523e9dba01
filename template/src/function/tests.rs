//! What holds for every function.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Body, FUNCTIONS, calls::World};
use crate::{
    go::time::Time,
    object::{certificate::Certificate, secret::Secret, time},
    value::{Entries, FloatType, IntType, Key, List, Map, Object, Text, Type, UintType, Value},
};

const TEXTS: &[&[u8]] = &[
    b"",
    b"a",
    b" a/b:c=d,e ",
    b"\xff\xfe\x00",
    "ä€ǆ\u{85}".as_bytes(),
    b"-9223372036854775808",
    b"1e400",
    b"{\"a\":[1,null]}",
    b"[[[[",
    b"&a [*a,*a]",
    b"(?i)(a|b)*$",
    b"%v %+v %#v %*d %[9]v %!",
    b"2006-01-02T15:04:05.000Z07:00",
];

fn values_of(kind: Type) -> Vec<Value> {
    let ints = [0, 1, -1, 7, i64::MAX, i64::MIN];
    match kind {
        Type::Bool => vec![Value::Bool(false), Value::Bool(true)],
        Type::Int(kind) => ints.map(|value| Value::Int(kind, value)).to_vec(),
        Type::Uint(kind) => [0, 1, u64::MAX]
            .map(|value| Value::Uint(kind, value))
            .to_vec(),
        Type::Float(kind) => [0.0, -0.5, f64::NAN, f64::INFINITY, 1e300]
            .map(|value| Value::Float(kind, value))
            .to_vec(),
        Type::String => TEXTS.iter().map(|text| Value::string(*text)).collect(),
        Type::Number => ["0", "1.50", "1e400", "-5", ""]
            .map(|text| Value::Number(Text::from(text)))
            .to_vec(),
        Type::STRINGS => vec![
            Value::List(List::nil(Type::String)),
            Value::strings(TEXTS.iter().map(|text| Text::from(*text))),
        ],
        Type::List(_) => vec![
            Value::List(List::nil(Type::Any)),
            Value::list(vec![Value::Nil, Value::string("a"), Value::int(1)]),
        ],
        Type::Map(..) => maps(),
        Type::Any => {
            let mut all = vec![
                Value::Nil,
                Value::Complex(1.0, -2.0),
                time::value(Time::ZERO),
                Secret::default().into_value(),
                Secret::nil(),
                Certificate::new(
                    Text::default(),
                    Text::default(),
                    Text::default(),
                    Vec::new(),
                )
                .into_value(),
                Value::Map(Map::of(
                    Type::ANY_MAP,
                    Entries::Any([(Key::Nil, Value::Nil), (Key::Int(1), Value::int(1))].into()),
                )),
            ];
            for kind in [
                Type::Bool,
                Type::Int(IntType::Int),
                Type::Int(IntType::Month),
                Type::Int(IntType::Duration),
                Type::Uint(UintType::Uint64),
                Type::Float(FloatType::Float32),
                Type::String,
                Type::Number,
                Type::STRINGS,
                Type::LIST,
                Type::MAP,
            ] {
                all.extend(values_of(kind));
            }
            all
        }
        _ => vec![Value::Nil],
    }
}

fn maps() -> Vec<Value> {
    let entries = || -> BTreeMap<Text, Value> {
        let nested = Map::new([(Text::from("b"), Value::int(1))].into());
        [
            (Text::from("a"), Value::Map(nested)),
            (Text::from("a/b"), Value::string("x")),
            (Text::from("c/d"), Value::Nil),
            (Text::from(&b"\xff"[..]), Value::list(Vec::new())),
        ]
        .into()
    };
    vec![
        Value::Map(Map::nil(Type::MAP)),
        Value::Map(Map::new(BTreeMap::new())),
        Value::Map(Map::new(entries())),
    ]
}

/// Nested deeper than any stack.
fn nested(list: bool) -> Value {
    (0..100_000).fold(Value::Nil, |inner, _| {
        if list {
            Value::list(vec![inner])
        } else {
            Value::Map(Map::new([(Text::from("a"), inner)].into()))
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_function_panics_whatever_it_is_given(
        function in 0..FUNCTIONS.len(),
        further in 0..4_usize,
        choices in proptest::collection::vec(any::<prop::sample::Index>(), 8),
    ) {
        let mut names: Vec<&str> = FUNCTIONS.keys().copied().collect();
        names.sort_unstable();
        let function = FUNCTIONS[names[function]];
        if !matches!(function.body, Body::Plain(_)) {
            return Ok(());
        }
        let kinds = function
            .parameters
            .iter()
            .copied()
            .chain(std::iter::repeat_n(function.variadic, further).flatten());
        let arguments: Vec<Value> = kinds
            .zip(&choices)
            .map(|(kind, choice)| choice.get(&values_of(kind)).clone())
            .collect();
        let _ = World::default().call(function.name, &arguments);
    }

    #[test]
    fn no_method_panics_whatever_it_is_given(
        receiver in any::<prop::sample::Index>(),
        method in any::<prop::sample::Index>(),
        choices in proptest::collection::vec(any::<prop::sample::Index>(), 4),
    ) {
        const NAMES: &[&str] = &[
            "Get", "Key", "Set", "SetX", "MapSet", "MapSetX", "MapValues", "Lock", "Int64",
            "Float64", "String", "CaChainContains", "Data", "Equals", "Add", "Sub", "Before",
            "Compare", "Format", "Year", "YearDay", "Month", "Weekday", "UnixNano", "UTC", "Hours",
            "Round", "Truncate", "Abs", "Microseconds",
        ];
        let mut receivers = values_of(Type::Any);
        receivers.push(World::default().call("scratch", &[]).unwrap());
        receivers.push(time::value(Time::unix(i64::MAX, i64::MAX)));
        receivers.push(time::value(Time::unix(i64::MIN, i64::MIN)));
        let receiver = receiver.get(&receivers).clone();
        let name: &&str = method.get(NAMES);
        let Some(method) = crate::object::method(&receiver, name) else {
            return Ok(());
        };
        let mut arguments = vec![receiver];
        for (kind, choice) in method.parameters.iter().zip(&choices) {
            let values = match kind {
                Type::Struct("time.Time") => vec![time::value(Time::unix(i64::MIN, 1))],
                kind => values_of(*kind),
            };
            arguments.push(choice.get(&values).clone());
        }
        let _ = World::default().run(method, &arguments);
    }
}

/// As large as that of a program; tests have less.
const STACK: usize = 8 << 20;

#[test]
fn no_function_goes_as_deep_as_a_value() {
    std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(call_all_with_deep_values)
        .unwrap()
        .join()
        .unwrap();
}

fn call_all_with_deep_values() {
    let deep = [false, true].map(nested);
    let deep = |list: bool| deep[usize::from(list)].clone();
    for function in FUNCTIONS.values() {
        if !matches!(function.body, Body::Plain(_)) {
            continue;
        }
        for list in [false, true] {
            let takes = |kind: &Type| match kind {
                Type::Any => true,
                Type::List(_) => list && *kind != Type::STRINGS,
                Type::Map(..) => !list,
                _ => false,
            };
            let arguments: Vec<Value> = function
                .parameters
                .iter()
                .chain(&function.variadic)
                .map(|kind| {
                    if takes(kind) {
                        deep(list)
                    } else {
                        values_of(*kind).swap_remove(0)
                    }
                })
                .collect();
            let _ = World::default().call(function.name, &arguments);
        }
    }
}

#[test]
fn objects_answer_for_every_field_they_list() {
    for value in values_of(Type::Any) {
        let Value::Object(object) = value else {
            continue;
        };
        let object: &dyn Object = object.as_ref();
        for field in object.fields() {
            if field.name.starts_with(char::is_uppercase) {
                assert!(object.field(field.name).is_some(), "{}", field.name);
            }
        }
    }
}
