//! JSON as [`encoding/json`](https://pkg.go.dev/encoding/json) of Go 1.26 writes and reads it.

mod decode;
mod encode;
mod number;
mod text;

#[cfg(test)]
mod tests;

pub(super) use self::number::push_float;
pub use self::{
    decode::{Numbers, decode},
    encode::{Options, encode},
};
