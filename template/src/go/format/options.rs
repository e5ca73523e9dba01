//! The flags, width and precision of a directive, and padding by them.

use vouchsafe_shared::secret::SecretBuffer;

use super::printer::Printer;
use crate::{fault::Fault, go::rune::rune_count};

/// What stands between `%` and the verb.
#[derive(Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a directive has these flags, each on its own"
)]
pub(super) struct Options {
    /// `-`: pad on the right.
    pub minus: bool,
    /// `+`: always a sign; ASCII only when quoting.
    pub plus: bool,
    /// `#`: another form.
    pub sharp: bool,
    /// A blank where a sign would be, or between bytes.
    pub space: bool,
    /// `0`: pad with zeros on the left.
    pub zero: bool,
    /// `%+v`: structs with the names of their fields. Then `plus` is not set.
    pub field_names: bool,
    /// `%#v`: as Go source. Then `sharp` is not set.
    pub go_syntax: bool,
    pub width: Option<usize>,
    pub precision: Option<usize>,
}

impl Printer<'_> {
    /// Text of known form, padded; zeros are used if asked for.
    pub(super) fn padded(&mut self, text: &[u8]) -> Result<(), Fault> {
        let missing = self.missing(|| rune_count(text));
        if self.options.minus {
            self.write(text)?;
            self.pad(missing)
        } else {
            self.pad(missing)?;
            self.write(text)
        }
    }

    /// As [`Printer::padded`], for text that is yet to be made.
    pub(super) fn padded_by(&mut self, make: impl FnOnce(&mut SecretBuffer)) -> Result<(), Fault> {
        if self.options.width.is_some_and(|width| width > 0) {
            let mut text = SecretBuffer::default();
            make(&mut text);
            return self.padded(text.expose_secret());
        }
        let start = self.out.len();
        make(self.out);
        self.budget.memory((self.out.len() - start) as u64)
    }

    /// How much text of a length falls short of the width.
    pub(super) fn missing(&self, length: impl FnOnce() -> usize) -> usize {
        match self.options.width {
            None | Some(0) => 0,
            Some(width) => width.saturating_sub(length()),
        }
    }

    /// Padding of a length: zeros on the left if asked for, blanks otherwise.
    pub(super) fn pad(&mut self, length: usize) -> Result<(), Fault> {
        let zeros = self.options.zero && !self.options.minus;
        self.repeat(if zeros { b'0' } else { b' ' }, length)
    }

    pub(super) fn repeat(&mut self, byte: u8, length: usize) -> Result<(), Fault> {
        const BLOCK: usize = 64;
        self.budget.memory(length as u64)?;
        let block = [byte; BLOCK];
        let mut rest = length;
        while rest > 0 {
            let part = block.get(..rest).unwrap_or(&block);
            self.out.push_bytes(part);
            rest -= part.len();
        }
        Ok(())
    }
}
