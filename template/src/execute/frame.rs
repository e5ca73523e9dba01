//! Where a run stands: the open blocks, loops and templates. They are kept here and not on the
//! stack of the thread, so that templates may call each other as deep as Go allows.

use smallvec::SmallVec;

use super::range::Elements;
use crate::{
    syntax::{Node, Pipe},
    value::Value,
};

/// A list of nodes that is being walked.
pub(super) struct Frame<'t> {
    pub(super) nodes: &'t [Node],
    /// Index of the node that comes next.
    pub(super) next: usize,
    pub(super) dot: Value,
    pub(super) kind: FrameKind<'t>,
}

pub(super) enum FrameKind<'t> {
    /// A branch of `if` or `with`.
    Block,
    /// The body of a `range`, in one of its rounds.
    Range { pipe: &'t Pipe, elements: Elements },
    /// The `else` of a `range`: `break` ends it, `continue` is about the loop around it.
    RangeElse,
    /// A template called from another, whose variables begin there.
    Template { callers_first_variable: usize },
}

/// Enough for most templates without asking for memory.
pub(super) type Frames<'t> = SmallVec<[Frame<'t>; 4]>;
