//! From text to tree: Go's grammar of templates, with the names resolved on the way.

mod error;
mod lexer;
mod parser;
mod token;
mod tree;

pub(crate) use self::{
    error::{SyntaxError, line_of},
    parser::{ParseOptions, parse},
    tree::*,
};
