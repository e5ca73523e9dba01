//! The decimal digits of a number: the fewest that tell it from its neighbours, or as many as asked
//! for of its exact value.

use std::fmt::{self, Write as _};

use vouchsafe_shared::secret::SecretBuffer;
use zeroize::Zeroizing;

use super::{FloatSize, append_zeros, to_single};

/// No `f64` has more significant decimal digits.
const MOST_SIGNIFICANT: usize = 767;
/// No `f64` has more decimal digits after the point.
const MOST_FRACTIONAL: usize = 1074;

/// The one `float32` for which Go takes the greater of two equally near texts: 2 to the power of -12.
const GREATER_SINGLE: f64 = 1.0 / 4096.0;

/// `0.ddd × 10^point`, without zeros at either end; no digits for zero.
pub(super) struct Digits {
    digits: Zeroizing<Vec<u8>>,
    point: i64,
}

impl Digits {
    pub(super) fn shortest(magnitude: f64, size: FloatSize) -> Self {
        let shortest = Self::read(|text| match size {
            FloatSize::Single => write!(text, "{:e}", to_single(magnitude)),
            FloatSize::Double => write!(text, "{magnitude:e}"),
        });
        // Of two equally near texts Go takes the one with the even digit, the standard library the
        // greater one.
        let greater = size == FloatSize::Single && magnitude.to_bits() == GREATER_SINGLE.to_bits();
        if greater || shortest.digits.last().is_none_or(|digit| digit % 2 == 0) {
            return shortest;
        }
        let even = Self::rounded(magnitude, shortest.len());
        if even.digits != shortest.digits && even.reads_back(magnitude, size) {
            even
        } else {
            shortest
        }
    }

    /// The nearest text of a length can be the text of a neighbour: below a power of two these are
    /// nearer than above.
    fn reads_back(&self, magnitude: f64, size: FloatSize) -> bool {
        const EXPONENT: usize = "e-9999".len();
        let mut text = Zeroizing::new(String::with_capacity(self.len() + "0.".len() + EXPONENT));
        text.push_str("0.");
        text.extend(self.digits.iter().map(|digit| char::from(*digit)));
        // Writing to memory does not fail.
        let _ = write!(text, "e{}", self.point);
        match size {
            FloatSize::Single => text.parse() == Ok(to_single(magnitude)),
            FloatSize::Double => text.parse() == Ok(magnitude),
        }
    }

    /// The exact value rounded to `count` digits, one at least; a tie goes to the even digit.
    pub(super) fn rounded(magnitude: f64, count: usize) -> Self {
        let fraction = count.clamp(1, MOST_SIGNIFICANT) - 1;
        Self::read(|text| write!(text, "{magnitude:.fraction$e}"))
    }

    fn read(write: impl FnOnce(&mut Text<'_>) -> fmt::Result) -> Self {
        let mut text = SecretBuffer::default();
        // Writing to memory does not fail.
        let _ = write(&mut Text(&mut text));
        let mut parts = text.expose_secret().splitn(2, |byte| *byte == b'e');
        let mantissa = parts.next().unwrap_or_default();
        let mut digits = Zeroizing::new(Vec::with_capacity(mantissa.len()));
        digits.extend(mantissa.iter().filter(|byte| byte.is_ascii_digit()));
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        let exponent: i64 = parts
            .next()
            .and_then(|exponent| str::from_utf8(exponent).ok()?.parse().ok())
            .unwrap_or_default();
        let point = if digits.is_empty() { 0 } else { exponent + 1 };
        Self { digits, point }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.digits.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.digits.len()
    }

    /// The place of the decimal point: before the first digit is 0.
    pub(super) fn point(&self) -> i64 {
        self.point
    }

    /// How many places after the decimal point the digits reach.
    pub(super) fn fraction_len(&self) -> usize {
        let length = i64::try_from(self.len()).unwrap_or(i64::MAX);
        usize::try_from(length - self.point).unwrap_or_default()
    }

    pub(super) fn get(&self, place: usize) -> u8 {
        self.digits.get(place).copied().unwrap_or(b'0')
    }

    /// Those of the digits that there are in the range.
    pub(super) fn range(&self, start: usize, end: usize) -> &[u8] {
        let end = end.min(self.len());
        self.digits.get(start..end).unwrap_or_default()
    }
}

/// The exact value rounded to `precision` digits after the point; a tie goes to the even digit.
pub(super) fn append_fixed_exact(out: &mut SecretBuffer, magnitude: f64, precision: usize) {
    let exact = precision.min(MOST_FRACTIONAL);
    // Writing to memory does not fail.
    let _ = write!(Text(out), "{magnitude:.exact$}");
    append_zeros(out, precision - exact);
}

struct Text<'a>(&'a mut SecretBuffer);

impl fmt::Write for Text<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.push_str(text);
        Ok(())
    }
}
