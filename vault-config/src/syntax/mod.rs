//! The text of a file as a tree: HCL 1, or JSON where the first character is `{`.
//!
//! What HCL 1 is, its Go library says: <https://pkg.go.dev/github.com/hashicorp/hcl@v1.0.1-vault-7>.
//! The tree is that library's, except that JSON stays as it is written: which objects stand for
//! labels of a block, the reader of the block knows better than the parser.

mod cursor;
mod hcl;
mod heredoc;
mod json;
mod lexer;
mod number;
mod string;
#[cfg(test)]
mod tests;
mod tree;

pub use tree::{Document, Duplicate, Item, Key, Kind, Number, Position, SyntaxError, Value};

/// The most bytes of a file: a `ConfigMap` cannot hold more.
/// Source: <https://kubernetes.io/docs/concepts/configuration/configmap/#motivation>.
pub const SIZE_LIMIT: usize = 1024 * 1024;

/// The most objects and lists within one another. The parser calls itself once for each.
pub const DEPTH_LIMIT: usize = 100;

/// Reads a text; Windows line endings count as plain ones.
///
/// # Errors
/// The first place where it is neither, or where it exceeds [`SIZE_LIMIT`] or [`DEPTH_LIMIT`].
pub fn parse(text: &str) -> Result<Document, SyntaxError> {
    if text.len() > SIZE_LIMIT {
        return Err(SyntaxError::new(
            Position::START,
            format!("the file has {} bytes", text.len()),
            format!("at most {SIZE_LIMIT} bytes are read"),
        ));
    }
    let first = text.chars().find(|character| !character.is_whitespace());
    if first == Some('{') {
        json::parse(text)
    } else {
        hcl::parse(&text.replace("\r\n", "\n"))
    }
}

fn check_depth(depth: usize, position: Position) -> Result<(), SyntaxError> {
    if depth < DEPTH_LIMIT {
        return Ok(());
    }
    Err(SyntaxError::new(
        position,
        format!("more than {DEPTH_LIMIT} objects or lists within one another"),
        "nest less deeply",
    ))
}
