//! Bracketed sets such as `[^a-z[:digit:]\pL]`, and the escapes that stand for a set.

use super::{
    RegexError,
    class::{self, Set},
    escape,
    parse::Flags,
    work::Work,
};

/// Of one bracketed set, before those that touch become one: the largest property has about 700.
const MAX_SET_RANGES: usize = 200_000;

/// Takes a bracketed set from the start of the pattern. Only the characters of Go's syntax are
/// special: a second bracket, `&&` and `--` are not.
pub(super) fn parse(pattern: &mut &str, flags: Flags, work: &mut Work) -> Result<Set, RegexError> {
    let mut rest = pattern
        .strip_prefix('[')
        .ok_or(RegexError::MissingBracket)?;
    let negated = rest.starts_with('^');
    if negated {
        rest = rest.get(1..).unwrap_or_default();
    }
    let mut set = Set::default();
    let mut first = true;
    while first || !rest.starts_with(']') {
        first = false;
        let part = if let Some(named) = parse_named(&mut rest, flags, work)? {
            named
        } else if let Some(escaped) = parse_escape(&mut rest, flags, work)? {
            escaped
        } else {
            parse_range(&mut rest, flags, work)?
        };
        work.ranges(part.len())?;
        set.merge(&part);
        if set.len() > MAX_SET_RANGES {
            return Err(RegexError::TooLarge);
        }
    }
    *pattern = rest.get(1..).unwrap_or_default();
    Ok(if negated { set.negated() } else { set })
}

/// `\d` and its like, or `\p{Greek}`; none where the escape stands for one character.
pub(super) fn parse_escape(
    pattern: &mut &str,
    flags: Flags,
    work: &mut Work,
) -> Result<Option<Set>, RegexError> {
    let Some(escaped) = pattern.strip_prefix('\\') else {
        return Ok(None);
    };
    let Some(letter) = escaped.bytes().next() else {
        return Ok(None);
    };
    let rest = escaped.get(1..).unwrap_or_default();
    if let Some((set, negated)) = class::perl(letter) {
        *pattern = rest;
        return with_flags(set, negated, flags, work).map(Some);
    }
    if !matches!(letter, b'p' | b'P') {
        return Ok(None);
    }
    let (name, length) = property_name(rest).ok_or(RegexError::ClassRange)?;
    let (name, inverted) = match name.strip_prefix('^') {
        Some(name) => (name, true),
        None => (name, false),
    };
    // Once for the property, and more for what differs in case.
    work.tables(if flags.fold_case { 4 } else { 1 })?;
    let set = class::property(name, flags.fold_case).ok_or(RegexError::ClassRange)?;
    *pattern = rest.get(length..).unwrap_or_default();
    let negated = inverted != (letter == b'P');
    Ok(Some(if negated { set.negated() } else { set }))
}

/// One letter, or a name in braces; and its length with the braces.
fn property_name(text: &str) -> Option<(&str, usize)> {
    if let Some(braced) = text.strip_prefix('{') {
        let (name, _) = braced.split_once('}')?;
        return Some((name, name.len() + 2));
    }
    let length = text.chars().next()?.len_utf8();
    Some((text.get(..length)?, length))
}

/// `[:alpha:]` or `[:^alpha:]`; without the closing `:]` the bracket is a literal.
fn parse_named(
    pattern: &mut &str,
    flags: Flags,
    work: &mut Work,
) -> Result<Option<Set>, RegexError> {
    let Some((name, rest)) = pattern
        .strip_prefix("[:")
        .and_then(|named| named.split_once(":]"))
    else {
        return Ok(None);
    };
    let (name, negated) = match name.strip_prefix('^') {
        Some(name) => (name, true),
        None => (name, false),
    };
    let set = class::posix(name.as_bytes()).ok_or(RegexError::ClassRange)?;
    *pattern = rest;
    with_flags(set, negated, flags, work).map(Some)
}

fn parse_range(pattern: &mut &str, flags: Flags, work: &mut Work) -> Result<Set, RegexError> {
    let first = parse_character(pattern)?;
    let mut last = first;
    // A hyphen before the closing bracket is a literal.
    if let Some(end) = pattern.strip_prefix('-')
        && !end.is_empty()
        && !end.starts_with(']')
    {
        *pattern = end;
        last = parse_character(pattern)?;
        if last < first {
            return Err(RegexError::ClassRange);
        }
    }
    let mut set = Set::default();
    set.add(first, last);
    with_flags(set, false, flags, work)
}

fn parse_character(pattern: &mut &str) -> Result<u32, RegexError> {
    let character = pattern.chars().next().ok_or(RegexError::MissingBracket)?;
    if character == '\\' {
        return escape::parse(pattern);
    }
    *pattern = pattern.get(character.len_utf8()..).unwrap_or_default();
    Ok(character.into())
}

fn with_flags(
    mut set: Set,
    negated: bool,
    flags: Flags,
    work: &mut Work,
) -> Result<Set, RegexError> {
    if flags.fold_case {
        if !set.is_character() {
            work.tables(2)?;
        }
        set = set.folded();
    }
    Ok(if negated { set.negated() } else { set })
}
