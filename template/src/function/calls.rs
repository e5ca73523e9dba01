//! Calling functions in tests, without a template.

use std::collections::BTreeMap;

use super::{Arguments, Body, Function, Outcome, find};
use crate::{
    go::time::Time,
    scope::{Answer, Dependency, FileWrite, Host, Limits, Scope, Source},
    value::{Text, Value},
};

/// Answers from a table, and remembers what was done.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) answers: BTreeMap<Dependency, Value>,
    pub(crate) missing: Vec<Dependency>,
    pub(crate) written: Vec<String>,
}

struct Answers(BTreeMap<Dependency, Value>);

impl Source for Answers {
    fn answer(&mut self, dependency: &Dependency) -> Answer {
        match self.0.get(dependency) {
            Some(value) => Answer::Value(value.clone()),
            None => Answer::Missing,
        }
    }
}

struct House(Vec<String>);

impl Host for House {
    fn environment(&self, name: &[u8]) -> Option<Text> {
        match name {
            b"HOME" => Some(Text::from("/home/me")),
            b"EMPTY" => Some(Text::default()),
            _ => None,
        }
    }

    fn now(&mut self) -> Time {
        Time::unix(1_700_000_000, 5)
    }

    fn random(&mut self, _: u64) -> u64 {
        0
    }

    fn write_file(&mut self, write: &FileWrite<'_>) -> Result<(), String> {
        let part = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        self.0.push(format!(
            "{} {} {} {} {} {:?}",
            part(write.path),
            part(write.user),
            part(write.group),
            part(write.mode),
            write.append,
            part(&write.content),
        ));
        Ok(())
    }

    fn plugin(&mut self, program: &[u8], arguments: &[Text]) -> Result<Text, String> {
        let mut line = program.to_vec();
        for argument in arguments {
            line.push(b'|');
            line.extend_from_slice(argument);
        }
        Ok(Text::from(line))
    }
}

impl World {
    pub(crate) fn call(&mut self, name: &str, arguments: &[Value]) -> Outcome {
        self.run(find(name).unwrap(), arguments)
    }

    /// As the engine calls, without its checks.
    pub(crate) fn run(&mut self, function: &Function, arguments: &[Value]) -> Outcome {
        let Body::Plain(body) = function.body else {
            panic!("a function with a body of its own")
        };
        let mut source = Answers(self.answers.clone());
        let mut host = House(Vec::new());
        let mut scope = Scope::new(&mut source, &mut host, Limits::default());
        let outcome = body(&mut scope, &Arguments(arguments));
        self.missing = scope.missing();
        self.written = host.0;
        outcome
    }
}

pub(crate) fn outcome(name: &str, arguments: &[Value]) -> Outcome {
    World::default().call(name, arguments)
}

/// The bytes of the string that a call gives.
pub(crate) fn call(name: &str, arguments: &[Value]) -> Vec<u8> {
    match outcome(name, arguments).unwrap() {
        Value::String(text) => text.to_vec(),
        other => panic!("a string, not {other:?}"),
    }
}

/// Calls with strings only.
pub(crate) fn text(name: &str, arguments: &[&str]) -> String {
    let arguments: Vec<Value> = arguments.iter().map(|text| Value::string(*text)).collect();
    String::from_utf8(call(name, &arguments)).unwrap()
}

/// A value as JSON, to compare.
pub(crate) fn json(value: &Value) -> String {
    let mut budget = crate::scope::Budget::new(Limits::default());
    let options = crate::encode::json::Options {
        escape_html: false,
        indent: None,
    };
    let out = crate::encode::json::encode(value, options, &mut budget).unwrap();
    String::from_utf8(out.expose_secret().to_vec()).unwrap()
}

/// JSON as a value, numbers as Go's `float64`.
pub(crate) fn parsed(document: &str) -> Value {
    crate::encode::json::decode(document.as_bytes(), crate::encode::json::Numbers::Float).unwrap()
}
