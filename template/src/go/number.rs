//! Text as numbers and truth values, with the syntax of Go's
//! [`strconv`](https://pkg.go.dev/strconv#ParseInt) and of the constants of
//! [`text/template`](https://pkg.go.dev/text/template#hdr-Arguments).

use std::fmt;

pub use self::{
    constant::{Constant, ConstantKind, InvalidConstant, parse_constant},
    float::parse_float,
    integer::{parse_int, parse_uint},
};

mod constant;
mod float;
mod integer;
#[cfg(test)]
mod tests;

/// Why a text is no number of the type that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError<T> {
    /// `strconv.ErrSyntax`.
    Syntax,
    /// `strconv.ErrRange`, with the nearest value of the type, or the infinity.
    Range(T),
}

impl<T> fmt::Display for NumberError<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Syntax => "invalid syntax",
            Self::Range(_) => "value out of range",
        })
    }
}

impl<T: fmt::Debug> std::error::Error for NumberError<T> {}

/// `strconv.ParseBool`.
pub fn parse_bool(text: &[u8]) -> Option<bool> {
    match text {
        b"1" | b"t" | b"T" | b"true" | b"TRUE" | b"True" => Some(true),
        b"0" | b"f" | b"F" | b"false" | b"FALSE" | b"False" => Some(false),
        _ => None,
    }
}

/// Whether every underscore stands between two digits, or between the prefix and a digit.
fn underscores_are_separators(number: &[u8]) -> bool {
    let number = match number {
        [b'+' | b'-', rest @ ..] => rest,
        _ => number,
    };
    let (digits, hexadecimal, mut after_digit) = match number {
        [b'0', b'x' | b'X', rest @ ..] => (rest, true, true),
        [b'0', b'b' | b'B' | b'o' | b'O', rest @ ..] => (rest, false, true),
        _ => (number, false, false),
    };
    let mut after_underscore = false;
    for byte in digits {
        let is_digit = byte.is_ascii_digit() || hexadecimal && byte.is_ascii_hexdigit();
        let is_underscore = *byte == b'_';
        if is_underscore && !after_digit || after_underscore && !is_digit {
            return false;
        }
        (after_digit, after_underscore) = (is_digit, is_underscore);
    }
    !after_underscore
}
