//! Integers, and the runes they stand for.

use zeroize::Zeroizing;

use super::printer::Printer;
use crate::{
    fault::Fault,
    go::{
        quote::{append_quote_rune, append_quote_rune_to_ascii},
        rune::{REPLACEMENT, is_print},
    },
    value::Value,
};

/// How a number is written.
#[derive(Clone, Copy)]
struct Notation {
    base: u64,
    /// Digits above nine, and the `x`.
    upper: bool,
    /// `%O`: always with `0o`.
    octal_prefix: bool,
}

impl Notation {
    const fn base(base: u64) -> Self {
        Self {
            base,
            upper: false,
            octal_prefix: false,
        }
    }

    const DECIMAL: Self = Self::base(10);
    const HEXADECIMAL: Self = Self::base(16);
    const UPPER_HEXADECIMAL: Self = Self {
        upper: true,
        ..Self::HEXADECIMAL
    };
    const PREFIXED_OCTAL: Self = Self {
        octal_prefix: true,
        ..Self::base(8)
    };
}

/// The digits of a number, wiped after use.
struct Digits {
    bytes: Zeroizing<[u8; 64]>,
    length: usize,
}

impl Digits {
    fn new(mut number: u64, notation: Notation) -> Self {
        let table: &[u8; 16] = if notation.upper {
            b"0123456789ABCDEF"
        } else {
            b"0123456789abcdef"
        };
        let mut bytes = Zeroizing::new([0; 64]);
        let mut length = 0;
        for byte in bytes.iter_mut().rev() {
            let digit = usize::try_from(number % notation.base).unwrap_or_default();
            *byte = table.get(digit).copied().unwrap_or_default();
            number /= notation.base;
            length += 1;
            if number == 0 {
                break;
            }
        }
        Self { bytes, length }
    }

    fn as_slice(&self) -> &[u8] {
        self.bytes
            .get(self.bytes.len() - self.length..)
            .unwrap_or_default()
    }
}

impl Printer<'_> {
    pub(super) fn signed(&mut self, value: &Value, number: i64, verb: char) -> Result<(), Fault> {
        match verb {
            'v' => self.number(number.unsigned_abs(), number < 0, Notation::DECIMAL),
            _ => self.integer(
                value,
                (number.unsigned_abs(), number < 0),
                number.cast_unsigned(),
                verb,
            ),
        }
    }

    pub(super) fn unsigned(&mut self, value: &Value, number: u64, verb: char) -> Result<(), Fault> {
        match verb {
            'v' if self.options.go_syntax => self.hexadecimal(number, true),
            'v' => self.number(number, false, Notation::DECIMAL),
            _ => self.integer(value, (number, false), number, verb),
        }
    }

    /// A number with or without its `0x`, whatever the directive says.
    pub(super) fn hexadecimal(&mut self, number: u64, prefix: bool) -> Result<(), Fault> {
        let sharp = std::mem::replace(&mut self.options.sharp, prefix);
        let result = self.number(number, false, Notation::HEXADECIMAL);
        self.options.sharp = sharp;
        result
    }

    fn integer(
        &mut self,
        value: &Value,
        (magnitude, negative): (u64, bool),
        bits: u64,
        verb: char,
    ) -> Result<(), Fault> {
        let notation = match verb {
            'd' => Notation::DECIMAL,
            'b' => Notation::base(2),
            'o' => Notation::base(8),
            'O' => Notation::PREFIXED_OCTAL,
            'x' => Notation::HEXADECIMAL,
            'X' => Notation::UPPER_HEXADECIMAL,
            'c' => return self.padded(character(bits).encode_utf8(&mut [0; 4]).as_bytes()),
            'q' => return self.quoted_rune(u32::from(character(bits))),
            'U' => return self.code_point(bits),
            _ => return self.bad_verb(value, verb),
        };
        self.number(magnitude, negative, notation)
    }

    fn number(&mut self, magnitude: u64, negative: bool, notation: Notation) -> Result<(), Fault> {
        let sign: &[u8] = if negative {
            b"-"
        } else if self.options.plus {
            b"+"
        } else if self.options.space {
            b" "
        } else {
            b""
        };
        let least = match (self.options.precision, self.options.width) {
            (Some(0), _) if magnitude == 0 => {
                return self.repeat(b' ', self.options.width.unwrap_or(0));
            }
            (Some(precision), _) => precision,
            (None, Some(width)) if self.options.zero && !self.options.minus => {
                width.saturating_sub(sign.len())
            }
            _ => 0,
        };
        let digits = Digits::new(magnitude, notation);
        let zeros = least.saturating_sub(digits.length);
        let starts_with_zero = zeros > 0 || digits.as_slice().first() == Some(&b'0');
        let base_prefix: &[u8] = match notation.base {
            _ if !self.options.sharp => b"",
            2 => b"0b",
            8 if !starts_with_zero => b"0",
            16 if notation.upper => b"0X",
            16 => b"0x",
            _ => b"",
        };
        let octal_prefix: &[u8] = if notation.octal_prefix { b"0o" } else { b"" };
        let length = sign.len() + octal_prefix.len() + base_prefix.len() + zeros + digits.length;
        let missing = self.missing(|| length);
        if !self.options.minus {
            self.repeat(b' ', missing)?;
        }
        self.write(sign)?;
        self.write(octal_prefix)?;
        self.write(base_prefix)?;
        self.repeat(b'0', zeros)?;
        self.write(digits.as_slice())?;
        if self.options.minus {
            self.repeat(b' ', missing)?;
        }
        Ok(())
    }

    fn quoted_rune(&mut self, rune: u32) -> Result<(), Fault> {
        if self.options.plus {
            self.padded_by(|out| append_quote_rune_to_ascii(out, rune))
        } else {
            self.padded_by(|out| append_quote_rune(out, rune))
        }
    }

    /// `U+0078`, or `U+0078 'x'`; padded with blanks only.
    fn code_point(&mut self, bits: u64) -> Result<(), Fault> {
        let digits = Digits::new(bits, Notation::UPPER_HEXADECIMAL);
        let least = self.options.precision.unwrap_or(0).max(4);
        let zeros = least.saturating_sub(digits.length);
        let shown = u32::try_from(bits)
            .ok()
            .and_then(char::from_u32)
            .filter(|character| self.options.sharp && is_print(*character));
        let length = 2 + zeros + digits.length + if shown.is_some() { 4 } else { 0 };
        let missing = self.missing(|| length);
        if !self.options.minus {
            self.repeat(b' ', missing)?;
        }
        self.write(b"U+")?;
        self.repeat(b'0', zeros)?;
        self.write(digits.as_slice())?;
        if let Some(character) = shown {
            self.write(b" '")?;
            self.write_char(character)?;
            self.write(b"'")?;
        }
        if self.options.minus {
            self.repeat(b' ', missing)?;
        }
        Ok(())
    }
}

/// The character of a number, or U+FFFD where there is none.
fn character(bits: u64) -> char {
    u32::try_from(bits)
        .ok()
        .and_then(char::from_u32)
        .unwrap_or(REPLACEMENT)
}
