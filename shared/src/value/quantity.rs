use std::{fmt, str::FromStr};

use super::{ValueError, string_serde};

/// An amount of a resource in Kubernetes' notation, as it was written: `250m`, `64Mi`, `1e3`.
///
/// Source: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Quantity {
    text: String,
    thousandths: u128,
}

impl Quantity {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The amount in thousandths, rounded up and cut at the largest number there is.
    pub const fn thousandths(&self) -> u128 {
        self.thousandths
    }
}

impl FromStr for Quantity {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        match thousandths(text) {
            Some(thousandths) => Ok(Self {
                text: text.to_owned(),
                thousandths,
            }),
            None => Err(ValueError::new(
                "not a quantity of a resource; expected for example 250m or 64Mi (upper and lower \
                 case are different)",
            )),
        }
    }
}

/// `None` for what is no quantity, or a negative one.
fn thousandths(text: &str) -> Option<u128> {
    let text = text.strip_prefix('+').unwrap_or(text);
    let end = text
        .find(|character: char| !character.is_ascii_digit() && character != '.')
        .unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return None;
    }
    let (factor, exponent): (u128, i32) = match suffix {
        "n" => (1, -9),
        "u" => (1, -6),
        "m" => (1, -3),
        "" => (1, 0),
        "k" => (1, 3),
        "M" => (1, 6),
        "G" => (1, 9),
        "T" => (1, 12),
        "P" => (1, 15),
        "E" => (1, 18),
        "Ki" => (1 << 10, 0),
        "Mi" => (1 << 20, 0),
        "Gi" => (1 << 30, 0),
        "Ti" => (1 << 40, 0),
        "Pi" => (1 << 50, 0),
        "Ei" => (1 << 60, 0),
        exponent => (1, exponent.strip_prefix(['e', 'E'])?.parse().ok()?),
    };
    let digits = format!("{whole}{fraction}");
    // Beyond any amount that can be meant.
    if digits.trim_start_matches('0').len() > 18 {
        return Some(u128::MAX);
    }
    let value: u128 = digits.parse().ok()?;
    let shift = exponent
        .checked_add(3)?
        .checked_sub(i32::try_from(fraction.len()).ok()?)?;
    let value = value.checked_mul(factor)?;
    let power = 10_u128.checked_pow(shift.unsigned_abs());
    Some(match (power, shift >= 0) {
        (Some(power), true) => value.saturating_mul(power),
        (Some(power), false) => value.div_ceil(power),
        (None, true) => u128::MAX,
        (None, false) => u128::from(value != 0),
    })
}

impl fmt::Display for Quantity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

string_serde!(Quantity);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_compared_by_their_amount() {
        for (text, expected) in [
            ("250m", 250),
            ("0.25", 250),
            ("1", 1000),
            (".5", 500),
            ("64Mi", 64 * 1024 * 1024 * 1000),
            ("1e3", 1_000_000),
            ("1E3", 1_000_000),
            ("1k", 1_000_000),
            ("1n", 1),
            ("+2", 2000),
            ("0", 0),
        ] {
            assert_eq!(
                text.parse::<Quantity>().unwrap().thousandths(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn what_kubernetes_refuses_is_refused() {
        for text in [
            "", "64mi", "64mb", "1g", "1.2.3", "lots", "-1", "Mi", "1 Gi", "1e",
        ] {
            assert!(text.parse::<Quantity>().is_err(), "{text}");
        }
    }
}
