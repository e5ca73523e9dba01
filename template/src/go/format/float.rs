//! Floating-point and complex numbers.

use vouchsafe_shared::secret::SecretBuffer;

use super::printer::Printer;
use crate::{
    fault::Fault,
    go::float::{FloatFormat, FloatSize, append_float},
    value::Value,
};

impl Printer<'_> {
    pub(super) fn float(
        &mut self,
        value: &Value,
        number: f64,
        size: FloatSize,
        verb: char,
    ) -> Result<(), Fault> {
        match notation(verb) {
            None => self.bad_verb(value, verb),
            Some((format, precision)) => self.float_in(number, size, format, precision),
        }
    }

    pub(super) fn complex(
        &mut self,
        value: &Value,
        (real, imaginary): (f64, f64),
        verb: char,
    ) -> Result<(), Fault> {
        let Some((format, precision)) = notation(verb) else {
            return self.bad_verb(value, verb);
        };
        self.write(b"(")?;
        self.float_in(real, FloatSize::Double, format, precision)?;
        let plus = std::mem::replace(&mut self.options.plus, true);
        self.float_in(imaginary, FloatSize::Double, format, precision)?;
        self.options.plus = plus;
        self.write(b"i)")
    }

    fn float_in(
        &mut self,
        number: f64,
        size: FloatSize,
        format: FloatFormat,
        precision: Option<usize>,
    ) -> Result<(), Fault> {
        let precision = self.options.precision.or(precision);
        self.budget.memory(precision.unwrap_or(0) as u64)?;
        let options = self.options;
        if options.width.is_none() && !options.plus && !options.space && !options.sharp {
            return self.padded_by(|out| append_float(out, number, format, precision, size));
        }
        let mut text = SecretBuffer::default();
        append_float(&mut text, number, format, precision, size);
        let (negative, digits) = match text.expose_secret() {
            [sign @ (b'-' | b'+'), digits @ ..] => (*sign == b'-', digits),
            digits => (false, digits),
        };
        let sign = if negative {
            b'-'
        } else if self.options.space && !self.options.plus {
            b' '
        } else {
            b'+'
        };
        let mut signed = SecretBuffer::default();
        signed.push(sign);
        if number.is_finite() {
            if self.options.sharp && format != FloatFormat::Binary {
                append_sharp(&mut signed, digits, format, precision);
            } else {
                signed.push_bytes(digits);
            }
            let sign_shown = sign != b'+' || self.options.plus;
            self.padded_number(signed.expose_secret(), sign_shown)
        } else {
            signed.push_bytes(digits);
            let sign_shown = !number.is_nan() || self.options.space || self.options.plus;
            // Neither is a number that zeros could be put before.
            let zero = std::mem::replace(&mut self.options.zero, false);
            let result = self.padded_number(signed.expose_secret(), sign_shown);
            self.options.zero = zero;
            result
        }
    }

    /// A sign and digits; zeros go between them, and the sign may be left out.
    fn padded_number(&mut self, signed: &[u8], sign_shown: bool) -> Result<(), Fault> {
        let (sign, digits) = signed.split_at_checked(1).unwrap_or_default();
        if !sign_shown {
            return self.padded(digits);
        }
        let missing = self.missing(|| signed.len());
        if self.options.zero && !self.options.minus && missing > 0 {
            self.write(sign)?;
            self.pad(missing)?;
            return self.write(digits);
        }
        self.padded(signed)
    }
}

/// The form of a verb and its precision where the directive gives none.
fn notation(verb: char) -> Option<(FloatFormat, Option<usize>)> {
    let (letter, precision) = match verb {
        'v' => (b'g', None),
        'b' | 'g' | 'G' | 'x' | 'X' => (u8::try_from(verb).ok()?, None),
        'e' | 'E' | 'f' => (u8::try_from(verb).ok()?, Some(6)),
        'F' => (b'f', Some(6)),
        _ => return None,
    };
    FloatFormat::from_verb(letter).map(|format| (format, precision))
}

/// The `#` form: always a decimal point, and zeros at the end stay.
fn append_sharp(
    out: &mut SecretBuffer,
    digits: &[u8],
    format: FloatFormat,
    precision: Option<usize>,
) {
    let hexadecimal = matches!(
        format,
        FloatFormat::Hexadecimal | FloatFormat::UpperHexadecimal
    );
    let exponent = digits
        .iter()
        .position(|byte| match byte {
            b'p' | b'P' => true,
            b'e' | b'E' => !hexadecimal,
            _ => false,
        })
        .unwrap_or(digits.len());
    let (mantissa, exponent) = digits.split_at_checked(exponent).unwrap_or_default();
    // Everything from the first other than a zero counts as a digit, the `x` of `0x` too.
    let significant = mantissa
        .iter()
        .filter(|byte| **byte != b'.')
        .skip_while(|byte| **byte == b'0')
        .count();
    let wanted = match format {
        FloatFormat::General | FloatFormat::UpperGeneral | FloatFormat::Hexadecimal => {
            precision.unwrap_or(6)
        }
        _ => 0,
    };
    let mut zeros = wanted.saturating_sub(significant);
    out.push_bytes(mantissa);
    if !mantissa.contains(&b'.') {
        out.push(b'.');
        if mantissa == b"0" {
            zeros = zeros.saturating_sub(1);
        }
    }
    for _ in 0..zeros {
        out.push(b'0');
    }
    out.push_bytes(exponent);
}
