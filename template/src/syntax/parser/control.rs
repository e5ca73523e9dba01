//! Keywords: blocks, branches, loops, definitions.

use super::{
    super::{
        error::SyntaxError,
        token::{Keyword, Token, TokenKind},
        tree::{Branch, Node, Pipe},
    },
    Item, ListEnd, Parser, Variables,
};
use crate::value::Text;

impl Parser<'_> {
    pub(super) fn keyword(&mut self, keyword: Keyword, token: Token) -> Result<Item, SyntaxError> {
        match keyword {
            Keyword::If => self.condition("if").map(Item::Node),
            Keyword::With => self.condition("with").map(Item::Node),
            Keyword::Range => self.range().map(Item::Node),
            Keyword::Template => self.template().map(Item::Node),
            Keyword::Block => self.block().map(Item::Node),
            Keyword::Break => self.leave_range(Node::Break, "break"),
            Keyword::Continue => self.leave_range(Node::Continue, "continue"),
            Keyword::End => {
                self.expect(TokenKind::RightDelimiter, "end")?;
                Ok(Item::End(ListEnd::End))
            }
            Keyword::Else => self.otherwise(),
            Keyword::Define => Err(self
                .unexpected(token, "an action")
                .with_hint("a definition must stand at the top level, outside of all blocks")),
        }
    }

    /// The delimiter after `else` is left to whom the `else` belongs when `if` or `with` follows.
    fn otherwise(&mut self) -> Result<Item, SyntaxError> {
        let next = self.peek_non_space();
        if !matches!(next.kind, TokenKind::Keyword(Keyword::If | Keyword::With)) {
            self.expect(TokenKind::RightDelimiter, "else")?;
        }
        Ok(Item::End(ListEnd::Else))
    }

    fn condition(&mut self, context: &'static str) -> Result<Node, SyntaxError> {
        let own = if context == "if" {
            Keyword::If
        } else {
            Keyword::With
        };
        let mark = self.variables.mark();
        let mut branches = Vec::new();
        let mut otherwise = None;
        loop {
            let pipe = self.pipeline(context, TokenKind::RightDelimiter)?;
            let inside = self.variables.mark();
            let (body, end) = self.list()?;
            self.variables.hide(inside);
            branches.push(Branch {
                offset: pipe.offset,
                binds_dot: own == Keyword::With,
                pipe,
                body,
            });
            match end {
                ListEnd::End => break,
                ListEnd::Else if self.peek().kind == TokenKind::Keyword(own) => {
                    self.next();
                }
                ListEnd::Else => {
                    otherwise = Some(self.last_list()?);
                    break;
                }
            }
        }
        self.variables.truncate(mark);
        Ok(Node::Condition {
            branches,
            otherwise,
        })
    }

    fn range(&mut self) -> Result<Node, SyntaxError> {
        let mark = self.variables.mark();
        let pipe = self.pipeline("range", TokenKind::RightDelimiter)?;
        self.ranges += 1;
        let inside = self.variables.mark();
        let (body, end) = self.list()?;
        self.variables.hide(inside);
        self.ranges -= 1;
        let otherwise = match end {
            ListEnd::End => None,
            ListEnd::Else => Some(self.last_list()?),
        };
        self.variables.truncate(mark);
        Ok(Node::Range {
            offset: pipe.offset,
            pipe,
            body,
            otherwise,
        })
    }

    /// What stands after the last `else`.
    fn last_list(&mut self) -> Result<Vec<Node>, SyntaxError> {
        match self.list()? {
            (nodes, ListEnd::End) => Ok(nodes),
            (_, ListEnd::Else) => Err(self.error("a second `else`; expected `end`")),
        }
    }

    fn leave_range(&mut self, node: Node, name: &str) -> Result<Item, SyntaxError> {
        let token = self.next_non_space();
        if token.kind != TokenKind::RightDelimiter {
            return Err(self.unexpected(token, name));
        }
        if self.ranges == 0 {
            return Err(self.error(format!("`{name}` outside of `range`")));
        }
        Ok(Item::Node(node))
    }

    fn template(&mut self) -> Result<Node, SyntaxError> {
        let token = self.next_non_space();
        let name = self.template_name(token, "template")?;
        let next = self.next_non_space();
        let pipe = if next.kind == TokenKind::RightDelimiter {
            None
        } else {
            self.back(next);
            Some(self.pipeline("template", TokenKind::RightDelimiter)?)
        };
        Ok(call(token, name, pipe))
    }

    fn block(&mut self) -> Result<Node, SyntaxError> {
        let token = self.next_non_space();
        let name = self.template_name(token, "block")?;
        let pipe = self.pipeline("block", TokenKind::RightDelimiter)?;
        self.body(name.clone(), "block")?;
        Ok(call(token, name, Some(pipe)))
    }

    pub(super) fn definition(&mut self) -> Result<(), SyntaxError> {
        let token = self.next_non_space();
        let name = self.template_name(token, "define")?;
        self.expect(TokenKind::RightDelimiter, "define")?;
        self.body(name, "define")
    }

    /// The body of a definition sees neither the variables nor the loops around it.
    fn body(&mut self, name: Text, context: &str) -> Result<(), SyntaxError> {
        let outer_variables = std::mem::replace(&mut self.variables, Variables::new());
        let outer_ranges = std::mem::take(&mut self.ranges);
        let (nodes, end) = self.list()?;
        if let ListEnd::Else = end {
            return Err(self.error(format!("unexpected `else` in {context}")));
        }
        let variables = std::mem::replace(&mut self.variables, outer_variables).count();
        self.ranges = outer_ranges;
        self.define(name, variables, nodes)
    }

    fn template_name(&mut self, token: Token, context: &str) -> Result<Text, SyntaxError> {
        match token.kind {
            TokenKind::QuotedString | TokenKind::RawString => self.unquote(token),
            _ => Err(self.unexpected(token, context).with_hint(format!(
                "the name after `{context}` is a string: `{context} \"name\"`"
            ))),
        }
    }
}

fn call(token: Token, name: Text, pipe: Option<Pipe>) -> Node {
    Node::Template {
        offset: token.start,
        name,
        pipe,
    }
}
