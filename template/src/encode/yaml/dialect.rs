//! Where YAML 1.1 as the package reads it is stricter or another than the YAML 1.2 of the parser.

use granit_parser::{ErrorKind, ScanError};
use zeroize::Zeroizing;

use super::tree::fault;
use crate::fault::Fault;

/// A document cannot start with its end, and only two directives are known.
pub(super) fn check_start(document: &str) -> Result<(), Fault> {
    for (index, line) in document.lines().enumerate() {
        let is_blank = |character: char| matches!(character, ' ' | '\t');
        let content = line.trim_start_matches(is_blank);
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if let Some(directive) = line.strip_prefix('%') {
            let name = directive.split(is_blank).next().unwrap_or_default();
            if !matches!(name, "YAML" | "TAG") {
                return Err(fault(index + 1, "the directive is unknown"));
            }
            continue;
        }
        let is_end = line
            .strip_prefix("...")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(is_blank));
        if is_end {
            return Err(fault(index + 1, "a value is expected"));
        }
        break;
    }
    Ok(())
}

/// Letters, digits, hyphens and low lines only.
pub(super) fn is_anchor_name(name: &str) -> bool {
    name.chars().all(is_anchor_character)
}

fn is_anchor_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_')
}

/// Whether a text in double quotes has an escape that YAML 1.1 has not: of a slash, or of half of a
/// character.
pub(super) fn has_newer_escape(source: &str) -> bool {
    let mut rest = source.as_bytes();
    while let Some(start) = memchr::memchr(b'\\', rest) {
        match rest.get(start + 1..) {
            Some(
                [b'/', ..]
                | [
                    b'u',
                    b'd' | b'D',
                    b'8' | b'9' | b'a'..=b'f' | b'A'..=b'F',
                    ..,
                ],
            ) => return true,
            _ => rest = rest.get(start + 2..).unwrap_or_default(),
        }
    }
    false
}

/// Whether a key that is left out follows a question mark, as it must: `before` is what stands
/// between it and the scalar before.
pub(super) fn has_question_mark(before: &str) -> bool {
    let mut found = false;
    for line in before.lines() {
        for word in line.split([' ', '\t']) {
            match word {
                word if word.starts_with('#') => break,
                "" => {}
                word => found = word.ends_with('?'),
            }
        }
    }
    found
}

/// Whether the last `|` or `>` has a digit for the indentation.
pub(super) fn has_indentation_in_header(before: &str) -> bool {
    let header = before.rsplit(['|', '>']).next().unwrap_or_default();
    header
        .trim_start_matches(['+', '-'])
        .starts_with(|first: char| first.is_ascii_digit())
}

/// Whether a tab stands where only spaces may: `before` is what stands between two scalars outside
/// of brackets, and from a line's start and behind `-` and `?` tabs are no blanks.
pub(super) fn has_tab_as_indentation(before: &str, starts_line: bool) -> bool {
    let mut indents = starts_line;
    for (index, line) in before.split('\n').enumerate() {
        indents |= index > 0;
        let mut rest = line;
        loop {
            let content = rest.trim_start_matches(' ');
            if indents && content.starts_with('\t') {
                return true;
            }
            let content = content.trim_start_matches('\t');
            if content.is_empty() || content.starts_with(['#', '%']) {
                break;
            }
            let word = content.split([' ', '\t']).next().unwrap_or_default();
            match word.trim_end_matches('\r') {
                "-" | "?" => indents = true,
                ":" | "" => {}
                _ => indents = false,
            }
            rest = content.get(word.len()..).unwrap_or_default();
        }
    }
    false
}

/// The document without what only the parser objects to, if that is all. `is_whole` if the error
/// lies behind or in the first scalar, which is not part of a list or map.
pub(super) fn repaired(
    document: &str,
    error: &ScanError,
    is_whole: bool,
) -> Option<Zeroizing<String>> {
    let (before, after) = document.split_at_checked(error.marker().byte_offset()?)?;
    let put = |text: &str, rest: &str| Some(Zeroizing::new([before, text, rest].concat()));
    match error.kind() {
        ErrorKind::PlainScalarStartsWithDashFlowIndicator => put("\"-\"", after.strip_prefix('-')?),
        ErrorKind::CommentNotSeparated
        | ErrorKind::InvalidTrailingSingleQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar
            if after.starts_with('#') =>
        {
            put(" ", after)
        }
        // The colon after the name of an alias belongs to the map, not to the name.
        ErrorKind::UnknownAnchor
        | ErrorKind::SimpleKeyExpected
        | ErrorKind::ExpectedBlockMappingKey => {
            let length = after
                .strip_prefix('*')?
                .find(|character: char| !is_anchor_character(character))?;
            let (alias, rest) = after.split_at_checked(1 + length)?;
            let is_key = rest.strip_prefix(':')?.starts_with([' ', '\n', '\r']);
            is_key.then(|| Zeroizing::new([before, alias, " ", rest].concat()))
        }
        // What follows a whole document is not looked at, but as a key it would be part of it.
        ErrorKind::InvalidTrailingSingleQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar
            if is_whole && is_harmless(after) =>
        {
            put("", "")
        }
        _ => None,
    }
}

fn is_harmless(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default();
    let is_key = line.ends_with(':') || line.contains(": ") || line.contains(":\t");
    text.starts_with(char::is_alphanumeric) && !is_key
}
