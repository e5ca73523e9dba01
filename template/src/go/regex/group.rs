//! What an opening parenthesis starts: a group, a capturing group, or other flags.

use super::{RegexError, parse::Flags};

pub(super) enum Opening<'pattern> {
    /// The name is empty for a group without one.
    Capture(&'pattern str),
    /// A group that captures nothing, with its flags.
    Plain(Flags),
    /// No group: flags for what follows.
    Flags(Flags),
}

/// The opening at the start of the pattern, and its length.
pub(super) fn parse(pattern: &str, flags: Flags) -> Result<(Opening<'_>, usize), RegexError> {
    if !pattern.starts_with("(?") {
        return Ok((Opening::Capture(""), 1));
    }
    for prefix in ["(?P<", "(?<"] {
        if let Some(named) = pattern.strip_prefix(prefix) {
            let (name, _) = named.split_once('>').ok_or(RegexError::NamedCapture)?;
            let valid = |byte: u8| byte == b'_' || byte.is_ascii_alphanumeric();
            if name.is_empty() || !name.bytes().all(valid) {
                return Err(RegexError::NamedCapture);
            }
            return Ok((Opening::Capture(name), prefix.len() + name.len() + 1));
        }
    }
    parse_flags(pattern, flags)
}

fn parse_flags(pattern: &str, mut flags: Flags) -> Result<(Opening<'_>, usize), RegexError> {
    let mut value = true;
    let mut flag_needed = false;
    for (index, byte) in pattern.bytes().enumerate().skip(2) {
        match byte {
            b'i' => flags.fold_case = value,
            b'm' => flags.multi_line = value,
            b's' => flags.dot_newline = value,
            b'U' => flags.ungreedy = value,
            b'-' if value => {
                value = false;
                flag_needed = true;
                continue;
            }
            b':' if !flag_needed => return Ok((Opening::Plain(flags), index + 1)),
            b')' if !flag_needed => return Ok((Opening::Flags(flags), index + 1)),
            _ => break,
        }
        flag_needed = false;
    }
    Err(RegexError::PerlSyntax)
}
