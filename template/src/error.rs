//! What a user reads when a template cannot be parsed or does not run.

use std::fmt;

use crate::{fault::ErrorClass, syntax::line_of};

/// An error with its place, its line and what to do. `Display` takes several lines:
///
/// ```text
/// template db.env, line 3, column 4: there is no function `base64code`
///   3 | {{ base64code .Data.key }}
///     |    ^
/// hint: did you mean `base64Decode`?
/// ```
///
/// Values of secrets never appear in it; the line is the template's own text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub class: ErrorClass,
    pub place: Box<Place>,
    pub message: String,
    pub hint: Option<String>,
}

/// Something that is allowed and probably wrong. Displayed as errors are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    pub place: Place,
    pub message: String,
    pub hint: Option<String>,
}

/// A place in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The name that the host gave to the template.
    pub template: String,
    /// Counted from 1.
    pub line: usize,
    /// In characters, counted from 1.
    pub column: usize,
    /// The line of the template, shortened to the part around the column.
    pub source_line: String,
    /// Where in `source_line` the column is, in characters, counted from 0.
    pub caret: usize,
}

/// The longest part of a line that is shown.
const SHOWN: usize = 100;

impl Place {
    pub(crate) fn new(template: &str, source: &[u8], offset: usize) -> Self {
        let offset = offset.min(source.len());
        let start = source
            .get(..offset)
            .and_then(|before| memchr::memrchr(b'\n', before))
            .map_or(0, |newline| newline + 1);
        let end = source
            .get(offset..)
            .and_then(|after| memchr::memchr(b'\n', after))
            .map_or(source.len(), |newline| offset + newline);
        let printable = |bytes: &[u8]| -> Vec<char> {
            String::from_utf8_lossy(bytes)
                .chars()
                .map(|character| {
                    if character.is_control() {
                        ' '
                    } else {
                        character
                    }
                })
                .collect()
        };
        let column = printable(source.get(start..offset).unwrap_or_default()).len();
        let line = printable(source.get(start..end).unwrap_or_default());
        let first = column.saturating_sub(SHOWN / 2);
        Self {
            template: template.to_owned(),
            line: line_of(source, offset),
            column: column + 1,
            source_line: line.iter().skip(first).take(SHOWN).collect(),
            caret: column - first,
        }
    }

    fn show(
        &self,
        formatter: &mut fmt::Formatter<'_>,
        message: &str,
        hint: Option<&str>,
    ) -> fmt::Result {
        let number = self.line.to_string();
        writeln!(formatter, "{self}: {message}")?;
        writeln!(formatter, "  {number} | {}", self.source_line)?;
        write!(
            formatter,
            "  {} | {}^",
            " ".repeat(number.len()),
            " ".repeat(self.caret)
        )?;
        if let Some(hint) = hint {
            write!(formatter, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

/// In one line, without the text of the template.
impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "template {}, line {}, column {}",
            self.template, self.line, self.column
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.place
            .show(formatter, &self.message, self.hint.as_deref())
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.place
            .show(formatter, &self.message, self.hint.as_deref())
    }
}

impl std::error::Error for Error {}
