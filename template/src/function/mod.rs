//! The functions a template can call: what each is named and takes, and where it is.
//!
//! A function says the types of its parameters as Go does; the engine checks them before the call,
//! so that a function finds what it asked for. Each module has a `TABLE`, and `TABLES` lists them: a
//! new function is a line in a table, a `fn` over [`Arguments`] and cases in `tests/cases`, whose
//! expected results the original programs give. What takes user-given time or memory asks the
//! [budget](crate::scope::Budget) first.

mod builtin;
#[cfg(test)]
pub(crate) mod calls;
mod collections;
mod documents;
mod encoding;
mod environment;
mod hashing;
mod host;
mod math;
mod own;
mod parse;
mod sockaddr;
mod spew;
mod sprig;
mod strings;
#[cfg(test)]
mod tests;
mod time;
pub mod unsupported;
mod vault;

use std::{collections::HashMap, fmt, sync::LazyLock};

use crate::{
    fault::{ErrorClass, Fault},
    scope::Scope,
    value::{List, Map, Text, Type, Value},
};

/// What a call gives.
pub type Outcome = Result<Value, Fault>;

/// A function or method with Go's idea of its parameters.
#[derive(Clone, Copy)]
pub struct Function {
    pub name: &'static str,
    /// The types of the fixed parameters.
    pub parameters: &'static [Type],
    /// The type of any number of further ones.
    pub variadic: Option<Type>,
    pub body: Body,
}

impl fmt::Debug for Function {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Function({})", self.name)
    }
}

/// What is done at a call.
#[derive(Clone, Copy, Debug)]
pub enum Body {
    Plain(fn(&mut Scope<'_>, &Arguments<'_>) -> Outcome),
    /// Evaluates arguments only until one decides.
    And,
    /// As `And`.
    Or,
    /// Calls a function value, which no template has.
    Call,
    /// Runs another template of the same set and gives its output.
    ExecuteTemplate,
}

impl Function {
    pub const fn new(
        name: &'static str,
        parameters: &'static [Type],
        body: fn(&mut Scope<'_>, &Arguments<'_>) -> Outcome,
    ) -> Self {
        Self {
            name,
            parameters,
            variadic: None,
            body: Body::Plain(body),
        }
    }

    /// A function with any number of further arguments of a type.
    pub const fn variadic(
        name: &'static str,
        parameters: &'static [Type],
        variadic: Type,
        body: fn(&mut Scope<'_>, &Arguments<'_>) -> Outcome,
    ) -> Self {
        Self {
            name,
            parameters,
            variadic: Some(variadic),
            body: Body::Plain(body),
        }
    }
}

/// The arguments of a call, already of the declared types. Asking for one that is not there, or for
/// another type than declared, gives the empty value: the engine has made sure it does not happen.
#[derive(Debug)]
pub struct Arguments<'a>(pub &'a [Value]);

impl<'a> Arguments<'a> {
    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Any argument; `Nil` beyond the end.
    pub fn value(&self, index: usize) -> &'a Value {
        self.0.get(index).unwrap_or(&Value::Nil)
    }

    /// The arguments from an index on.
    pub fn rest(&self, from: usize) -> &'a [Value] {
        self.0.get(from..).unwrap_or(&[])
    }

    pub fn bytes(&self, index: usize) -> &'a [u8] {
        self.value(index).bytes()
    }

    pub fn text(&self, index: usize) -> Text {
        match self.value(index) {
            Value::String(text) | Value::Number(text) => text.clone(),
            _ => Text::default(),
        }
    }

    pub fn int(&self, index: usize) -> i64 {
        match self.value(index) {
            Value::Int(_, value) => *value,
            _ => 0,
        }
    }

    pub fn float(&self, index: usize) -> f64 {
        match self.value(index) {
            Value::Float(_, value) => *value,
            _ => 0.0,
        }
    }

    pub fn bool(&self, index: usize) -> bool {
        matches!(self.value(index), Value::Bool(true))
    }

    pub fn items(&self, index: usize) -> &'a [Value] {
        match self.value(index) {
            Value::List(list) => list.items(),
            _ => &[],
        }
    }

    pub fn list(&self, index: usize) -> List {
        match self.value(index) {
            Value::List(list) => list.clone(),
            _ => List::nil(Type::Any),
        }
    }

    pub fn map(&self, index: usize) -> Map {
        match self.value(index) {
            Value::Map(map) => map.clone(),
            _ => Map::nil(Type::MAP),
        }
    }
}

/// Every function by name. A later table wins, as consul-template's functions win over Go's own.
static FUNCTIONS: LazyLock<HashMap<&'static str, &'static Function>> = LazyLock::new(|| {
    TABLES
        .iter()
        .chain(sprig::TABLES)
        .flat_map(|table| table.iter())
        .map(|function| (function.name, function))
        .collect()
});

const TABLES: &[&[Function]] = &[
    builtin::TABLE,
    collections::TABLE,
    documents::TABLE,
    encoding::TABLE,
    environment::TABLE,
    hashing::TABLE,
    host::TABLE,
    math::TABLE,
    own::TABLE,
    parse::TABLE,
    sockaddr::TABLE,
    spew::TABLE,
    strings::TABLE,
    time::TABLE,
    vault::TABLE,
];

/// Whose functions a template can call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vocabulary {
    All,
    /// Those of the text that `sockaddr` is given, which is a template too.
    SocketAddress,
}

impl Vocabulary {
    pub(crate) fn find(self, name: &str) -> Option<&'static Function> {
        match self {
            Self::All => find(name),
            Self::SocketAddress => sockaddr::vocabulary().find(|function| function.name == name),
        }
    }

    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        let (all, inner) = match self {
            Self::All => (Some(names()), None),
            Self::SocketAddress => (
                None,
                Some(sockaddr::vocabulary().map(|function| function.name)),
            ),
        };
        all.into_iter().flatten().chain(inner.into_iter().flatten())
    }

    /// Why a function is not supported that the original has.
    pub(crate) fn reason(self, name: &str) -> Option<&'static str> {
        match self {
            Self::All => unsupported::reason(name),
            Self::SocketAddress => None,
        }
    }
}

/// Stands for every function that the host does not allow.
pub(crate) static DENIED: Function =
    Function::variadic("the function", &[], Type::String, |_, _| {
        Err(Fault::new(
            ErrorClass::UndefinedFunction,
            "it is not allowed here",
        ))
    });

/// The function of a name.
pub fn find(name: &str) -> Option<&'static Function> {
    FUNCTIONS.get(name).copied()
}

/// The names of all functions, in no order.
pub fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.keys().copied()
}
