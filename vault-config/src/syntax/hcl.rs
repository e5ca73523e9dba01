//! The sentences of HCL.

use super::{
    Document, Duplicate, Item, Key, Kind, Position, SyntaxError, Value, check_depth,
    lexer::{Lexer, Token},
    tree::ObjectBuilder,
};

pub(super) fn parse(text: &str) -> Result<Document, SyntaxError> {
    let mut lexer = Lexer::new(text);
    let (position, token) = lexer.next()?;
    let mut parser = Parser {
        lexer,
        position,
        token,
        duplicates: Vec::new(),
    };
    let items = parser.items(0, None)?;
    Ok(Document {
        items,
        duplicates: parser.duplicates,
    })
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    /// Of the token that is next.
    position: Position,
    token: Token,
    duplicates: Vec<Duplicate>,
}

impl Parser<'_> {
    fn advance(&mut self) -> Result<(Position, Token), SyntaxError> {
        let (position, token) = self.lexer.next()?;
        Ok((
            std::mem::replace(&mut self.position, position),
            std::mem::replace(&mut self.token, token),
        ))
    }

    fn unexpected(&self, expected: &str, help: &str) -> SyntaxError {
        let message = format!("expected {expected} and not {}", self.token.describe());
        SyntaxError::new(self.position, message, help)
    }

    /// The items of the file, or of the object that was opened at a place.
    fn items(&mut self, depth: usize, opened: Option<Position>) -> Result<Vec<Item>, SyntaxError> {
        let mut duplicates = std::mem::take(&mut self.duplicates);
        let mut object = ObjectBuilder::new(&mut duplicates);
        loop {
            match (&self.token, opened) {
                (Token::Mark('}'), Some(_)) | (Token::End, None) => break,
                (Token::End, Some(opened)) => {
                    return Err(SyntaxError::new(
                        opened,
                        "this { is not closed",
                        "close it with }",
                    ));
                }
                _ => {}
            }
            let item = self.item(depth)?;
            let unique = item.assigned;
            object.add(item, unique);
            if self.token == Token::Mark(',') {
                self.advance()?;
            }
        }
        let items = object.finish();
        // What inner objects found comes after what this one had found so far.
        duplicates.append(&mut self.duplicates);
        self.duplicates = duplicates;
        Ok(items)
    }

    fn item(&mut self, depth: usize) -> Result<Item, SyntaxError> {
        let mut keys = Vec::new();
        loop {
            match &self.token {
                Token::Word(name) | Token::Quoted(name) => {
                    keys.push(Key {
                        name: name.clone(),
                        position: self.position,
                    });
                    self.advance()?;
                }
                _ if keys.is_empty() => {
                    return Err(self.unexpected("a key", "write key = value, or a block key { … }"));
                }
                Token::Mark('=') if keys.len() == 1 => {
                    self.advance()?;
                    let value = self.value(depth)?;
                    return Ok(item(keys, true, value));
                }
                Token::Mark('{') => {
                    let value = self.value(depth)?;
                    return Ok(item(keys, false, value));
                }
                _ => {
                    let expected = if keys.len() == 1 { "= or {" } else { "{" };
                    let name = keys.last().map_or("", |key| key.name.as_str());
                    return Err(self.unexpected(
                        &format!("{expected} after the key {}", shortened(name)),
                        "write key = value with a text in double quotes, or a block key { … }",
                    ));
                }
            }
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, SyntaxError> {
        let kind = match &mut self.token {
            Token::Bool(value) => Kind::Bool(*value),
            Token::Number(number) => Kind::Number(number.clone()),
            Token::Quoted(text) | Token::Heredoc(text) => Kind::String(std::mem::take(text)),
            Token::Mark('{') => {
                check_depth(depth, self.position)?;
                let (position, _) = self.advance()?;
                let items = self.items(depth + 1, Some(position))?;
                self.advance()?;
                return Ok(Value {
                    position,
                    kind: Kind::Object(items),
                });
            }
            Token::Mark('[') => {
                check_depth(depth, self.position)?;
                return self.list(depth + 1);
            }
            _ => return Err(self.unexpected("a value", "put texts into double quotes")),
        };
        let (position, _) = self.advance()?;
        Ok(Value { position, kind })
    }

    fn list(&mut self, depth: usize) -> Result<Value, SyntaxError> {
        let (position, _) = self.advance()?;
        let mut values = Vec::new();
        let mut comma_needed = false;
        loop {
            match &self.token {
                Token::Mark(']') => {
                    self.advance()?;
                    return Ok(Value {
                        position,
                        kind: Kind::List(values),
                    });
                }
                // More commas than needed are accepted, as in the original.
                Token::Mark(',') => {
                    self.advance()?;
                    comma_needed = false;
                }
                Token::End => {
                    return Err(SyntaxError::new(
                        position,
                        "this [ is not closed",
                        "close it with ]",
                    ));
                }
                _ if comma_needed => {
                    return Err(self.unexpected("a comma or ]", "separate the values by commas"));
                }
                _ => {
                    let value = self.value(depth)?;
                    // The original asks for no comma after a list.
                    comma_needed = !matches!(value.kind, Kind::List(_));
                    values.push(value);
                }
            }
        }
    }
}

fn item(keys: Vec<Key>, assigned: bool, value: Value) -> Item {
    Item {
        keys,
        assigned,
        value,
    }
}

/// A key may be a string of any length.
fn shortened(name: &str) -> String {
    const LIMIT: usize = 60;
    let mut short: String = name.escape_debug().take(LIMIT).collect();
    if short.len() < name.len() && name.chars().count() > LIMIT {
        short.push('…');
    }
    short
}
