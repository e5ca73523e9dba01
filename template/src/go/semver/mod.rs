//! Versions and constraints on them as <https://github.com/Masterminds/semver> 3.3.0 reads them:
//! more leniently than <https://semver.org> asks.

mod comparator;
mod constraint;
mod version;

#[cfg(test)]
mod tests;

pub use self::{constraint::Constraints, version::Version};

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SemverError {
    #[error("Invalid Semantic Version")]
    InvalidVersion,
    #[error("Version segment starts with 0")]
    LeadingZero,
    #[error("Error parsing version segment")]
    SegmentRange,
    #[error("improper constraint")]
    ImproperConstraint,
    #[error("constraint Parser Error")]
    ConstraintVersion,
}

/// Takes the bytes at the start of the text that are accepted.
fn take_while<'text>(text: &mut &'text [u8], accept: impl Fn(u8) -> bool) -> &'text [u8] {
    let length = text.iter().take_while(|byte| accept(**byte)).count();
    let (taken, rest) = text.split_at(length);
    *text = rest;
    taken
}

/// Takes a mark and the identifiers with dots between them behind it: `-rc.1` or `+build`.
fn take_identifiers<'text>(text: &mut &'text [u8], mark: u8) -> Option<&'text [u8]> {
    let mut rest = text.strip_prefix(&[mark])?;
    let start = rest;
    let is_part = |byte: u8| byte == b'-' || byte.is_ascii_alphanumeric();
    let mut length = take_while(&mut rest, is_part).len();
    if length == 0 {
        return None;
    }
    while let Some(behind) = rest.strip_prefix(b".") {
        rest = behind;
        let part = take_while(&mut rest, is_part).len();
        if part == 0 {
            break;
        }
        length += 1 + part;
    }
    let (taken, behind) = start.split_at_checked(length)?;
    *text = behind;
    Some(taken)
}
