use std::{fmt, str::FromStr};

use super::{ValueError, string_serde};

/// A number of bytes in Kubernetes' notation for binary sizes: `1048576`, `64Ki`, `1Mi`, `2Gi`.
///
/// Source: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>; the
/// decimal suffixes (`M`, `G`) are left out because nobody means them for memory.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ByteSize(u64);

impl ByteSize {
    pub const fn from_mebibytes(mebibytes: u64) -> Self {
        Self(mebibytes * 1024 * 1024)
    }

    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl FromStr for ByteSize {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let invalid = || ValueError::new("not a size; expected for example 64Ki, 1Mi or 1Gi");
        let text = text.trim();
        let (number, factor) = if let Some(number) = text.strip_suffix("Ki") {
            (number, 1 << 10)
        } else if let Some(number) = text.strip_suffix("Mi") {
            (number, 1 << 20)
        } else if let Some(number) = text.strip_suffix("Gi") {
            (number, 1 << 30)
        } else {
            (text, 1)
        };
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(invalid());
        }
        let number: u64 = number.parse().map_err(|_| invalid())?;
        number.checked_mul(factor).map(Self).ok_or_else(invalid)
    }
}

impl fmt::Display for ByteSize {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (suffix, factor) in [("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)] {
            if self.0 > 0 && self.0.is_multiple_of(factor) {
                return write!(formatter, "{}{suffix}", self.0 / factor);
            }
        }
        write!(formatter, "{}", self.0)
    }
}

string_serde!(ByteSize);
