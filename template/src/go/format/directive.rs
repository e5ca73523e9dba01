//! The format of `printf`: text, and directives that each print an operand.

use super::{options::Options, printer::Printer};
use crate::{fault::Fault, go::rune::decode_rune, value::Value};

/// From here on a further digit makes a number too large for a width or precision.
const LARGE: usize = 1_000_000;

pub(super) fn printf(
    printer: &mut Printer<'_>,
    format: &[u8],
    values: &[Value],
) -> Result<(), Fault> {
    let mut reader = Reader {
        rest: format,
        values,
        next: 0,
        reordered: false,
        indexes_good: true,
        after_index: false,
    };
    while !reader.rest.is_empty() {
        let start = reader.rest.iter().position(|byte| *byte == b'%');
        let (text, rest) = reader
            .rest
            .split_at_checked(start.unwrap_or(reader.rest.len()))
            .unwrap_or_default();
        printer.write(text)?;
        reader.rest = rest.get(1..).unwrap_or_default();
        if start.is_some() {
            printer.budget.work(1)?;
            reader.directive(printer)?;
        }
    }
    match values.get(reader.next..) {
        // Out of order it is not clear which operands were left over.
        Some(extra) if !extra.is_empty() && !reader.reordered => print_extra(printer, extra),
        _ => Ok(()),
    }
}

fn print_extra(printer: &mut Printer<'_>, extra: &[Value]) -> Result<(), Fault> {
    printer.options = Options::default();
    printer.write(b"%!(EXTRA ")?;
    for (index, value) in extra.iter().enumerate() {
        if index > 0 {
            printer.write(b", ")?;
        }
        if !matches!(value, Value::Nil | Value::NilInterface)
            && let Some(kind) = value.type_of()
        {
            printer.write(kind.to_string().as_bytes())?;
            printer.write(b"=")?;
        }
        printer.argument(value, 'v')?;
    }
    printer.write(b")")
}

struct Reader<'f> {
    /// The format from here on.
    rest: &'f [u8],
    values: &'f [Value],
    /// The operand that the next verb takes.
    next: usize,
    /// An index (`[2]`) was used anywhere.
    reordered: bool,
    /// All indexes of this directive name operands.
    indexes_good: bool,
    /// What was read last is an index.
    after_index: bool,
}

impl Reader<'_> {
    /// What follows a `%`.
    fn directive(&mut self, printer: &mut Printer<'_>) -> Result<(), Fault> {
        self.indexes_good = true;
        printer.options = Options::default();
        self.flags(&mut printer.options);
        self.after_index = self.index();
        self.width(printer)?;
        self.precision(printer)?;
        if !self.after_index {
            self.after_index = self.index();
        }
        if self.rest.is_empty() {
            return printer.write(b"%!(NOVERB)");
        }
        let (verb, length) = decode_rune(self.rest);
        self.skip(length);
        self.verb(printer, verb)
    }

    fn verb(&mut self, printer: &mut Printer<'_>, verb: char) -> Result<(), Fault> {
        let mistake: &[u8] = if verb == '%' {
            return printer.write(b"%");
        } else if !self.indexes_good {
            b"(BADINDEX)"
        } else if let Some(value) = self.values.get(self.next) {
            let options = &mut printer.options;
            if matches!(verb, 'v' | 'w') {
                options.go_syntax = std::mem::take(&mut options.sharp);
                options.field_names = std::mem::take(&mut options.plus);
            }
            self.next += 1;
            return printer.argument(value, verb);
        } else {
            b"(MISSING)"
        };
        printer.write(b"%!")?;
        printer.write_char(verb)?;
        printer.write(mistake)
    }

    fn flags(&mut self, options: &mut Options) {
        while let Some(byte) = self.rest.first() {
            match byte {
                b'#' => options.sharp = true,
                b'0' => options.zero = true,
                b'+' => options.plus = true,
                b'-' => options.minus = true,
                b' ' => options.space = true,
                _ => return,
            }
            self.skip(1);
        }
    }

    fn width(&mut self, printer: &mut Printer<'_>) -> Result<(), Fault> {
        if self.rest.first() != Some(&b'*') {
            printer.options.width = self.number();
            if self.after_index && printer.options.width.is_some() {
                self.indexes_good = false;
            }
            return Ok(());
        }
        self.skip(1);
        self.after_index = false;
        let width = self.number_operand();
        if width.is_some_and(i64::is_negative) {
            printer.options.minus = true;
            printer.options.zero = false;
        }
        printer.options.width = width.and_then(|width| usize::try_from(width.unsigned_abs()).ok());
        match width {
            None => printer.write(b"%!(BADWIDTH)"),
            Some(_) => Ok(()),
        }
    }

    fn precision(&mut self, printer: &mut Printer<'_>) -> Result<(), Fault> {
        // A point that ends the format is taken for a verb.
        let [b'.', rest @ ..] = self.rest else {
            return Ok(());
        };
        if rest.is_empty() {
            return Ok(());
        }
        self.rest = rest;
        if self.after_index {
            self.indexes_good = false;
        }
        self.after_index = self.index();
        if self.rest.first() != Some(&b'*') {
            printer.options.precision = Some(self.number().unwrap_or(0));
            return Ok(());
        }
        self.skip(1);
        self.after_index = false;
        printer.options.precision = self
            .number_operand()
            .and_then(|precision| usize::try_from(precision).ok());
        match printer.options.precision {
            None => printer.write(b"%!(BADPREC)"),
            Some(_) => Ok(()),
        }
    }

    /// An index, which names the operand to go on with. Whether there is a readable one.
    fn index(&mut self) -> bool {
        let [b'[', rest @ ..] = self.rest else {
            return false;
        };
        self.reordered = true;
        let end = rest.iter().position(|byte| *byte == b']');
        // Two bytes hold no index, not even the brackets around nothing.
        let Some(end) = end.filter(|_| rest.len() > 1) else {
            self.indexes_good = false;
            self.skip(1);
            return false;
        };
        let (number, length) = rest.get(..end).map_or((None, 0), leading_number);
        self.skip(end + 2);
        let Some(number) = number.filter(|_| length == end) else {
            self.indexes_good = false;
            return false;
        };
        match number.checked_sub(1) {
            Some(index) if index < self.values.len() => self.next = index,
            _ => self.indexes_good = false,
        }
        true
    }

    fn number(&mut self) -> Option<usize> {
        let (number, length) = leading_number(self.rest);
        self.skip(length);
        number
    }

    /// The operand for a `*`: any integer that is not too large.
    fn number_operand(&mut self) -> Option<i64> {
        let value = self.values.get(self.next)?;
        self.next += 1;
        let number = match value {
            Value::Int(_, number) => *number,
            Value::Uint(_, number) => i64::try_from(*number).ok()?,
            _ => return None,
        };
        (number.unsigned_abs() <= LARGE as u64).then_some(number)
    }

    fn skip(&mut self, length: usize) {
        self.rest = self.rest.get(length..).unwrap_or_default();
    }
}

/// The number a text begins with, and its length. A number too large swallows the whole text.
fn leading_number(text: &[u8]) -> (Option<usize>, usize) {
    let mut number = None;
    for (index, byte) in text.iter().enumerate() {
        if !byte.is_ascii_digit() {
            return (number, index);
        }
        let before = number.unwrap_or(0);
        if before > LARGE {
            return (None, text.len());
        }
        number = Some(before * 10 + usize::from(byte - b'0'));
    }
    (number, text.len())
}
