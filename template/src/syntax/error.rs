//! Why a text is not a template.

use super::{
    token::{LexicalError, Token},
    tree::Offset,
};
use crate::{fault::ErrorClass, go::number::InvalidConstant};

/// An error at a place in the source.
#[derive(Debug)]
pub(crate) struct SyntaxError {
    pub(crate) class: ErrorClass,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    /// Byte offset of the place to point at.
    pub(crate) offset: usize,
}

impl SyntaxError {
    pub(crate) fn new(class: ErrorClass, offset: usize, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            hint: None,
            offset,
        }
    }

    pub(crate) fn syntax(offset: usize, message: impl Into<String>) -> Self {
        Self::new(ErrorClass::Syntax, offset, message)
    }

    #[must_use]
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

pub(super) fn lexical(
    error: LexicalError,
    source: &[u8],
    token: Token,
    action: Option<Offset>,
) -> SyntaxError {
    let start = token.start as usize;
    let unterminated = |message: &str, hint: &str| {
        SyntaxError::new(ErrorClass::Unterminated, start, message).with_hint(hint)
    };
    match error {
        LexicalError::UnclosedAction => {
            let mut error = unterminated(
                "the action is never closed",
                "close it with the right delimiter, `}}` by default",
            );
            // The end of the file is of no help to someone who looks for the beginning.
            if let Some(action) = action {
                error.message = format!(
                    "{} (it starts on line {})",
                    error.message,
                    line_of(source, action as usize)
                );
            }
            error
        }
        LexicalError::UnclosedComment => {
            unterminated("the comment is never closed", "end it with `*/}}`")
        }
        LexicalError::CommentEnd => {
            SyntaxError::syntax(start, "a comment must be alone in its action")
                .with_hint("write `{{/* … */}}` or `{{- /* … */ -}}`, with nothing else inside")
        }
        LexicalError::UnclosedParenthesis => {
            SyntaxError::syntax(start, "a parenthesis is not closed before the action ends")
        }
        LexicalError::UnexpectedParenthesis => {
            SyntaxError::syntax(start, "a closing parenthesis without an opening one")
        }
        LexicalError::UnterminatedString => unterminated(
            "the string has no closing quote on its line",
            "close it with `\"`, or use back quotes for a string of several lines",
        ),
        LexicalError::UnterminatedRawString => unterminated(
            "the string has no closing back quote",
            "close it with a back quote",
        ),
        LexicalError::UnterminatedCharacter => unterminated(
            "the character constant has no closing quote",
            "single quotes hold one character; strings stand in double quotes",
        ),
        LexicalError::ExpectedDeclare => {
            SyntaxError::syntax(start, "expected `:=` after the colon")
        }
        LexicalError::BadNumber => {
            SyntaxError::new(ErrorClass::BadNumber, start, "this is no number")
        }
        LexicalError::BadCharacter => bad_character(source, start, token.end as usize),
        LexicalError::UnknownCharacter => {
            SyntaxError::syntax(start, "this character has no meaning inside an action")
        }
    }
}

/// Names with dashes are what people write most often and cannot have.
fn bad_character(source: &[u8], start: usize, offset: usize) -> SyntaxError {
    let name = source
        .get(start..offset)
        .map(String::from_utf8_lossy)
        .unwrap_or_default();
    let found = match crate::go::rune::decode_rune(source.get(offset..).unwrap_or_default()) {
        (_, 0) => "the end of the template".to_owned(),
        (rune, _) => format!("`{}`", rune.escape_debug()),
    };
    let error = SyntaxError::syntax(offset, format!("{found} cannot follow the name `{name}`"));
    if source.get(offset) != Some(&b'-') {
        return error;
    }
    let field: String = source
        .get(start..)
        .unwrap_or_default()
        .iter()
        .skip(1)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        .map(|byte| char::from(*byte))
        .collect();
    if name.starts_with('.') {
        error.with_hint(format!(
            "a key with a dash is read with index: `index .Data.data \"{field}\"` (KV v2) or `index .Data \"{field}\"`"
        ))
    } else {
        error
            .with_hint("names are made of letters, digits and underscores; put blanks around `-}}`")
    }
}

pub(super) fn constant(error: InvalidConstant, offset: usize) -> SyntaxError {
    let message = match error {
        InvalidConstant::Syntax => "an escape in the constant is not valid",
        InvalidConstant::MalformedCharacter => {
            "single quotes hold exactly one character; strings stand in double quotes"
        }
        InvalidConstant::IntegerOverflow => "the number does not fit into 64 bits",
        InvalidConstant::OutOfRange => "the number is too large",
        InvalidConstant::IllegalNumber => "this is no number",
    };
    SyntaxError::new(ErrorClass::BadNumber, offset, message)
}

/// The line of an offset, counted from 1.
pub(crate) fn line_of(source: &[u8], offset: usize) -> usize {
    1 + memchr::memchr_iter(b'\n', source.get(..offset).unwrap_or(source)).count()
}
