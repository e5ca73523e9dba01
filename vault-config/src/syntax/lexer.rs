//! The words of HCL.

use super::{
    Number, Position, SyntaxError,
    cursor::Cursor,
    heredoc::heredoc,
    number::{Notation, number},
    string::{Quoting, quoted},
};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    End,
    /// A word without quotes: a key, never a value.
    Word(String),
    Bool(bool),
    Number(Number),
    Quoted(String),
    Heredoc(String),
    /// One of `[ ] { } , =`.
    Mark(char),
}

pub(super) struct Lexer<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            cursor: Cursor::new(text),
        }
    }

    pub(super) fn next(&mut self) -> Result<(Position, Token), SyntaxError> {
        self.skip()?;
        let position = self.cursor.position();
        let second = self.cursor.rest().chars().nth(1);
        let digit_follows = second.is_some_and(|character| character.is_ascii_digit());
        let token = match self.cursor.peek() {
            None => Token::End,
            Some(character) if is_letter(character) => self.word(),
            Some('-' | '.') if digit_follows => {
                Token::Number(number(&mut self.cursor, Notation::Hcl)?)
            }
            Some('0'..='9') => Token::Number(number(&mut self.cursor, Notation::Hcl)?),
            Some('"') => Token::Quoted(quoted(&mut self.cursor, Quoting::Hcl)?),
            Some('<') => Token::Heredoc(heredoc(&mut self.cursor)?),
            Some(mark @ ('[' | ']' | '{' | '}' | ',' | '=')) => {
                self.cursor.next();
                Token::Mark(mark)
            }
            Some('\'') => {
                return Err(self.cursor.error(
                    "a single quote has no meaning here",
                    "put texts into double quotes",
                ));
            }
            Some(':') => {
                return Err(self.cursor.error(
                    "a colon has no meaning here",
                    "write = between key and value; JSON must begin with {",
                ));
            }
            Some(character) => {
                return Err(self.cursor.error(
                    format!(
                        "the character {} has no meaning here",
                        character.escape_debug()
                    ),
                    "put texts into double quotes, or remove the character",
                ));
            }
        };
        Ok((position, token))
    }

    fn word(&mut self) -> Token {
        let word = self.cursor.take_while(|character| {
            is_letter(character) || character.is_numeric() || matches!(character, '-' | '.')
        });
        match word {
            "true" => Token::Bool(true),
            "false" => Token::Bool(false),
            _ => Token::Word(word.to_owned()),
        }
    }

    /// Skips blanks and comments.
    fn skip(&mut self) -> Result<(), SyntaxError> {
        loop {
            self.cursor.skip_blanks();
            let rest = self.cursor.rest();
            if rest.starts_with('#') || rest.starts_with("//") {
                self.cursor.take_while(|character| character != '\n');
            } else if let Some(comment) = rest.strip_prefix("/*") {
                let Some(length) = comment.find("*/") else {
                    return Err(self
                        .cursor
                        .error("this comment is not closed", "close it with */"));
                };
                let end = comment.len() - length - "*/".len();
                while self.cursor.rest().len() > end {
                    self.cursor.next();
                }
            } else {
                return Ok(());
            }
        }
    }
}

pub(super) fn is_letter(character: char) -> bool {
    character == '_' || character.is_alphabetic()
}

impl Token {
    /// The word as an error shows it.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::End => "the end of the file".to_owned(),
            Self::Word(word) => word.clone(),
            Self::Bool(value) => value.to_string(),
            Self::Number(_) => "a number".to_owned(),
            Self::Quoted(_) => "a string".to_owned(),
            Self::Heredoc(_) => "a text of several lines".to_owned(),
            Self::Mark(mark) => mark.to_string(),
        }
    }
}
