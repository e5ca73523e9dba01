//! Pipelines: declarations, commands, arguments.

use smallvec::SmallVec;

use super::{
    super::{
        error::SyntaxError,
        token::TokenKind,
        tree::{Command, Operand, OperandKind, Pipe, Span, Target},
    },
    Parser,
};

impl Parser<'_> {
    /// A pipeline up to a token, which is taken too.
    pub(super) fn pipeline(&mut self, context: &str, end: TokenKind) -> Result<Pipe, SyntaxError> {
        let start = self.peek_non_space().start;
        let mark = self.variables.mark();
        let targets = self.targets(context)?;
        let mut commands = Vec::with_capacity(1);
        loop {
            let token = self.next_non_space();
            match token.kind {
                kind if kind == end => break,
                TokenKind::True
                | TokenKind::False
                | TokenKind::CharacterConstant
                | TokenKind::ComplexNumber
                | TokenKind::Dot
                | TokenKind::Field
                | TokenKind::Identifier
                | TokenKind::Number
                | TokenKind::Nil
                | TokenKind::RawString
                | TokenKind::QuotedString
                | TokenKind::Variable
                | TokenKind::LeftParenthesis => {
                    self.back(token);
                    commands.push(self.command()?);
                }
                _ => return Err(self.unexpected(token, context)),
            }
        }
        self.check(context, &commands)?;
        self.variables.publish(mark);
        Ok(Pipe {
            offset: start,
            targets,
            commands,
        })
    }

    /// `$a :=`, `$a =`, and for `range` also `$a, $b :=`.
    fn targets(&mut self, context: &str) -> Result<Vec<Target>, SyntaxError> {
        let mut names: SmallVec<[Span; 2]> = SmallVec::new();
        loop {
            let variable = self.peek_non_space();
            if variable.kind != TokenKind::Variable {
                break;
            }
            self.next();
            let after = self.next();
            let next = if after.kind == TokenKind::Space {
                self.next_non_space()
            } else {
                after
            };
            match next.kind {
                TokenKind::Assign | TokenKind::Declare => {
                    names.push(variable.span());
                    return Ok(self.bind(names, next.kind == TokenKind::Assign));
                }
                TokenKind::Character if self.bytes(next) == b"," => {
                    names.push(variable.span());
                    if context != "range" || names.len() > 1 {
                        return Err(
                            self.error(format!("too many variables before `:=` in {context}"))
                        );
                    }
                    match self.peek_non_space().kind {
                        TokenKind::Variable
                        | TokenKind::RightDelimiter
                        | TokenKind::RightParenthesis => {}
                        _ => {
                            return Err(
                                self.error("only variables can stand before the `:=` of a range")
                            );
                        }
                    }
                }
                _ => {
                    // Not a declaration: the variable is the first operand.
                    self.back(next);
                    if after.kind == TokenKind::Space {
                        self.back(after);
                    }
                    self.back(variable);
                    break;
                }
            }
        }
        // `range $i, $x` without `:=` declares the first.
        Ok(self.bind(names, false))
    }

    fn bind(&mut self, names: SmallVec<[Span; 2]>, assigns: bool) -> Vec<Target> {
        names
            .into_iter()
            .map(|name| Target {
                slot: if assigns {
                    self.variables.assign(self.span(name))
                } else {
                    Some(self.variables.declare(self.span(name)))
                },
                assigns,
                name,
            })
            .collect()
    }

    fn check(&self, context: &str, commands: &[Command]) -> Result<(), SyntaxError> {
        if commands.is_empty() {
            return Err(self.error(format!("a value is missing in {context}")));
        }
        for command in commands.iter().skip(1) {
            if let OperandKind::Bool(_)
            | OperandKind::Dot
            | OperandKind::Nil
            | OperandKind::Number(..)
            | OperandKind::String(_) = command.operand.kind
            {
                return Err(self.error("only a function can stand after `|`").with_hint(
                    "the value before `|` becomes the last argument of the function after it",
                ));
            }
        }
        Ok(())
    }

    fn command(&mut self) -> Result<Command, SyntaxError> {
        let mut operand: Option<Operand> = None;
        let mut arguments = Vec::new();
        loop {
            self.peek_non_space();
            if let Some(next) = self.operand()? {
                match operand {
                    None => operand = Some(next),
                    Some(_) => arguments.push(next),
                }
            }
            let token = self.next();
            match token.kind {
                TokenKind::Space => continue,
                TokenKind::RightDelimiter | TokenKind::RightParenthesis => self.back(token),
                TokenKind::Pipe => {}
                _ => return Err(self.unexpected(token, "an operand")),
            }
            break;
        }
        match operand {
            Some(operand) => Ok(Command { operand, arguments }),
            None => Err(self.error("the command is empty")),
        }
    }
}
