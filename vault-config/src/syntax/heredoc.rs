//! Texts of several lines: `<<EOF`, and `<<-EOF` without the indentation of its last line.

use super::{SyntaxError, cursor::Cursor, lexer::is_letter};

/// Reads such a text; the cursor stands on the first `<`.
///
/// The original wants a line end after the closing word, and one blank before it with `<<-`;
/// here the file may end there, and the word may stand at the line's beginning.
pub(super) fn heredoc(cursor: &mut Cursor<'_>) -> Result<String, SyntaxError> {
    const HELP: &str = "a text of several lines begins with <<EOF and the line's end, and ends with a line that has EOF alone";
    let start = cursor.clone();
    cursor.next();
    if !cursor.take('<') {
        return Err(start.error("a lone < has no meaning", HELP));
    }
    let indented = cursor.take('-');
    let anchor = cursor.take_while(|character| is_letter(character) || character.is_numeric());
    if anchor.is_empty() {
        return Err(start.error("no word follows <<", HELP));
    }
    if !cursor.take('\n') {
        return Err(start.error(format!("no line end follows <<{anchor}"), HELP));
    }
    let body = cursor.rest();
    let mut length = 0;
    for line in body.split_inclusive('\n') {
        let word = line.trim_start_matches(is_blank);
        if word.trim_end_matches(['\r', '\n']) == anchor && !line.is_empty() {
            let margin = line.get(..line.len() - word.len()).unwrap_or_default();
            let text = body.get(..length).unwrap_or_default();
            let end = length + line.len();
            while body.len() - cursor.rest().len() < end {
                cursor.next();
            }
            return Ok(if indented {
                unindented(text, margin)
            } else {
                format!("{text}{margin}")
            });
        }
        length += line.len();
    }
    Err(start.error(format!("no line with {anchor} alone ends this text"), HELP))
}

/// Without the margin of the last line, if every line has it; otherwise as it stands. An empty
/// line does not have it.
fn unindented(text: &str, margin: &str) -> String {
    let whole = format!("{text}{margin}");
    let stripped: Option<Vec<&str>> = whole
        .split('\n')
        .map(|line| line.strip_prefix(margin))
        .collect();
    match stripped {
        Some(mut lines) => {
            lines.pop();
            lines.push("");
            lines.join("\n")
        }
        None => {
            let mut rest = whole.chars();
            rest.next_back();
            rest.as_str().trim_end_matches([' ', '\t']).to_owned()
        }
    }
}

/// `[[:space:]]` of Go's regular expressions, but for the line end.
fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\u{b}' | '\u{c}' | '\r')
}
