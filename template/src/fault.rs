//! What goes wrong while a template runs, before it is known where.

use std::fmt;

/// The kind of an error: stable, for programs. `Display` is its name in the conformance cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// The text is not a template: unexpected or missing parts.
    Syntax,
    /// A string, comment or action has no end.
    Unterminated,
    /// A number or a string constant that cannot be read.
    BadNumber,
    UndefinedFunction,
    UndefinedVariable,
    /// A function that consul-template has, and that has no place here.
    UnsupportedFunction,
    /// A field was asked of a nil.
    NilPointer,
    /// A field was asked of no value, and missing keys are errors.
    NilData,
    /// A map has no such key, and missing keys are errors.
    MissingKey,
    /// The value has no field or method of that name.
    NoField,
    WrongType,
    WrongArgumentCount,
    NotComparable,
    CannotRange,
    NotCallable,
    CannotIndex,
    OutOfRange,
    UndefinedTemplate,
    /// Templates that call each other without end.
    Recursion,
    CannotPrint,
    /// A function says that it cannot do its work.
    Function,
    /// A limit of the host was reached; Go has no such limit.
    Limit,
}

impl ErrorClass {
    pub fn name(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Unterminated => "unterminated",
            Self::BadNumber => "bad-number",
            Self::UndefinedFunction => "undefined-function",
            Self::UndefinedVariable => "undefined-variable",
            Self::UnsupportedFunction => "unsupported-function",
            Self::NilPointer => "nil-pointer",
            Self::NilData => "nil-data",
            Self::MissingKey => "missing-key",
            Self::NoField => "no-field",
            Self::WrongType => "wrong-type",
            Self::WrongArgumentCount => "wrong-argument-count",
            Self::NotComparable => "not-comparable",
            Self::CannotRange => "cannot-range",
            Self::NotCallable => "not-callable",
            Self::CannotIndex => "cannot-index",
            Self::OutOfRange => "out-of-range",
            Self::UndefinedTemplate => "undefined-template",
            Self::Recursion => "recursion",
            Self::CannotPrint => "cannot-print",
            Self::Function => "function",
            Self::Limit => "limit",
        }
    }
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// An error without its place. The message names types, functions and limits, never a value: what a
/// function was given may be secret.
#[derive(Clone, Debug)]
pub struct Fault {
    pub class: ErrorClass,
    pub message: String,
    /// What to do about it, where that can be guessed.
    pub hint: Option<String>,
}

impl Fault {
    pub fn new(class: ErrorClass, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            hint: None,
        }
    }

    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// A function cannot do its work.
    pub fn function(message: impl Into<String>) -> Self {
        Self::new(ErrorClass::Function, message)
    }

    pub fn wrong_type(message: impl Into<String>) -> Self {
        Self::new(ErrorClass::WrongType, message)
    }

    pub fn limit(message: impl Into<String>) -> Self {
        Self::new(ErrorClass::Limit, message)
    }
}
