//! Gives the code that only a program's start needed back to the kernel.
//!
//! The kernel maps code by pieces of 64 KiB around each page that runs, and keeps them mapped: what
//! reads arguments, makes certificates and fills caches counts as resident memory for as long as the
//! program lives. Given back, it is read from the page cache again should it ever run, which costs
//! some microseconds per piece.
//!
//! This crate is the one place of unsafe code, and `release.rs` the one file of it.

mod maps;
mod pauses;
mod release;

pub use self::{pauses::pauses, release::release_code};
