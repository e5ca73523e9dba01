//! One version: `1.2.3-rc.1+build`, where the minor and the patch may be missing.

use std::{cmp::Ordering, fmt};

use zeroize::Zeroizing;

use super::{SemverError, take_identifiers, take_while};

#[derive(Clone)]
pub struct Version {
    pub major: u64,
    pub minor: u64,
    pub patch: u64,
    prerelease: Zeroizing<String>,
    metadata: Zeroizing<String>,
    original: Zeroizing<String>,
}

impl Version {
    pub fn parse(text: &[u8]) -> Result<Self, SemverError> {
        let mut rest = text.strip_prefix(b"v").unwrap_or(text);
        let major = take_while(&mut rest, |byte| byte.is_ascii_digit());
        if major.is_empty() {
            return Err(SemverError::InvalidVersion);
        }
        let minor = take_segment(&mut rest);
        let patch = minor.and_then(|_| take_segment(&mut rest));
        let prerelease = take_identifiers(&mut rest, b'-').unwrap_or_default();
        let metadata = take_identifiers(&mut rest, b'+').unwrap_or_default();
        if !rest.is_empty() {
            return Err(SemverError::InvalidVersion);
        }
        let version = Self {
            major: segment(major)?,
            minor: segment(minor.unwrap_or(b"0"))?,
            patch: segment(patch.unwrap_or(b"0"))?,
            prerelease: owned(prerelease)?,
            metadata: owned(metadata)?,
            original: owned(text)?,
        };
        let padded = |part: &str| part.len() > 1 && part.starts_with('0') && is_numeric(part);
        if version.prerelease.split('.').any(padded) {
            return Err(SemverError::LeadingZero);
        }
        Ok(version)
    }

    pub fn prerelease(&self) -> &str {
        &self.prerelease
    }

    pub fn metadata(&self) -> &str {
        &self.metadata
    }

    /// The text the version was parsed from.
    pub fn original(&self) -> &str {
        &self.original
    }

    /// Without a leading `v`, and with all three numbers.
    pub fn text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(
            64 + self.prerelease.len() + self.metadata.len(),
        ));
        for (mark, number) in [("", self.major), (".", self.minor), (".", self.patch)] {
            text.push_str(mark);
            text.push_str(&number.to_string());
        }
        for (mark, part) in [('-', &self.prerelease), ('+', &self.metadata)] {
            if !part.is_empty() {
                text.push(mark);
                text.push_str(part);
            }
        }
        text
    }

    /// The metadata does not count.
    pub fn compare(&self, other: &Self) -> Ordering {
        let numbers = |version: &Self| (version.major, version.minor, version.patch);
        numbers(self).cmp(&numbers(other)).then_with(|| {
            match (self.prerelease.is_empty(), other.prerelease.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => compare_prereleases(&self.prerelease, &other.prerelease),
            }
        })
    }
}

fn take_segment<'text>(text: &mut &'text [u8]) -> Option<&'text [u8]> {
    let mut rest = text.strip_prefix(b".")?;
    let digits = take_while(&mut rest, |byte| byte.is_ascii_digit());
    if digits.is_empty() {
        return None;
    }
    *text = rest;
    Some(digits)
}

fn segment(digits: &[u8]) -> Result<u64, SemverError> {
    let digits = std::str::from_utf8(digits).map_err(|_| SemverError::InvalidVersion)?;
    digits.parse().map_err(|_| SemverError::SegmentRange)
}

fn owned(text: &[u8]) -> Result<Zeroizing<String>, SemverError> {
    let text = std::str::from_utf8(text).map_err(|_| SemverError::InvalidVersion)?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn is_numeric(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_digit())
}

/// Part by part: a missing part is the least, a number is less than a word.
pub(super) fn compare_prereleases(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.split('.'), right.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (left, right) => compare_parts(left.unwrap_or_default(), right.unwrap_or_default()),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// A number that 64 bits do not hold is a word.
fn compare_parts(left: &str, right: &str) -> Ordering {
    if left.is_empty() || right.is_empty() {
        return right.is_empty().cmp(&left.is_empty());
    }
    match (left.parse::<u64>(), right.parse::<u64>()) {
        (Ok(left), Ok(right)) => left.cmp(&right),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => left.cmp(right),
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Version(..)")
    }
}
