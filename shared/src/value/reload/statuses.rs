use std::{fmt, ops::RangeInclusive, str::FromStr};

use super::super::{ValueError, string_serde};

/// The HTTP statuses that count as success: `200-299,304`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Statuses(Vec<RangeInclusive<u16>>);

impl Statuses {
    pub fn contains(&self, status: u16) -> bool {
        self.0.iter().any(|range| range.contains(&status))
    }
}

impl Default for Statuses {
    fn default() -> Self {
        Self(vec![200..=299])
    }
}

impl FromStr for Statuses {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let status = |text: &str| {
            let text = text.trim();
            let is_number = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
            let number = text.parse().ok().filter(|_| is_number);
            number
                .filter(|number| (200..=599).contains(number))
                .ok_or_else(|| {
                    ValueError::new(format!(
                        "{text:?} is no final HTTP status; expected numbers from 200 to 599 and ranges of them, for example 200-299,304"
                    ))
                })
        };
        let range = |text: &str| {
            let (first, last) = text.split_once('-').unwrap_or((text, text));
            let (first, last) = (status(first)?, status(last)?);
            if first > last {
                return Err(ValueError::new(format!(
                    "{first}-{last} is empty; expected the smaller number first"
                )));
            }
            Ok(first..=last)
        };
        text.split(',')
            .map(range)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl fmt::Display for Statuses {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, range) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "," };
            let (first, last) = (range.start(), range.end());
            write!(formatter, "{separator}{first}")?;
            if first != last {
                write!(formatter, "-{last}")?;
            }
        }
        Ok(())
    }
}

string_serde!(Statuses);
