//! YAML as [`gopkg.in/yaml.v2`](https://pkg.go.dev/gopkg.in/yaml.v2) 2.4.0 writes and reads it:
//! YAML 1.1 with that package's own choices.
//!
//! Reading: `reader` turns bytes into text, a parser of YAML 1.2 gives events, `dialect` and
//! `place` refuse or mend what the package sees in another way, `tree` keeps the first document
//! (aliases may point back in it), `resolve` says what scalars without quotes are, `decode` makes
//! values. Where the package cannot be followed, a document is refused; it is never read as another
//! value.
//!
//! Writing: `encode` walks the value, `order` sorts keys, `scalar` chooses the style of a text,
//! `emitter` lays out lists and maps, `write` the texts in their lines.

mod decode;
mod dialect;
mod emitter;
mod encode;
mod order;
mod place;
mod reader;
mod resolve;
mod scalar;
mod tag;
mod tree;
mod write;

#[cfg(test)]
mod tests;

pub use self::{decode::decode, encode::encode};
