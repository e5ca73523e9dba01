//! Exact decimal numbers, as far as sprig's arithmetic can reach those of
//! [`decimal`](https://pkg.go.dev/github.com/shopspring/decimal): the second operand always comes
//! from a `float64`, so it has few digits, and a quotient has 16 places.

use std::{cmp::Ordering, fmt::Write as _};

use zeroize::Zeroizing;

/// Every limb of a number holds nine decimal digits.
const BASE: u64 = 1_000_000_000;
const DIGITS_PER_LIMB: u32 = 9;
/// Decimal places of a quotient.
const QUOTIENT_PLACES: i64 = 16;

/// Digits times a power of ten.
#[derive(Clone)]
pub(super) struct Decimal {
    negative: bool,
    /// The least significant limb first, none that is zero at the end.
    limbs: Zeroizing<Vec<u32>>,
    exponent: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DecimalError {
    NotFinite,
    DivisionByZero,
}

impl Decimal {
    /// The fewest digits that read back as the same number.
    pub(super) fn from_float(value: f64) -> Result<Self, DecimalError> {
        if !value.is_finite() {
            return Err(DecimalError::NotFinite);
        }
        let text = Zeroizing::new(format!("{:e}", value.abs()));
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let places = mantissa
            .split_once('.')
            .map_or(0, |(_, fraction)| fraction.len());
        let digits = mantissa
            .bytes()
            .filter(u8::is_ascii_digit)
            .fold(0, |digits, digit| digits * 10 + u64::from(digit - b'0'));
        let exponent: i64 = exponent.parse().unwrap_or_default();
        Ok(Self {
            negative: value < 0.0,
            limbs: limbs(digits),
            exponent: exponent - i64::try_from(places).unwrap_or_default(),
        })
    }

    /// The nearest `float64`.
    pub(super) fn to_float(&self) -> f64 {
        let mut text = Zeroizing::new(String::with_capacity(
            self.limbs.len() * DIGITS_PER_LIMB as usize + 32,
        ));
        if self.negative {
            text.push('-');
        }
        text.push('0');
        for limb in self.limbs.iter().rev() {
            let _ = write!(text, "{limb:09}");
        }
        let _ = write!(text, "e{}", self.exponent);
        text.parse().unwrap_or_default()
    }

    /// How much work computing with it is.
    pub(super) fn size(&self) -> u64 {
        super::large(self.limbs.len())
    }

    #[expect(clippy::unnecessary_wraps, reason = "the other operations can fail")]
    pub(super) fn add(&self, other: &Self) -> Result<Self, DecimalError> {
        let exponent = self.exponent.min(other.exponent);
        let left = shifted(&self.limbs, self.exponent - exponent);
        let right = shifted(&other.limbs, other.exponent - exponent);
        let (negative, limbs) = if self.negative == other.negative {
            (self.negative, sum(&left, &right))
        } else if compare(&left, &right).is_ge() {
            (self.negative, difference(&left, &right))
        } else {
            (other.negative, difference(&right, &left))
        };
        Ok(Self::new(negative, limbs, exponent))
    }

    pub(super) fn subtract(&self, other: &Self) -> Result<Self, DecimalError> {
        let negated = Self {
            negative: !other.negative,
            ..other.clone()
        };
        self.add(&negated)
    }

    #[expect(clippy::unnecessary_wraps, reason = "the other operations can fail")]
    pub(super) fn multiply(&self, other: &Self) -> Result<Self, DecimalError> {
        let limbs = product(&self.limbs, other.digits());
        let exponent = self.exponent + other.exponent;
        Ok(Self::new(self.negative != other.negative, limbs, exponent))
    }

    /// To 16 decimal places, halves away from zero.
    pub(super) fn divide(&self, other: &Self) -> Result<Self, DecimalError> {
        let divisor = other.digits();
        if divisor == 0 {
            return Err(DecimalError::DivisionByZero);
        }
        let shift = self.exponent - other.exponent + QUOTIENT_PLACES;
        let (mut limbs, rest) = quotient(&shifted(&self.limbs, shift.max(0)), divisor);
        let mut up = rest >= divisor - rest;
        if shift < 0 {
            // What is cut off rounds by its first digit alone: it has an even half.
            let (kept, digit) = quotient(&without_digits(&limbs, -shift - 1), 10);
            (limbs, up) = (kept, digit >= 5);
        }
        if up {
            limbs = sum(&limbs, &[1]);
        }
        Ok(Self::new(
            self.negative != other.negative,
            limbs,
            -QUOTIENT_PLACES,
        ))
    }

    fn new(negative: bool, limbs: Zeroizing<Vec<u32>>, exponent: i64) -> Self {
        Self {
            negative: negative && !limbs.is_empty(),
            limbs,
            exponent,
        }
    }

    /// All digits of a number that comes from a `float64`: at most 17.
    fn digits(&self) -> u64 {
        let limbs = self.limbs.iter().rev();
        limbs.fold(0, |digits, limb| digits * BASE + u64::from(*limb))
    }
}

fn limbs(mut digits: u64) -> Zeroizing<Vec<u32>> {
    let mut limbs = Zeroizing::new(Vec::new());
    while digits > 0 {
        limbs.push(limb(digits % BASE));
        digits /= BASE;
    }
    limbs
}

fn limb(value: u64) -> u32 {
    u32::try_from(value).unwrap_or_default()
}

fn power(digits: i64) -> u64 {
    10_u64.pow(u32::try_from(digits).unwrap_or_default())
}

/// Times a power of ten.
fn shifted(limbs: &[u32], digits: i64) -> Zeroizing<Vec<u32>> {
    let zeros = usize::try_from(digits / i64::from(DIGITS_PER_LIMB)).unwrap_or_default();
    let rest = product(limbs, power(digits % i64::from(DIGITS_PER_LIMB)));
    if rest.is_empty() {
        return rest;
    }
    let mut shifted = Zeroizing::new(vec![0; zeros]);
    shifted.extend_from_slice(&rest);
    shifted
}

/// By a power of ten, towards zero.
fn without_digits(limbs: &[u32], digits: i64) -> Zeroizing<Vec<u32>> {
    let gone = usize::try_from(digits / i64::from(DIGITS_PER_LIMB)).unwrap_or_default();
    let kept = limbs.get(gone..).unwrap_or_default();
    quotient(kept, power(digits % i64::from(DIGITS_PER_LIMB))).0
}

fn product(limbs: &[u32], factor: u64) -> Zeroizing<Vec<u32>> {
    let mut result = Zeroizing::new(Vec::with_capacity(limbs.len() + 3));
    let mut carry = 0_u128;
    for digits in limbs {
        carry += u128::from(*digits) * u128::from(factor);
        result.push(u32::try_from(carry % u128::from(BASE)).unwrap_or_default());
        carry /= u128::from(BASE);
    }
    while carry > 0 {
        result.push(u32::try_from(carry % u128::from(BASE)).unwrap_or_default());
        carry /= u128::from(BASE);
    }
    trimmed(result)
}

fn quotient(limbs: &[u32], divisor: u64) -> (Zeroizing<Vec<u32>>, u64) {
    let mut result = Zeroizing::new(vec![0; limbs.len()]);
    let mut rest = 0_u128;
    for (place, digits) in result.iter_mut().zip(limbs).rev() {
        rest = rest * u128::from(BASE) + u128::from(*digits);
        *place = u32::try_from(rest / u128::from(divisor)).unwrap_or_default();
        rest %= u128::from(divisor);
    }
    (trimmed(result), u64::try_from(rest).unwrap_or_default())
}

fn sum(left: &[u32], right: &[u32]) -> Zeroizing<Vec<u32>> {
    let length = left.len().max(right.len());
    let mut result = Zeroizing::new(Vec::with_capacity(length + 1));
    let mut carry = 0;
    for index in 0..length {
        carry += at(left, index) + at(right, index);
        result.push(limb(carry % BASE));
        carry /= BASE;
    }
    result.push(limb(carry));
    trimmed(result)
}

/// Of a number and one that is not larger.
fn difference(left: &[u32], right: &[u32]) -> Zeroizing<Vec<u32>> {
    let mut result = Zeroizing::new(Vec::with_capacity(left.len()));
    let mut borrow = 0;
    for index in 0..left.len() {
        let digits = BASE + at(left, index) - at(right, index) - borrow;
        result.push(limb(digits % BASE));
        borrow = u64::from(digits < BASE);
    }
    trimmed(result)
}

fn at(limbs: &[u32], index: usize) -> u64 {
    limbs.get(index).copied().map_or(0, u64::from)
}

fn compare(left: &[u32], right: &[u32]) -> Ordering {
    left.len()
        .cmp(&right.len())
        .then_with(|| left.iter().rev().cmp(right.iter().rev()))
}

fn trimmed(mut limbs: Zeroizing<Vec<u32>>) -> Zeroizing<Vec<u32>> {
    while limbs.last() == Some(&0) {
        limbs.pop();
    }
    limbs
}
