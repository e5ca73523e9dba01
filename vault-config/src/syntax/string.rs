//! Quoted strings.

use super::{SyntaxError, cursor::Cursor};

#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Quoting {
    /// `${…}` stands as written, quotes and line ends within it included.
    Hcl,
    /// Pairs of surrogates and `\/` besides what HCL has.
    Json,
}

/// Reads a string; the cursor stands on its opening quote.
pub(super) fn quoted(cursor: &mut Cursor<'_>, quoting: Quoting) -> Result<String, SyntaxError> {
    let start = cursor.clone();
    let mut text = Vec::new();
    let mut interpolated = false;
    cursor.next();
    loop {
        let before = cursor.clone();
        match cursor.next() {
            None | Some('\n' | '\0') => {
                let help = if interpolated {
                    "close it with \"; a ${ before may lack its }"
                } else {
                    "close it with \" on the same line, or write a text of several lines as <<EOF"
                };
                return Err(start.error("this string is not closed", help));
            }
            Some('"') => break,
            Some('\\') => escape(&before, cursor, quoting, &mut text)?,
            Some('$') if quoting == Quoting::Hcl && cursor.take('{') => {
                interpolated = true;
                if !interpolation(cursor)? {
                    return Err(start.error(
                        "this string is not closed: the } to a ${ is missing",
                        "close the ${, or write the text between <<EOF and EOF",
                    ));
                }
                let raw = before.rest();
                let length = raw.len() - cursor.rest().len();
                text.extend_from_slice(raw.get(..length).unwrap_or_default().as_bytes());
            }
            Some(character) => push(&mut text, character),
        }
    }
    String::from_utf8(text).map_err(|_| {
        start.error(
            "the escapes in this string do not give UTF-8",
            "write characters beyond ASCII as they are, or as \\u00e9",
        )
    })
}

/// Skips to the end of `${…}`, whose opening is behind; whether there is one.
fn interpolation(cursor: &mut Cursor<'_>) -> Result<bool, SyntaxError> {
    let mut braces = 1;
    while braces > 0 {
        let before = cursor.clone();
        match cursor.next() {
            None | Some('\0') => return Ok(false),
            Some('{') => braces += 1,
            Some('}') => braces -= 1,
            Some('\\') => escape(&before, cursor, Quoting::Hcl, &mut Vec::new())?,
            Some(_) => {}
        }
    }
    Ok(true)
}

/// Resolves an escape; `start` stands on its backslash, the cursor behind it.
fn escape(
    start: &Cursor<'_>,
    cursor: &mut Cursor<'_>,
    quoting: Quoting,
    text: &mut Vec<u8>,
) -> Result<(), SyntaxError> {
    let refuse = || {
        let shown: String = start.rest().chars().take(2).collect();
        start.error(
            format!("{} is not an escape", shown.escape_default()),
            "write a backslash as \\\\, a quote as \\\", a line end as \\n",
        )
    };
    let digits = |cursor: &mut Cursor<'_>, base: u32, count: usize| {
        let mut value = 0;
        for _ in 0..count {
            let digit = cursor
                .next()
                .and_then(|character| character.to_digit(base))
                .ok_or_else(refuse)?;
            value = value * base + digit;
        }
        Ok(value)
    };
    match cursor.peek() {
        Some('0'..='7') => {
            let value = digits(cursor, 8, 3)?;
            text.push(u8::try_from(value).map_err(|_| refuse())?);
            return Ok(());
        }
        Some('x') => {
            cursor.next();
            let value = digits(cursor, 16, 2)?;
            text.push(u8::try_from(value).map_err(|_| refuse())?);
            return Ok(());
        }
        _ => {}
    }
    let character = match cursor.next() {
        Some('a') => '\u{7}',
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('v') => '\u{b}',
        Some(same @ ('\\' | '"')) => same,
        Some('/') if quoting == Quoting::Json => '/',
        Some('u') => {
            let unit = digits(cursor, 16, 4)?;
            let pair = (quoting == Quoting::Json)
                .then(|| low_surrogate(cursor, unit))
                .flatten();
            scalar(pair.unwrap_or(unit))
        }
        Some('U') => {
            let value = digits(cursor, 16, 8)?;
            if value > u32::from(char::MAX) {
                return Err(refuse());
            }
            scalar(value)
        }
        _ => return Err(refuse()),
    };
    push(text, character);
    Ok(())
}

/// The second half of a pair of surrogates, if it follows the first: the character of both.
fn low_surrogate(cursor: &mut Cursor<'_>, high: u32) -> Option<u32> {
    if !(0xd800..0xdc00).contains(&high) {
        return None;
    }
    let digits = cursor.rest().strip_prefix("\\u")?.get(..4)?;
    let low = u32::from_str_radix(digits, 16).ok()?;
    if !(0xdc00..0xe000).contains(&low) {
        return None;
    }
    for _ in 0..6 {
        cursor.next();
    }
    Some(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00))
}

/// A lone surrogate becomes U+FFFD, as in Go.
fn scalar(value: u32) -> char {
    char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn push(text: &mut Vec<u8>, character: char) {
    let mut buffer = [0; 4];
    text.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
}
