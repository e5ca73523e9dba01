//! Zones of a fixed offset, and which texts Go takes for the abbreviation of a zone.

/// UTC or a zone made up from what a time said of itself.
#[derive(Clone, PartialEq, Eq)]
pub enum Zone {
    Utc,
    /// The abbreviation may be empty, the offset is in seconds east of Greenwich.
    Fixed {
        abbreviation: String,
        offset: i32,
    },
}

impl Zone {
    pub fn abbreviation(&self) -> &str {
        match self {
            Self::Utc => "UTC",
            Self::Fixed { abbreviation, .. } => abbreviation,
        }
    }

    pub fn offset(&self) -> i32 {
        match self {
            Self::Utc => 0,
            Self::Fixed { offset, .. } => *offset,
        }
    }

    /// The local zone is UTC: an unnamed zone without an offset is that zone.
    pub(super) fn from_offset(abbreviation: String, offset: i32) -> Self {
        if offset == 0 && abbreviation.is_empty() {
            return Self::Utc;
        }
        Self::Fixed {
            abbreviation,
            offset,
        }
    }

    /// An abbreviation alone says nothing of the offset, except behind `GMT`.
    pub(super) fn from_abbreviation(abbreviation: String) -> Self {
        let hours = abbreviation
            .strip_prefix("GMT")
            .and_then(|hours| hours.parse::<i32>().ok());
        let offset = hours.unwrap_or_default() * 3_600;
        Self::Fixed {
            abbreviation,
            offset,
        }
    }
}

impl std::fmt::Debug for Zone {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Zone(..)")
    }
}

/// How many bytes at the start of `value` Go takes for the abbreviation of a zone.
pub(super) fn abbreviation_length(value: &[u8]) -> Option<usize> {
    if value.len() < 3 {
        return None;
    }
    if value.starts_with(b"ChST") || value.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(hours) = value.strip_prefix(b"GMT") {
        return Some(3 + signed_hours_length(hours).unwrap_or_default());
    }
    if value.starts_with(b"+") || value.starts_with(b"-") {
        return signed_hours_length(value);
    }
    let capitals = value
        .iter()
        .take_while(|byte| byte.is_ascii_uppercase())
        .count();
    match capitals {
        3 => Some(3),
        4 if value.starts_with(b"WITA") || value.get(3) == Some(&b'T') => Some(4),
        5 if value.get(4) == Some(&b'T') => Some(5),
        _ => None,
    }
}

/// A sign and a number up to 23, with any number of leading zeros.
fn signed_hours_length(value: &[u8]) -> Option<usize> {
    let (b'+' | b'-', rest) = value.split_first()? else {
        return None;
    };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit());
    let (length, hours) = digits.fold((0, 0_u64), |(length, hours), digit| {
        let hours = hours
            .saturating_mul(10)
            .saturating_add(u64::from(digit - b'0'));
        (length + 1, hours)
    });
    (length > 0 && hours <= 23).then_some(length + 1)
}
