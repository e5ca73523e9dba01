//! Operands: constants, names, fields, parentheses.

use smallvec::smallvec;

use super::{
    super::{
        error::{self, SyntaxError},
        token::{Token, TokenKind},
        tree::{Fields, NumberForm, Operand, OperandKind, Span},
    },
    Parser,
};
use crate::{
    fault::ErrorClass,
    function,
    go::number::{ConstantKind, parse_constant},
};

impl Parser<'_> {
    /// An operand with the fields asked of it; none if no operand stands here.
    pub(super) fn operand(&mut self) -> Result<Option<Operand>, SyntaxError> {
        let Some(term) = self.term()? else {
            return Ok(None);
        };
        if self.peek().kind != TokenKind::Field {
            return Ok(Some(term));
        }
        let start = term.offset;
        let mut fields = match &term.kind {
            OperandKind::Field(fields) | OperandKind::Variable(_, fields) => fields.clone(),
            _ => Fields::new(),
        };
        while self.peek().kind == TokenKind::Field {
            fields.push(name_after_sign(self.next()));
        }
        let kind = match term.kind {
            OperandKind::Field(_) => OperandKind::Field(fields),
            OperandKind::Variable(variable, _) => OperandKind::Variable(variable, fields),
            OperandKind::Function(_) | OperandKind::Pipe(_) | OperandKind::Chain(..) => {
                OperandKind::Chain(Box::new(term), fields)
            }
            OperandKind::Bool(_)
            | OperandKind::String(_)
            | OperandKind::Number(..)
            | OperandKind::Nil
            | OperandKind::Dot => {
                return Err(self.error("a constant has no fields"));
            }
        };
        Ok(Some(Operand {
            offset: start,
            kind,
        }))
    }

    fn term(&mut self) -> Result<Option<Operand>, SyntaxError> {
        let token = self.next_non_space();
        let kind = match token.kind {
            TokenKind::Identifier => self.function(token)?,
            TokenKind::Dot => OperandKind::Dot,
            TokenKind::Nil => OperandKind::Nil,
            TokenKind::True => OperandKind::Bool(true),
            TokenKind::False => OperandKind::Bool(false),
            TokenKind::Variable => {
                let variable = self
                    .variables
                    .find(self.bytes(token), token.span())
                    .ok_or_else(|| self.undefined_variable(&self.text(token)))?;
                OperandKind::Variable(variable, Fields::default())
            }
            TokenKind::Field => OperandKind::Field(smallvec![name_after_sign(token)]),
            TokenKind::CharacterConstant => self.number(token, ConstantKind::Character)?,
            TokenKind::ComplexNumber => self.number(token, ConstantKind::Complex)?,
            TokenKind::Number => self.number(token, ConstantKind::Number)?,
            TokenKind::QuotedString | TokenKind::RawString => {
                OperandKind::String(self.unquote(token)?)
            }
            TokenKind::LeftParenthesis => {
                self.enter()?;
                let pipe = self.pipeline("parentheses", TokenKind::RightParenthesis)?;
                self.leave();
                OperandKind::Pipe(Box::new(pipe))
            }
            _ => {
                self.back(token);
                return Ok(None);
            }
        };
        Ok(Some(Operand {
            offset: token.start,
            kind,
        }))
    }

    fn number(&self, token: Token, kind: ConstantKind) -> Result<OperandKind, SyntaxError> {
        let text = self.bytes(token);
        let constant = parse_constant(text, kind)
            .map_err(|error| error::constant(error, self.latest as usize))?;
        // `0xE` has no exponent, `'.'` no point.
        let hexadecimal = matches!(text, [b'0', b'x' | b'X', _, ..])
            && !text.iter().any(|byte| b"pP".contains(byte));
        let float = kind == ConstantKind::Number
            && !hexadecimal
            && text.iter().any(|byte| b".eEpP".contains(byte));
        Ok(OperandKind::Number(
            Box::new(constant),
            if float {
                NumberForm::Float
            } else {
                NumberForm::Integer
            },
        ))
    }

    fn function(&mut self, token: Token) -> Result<OperandKind, SyntaxError> {
        let name = std::str::from_utf8(self.bytes(token)).unwrap_or_default();
        if let Some(function) = self.options.vocabulary.find(name) {
            // As in the original: it is there, and fails when it is called.
            let denied = (self.options.denied)(name);
            return Ok(OperandKind::Function(if denied {
                &function::DENIED
            } else {
                function
            }));
        }
        if let Some(reason) = self.options.vocabulary.reason(name) {
            // Told only if nothing else is wrong: to the original programs it is a function.
            self.unsupported.get_or_insert_with(|| {
                SyntaxError::new(
                    ErrorClass::UnsupportedFunction,
                    token.start as usize,
                    format!("the function `{name}` is not supported: {reason}"),
                )
            });
            return Ok(OperandKind::Nil);
        }
        let error = SyntaxError::new(
            ErrorClass::UndefinedFunction,
            token.start as usize,
            format!("there is no function `{name}`"),
        );
        Err(match nearest(name, self.options.vocabulary.names()) {
            Some(other) => error.with_hint(format!("did you mean `{other}`?")),
            None => error,
        })
    }

    fn undefined_variable(&self, name: &str) -> SyntaxError {
        let error = SyntaxError::new(
            ErrorClass::UndefinedVariable,
            self.latest as usize,
            format!("the variable `{name}` is not declared here"),
        );
        match nearest(name, self.variables.names().filter(|other| *other != "$")) {
            Some(other) => error.with_hint(format!("did you mean `{other}`?")),
            None => error.with_hint(format!(
                "declare it before: `{{{{ {name} := … }}}}`; a variable declared in a block ends with it"
            )),
        }
    }
}

/// The name without its leading dot.
fn name_after_sign(token: Token) -> Span {
    Span {
        start: token.start + 1,
        end: token.end,
    }
}

/// The name that differs least, if it differs little.
fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    // Longer than any name that could have been meant.
    if name.len() > 64 {
        return None;
    }
    names
        .map(|other| (strsim::damerau_levenshtein(name, other), other))
        .filter(|(distance, _)| *distance <= 1 + name.len() / 4)
        .min()
        .map(|(_, other)| other)
}
