//! The smallest parts of a template.

use super::tree::{Offset, Span};

/// A part of the source: where it is and what it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    /// Byte offset of the first byte.
    pub(crate) start: Offset,
    /// Byte offset after the last byte.
    pub(crate) end: Offset,
}

impl Token {
    pub(crate) fn span(self) -> Span {
        Span {
            start: self.start,
            end: self.end,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Text,
    LeftDelimiter,
    RightDelimiter,
    Space,
    LeftParenthesis,
    RightParenthesis,
    Pipe,
    /// `=`
    Assign,
    /// `:=`
    Declare,
    /// Any other single ASCII character; the parser knows the comma only.
    Character,
    /// A character constant with its quotes.
    CharacterConstant,
    /// A string in double quotes, with them.
    QuotedString,
    /// A string in back quotes, with them.
    RawString,
    Number,
    /// `1+2i`
    ComplexNumber,
    True,
    False,
    Nil,
    Dot,
    /// `.name`, with the dot.
    Field,
    /// `$name` or `$`.
    Variable,
    Identifier,
    Keyword(Keyword),
    End,
    /// The lexer cannot go on.
    Error(LexicalError),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyword {
    Block,
    Break,
    Continue,
    Define,
    Else,
    End,
    If,
    Range,
    Template,
    With,
}

/// Why no token can be read. Display is for users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LexicalError {
    UnclosedAction,
    UnclosedComment,
    CommentEnd,
    UnclosedParenthesis,
    UnexpectedParenthesis,
    UnterminatedString,
    UnterminatedRawString,
    UnterminatedCharacter,
    ExpectedDeclare,
    BadNumber,
    /// A character that cannot stand in a name, after one: it stands at the token's end.
    BadCharacter,
    UnknownCharacter,
}
