//! The parser: one token of look-ahead more than Go's grammar needs, and a stack of variables.

mod control;
mod operand;
mod pipeline;
mod scope;

use std::{collections::BTreeMap, sync::Arc};

use self::scope::Variables;
use super::{
    error::{self, SyntaxError},
    lexer::Lexer,
    token::{Keyword, Token, TokenKind},
    tree::{Definition, Node, Offset, Span, Tree},
};
use crate::{fault::ErrorClass, function::Vocabulary, go::quote::unquote, value::Text};

/// What a host sets for all its templates.
#[derive(Clone, Copy)]
pub(crate) struct ParseOptions<'o> {
    pub(crate) left: &'o str,
    pub(crate) right: &'o str,
    /// Blocks and parentheses open at once.
    pub(crate) nesting: u32,
    /// Functions that are treated as not defined.
    pub(crate) denied: &'o dyn Fn(&str) -> bool,
    pub(crate) vocabulary: Vocabulary,
}

/// Parses a template and all it defines.
pub(crate) fn parse(source: &[u8], options: ParseOptions<'_>) -> Result<Tree, SyntaxError> {
    if Offset::try_from(source.len()).is_err() {
        return Err(SyntaxError::syntax(0, "the template is larger than 4 GiB"));
    }
    let mut parser = Parser {
        source,
        options,
        lexer: Lexer::new(source, options.left.as_bytes(), options.right.as_bytes()),
        lookahead: Lookahead::default(),
        latest: 0,
        action: None,
        depth: 0,
        variables: Variables::new(),
        ranges: 0,
        unsupported: None,
        definitions: Vec::new(),
        names: BTreeMap::new(),
    };
    let nodes = parser.top_level()?;
    let variables = parser.variables.count();
    parser.define(Text::default(), variables, nodes)?;
    if let Some(error) = parser.unsupported {
        return Err(error);
    }
    Ok(Tree {
        source: Arc::from(source),
        definitions: parser.definitions,
        names: parser.names,
    })
}

struct Parser<'s> {
    source: &'s [u8],
    options: ParseOptions<'s>,
    lexer: Lexer<'s>,
    lookahead: Lookahead,
    /// Where the token read last starts: errors name its line, as Go's do.
    latest: Offset,
    /// Where the action starts that is being read.
    action: Option<Offset>,
    depth: u32,
    variables: Variables<'s>,
    /// How many `range` are open.
    ranges: usize,
    /// The first function that will never run.
    unsupported: Option<SyntaxError>,
    definitions: Vec<Definition>,
    names: BTreeMap<Text, usize>,
}

/// Tokens read and given back, the next one last.
#[derive(Default)]
struct Lookahead([Option<Token>; 3], usize);

impl Lookahead {
    fn push(&mut self, token: Token) {
        if let Some(place) = self.0.get_mut(self.1) {
            *place = Some(token);
            self.1 += 1;
        }
    }

    fn pop(&mut self) -> Option<Token> {
        self.1 = self.1.checked_sub(1)?;
        self.0.get_mut(self.1)?.take()
    }
}

/// What ends a list of nodes.
enum ListEnd {
    End,
    Else,
}

impl<'s> Parser<'s> {
    fn next(&mut self) -> Token {
        self.lookahead.pop().unwrap_or_else(|| {
            let token = self.lexer.token();
            self.latest = token.start;
            token
        })
    }

    fn back(&mut self, token: Token) {
        self.lookahead.push(token);
    }

    fn peek(&mut self) -> Token {
        let token = self.next();
        self.back(token);
        token
    }

    fn next_non_space(&mut self) -> Token {
        loop {
            let token = self.next();
            if token.kind != TokenKind::Space {
                return token;
            }
        }
    }

    fn peek_non_space(&mut self) -> Token {
        let token = self.next_non_space();
        self.back(token);
        token
    }

    fn span(&self, span: Span) -> &'s [u8] {
        self.source
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }

    fn bytes(&self, token: Token) -> &'s [u8] {
        self.span(Span {
            start: token.start,
            end: token.end,
        })
    }

    fn text(&self, token: Token) -> String {
        String::from_utf8_lossy(self.bytes(token)).into_owned()
    }

    /// An error at the token read last, where Go reports it too.
    fn error(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError::syntax(self.latest as usize, message)
    }

    fn unexpected(&self, token: Token, context: &str) -> SyntaxError {
        if let TokenKind::Error(kind) = token.kind {
            return error::lexical(kind, self.source, token, self.action);
        }
        let what = match token.kind {
            TokenKind::End => "the end of the template".to_owned(),
            TokenKind::Text => "text".to_owned(),
            TokenKind::Space => "a blank".to_owned(),
            _ => format!("`{}`", shorten(&self.text(token))),
        };
        self.error(format!("unexpected {what} in {context}"))
    }

    fn expect(&mut self, kind: TokenKind, context: &str) -> Result<Token, SyntaxError> {
        let token = self.next_non_space();
        if token.kind == kind {
            Ok(token)
        } else {
            Err(self.unexpected(token, context))
        }
    }

    fn unquote(&self, token: Token) -> Result<Text, SyntaxError> {
        let literal = self.bytes(token);
        if let [quote, content @ .., _] = literal
            && content
                .iter()
                .all(|byte| byte.is_ascii() && !matches!(byte, b'\\' | b'\r'))
            && matches!(quote, b'"' | b'`')
        {
            return Ok(Text::from(content));
        }
        match unquote(literal) {
            Ok(bytes) => Ok(Text::from(bytes.as_slice())),
            Err(_) => Err(SyntaxError::new(
                ErrorClass::BadNumber,
                self.latest as usize,
                "the string has an escape that is not valid",
            )
            .with_hint("escapes are \\n \\t \\\" \\\\ \\xHH \\uHHHH and octal \\NNN; a string in back quotes has none")),
        }
    }

    /// Goes one level down.
    fn enter(&mut self) -> Result<(), SyntaxError> {
        if self.depth >= self.options.nesting {
            return Err(self.error(format!(
                "blocks and parentheses are nested deeper than the {} levels allowed",
                self.options.nesting
            )));
        }
        self.depth += 1;
        Ok(())
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    fn top_level(&mut self) -> Result<Vec<Node>, SyntaxError> {
        let mut nodes = Vec::new();
        loop {
            let token = self.peek();
            match token.kind {
                TokenKind::End => return Ok(nodes),
                TokenKind::LeftDelimiter => {
                    self.next();
                    let keyword = self.next_non_space();
                    if keyword.kind == TokenKind::Keyword(Keyword::Define) {
                        self.definition()?;
                        continue;
                    }
                    self.back(keyword);
                    self.back(token);
                }
                _ => {}
            }
            match self.text_or_action()? {
                Item::Node(node) => nodes.push(node),
                Item::End(ListEnd::End) => return Err(self.error("`end` without a block to close")),
                Item::End(ListEnd::Else) => {
                    return Err(self.error("`else` outside of `if`, `with` and `range`"));
                }
            }
        }
    }

    /// The nodes up to `end` or `else`.
    fn list(&mut self) -> Result<(Vec<Node>, ListEnd), SyntaxError> {
        self.enter()?;
        let mut nodes = Vec::new();
        loop {
            if self.peek_non_space().kind == TokenKind::End {
                return Err(self.error("the template ends inside a block").with_hint(
                    "every `if`, `with`, `range`, `define` and `block` needs its `end`",
                ));
            }
            match self.text_or_action()? {
                Item::Node(node) => nodes.push(node),
                Item::End(end) => {
                    self.leave();
                    return Ok((nodes, end));
                }
            }
        }
    }

    fn text_or_action(&mut self) -> Result<Item, SyntaxError> {
        let token = self.next_non_space();
        match token.kind {
            TokenKind::Text => Ok(Item::Node(Node::Text {
                start: token.start,
                end: token.end,
            })),
            TokenKind::LeftDelimiter => {
                self.action = Some(token.start);
                let item = self.action()?;
                self.action = None;
                Ok(item)
            }
            _ => Err(self.unexpected(token, "the template")),
        }
    }

    fn action(&mut self) -> Result<Item, SyntaxError> {
        let token = self.next_non_space();
        if let TokenKind::Keyword(keyword) = token.kind {
            return self.keyword(keyword, token);
        }
        self.back(token);
        let pipe = self.pipeline("an action", TokenKind::RightDelimiter)?;
        Ok(Item::Node(Node::Action {
            offset: token.start,
            pipe,
        }))
    }

    /// Adds a definition; an empty one gives way to one that is not.
    fn define(
        &mut self,
        name: Text,
        variables: usize,
        nodes: Vec<Node>,
    ) -> Result<(), SyntaxError> {
        let definition = Definition { variables, nodes };
        match self
            .names
            .get(&name)
            .and_then(|index| self.definitions.get_mut(*index))
        {
            None => {
                self.names.insert(name, self.definitions.len());
                self.definitions.push(definition);
            }
            Some(earlier) if is_empty(&earlier.nodes, self.source) => *earlier = definition,
            Some(_) if is_empty(&definition.nodes, self.source) => {}
            Some(_) => {
                return Err(self.error(format!(
                    "the template `{}` is defined twice",
                    String::from_utf8_lossy(&name)
                )));
            }
        }
        Ok(())
    }
}

enum Item {
    Node(Node),
    End(ListEnd),
}

fn is_empty(nodes: &[Node], source: &[u8]) -> bool {
    nodes.iter().all(|node| match node {
        Node::Text { start, end } => {
            source
                .get(*start as usize..*end as usize)
                .is_none_or(|text| {
                    crate::go::rune::runes(text).all(|rune| crate::go::rune::is_space(rune.value))
                })
        }
        _ => false,
    })
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
