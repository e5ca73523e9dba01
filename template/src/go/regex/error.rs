//! Why a pattern is refused: the kinds of error of Go's `regexp/syntax`. The pattern is not shown.

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegexError {
    #[error("error parsing regexp: invalid character class range")]
    ClassRange,
    #[error("error parsing regexp: invalid escape sequence")]
    Escape,
    #[error("error parsing regexp: invalid named capture")]
    NamedCapture,
    #[error("error parsing regexp: invalid or unsupported Perl syntax")]
    PerlSyntax,
    #[error("error parsing regexp: invalid nested repetition operator")]
    RepeatOperator,
    #[error("error parsing regexp: invalid repeat count")]
    RepeatCount,
    #[error("error parsing regexp: invalid UTF-8")]
    Utf8,
    #[error("error parsing regexp: missing closing ]")]
    MissingBracket,
    #[error("error parsing regexp: missing closing )")]
    MissingParenthesis,
    #[error("error parsing regexp: missing argument to repetition operator")]
    MissingRepeatArgument,
    #[error("error parsing regexp: trailing backslash at end of expression")]
    TrailingBackslash,
    #[error("error parsing regexp: unexpected )")]
    UnexpectedParenthesis,
    #[error("error parsing regexp: expression nests too deeply")]
    Nesting,
    #[error("error parsing regexp: expression too large")]
    TooLarge,
}
