//! A parsed template: what the engine walks. Variables are numbered, functions are found, constants
//! are read; nothing is looked up by name again but fields.

use std::{collections::BTreeMap, sync::Arc};

use smallvec::SmallVec;

use crate::{function::Function, go::number::Constant, value::Text};

/// A template with all it defines.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) source: Arc<[u8]>,
    /// The main template is the one without a name.
    pub(crate) definitions: Vec<Definition>,
    pub(crate) names: BTreeMap<Text, usize>,
}

impl Tree {
    pub(crate) fn span(&self, span: Span) -> &[u8] {
        self.source
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    /// A name: the lexer took letters and digits only.
    pub(crate) fn name(&self, span: Span) -> &str {
        std::str::from_utf8(self.span(span)).unwrap_or_default()
    }
}

/// One `define`, or the main template.
#[derive(Debug)]
pub(crate) struct Definition {
    /// How many variables it declares, `$` included.
    pub(crate) variables: usize,
    pub(crate) nodes: Vec<Node>,
}

/// A byte offset in the source, whose length was checked.
pub(crate) type Offset = u32;

pub(crate) fn offset(position: usize) -> Offset {
    Offset::try_from(position).unwrap_or(Offset::MAX)
}

#[derive(Debug)]
pub(crate) enum Node {
    Text {
        start: Offset,
        end: Offset,
    },
    Action {
        offset: Offset,
        pipe: Pipe,
    },
    /// `if … else if … else`, and the same with `with`.
    Condition {
        branches: Vec<Branch>,
        otherwise: Option<Vec<Self>>,
    },
    Range {
        offset: Offset,
        pipe: Pipe,
        body: Vec<Self>,
        otherwise: Option<Vec<Self>>,
    },
    /// A call of another template; `block` is a definition and a call.
    Template {
        offset: Offset,
        name: Text,
        pipe: Option<Pipe>,
    },
    Break,
    Continue,
}

#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) offset: Offset,
    /// `with`: the body sees the value as dot.
    pub(crate) binds_dot: bool,
    pub(crate) pipe: Pipe,
    pub(crate) body: Vec<Node>,
}

/// `$a, $b := command | command`
#[derive(Debug)]
pub(crate) struct Pipe {
    pub(crate) offset: Offset,
    pub(crate) targets: Vec<Target>,
    pub(crate) commands: Vec<Command>,
}

/// A variable that a pipeline sets.
#[derive(Debug)]
pub(crate) struct Target {
    /// None: assigned without having been declared, which is an error when it happens.
    pub(crate) slot: Option<usize>,
    /// With `=` instead of `:=`.
    pub(crate) assigns: bool,
    pub(crate) name: Span,
}

/// An operand with its arguments.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) operand: Operand,
    pub(crate) arguments: Vec<Operand>,
}

#[derive(Debug)]
pub(crate) struct Operand {
    pub(crate) offset: Offset,
    pub(crate) kind: OperandKind,
}

#[derive(Debug)]
pub(crate) enum OperandKind {
    Dot,
    Nil,
    Bool(bool),
    Number(Box<Constant>, NumberForm),
    String(Text),
    /// `.a.b`
    Field(Fields),
    /// `$x.a.b`
    Variable(Variable, Fields),
    /// `(…).a.b` or `function.a.b`
    Chain(Box<Operand>, Fields),
    Function(&'static Function),
    Pipe(Box<Pipe>),
}

/// The names of fields, without their dots.
pub(crate) type Fields = SmallVec<[Span; 2]>;

/// A part of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: Offset,
    pub(crate) end: Offset,
}

#[derive(Debug)]
pub(crate) enum Variable {
    Slot(usize),
    /// Used in the very pipeline that declares it first.
    Undefined(Span),
}

/// How a number is written decides what it is when any type will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberForm {
    Integer,
    /// With a point or an exponent.
    Float,
}
