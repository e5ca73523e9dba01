//! The number constants of a template: each is every type that can hold its value.

use std::fmt;

use super::{
    NumberError,
    float::parse_float,
    integer::{parse_int, parse_uint},
};
use crate::go::{float::FloatSize, quote::unquote_char};

/// What the lexer saw the constant to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstantKind {
    /// `'x'`, with its quotes.
    Character,
    /// `1+2i`.
    Complex,
    /// Any other, `2i` among them.
    Number,
}

/// The value of a constant, in every type that can hold it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Constant {
    pub int: Option<i64>,
    pub uint: Option<u64>,
    pub float: Option<f64>,
    /// The real and the imaginary part; only for a constant that was written as a complex one.
    pub complex: Option<(f64, f64)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidConstant {
    Syntax,
    MalformedCharacter,
    IntegerOverflow,
    /// A part of a complex constant that no `float64` can hold.
    OutOfRange,
    IllegalNumber,
}

impl fmt::Display for InvalidConstant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Syntax => "invalid syntax",
            Self::MalformedCharacter => "malformed character constant",
            Self::IntegerOverflow => "integer overflow",
            Self::OutOfRange => "value out of range",
            Self::IllegalNumber => "illegal number syntax",
        })
    }
}

impl std::error::Error for InvalidConstant {}

/// The value of a constant that the lexer of a template delivered.
pub fn parse_constant(text: &[u8], kind: ConstantKind) -> Result<Constant, InvalidConstant> {
    match kind {
        ConstantKind::Character => character(text),
        ConstantKind::Complex => complex(text),
        ConstantKind::Number => number(text),
    }
}

fn character(text: &[u8]) -> Result<Constant, InvalidConstant> {
    let (quote, content) = text.split_first().ok_or(InvalidConstant::Syntax)?;
    let (character, tail) = unquote_char(content, *quote).map_err(|_| InvalidConstant::Syntax)?;
    if tail != b"'" {
        return Err(InvalidConstant::MalformedCharacter);
    }
    let code = character.code();
    Ok(Constant {
        int: Some(code.into()),
        uint: Some(code.into()),
        float: Some(code.into()),
        complex: None,
    })
}

fn number(text: &[u8]) -> Result<Constant, InvalidConstant> {
    if let [digits @ .., b'i'] = text
        && let Ok(imaginary) = parse_float(digits, FloatSize::Double)
    {
        return Ok(from_complex(0.0, imaginary));
    }
    let int = parse_int(text, 0, 64).ok();
    // The sign of -0 is no part of an unsigned number.
    let uint = parse_uint(text, 0, 64)
        .ok()
        .or_else(|| (int == Some(0)).then_some(0));
    #[expect(
        clippy::cast_precision_loss,
        reason = "a float constant is the nearest float"
    )]
    let float = int
        .map(|int| int as f64)
        .or_else(|| uint.map(|uint| uint as f64));
    if float.is_some() {
        return Ok(Constant {
            int,
            uint,
            float,
            complex: None,
        });
    }
    let float = parse_float(text, FloatSize::Double).map_err(|_| InvalidConstant::IllegalNumber)?;
    if !text.iter().any(|byte| b".eEpP".contains(byte)) {
        return Err(InvalidConstant::IntegerOverflow);
    }
    Ok(from_float(float))
}

fn from_float(float: f64) -> Constant {
    const BEYOND_UINT: f64 = 18_446_744_073_709_551_616.0;
    const BEYOND_INT: f64 = BEYOND_UINT / 2.0;
    let whole = float.fract() == 0.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the values are whole and in range"
    )]
    Constant {
        int: (whole && (-BEYOND_INT..BEYOND_INT).contains(&float)).then_some(float as i64),
        uint: (whole && (0.0..BEYOND_UINT).contains(&float)).then_some(float as u64),
        float: Some(float),
        complex: None,
    }
}

fn from_complex(real: f64, imaginary: f64) -> Constant {
    let simple = if imaginary == 0.0 {
        from_float(real)
    } else {
        Constant::default()
    };
    Constant {
        complex: Some((real, imaginary)),
        ..simple
    }
}

/// As `fmt.Sscan` reads a complex number.
fn complex(text: &[u8]) -> Result<Constant, InvalidConstant> {
    let (real, rest) = split_float(text);
    let ([b'+' | b'-', imaginary @ ..], Some(sign)) = (rest, rest.first()) else {
        return Err(InvalidConstant::Syntax);
    };
    let (magnitude, rest) = split_float(imaginary);
    if rest.first() != Some(&b'i') || matches!(magnitude, [b'+' | b'-', ..]) {
        return Err(InvalidConstant::Syntax);
    }
    let part = |text| {
        parse_float(text, FloatSize::Double).map_err(|error| match error {
            NumberError::Syntax => InvalidConstant::Syntax,
            NumberError::Range(_) => InvalidConstant::OutOfRange,
        })
    };
    let magnitude = part(magnitude)?;
    let imaginary = if *sign == b'-' { -magnitude } else { magnitude };
    Ok(from_complex(part(real)?, imaginary))
}

/// The longest start of the text that looks like a number, and the rest.
fn split_float(text: &[u8]) -> (&[u8], &[u8]) {
    fn skip(text: &[u8], accepted: impl Fn(u8) -> bool) -> &[u8] {
        let end = text
            .iter()
            .position(|byte| !accepted(*byte))
            .unwrap_or(text.len());
        text.get(end..).unwrap_or_default()
    }
    fn skip_one(text: &[u8], accepted: impl Fn(u8) -> bool) -> &[u8] {
        match text {
            [first, rest @ ..] if accepted(*first) => rest,
            _ => text,
        }
    }
    let is_sign = |byte| matches!(byte, b'+' | b'-');
    let unsigned = skip_one(text, is_sign);
    let (hexadecimal, body) = match unsigned {
        [b'0', b'x' | b'X', rest @ ..] => (true, rest),
        _ => (false, unsigned),
    };
    let is_digit =
        |byte: u8| byte == b'_' || byte.is_ascii_digit() || hexadecimal && byte.is_ascii_hexdigit();
    let rest = skip(body, is_digit);
    let rest = skip(skip_one(rest, |byte| byte == b'.'), is_digit);
    let marker = if hexadecimal { b'p' } else { b'e' };
    let rest = match rest {
        [byte, exponent @ ..] if byte.eq_ignore_ascii_case(&marker) => {
            skip(skip_one(exponent, is_sign), |byte| {
                byte == b'_' || byte.is_ascii_digit()
            })
        }
        _ => rest,
    };
    text.split_at(text.len() - rest.len())
}
