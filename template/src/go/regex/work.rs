//! How much the sets of a pattern cost while it is read.

use super::RegexError;

/// Ranges and characters that one pattern may have handled: about a tenth of a second.
const MOST: usize = 16 << 20;
/// What looking through all characters costs: for a property, or for what differs in case.
const TABLE: usize = 4_000;

/// Counts ranges and characters that are handled.
#[derive(Default)]
pub(super) struct Work(usize);

impl Work {
    pub(super) fn done(&self) -> usize {
        self.0
    }

    pub(super) fn ranges(&mut self, count: usize) -> Result<(), RegexError> {
        self.0 += count;
        if self.0 > MOST {
            return Err(RegexError::TooLarge);
        }
        Ok(())
    }

    pub(super) fn tables(&mut self, count: usize) -> Result<(), RegexError> {
        self.ranges(count * TABLE)
    }
}
