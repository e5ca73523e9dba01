//! JSON, with the places of keys and values.
//!
//! Stricter than the original, which takes a file without its last brace, skips what follows the
//! object, and loses booleans in lists. A comma too many is accepted here too.

use super::{
    Document, Duplicate, Item, Key, Kind, Position, SyntaxError, Value, check_depth,
    cursor::Cursor,
    number::{Notation, number},
    string::{Quoting, quoted},
    tree::ObjectBuilder,
};

pub(super) fn parse(text: &str) -> Result<Document, SyntaxError> {
    let mut parser = Parser {
        cursor: Cursor::new(text),
        duplicates: Vec::new(),
    };
    // Whatever Unicode calls white space may stand before the object, and nowhere else.
    parser.cursor.take_while(char::is_whitespace);
    let items = parser.object(0)?;
    parser.cursor.skip_blanks();
    if parser.cursor.peek().is_some() {
        return Err(parser.cursor.error(
            "something follows the object",
            "remove what follows the last }",
        ));
    }
    Ok(Document {
        items,
        duplicates: parser.duplicates,
    })
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    duplicates: Vec<Duplicate>,
}

impl Parser<'_> {
    /// The cursor stands on the opening brace.
    fn object(&mut self, depth: usize) -> Result<Vec<Item>, SyntaxError> {
        let opened = self.cursor.position();
        check_depth(depth, opened)?;
        self.cursor.next();
        let mut duplicates = std::mem::take(&mut self.duplicates);
        let mut object = ObjectBuilder::new(&mut duplicates);
        loop {
            self.cursor.skip_blanks();
            if self.cursor.take('}') {
                break;
            }
            let position = self.cursor.position();
            match self.cursor.peek() {
                Some('"') => {}
                None => return Err(unclosed(opened, '{')),
                Some(_) => {
                    return Err(self.cursor.error(
                        "expected a key in double quotes, or }",
                        "write \"key\": value",
                    ));
                }
            }
            let name = quoted(&mut self.cursor, Quoting::Json)?;
            self.cursor.skip_blanks();
            if !self.cursor.take(':') {
                return Err(self
                    .cursor
                    .error("expected a colon after the key", "write \"key\": value"));
            }
            let value = self.value(depth + 1)?;
            let unique = !matches!(value.kind, Kind::Object(_));
            let item = Item {
                keys: vec![Key { name, position }],
                assigned: true,
                value,
            };
            object.add(item, unique);
            self.separator('}', opened)?;
        }
        let items = object.finish();
        duplicates.append(&mut self.duplicates);
        self.duplicates = duplicates;
        Ok(items)
    }

    fn value(&mut self, depth: usize) -> Result<Value, SyntaxError> {
        self.cursor.skip_blanks();
        let position = self.cursor.position();
        let kind = match self.cursor.peek() {
            Some('{') => Kind::Object(self.object(depth)?),
            Some('[') => Kind::List(self.list(depth)?),
            Some('"') => Kind::String(quoted(&mut self.cursor, Quoting::Json)?),
            Some('-' | '0'..='9') => Kind::Number(number(&mut self.cursor, Notation::Json)?),
            _ => {
                let before = self.cursor.clone();
                match self.cursor.take_while(char::is_alphanumeric) {
                    "true" => Kind::Bool(true),
                    "false" => Kind::Bool(false),
                    "null" => Kind::Null,
                    _ => {
                        return Err(
                            before.error("expected a value", "put texts into double quotes")
                        );
                    }
                }
            }
        };
        Ok(Value { position, kind })
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Value>, SyntaxError> {
        let opened = self.cursor.position();
        check_depth(depth, opened)?;
        self.cursor.next();
        let mut values = Vec::new();
        loop {
            self.cursor.skip_blanks();
            if self.cursor.take(']') {
                return Ok(values);
            }
            if self.cursor.peek().is_none() {
                return Err(unclosed(opened, '['));
            }
            values.push(self.value(depth + 1)?);
            self.separator(']', opened)?;
        }
    }

    /// A comma, or the end without taking it.
    fn separator(&mut self, end: char, opened: Position) -> Result<(), SyntaxError> {
        self.cursor.skip_blanks();
        if self.cursor.take(',') || self.cursor.peek() == Some(end) {
            return Ok(());
        }
        if self.cursor.peek().is_none() {
            return Err(unclosed(opened, if end == '}' { '{' } else { '[' }));
        }
        Err(self.cursor.error(
            format!("expected a comma or {end}"),
            "separate keys and values by commas",
        ))
    }
}

fn unclosed(position: Position, mark: char) -> SyntaxError {
    SyntaxError::new(position, format!("this {mark} is not closed"), "close it")
}
