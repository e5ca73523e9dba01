//! Compared with what Go prints; `generate.go` makes the rows.

use std::{any::Any, rc::Rc};

use serde_json::Value as Json;

use super::*;
use crate::{
    scope::Limits,
    value::{Field, FloatType, List, Map, Object, Text, UintType},
};

const ROWS: &str = include_str!("rows.jsonl");

/// A struct of the rows, or a pointer to it.
struct Outer {
    kind: Type,
    nil: bool,
    data: Value,
    any: Value,
}

impl Object for Outer {
    fn type_of(&self) -> Type {
        self.kind
    }

    fn is_nil(&self) -> bool {
        self.nil
    }

    fn fields(&self) -> Vec<Field> {
        let names = Value::strings(["a b", "c"].map(Text::from));
        let inner = Self {
            kind: Type::Pointer("main.Inner"),
            nil: true,
            data: Value::Nil,
            any: Value::Nil,
        };
        [
            ("ID", Value::string("id\n")),
            ("Count", Value::int(3)),
            ("Good", Value::Bool(true)),
            ("Data", self.data.clone()),
            ("Names", names),
            ("Inner", Value::Object(Rc::new(inner))),
            ("Any", self.any.clone()),
            ("Wait", Value::Int(IntType::Duration, 1_500_000_000)),
            ("hidden", Value::Int(IntType::Month, 3)),
            ("private", self.any.clone()),
        ]
        .map(|(name, value)| Field { name, value })
        .into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A struct that prints itself.
struct Moment(String);

impl Object for Moment {
    fn type_of(&self) -> Type {
        Type::Struct("main.Moment")
    }

    fn fields(&self) -> Vec<Field> {
        vec![
            Field {
                name: "wall",
                value: Value::Uint(UintType::Uint64, 7),
            },
            Field {
                name: "name",
                value: Value::string(self.0.as_str()),
            },
        ]
    }

    fn text(&self) -> Option<Text> {
        Some(format!("moment {}", self.0).into())
    }

    fn syntax(&self) -> Option<Text> {
        Some(format!("Moment({})", self.0).into())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Text, or hexadecimal digits in a list.
pub(crate) fn bytes(text: &Json) -> Vec<u8> {
    let Some(digits) = text[0].as_str() else {
        return text.as_str().unwrap().into();
    };
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &Json) -> T {
    text.as_str().unwrap().parse().unwrap()
}

fn float(bits: &Json) -> f64 {
    f64::from_bits(parsed(bits))
}

fn outer(kind: Type, content: &Json) -> Value {
    Value::Object(Rc::new(Outer {
        kind,
        nil: content.is_null(),
        data: read(&content[0]),
        any: read(&content[1]),
    }))
}

/// A value as the rows write it.
pub(crate) fn read(shape: &Json) -> Value {
    let Some((kind, content)) = shape.as_object().and_then(|shape| shape.iter().next()) else {
        return Value::Nil;
    };
    let items = || content.as_array().unwrap().iter();
    match kind.as_str() {
        "bool" => Value::Bool(content.as_bool().unwrap()),
        "int" => Value::int(parsed(content)),
        "int64" => Value::int64(parsed(content)),
        "uint8" => Value::Uint(UintType::Uint8, parsed(content)),
        "uint64" => Value::Uint(UintType::Uint64, parsed(content)),
        "duration" => Value::Int(IntType::Duration, parsed(content)),
        "month" => Value::Int(IntType::Month, parsed(content)),
        "weekday" => Value::Int(IntType::Weekday, parsed(content)),
        "float64" => Value::float(float(content)),
        "float32" => Value::Float(FloatType::Float32, float(content)),
        "complex" => Value::Complex(float(&content[0]), float(&content[1])),
        "string" => Value::string(bytes(content)),
        "number" => Value::Number(bytes(content).into()),
        "list" => Value::list(items().map(read).collect()),
        "strings" => Value::strings(items().map(|item| bytes(item).into())),
        "map" => Value::Map(Map::new(
            content
                .as_object()
                .unwrap()
                .iter()
                .map(|(key, item)| (Text::from(key.as_str()), read(item)))
                .collect(),
        )),
        "outer" => outer(Type::Struct("main.Outer"), content),
        "pointer" => outer(Type::Pointer("main.Outer"), &content["outer"]),
        "moment" => Value::Object(Rc::new(Moment(content.as_str().unwrap().to_owned()))),
        "nil" => match content.as_str().unwrap() {
            "list" => Value::List(List::nil(Type::Any)),
            "strings" => Value::List(List::nil(Type::String)),
            "map" => Value::Map(Map::nil(Type::MAP)),
            _ => outer(Type::Pointer("main.Outer"), &Json::Null),
        },
        other => panic!("unknown kind {other}"),
    }
}

fn printed(print: impl FnOnce(&mut SecretBuffer, &mut Budget) -> Result<(), Fault>) -> String {
    let mut out = SecretBuffer::default();
    print(&mut out, &mut Budget::new(Limits::default())).unwrap();
    String::from_utf8_lossy(out.expose_secret()).into_owned()
}

fn formatted(format: &str, values: &[Value]) -> String {
    printed(|out, budget| printf(out, format.as_bytes(), values, budget))
}

#[test]
fn everything_is_printed_as_go_prints_it() {
    let more = std::env::var("ROWS")
        .ok()
        .map(|path| std::fs::read_to_string(path).unwrap());
    let mut wrong = Vec::new();
    for line in more.as_deref().unwrap_or(ROWS).lines() {
        let row: Json = serde_json::from_str(line).unwrap();
        let format = bytes(&row["format"]);
        let values: Vec<Value> = row["values"].as_array().unwrap().iter().map(read).collect();
        let mut out = SecretBuffer::default();
        let mut budget = Budget::new(Limits::default());
        match format.as_slice() {
            b"print" => print(&mut out, &values, &mut budget),
            b"println" => println(&mut out, &values, &mut budget),
            format => printf(&mut out, format, &values, &mut budget),
        }
        .unwrap();
        if out.expose_secret() != bytes(&row["output"]) {
            wrong.push(format!(
                "{line}\n  here: {:?}",
                String::from_utf8_lossy(out.expose_secret())
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} rows\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
}

#[test]
fn a_nested_pointer_is_an_address() {
    let row = serde_json::json!({"pointer": {"outer": [{"map": {}}, null]}});
    let values = [Value::list(vec![read(&row)])];
    assert_eq!(
        formatted("%v %x", &values[..1]),
        "[0xc000000000] %!x(MISSING)"
    );
    assert_eq!(formatted("%d", &values), "[824633720832]");
    assert_eq!(
        formatted("%#v", &values),
        "[]interface {}{(*main.Outer)(0xc000000000)}"
    );
    assert_eq!(
        formatted("%s", &values),
        "[%!s(*main.Outer=&{id\n 3 true map[] [a b c] <nil> <nil> 1500000000 3 <nil>})]"
    );
}

#[test]
fn addresses_are_always_the_same() {
    let list = Value::list(Vec::new());
    assert_eq!(formatted("%p", &[list]), "0xc000000000");
    assert_eq!(
        formatted(
            "%#p|%15p",
            &[Value::Map(Map::nil(Type::MAP)), Value::list(Vec::new())]
        ),
        "0|   0xc000000000"
    );
    assert_eq!(formatted("%p", &[Value::int(1)]), "%!p(int=1)");
}

#[test]
fn a_template_shows_what_a_pointer_points_to() {
    let pointer = read(&serde_json::json!({"pointer": {"outer": [{"map": {}}, null]}}));
    let text = "{id\n 3 true map[] [a b c] <nil> <nil> 1.5s 3 <nil>}";
    assert_eq!(printed(|out, budget| shown(out, &pointer, budget)), text);
    assert_eq!(
        printed(|out, budget| value(out, &pointer, budget)),
        format!("&{text}")
    );
    let nil = read(&serde_json::json!({"nil": "pointer"}));
    assert_eq!(printed(|out, budget| shown(out, &nil, budget)), "<nil>");
}

#[test]
fn a_template_shows_nil_as_no_value() {
    for nil in [Value::Nil, Value::NilInterface] {
        assert_eq!(
            printed(|out, budget| shown(out, &nil, budget)),
            "<no value>"
        );
        assert_eq!(printed(|out, budget| value(out, &nil, budget)), "<nil>");
    }
}

#[test]
fn a_channel_cannot_be_shown() {
    let channel = Value::Channel(Rc::new(crate::value::Channel::new(0, 3)));
    let mut budget = Budget::new(Limits::default());
    let fault = shown(&mut SecretBuffer::default(), &channel, &mut budget).unwrap_err();
    assert_eq!(fault.class, ErrorClass::CannotPrint);
    assert_eq!(
        printed(|out, budget| value(out, &channel, budget)),
        "0xc000000000"
    );
}

#[test]
fn padding_and_repeated_operands_are_bounded() {
    let limits = Limits {
        memory: 1 << 20,
        ..Limits::default()
    };
    let text = Value::string("x".repeat(1000));
    for format in [
        "%1000000s%1000000s".to_owned(),
        "%.1000000d%.1000000d".to_owned(),
        "%.1000000f%.1000000f".to_owned(),
        "%1000000d".repeat(2),
        "%[1]s".repeat(2000),
        "%[1]q".repeat(2000),
        "%[1]x".repeat(1000),
    ] {
        let values = [text.clone(), text.clone(), Value::float(1.0), Value::int(1)];
        let mut out = SecretBuffer::default();
        for operand in &values {
            let operands = [operand.clone(), operand.clone()];
            let mut budget = Budget::new(limits);
            let result = printf(&mut out, format.as_bytes(), &operands, &mut budget);
            assert!(result.is_ok() || result.is_err_and(|fault| fault.class == ErrorClass::Limit));
            assert!(out.len() < 3 << 20);
            out = SecretBuffer::default();
        }
    }
}

#[test]
fn values_nested_too_deep_are_refused() {
    let mut deep = Value::list(Vec::new());
    for _ in 0..990 {
        deep = Value::list(vec![deep]);
    }
    assert_eq!(formatted("%v", &[deep.clone()]).len(), 2 * 991);
    for _ in 0..100_000 {
        deep = Value::list(vec![deep]);
    }
    let mut budget = Budget::new(Limits::default());
    let fault = value(&mut SecretBuffer::default(), &deep, &mut budget).unwrap_err();
    assert_eq!(fault.class, ErrorClass::Limit);
}

#[test]
fn no_format_breaks_the_printer() {
    let runner = &mut proptest::test_runner::TestRunner::default();
    let formats =
        "(%[-+# 0]{0,3}(\\[[0-9]{0,2}\\]?)?[*0-9]{0,2}(\\.[*0-9]{0,2})?[a-zA-Z%é]?|.){0,4}";
    runner
        .run(&formats, |format| {
            let values = [
                Value::int(-3),
                Value::float(-0.0),
                Value::string("é\0"),
                read(&serde_json::json!({"pointer": {"outer": [{"map": {}}, null]}})),
            ];
            formatted(&format, &values);
            Ok(())
        })
        .unwrap();
}
