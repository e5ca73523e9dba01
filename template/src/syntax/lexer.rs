//! Cuts a template into tokens, by the rules of
//! [text/template](https://pkg.go.dev/text/template#hdr-Text_and_spaces).

use memchr::memmem;

use super::{
    token::{Keyword, LexicalError, Token, TokenKind},
    tree::offset,
};
use crate::go::rune::{decode_rune, is_digit, is_letter};

const LEFT_COMMENT: &[u8] = b"/*";
const RIGHT_COMMENT: &[u8] = b"*/";
/// `-` and the blank that must follow or precede it.
const TRIM_MARKER: usize = 2;

pub(crate) struct Lexer<'s> {
    source: &'s [u8],
    left: &'s [u8],
    right: &'s [u8],
    start: usize,
    position: usize,
    inside_action: bool,
    parentheses: usize,
}

impl<'s> Lexer<'s> {
    pub(crate) fn new(source: &'s [u8], left: &'s [u8], right: &'s [u8]) -> Self {
        Self {
            source,
            left,
            right,
            start: 0,
            position: 0,
            inside_action: false,
            parentheses: 0,
        }
    }

    pub(crate) fn token(&mut self) -> Token {
        let kind = if self.inside_action {
            self.inside_action()
        } else {
            self.outside_action()
        };
        match kind {
            Ok(token) => token,
            Err(error) => Token {
                kind: TokenKind::Error(error),
                start: offset(self.start),
                end: offset(self.position.min(self.source.len())),
            },
        }
    }

    fn rest(&self) -> &'s [u8] {
        self.from(self.position)
    }

    fn from(&self, position: usize) -> &'s [u8] {
        self.source.get(position..).unwrap_or_default()
    }

    fn emit(&mut self, kind: TokenKind) -> Token {
        let token = Token {
            kind,
            start: offset(self.start),
            end: offset(self.position),
        };
        self.start = self.position;
        token
    }

    /// Text up to the next action; comments are skipped.
    fn outside_action(&mut self) -> Result<Token, LexicalError> {
        loop {
            let Some(found) = memmem::find(self.rest(), self.left) else {
                self.position = self.source.len();
                return Ok(self.emit(if self.position > self.start {
                    TokenKind::Text
                } else {
                    TokenKind::End
                }));
            };
            let delimiter = self.position + found;
            let after = delimiter + self.left.len();
            let trims = has_left_trim_marker(self.from(after));
            let text = &self.source[self.start..delimiter];
            let kept = if trims { trim_end(text) } else { text.len() };
            if kept > 0 {
                let token = Token {
                    kind: TokenKind::Text,
                    start: offset(self.start),
                    end: offset(self.start + kept),
                };
                self.start = delimiter;
                self.position = delimiter;
                return Ok(token);
            }
            self.start = delimiter;
            let marker = if trims { TRIM_MARKER } else { 0 };
            if self.from(after + marker).starts_with(LEFT_COMMENT) {
                self.start = after + marker;
                self.comment()?;
                continue;
            }
            self.position = after;
            let token = self.emit(TokenKind::LeftDelimiter);
            self.position = after + marker;
            self.start = self.position;
            self.inside_action = true;
            self.parentheses = 0;
            return Ok(token);
        }
    }

    fn comment(&mut self) -> Result<(), LexicalError> {
        let body = self.start + LEFT_COMMENT.len();
        let end =
            memmem::find(self.from(body), RIGHT_COMMENT).ok_or(LexicalError::UnclosedComment)?;
        self.position = body + end + RIGHT_COMMENT.len();
        let trims = self.at_right_delimiter().ok_or(LexicalError::CommentEnd)?;
        self.skip_right_delimiter(trims);
        Ok(())
    }

    /// Whether an action ends here, and if so, whether it trims the text after it.
    fn at_right_delimiter(&self) -> Option<bool> {
        let rest = self.rest();
        if let [blank, b'-', after @ ..] = rest
            && is_space(*blank)
            && after.starts_with(self.right)
        {
            return Some(true);
        }
        rest.starts_with(self.right).then_some(false)
    }

    fn skip_right_delimiter(&mut self, trims: bool) {
        self.position += if trims { TRIM_MARKER } else { 0 } + self.right.len();
        if trims {
            self.position += self
                .rest()
                .iter()
                .take_while(|byte| is_space(**byte))
                .count();
        }
        self.start = self.position;
    }

    fn inside_action(&mut self) -> Result<Token, LexicalError> {
        if let Some(trims) = self.at_right_delimiter() {
            if self.parentheses > 0 {
                return Err(LexicalError::UnclosedParenthesis);
            }
            return Ok(self.right_delimiter(trims));
        }
        let rest = self.rest();
        let Some(&first) = rest.first() else {
            return Err(LexicalError::UnclosedAction);
        };
        let simple = |lexer: &mut Self, kind| {
            lexer.position += 1;
            Ok(lexer.emit(kind))
        };
        match first {
            b' ' | b'\t' | b'\r' | b'\n' => Ok(self.space()),
            b'=' => simple(self, TokenKind::Assign),
            b':' if rest.get(1) == Some(&b'=') => {
                self.position += 2;
                Ok(self.emit(TokenKind::Declare))
            }
            b':' => Err(LexicalError::ExpectedDeclare),
            b'|' => simple(self, TokenKind::Pipe),
            b'"' => self.quoted(
                b'"',
                TokenKind::QuotedString,
                LexicalError::UnterminatedString,
            ),
            b'\'' => self.quoted(
                b'\'',
                TokenKind::CharacterConstant,
                LexicalError::UnterminatedCharacter,
            ),
            b'`' => self.raw_string(),
            b'$' => self.name(TokenKind::Variable, TokenKind::Variable),
            b'.' if !rest.get(1).is_some_and(u8::is_ascii_digit) && rest.len() > 1 => {
                self.name(TokenKind::Field, TokenKind::Dot)
            }
            b'.' | b'+' | b'-' | b'0'..=b'9' => self.number(),
            b'(' => {
                self.parentheses += 1;
                simple(self, TokenKind::LeftParenthesis)
            }
            b')' if self.parentheses == 0 => Err(LexicalError::UnexpectedParenthesis),
            b')' => {
                self.parentheses -= 1;
                simple(self, TokenKind::RightParenthesis)
            }
            _ if self.alphanumeric_width() > 0 => self.identifier(),
            b'!'..=b'~' => simple(self, TokenKind::Character),
            _ => Err(LexicalError::UnknownCharacter),
        }
    }

    fn right_delimiter(&mut self, trims: bool) -> Token {
        let start = self.position + if trims { TRIM_MARKER } else { 0 };
        let token = Token {
            kind: TokenKind::RightDelimiter,
            start: offset(start),
            end: offset(start + self.right.len()),
        };
        self.skip_right_delimiter(trims);
        self.inside_action = false;
        token
    }

    /// A run of blanks. The last one may belong to a trim marker.
    fn space(&mut self) -> Token {
        let blanks = self
            .rest()
            .iter()
            .take_while(|byte| is_space(**byte))
            .count();
        self.position += blanks - 1;
        if self.at_right_delimiter() == Some(true) {
            if blanks == 1 {
                return self.right_delimiter(true);
            }
        } else {
            self.position += 1;
        }
        self.emit(TokenKind::Space)
    }

    fn identifier(&mut self) -> Result<Token, LexicalError> {
        self.skip_alphanumeric();
        if !self.at_terminator() {
            return Err(LexicalError::BadCharacter);
        }
        let kind = match &self.source[self.start..self.position] {
            b"block" => TokenKind::Keyword(Keyword::Block),
            b"break" => TokenKind::Keyword(Keyword::Break),
            b"continue" => TokenKind::Keyword(Keyword::Continue),
            b"define" => TokenKind::Keyword(Keyword::Define),
            b"else" => TokenKind::Keyword(Keyword::Else),
            b"end" => TokenKind::Keyword(Keyword::End),
            b"if" => TokenKind::Keyword(Keyword::If),
            b"range" => TokenKind::Keyword(Keyword::Range),
            b"template" => TokenKind::Keyword(Keyword::Template),
            b"with" => TokenKind::Keyword(Keyword::With),
            b"nil" => TokenKind::Nil,
            b"true" => TokenKind::True,
            b"false" => TokenKind::False,
            _ => TokenKind::Identifier,
        };
        Ok(self.emit(kind))
    }

    /// `.name` or `$name`; the sign alone is another kind.
    fn name(&mut self, kind: TokenKind, bare: TokenKind) -> Result<Token, LexicalError> {
        self.position += 1;
        if self.at_terminator() {
            return Ok(self.emit(bare));
        }
        self.skip_alphanumeric();
        if !self.at_terminator() {
            return Err(LexicalError::BadCharacter);
        }
        Ok(self.emit(kind))
    }

    /// Whether a name may end here.
    fn at_terminator(&self) -> bool {
        match self.rest().first() {
            None | Some(b' ' | b'\t' | b'\r' | b'\n' | b'.' | b',' | b'|' | b':' | b')' | b'(') => {
                true
            }
            Some(_) => self.rest().starts_with(self.right),
        }
    }

    fn skip_alphanumeric(&mut self) {
        loop {
            match self.alphanumeric_width() {
                0 => return,
                width => self.position += width,
            }
        }
    }

    /// The width of the letter, digit or underscore that stands here; 0 if none does.
    fn alphanumeric_width(&self) -> usize {
        match self.rest().first() {
            Some(b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9') => 1,
            Some(0x80..) => match decode_rune(self.rest()) {
                (rune, width) if is_letter(rune) || is_digit(rune) => width,
                _ => 0,
            },
            _ => 0,
        }
    }

    fn quoted(
        &mut self,
        quote: u8,
        kind: TokenKind,
        unterminated: LexicalError,
    ) -> Result<Token, LexicalError> {
        let mut bytes = self.rest().iter().enumerate().skip(1);
        while let Some((offset, byte)) = bytes.next() {
            match byte {
                b'\\' if !matches!(bytes.next(), None | Some((_, b'\n'))) => {}
                b'\\' | b'\n' => break,
                byte if *byte == quote => {
                    self.position += offset + 1;
                    return Ok(self.emit(kind));
                }
                _ => {}
            }
        }
        Err(unterminated)
    }

    fn raw_string(&mut self) -> Result<Token, LexicalError> {
        let end = memchr::memchr(b'`', self.from(self.position + 1))
            .ok_or(LexicalError::UnterminatedRawString)?;
        self.position += end + 2;
        Ok(self.emit(TokenKind::RawString))
    }

    fn number(&mut self) -> Result<Token, LexicalError> {
        self.scan_number()?;
        if matches!(self.rest().first(), Some(b'+' | b'-')) {
            self.scan_number()?;
            if self.source.get(self.position - 1) != Some(&b'i') {
                return Err(LexicalError::BadNumber);
            }
            return Ok(self.emit(TokenKind::ComplexNumber));
        }
        Ok(self.emit(TokenKind::Number))
    }

    /// Anything that looks like a number; its value is read later.
    fn scan_number(&mut self) -> Result<(), LexicalError> {
        self.accept(b"+-");
        let mut digits: &[u8] = b"0123456789_";
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = b"0123456789abcdefABCDEF_";
            } else if self.accept(b"oO") {
                digits = b"01234567_";
            } else if self.accept(b"bB") {
                digits = b"01_";
            }
        }
        while self.accept(digits) {}
        if self.accept(b".") {
            while self.accept(digits) {}
        }
        let exponent: &[u8] = match digits.len() {
            11 => b"eE",
            23 => b"pP",
            _ => b"",
        };
        if self.accept(exponent) {
            self.accept(b"+-");
            while self.accept(b"0123456789_") {}
        }
        self.accept(b"i");
        match self.alphanumeric_width() {
            0 => Ok(()),
            width => {
                self.position += width;
                Err(LexicalError::BadNumber)
            }
        }
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        let accepted = self.rest().first().is_some_and(|byte| valid.contains(byte));
        if accepted {
            self.position += 1;
        }
        accepted
    }
}

fn has_left_trim_marker(bytes: &[u8]) -> bool {
    matches!(bytes, [b'-', blank, ..] if is_space(*blank))
}

/// The length without the blanks at the end.
fn trim_end(text: &[u8]) -> usize {
    text.iter()
        .rposition(|byte| !is_space(*byte))
        .map_or(0, |last| last + 1)
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}
