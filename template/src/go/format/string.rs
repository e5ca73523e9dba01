//! Strings.

use super::printer::Printer;
use crate::{
    fault::Fault,
    go::{
        quote::{append_quote, append_quote_to_ascii, can_backquote},
        rune::runes,
    },
    value::Value,
};

const LOWER: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";

impl Printer<'_> {
    /// The text of a value, which is a string or prints as one.
    pub(super) fn text(&mut self, value: &Value, text: &[u8], verb: char) -> Result<(), Fault> {
        match verb {
            'v' if self.options.go_syntax => self.quoted(text),
            'v' | 's' => self.plain_text(text),
            'q' => self.quoted(text),
            'x' => self.hexadecimal_text(text, b'x', LOWER),
            'X' => self.hexadecimal_text(text, b'X', UPPER),
            _ => self.bad_verb(value, verb),
        }
    }

    pub(super) fn plain_text(&mut self, text: &[u8]) -> Result<(), Fault> {
        self.padded(self.cut(text))
    }

    fn quoted(&mut self, text: &[u8]) -> Result<(), Fault> {
        let text = self.cut(text);
        if self.options.sharp && can_backquote(text) {
            return self.padded_by(|out| {
                out.push(b'`');
                out.push_bytes(text);
                out.push(b'`');
            });
        }
        if self.options.plus {
            self.padded_by(|out| append_quote_to_ascii(out, text))
        } else {
            self.padded_by(|out| append_quote(out, text))
        }
    }

    /// As many runes as the precision allows.
    fn cut<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        let end = match self.options.precision {
            None => None,
            Some(precision) if precision >= text.len() => None,
            Some(precision) => runes(text).nth(precision).map(|rune| rune.offset),
        };
        end.and_then(|end| text.get(..end)).unwrap_or(text)
    }

    /// Two digits a byte; here the precision counts bytes.
    fn hexadecimal_text(
        &mut self,
        text: &[u8],
        letter: u8,
        digits: &[u8; 16],
    ) -> Result<(), Fault> {
        let text = self
            .options
            .precision
            .and_then(|precision| text.get(..precision))
            .unwrap_or(text);
        let (each, between) = match (self.options.space, self.options.sharp) {
            (true, true) => (4, 1),
            (true, false) => (2, 1),
            (false, _) => (2, 0),
        };
        let whole_prefix = if self.options.sharp && !self.options.space {
            2
        } else {
            0
        };
        let length = match text.len() {
            0 => 0,
            count => count * each + (count - 1) * between + whole_prefix,
        };
        let missing = self.missing(|| length);
        if !self.options.minus || length == 0 {
            self.pad(missing)?;
        }
        self.budget.memory(length as u64)?;
        for (index, byte) in text.iter().enumerate() {
            if index > 0 && self.options.space {
                self.out.push(b' ');
            }
            if self.options.sharp && (index == 0 || self.options.space) {
                self.out.push_bytes(&[b'0', letter]);
            }
            for digit in [byte >> 4, byte & 0xf] {
                self.out
                    .push(digits.get(usize::from(digit)).copied().unwrap_or_default());
            }
        }
        if self.options.minus && length > 0 {
            self.pad(missing)?;
        }
        Ok(())
    }
}
