//! Constraints: alternatives with `||` between them, each of comparisons that must all hold.

use super::{
    SemverError, Version,
    comparator::{Comparator, take_version},
    take_while,
};

/// The search for ranges takes time quadratic in the length.
const MAX_LENGTH: usize = 4_096;

#[derive(Clone, Debug)]
pub struct Constraints(Vec<Vec<Comparator>>);

impl Constraints {
    pub fn parse(text: &[u8]) -> Result<Self, SemverError> {
        if text.len() > MAX_LENGTH {
            return Err(SemverError::ImproperConstraint);
        }
        let text = std::str::from_utf8(text).map_err(|_| SemverError::ImproperConstraint)?;
        let text = without_ranges(text);
        let alternatives = text.split("||").map(|text| parse_all(text.as_bytes()));
        alternatives.collect::<Result<_, _>>().map(Self)
    }

    pub fn check(&self, version: &Version) -> bool {
        let mut alternatives = self.0.iter();
        alternatives.any(|all| all.iter().all(|comparator| comparator.check(version)))
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}

/// Commas or blanks stand between comparisons.
fn parse_all(mut rest: &[u8]) -> Result<Vec<Comparator>, SemverError> {
    let mut comparators = Vec::new();
    take_while(&mut rest, is_space);
    loop {
        comparators.push(Comparator::parse(&mut rest)?);
        let spaces = take_while(&mut rest, is_space);
        if rest.is_empty() {
            return Ok(comparators);
        }
        if let Some(behind) = rest.strip_prefix(b",") {
            rest = behind;
            take_while(&mut rest, is_space);
        } else if spaces.is_empty() {
            return Err(SemverError::ImproperConstraint);
        }
    }
}

/// Writes `1.2 - 2` as two comparisons. A range is put where its text is first found, which is
/// elsewhere when it is part of an earlier word.
fn without_ranges(text: &str) -> String {
    let mut result = text.to_owned();
    let mut start = 0;
    while let Some(rest) = text.get(start..) {
        match range(rest) {
            Some((first, last, length)) => {
                let comparisons = format!(">= {first}, <= {last} ");
                let range = rest.get(..length).unwrap_or_default();
                result = result.replacen(range, &comparisons, 1);
                start += length;
            }
            None => match rest.chars().next() {
                Some(character) => start += character.len_utf8(),
                None => break,
            },
        }
    }
    result
}

/// The range at the start of the text: its versions, and its length with the blanks around it.
fn range(text: &str) -> Option<(&str, &str, usize)> {
    let mut rest = text.as_bytes();
    take_while(&mut rest, is_space);
    let first = take_version(&mut rest)?;
    let before = take_while(&mut rest, is_space);
    rest = rest.strip_prefix(b"-")?;
    let behind = take_while(&mut rest, is_space);
    if before.is_empty() || behind.is_empty() {
        return None;
    }
    let last = take_version(&mut rest)?;
    take_while(&mut rest, is_space);
    let text_of = |bytes| std::str::from_utf8(bytes).ok();
    Some((
        text_of(first.text)?,
        text_of(last.text)?,
        text.len() - rest.len(),
    ))
}
