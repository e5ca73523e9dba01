//! The document being written, and what it costs.

use vouchsafe_shared::secret::SecretBuffer;

use super::DEEPEST;
use crate::{fault::Fault, scope::Budget};

pub(super) struct Output<'b> {
    pub(super) buffer: SecretBuffer,
    budget: &'b mut Budget,
    /// How much of the buffer the budget knows of.
    counted: usize,
    depth: usize,
}

impl<'b> Output<'b> {
    pub(super) fn new(budget: &'b mut Budget) -> Self {
        Self {
            buffer: SecretBuffer::with_capacity(256),
            budget,
            counted: 0,
            depth: 0,
        }
    }

    pub(super) fn push(&mut self, byte: u8) {
        self.buffer.push(byte);
    }

    pub(super) fn push_str(&mut self, text: &str) {
        self.buffer.push_str(text);
    }

    /// Counts one more value, and what was written since the last.
    pub(super) fn count(&mut self) -> Result<(), Fault> {
        let written = self.buffer.len() - self.counted;
        self.counted = self.buffer.len();
        self.budget.work(1)?;
        self.budget
            .memory(u64::try_from(written).unwrap_or(u64::MAX))
    }

    /// Goes into a list or map; every success needs a [`Output::leave`].
    pub(super) fn enter(&mut self) -> Result<(), Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(too_deep());
        }
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    pub(super) fn finish(mut self) -> Result<SecretBuffer, Fault> {
        self.count()?;
        Ok(self.buffer)
    }
}

pub(super) fn too_deep() -> Fault {
    Fault::limit(format!(
        "lists and maps are nested deeper than the {DEEPEST} levels allowed"
    ))
}
