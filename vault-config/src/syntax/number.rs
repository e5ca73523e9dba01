//! Numbers, as Go's library reads them: a leading zero makes an octal one in HCL.

use super::{Number, SyntaxError, cursor::Cursor};

#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Notation {
    /// `0x1f` and `0644` besides decimal numbers; `.5` is a number too.
    Hcl,
    Json,
}

/// Reads a number; the cursor stands on its sign, digit or point.
pub(super) fn number(cursor: &mut Cursor<'_>, notation: Notation) -> Result<Number, SyntaxError> {
    let start = cursor.clone();
    let refuse = |message: String| {
        let help = "write a number such as 30, or put the value into quotes: \"30s\"";
        Err(start.error(message, help))
    };
    let negative = cursor.take('-');
    let digits = cursor.take_while(|character| character.is_ascii_digit());
    if notation == Notation::Json && digits.is_empty() {
        return refuse("a number lacks its first digit".to_owned());
    }
    if notation == Notation::Hcl && digits == "0" && matches!(cursor.peek(), Some('x' | 'X')) {
        cursor.next();
        let digits = cursor.take_while(|character| character.is_ascii_hexdigit());
        let text = consumed(&start, cursor);
        return match parse_integer(negative, digits, 16) {
            Some(value) if ends(cursor) => Ok(integer(text, value)),
            _ => refuse(format!("{text} is not a hexadecimal number of 64 bits")),
        };
    }
    let mut float = false;
    if cursor.peek() == Some('.') {
        float = true;
        cursor.next();
        cursor.take_while(|character| character.is_ascii_digit());
    }
    if matches!(cursor.peek(), Some('e' | 'E')) {
        float = true;
        cursor.next();
        if matches!(cursor.peek(), Some('+' | '-')) {
            cursor.next();
        }
        cursor.take_while(|character| character.is_ascii_digit());
    }
    let text = consumed(&start, cursor);
    if !ends(cursor) {
        let rest = cursor.take_while(continues);
        return refuse(format!("{text}{rest} is not a number"));
    }
    if float {
        return match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Number::Float(value)),
            _ => refuse(format!("{text} is not a number")),
        };
    }
    let leading_zero = digits.len() > 1 && digits.starts_with('0');
    if leading_zero && notation == Notation::Json {
        return refuse(format!("{text}: a number in JSON does not begin with 0"));
    }
    let base = if leading_zero { 8 } else { 10 };
    match parse_integer(negative, digits, base) {
        Some(value) => Ok(integer(text, value)),
        None if leading_zero => refuse(format!(
            "{text} is not an octal number, which the leading 0 makes it"
        )),
        None => refuse(format!("{text} is not a number of 64 bits")),
    }
}

fn consumed<'a>(start: &Cursor<'a>, end: &Cursor<'a>) -> &'a str {
    let text = start.rest();
    text.get(..text.len() - end.rest().len())
        .unwrap_or_default()
}

/// Whether the number is over; `5m` is a mistake that deserves its own message.
fn ends(cursor: &Cursor<'_>) -> bool {
    !cursor.peek().is_some_and(continues)
}

fn continues(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '.')
}

fn integer(text: &str, value: i64) -> Number {
    Number::Integer {
        text: text.to_owned(),
        value,
    }
}

fn parse_integer(negative: bool, digits: &str, base: u32) -> Option<i64> {
    let magnitude = i128::from(u64::from_str_radix(digits, base).ok()?);
    i64::try_from(if negative { -magnitude } else { magnitude }).ok()
}
