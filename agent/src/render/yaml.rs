//! One YAML 1.2 mapping in block style, for YAML readers of either version.
//!
//! Every key and string is double-quoted, and what is not printable or could be a line break to
//! some version is escaped: `"yes"`, `"1.0"`, `"a: b"` and control characters are read back as the
//! very same text. Bytes are `!!binary`. Numbers are plain with their own text; readers of YAML
//! 1.1 take an exponent without a decimal point (`1e+3`) as text.

use vouchsafe_shared::secret::{ExposeSecret, SecretBuffer, SecretValue};

use super::{Entry, entries, text};

/// Longer keys are written `? key`. A key before `:` ends at 1024 characters, and escapes make
/// four of one byte at most.
const IMPLICIT_KEY_BYTES: usize = 250;

pub(super) fn write(buffer: &mut SecretBuffer, entries: &[Entry<'_>]) {
    if entries.is_empty() {
        buffer.push_str("{}\n");
    } else {
        push_entries(buffer, entries, Position::NewLine(0));
    }
}

/// Where a block starts, with the indentation of its lines in blanks.
#[derive(Clone, Copy)]
enum Position {
    NewLine(usize),
    /// Behind the `- ` of a list: the first line is indented already.
    SameLine(usize),
}

impl Position {
    /// Indents one line, and tells where the next one starts.
    fn start(self, buffer: &mut SecretBuffer) -> Self {
        match self {
            Self::NewLine(indent) => {
                push_indent(buffer, indent);
                self
            }
            Self::SameLine(indent) => Self::NewLine(indent),
        }
    }

    fn indent(self) -> usize {
        match self {
            Self::NewLine(indent) | Self::SameLine(indent) => indent,
        }
    }
}

fn push_entries(buffer: &mut SecretBuffer, entries: &[Entry<'_>], mut position: Position) {
    for (key, value) in entries {
        position = position.start(buffer);
        let indent = position.indent();
        if key.len() > IMPLICIT_KEY_BYTES {
            buffer.push_str("? ");
            push_string(buffer, key);
            buffer.push(b'\n');
            push_indent(buffer, indent);
        } else {
            push_string(buffer, key);
        }
        buffer.push(b':');
        match value {
            SecretValue::Map(map) if !map.is_empty() => {
                buffer.push(b'\n');
                push_entries(buffer, &self::entries(map), Position::NewLine(indent + 2));
            }
            SecretValue::List(items) if !items.is_empty() => {
                buffer.push(b'\n');
                push_items(buffer, items, Position::NewLine(indent + 2));
            }
            value => push_scalar(buffer, value),
        }
    }
}

fn push_items(buffer: &mut SecretBuffer, items: &[SecretValue], mut position: Position) {
    for item in items {
        position = position.start(buffer);
        let below = Position::SameLine(position.indent() + 2);
        buffer.push(b'-');
        match item {
            SecretValue::Map(map) if !map.is_empty() => {
                buffer.push(b' ');
                push_entries(buffer, &entries(map), below);
            }
            SecretValue::List(items) if !items.is_empty() => {
                buffer.push(b' ');
                push_items(buffer, items, below);
            }
            item => push_scalar(buffer, item),
        }
    }
}

/// A blank, the value, and the end of the line. Lists and maps are empty ones here.
fn push_scalar(buffer: &mut SecretBuffer, value: &SecretValue) {
    buffer.push(b' ');
    match value {
        SecretValue::Null => buffer.push_str("null"),
        SecretValue::Bool(value) => buffer.push_str(text::bool_text(*value)),
        SecretValue::Number(text) => buffer.push_str(text.expose_secret()),
        SecretValue::String(text) => push_string(buffer, text.expose_secret()),
        SecretValue::Bytes(bytes) => {
            buffer.push_str("!!binary \"");
            text::push_base64(buffer, bytes.expose_secret());
            buffer.push(b'"');
        }
        SecretValue::List(_) => buffer.push_str("[]"),
        SecretValue::Map(_) => buffer.push_str("{}"),
    }
    buffer.push(b'\n');
}

fn push_string(buffer: &mut SecretBuffer, text: &str) {
    buffer.push(b'"');
    for character in text.chars() {
        match character {
            '"' => buffer.push_str("\\\""),
            '\\' => buffer.push_str("\\\\"),
            '\n' => buffer.push_str("\\n"),
            '\r' => buffer.push_str("\\r"),
            '\t' => buffer.push_str("\\t"),
            '\0'..' ' | '\u{7F}'..='\u{9F}' => push_escape(buffer, "\\x", character, 2),
            // Line breaks of YAML 1.1, the byte order mark, and what is no character at all.
            '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}' => {
                push_escape(buffer, "\\u", character, 4);
            }
            _ => text::push_char(buffer, character),
        }
    }
    buffer.push(b'"');
}

fn push_escape(buffer: &mut SecretBuffer, introduction: &str, character: char, digits: u32) {
    buffer.push_str(introduction);
    text::push_hex(buffer, character.into(), digits);
}

fn push_indent(buffer: &mut SecretBuffer, indent: usize) {
    for _ in 0..indent {
        buffer.push(b' ');
    }
}
