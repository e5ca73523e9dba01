//! The file that is read, for telling a user where a problem is.

use vouchsafe_shared::diagnostic::{Code, Diagnostic};

use crate::syntax::Position;

/// Name and text of a file.
#[derive(Clone, Eq, PartialEq)]
pub struct Source {
    name: String,
    lines: Vec<String>,
}

impl Source {
    pub(crate) fn new(name: &str, text: &str) -> Self {
        Self {
            name: name.to_owned(),
            lines: text.lines().map(str::to_owned).collect(),
        }
    }

    /// The name as given, usually a path.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// An error at a place of the file, with the line and a caret below.
    pub fn diagnostic(
        &self,
        code: Code,
        position: Position,
        message: &str,
        help: impl Into<String>,
    ) -> Diagnostic {
        let Position { line, column } = position;
        Diagnostic::error(
            code,
            format!("file {}", self.name),
            format!("line {line}, column {column}: {message}"),
            help,
        )
        .with_excerpt(self.excerpt(position))
    }

    fn excerpt(&self, position: Position) -> Vec<String> {
        /// Characters shown of a line, and of those before the place.
        const WIDTH: usize = 120;
        const BEFORE: usize = 60;
        let Some(line) = self.lines.get(position.line.saturating_sub(1)) else {
            return Vec::new();
        };
        let line = masked(line);
        let caret = position.column.saturating_sub(1).min(line.len());
        let start = if line.len() <= WIDTH {
            0
        } else {
            caret.saturating_sub(BEFORE)
        };
        let end = (start + WIDTH).min(line.len());
        let mut shown: String = line
            .get(start..end)
            .unwrap_or_default()
            .iter()
            .map(|character| {
                if character.is_control() {
                    ' '
                } else {
                    *character
                }
            })
            .collect();
        let mut indent = caret - start;
        if start > 0 {
            shown.insert(0, '…');
            indent += 1;
        }
        if end < line.len() {
            shown.push('…');
        }
        let number = position.line;
        let margin = " ".repeat(number.to_string().len());
        vec![
            format!("  {number} | {shown}"),
            format!("  {margin} | {}^", " ".repeat(indent)),
        ]
    }
}

/// Without the text, which may be long.
impl std::fmt::Debug for Source {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Source").field(&self.name).finish()
    }
}

/// Whether a value under this key may be a secret and not the path of one.
fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let secret = ["token", "secret", "password", "credential", "private_key"];
    let harmless = [
        "path",
        "file",
        "ttl",
        "interval",
        "auto_auth",
        "changes",
        "reading",
    ];
    secret.iter().any(|word| key.contains(word)) && !harmless.iter().any(|word| key.contains(word))
}

/// The line with each character of a quoted value as `*` whose key tells that it may be a secret,
/// so that columns stay what they are.
fn masked(line: &str) -> Vec<char> {
    let mut characters: Vec<char> = line.chars().collect();
    let mut index = 0;
    let mut key = String::new();
    while let Some(&character) = characters.get(index) {
        match character {
            '"' => {
                let start = index + 1;
                let mut end = start;
                while let Some(&inner) = characters.get(end) {
                    match inner {
                        '"' => break,
                        '\\' => end += 2,
                        _ => end += 1,
                    }
                }
                let end = end.min(characters.len());
                let text = characters.get_mut(start..end).unwrap_or_default();
                if is_secret(&key) {
                    text.fill('*');
                    key.clear();
                } else {
                    key = text.iter().collect();
                }
                index = end;
            }
            ',' | '{' | '}' | '#' => key.clear(),
            _ if character.is_alphanumeric() || character == '_' => {
                let previous = index.checked_sub(1).and_then(|index| characters.get(index));
                if !previous.is_some_and(|before| before.is_alphanumeric() || *before == '_') {
                    key.clear();
                }
                key.push(character);
            }
            _ => {}
        }
        index += 1;
    }
    characters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str, column: usize) -> String {
        let source = Source::new("config.hcl", line);
        source.excerpt(Position { line: 1, column }).join("\n")
    }

    #[test]
    fn a_caret_stands_below_the_place() {
        assert_eq!(shown("é = <", 5), "  1 | é = <\n    |     ^");
        assert_eq!(shown("\tx", 2), "  1 |  x\n    |  ^");
    }

    #[test]
    fn of_a_long_line_only_the_surroundings_are_shown() {
        let line = format!("{}!{}", "a".repeat(200), "b".repeat(200));
        let shown = shown(&line, 201);
        let mut lines = shown.lines();
        let (text, caret) = (lines.next().unwrap(), lines.next().unwrap());
        assert!(text.len() < 150, "{text}");
        let column = caret.chars().position(|character| character == '^');
        assert_eq!(text.chars().nth(column.unwrap()), Some('!'), "{shown}");
    }

    #[test]
    fn a_value_that_may_be_a_secret_is_not_shown() {
        for (line, expected) in [
            (
                "circonus_api_token = \"abc\" x",
                "circonus_api_token = \"***\" x",
            ),
            (
                r#"{"client_token":"a\"b","path":"c"}"#,
                r#"{"client_token":"****","path":"c"}"#,
            ),
            ("token_path = \"abc\"", "token_path = \"abc\""),
            ("secret_id = \"abc", "secret_id = \"***"),
        ] {
            assert_eq!(masked(line).iter().collect::<String>(), expected);
        }
    }
}
