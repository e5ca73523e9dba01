//! Runs a template: walks the tree, computes, writes.
//!
//! The rules are those of [text/template](https://pkg.go.dev/text/template); where Go's behaviour
//! follows from its reflection (what is assignable, what a nil is), the reason stands beside the
//! code. Errors name the place that was looked at last, as Go's do.

mod call;
mod field;
mod frame;
mod operand;
mod pipeline;
mod print;
mod range;
mod walk;

use smallvec::SmallVec;
use vouchsafe_shared::secret::SecretBuffer;

use crate::{
    fault::{ErrorClass, Fault},
    scope::Scope,
    syntax::{Definition, Offset, Tree},
    value::Value,
};

/// One run of a template.
pub(crate) struct Execution<'t, 's, 'r> {
    tree: &'t Tree,
    scope: &'s mut Scope<'r>,
    output: SecretBuffer,
    /// What is being looked at, for errors.
    offset: Offset,
    /// Missing keys are errors.
    strict: bool,
    /// The variables of all templates under way; none: not set yet.
    variables: SmallVec<[Option<Value>; 8]>,
    /// Where those of the template that runs begin.
    first_variable: usize,
}

impl<'t, 's, 'r> Execution<'t, 's, 'r> {
    pub(crate) fn new(tree: &'t Tree, scope: &'s mut Scope<'r>, strict: bool, room: usize) -> Self {
        Self {
            tree,
            scope,
            output: SecretBuffer::with_capacity(room),
            offset: 0,
            strict,
            variables: SmallVec::new(),
            first_variable: 0,
        }
    }

    /// Runs the main template with a dot.
    ///
    /// # Errors
    /// The fault and the offset of what was being looked at.
    pub(crate) fn run(mut self, dot: Value) -> Result<SecretBuffer, (Fault, Offset)> {
        match self.definition(&[]) {
            None => Ok(self.output),
            Some(main) => match self.walk(main, dot) {
                Ok(()) => Ok(self.output),
                Err(fault) => Err((fault, self.offset)),
            },
        }
    }

    fn definition(&self, name: &[u8]) -> Option<&'t Definition> {
        self.tree
            .names
            .get(name)
            .and_then(|index| self.tree.definitions.get(*index))
    }

    fn at(&mut self, offset: Offset) {
        self.offset = offset;
    }
}

fn fail<T>(class: ErrorClass, message: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::new(class, message))
}
