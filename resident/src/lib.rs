//! A program's memory: how it is handed out and moved, and what of it goes back to the kernel.
//!
//! - [`release_code`] gives the code that only a start needed back to the kernel. It maps code by
//!   pieces of 64 KiB around each page that runs, and keeps them mapped: what reads arguments, makes
//!   certificates and fills caches counts as resident memory for as long as the program lives. Given
//!   back, it is read from the page cache again should it ever run, which costs some microseconds per
//!   piece. [`pauses()`] says when.
//!
//! With the feature `memory`, for programs whose speed depends on it:
//!
//! - `Allocator` hands memory out.
//! - `memory.c` moves, fills and compares it. Static programs for `x86_64` have its functions in place
//!   of those of libc.
//!
//! This crate is the one place of unsafe code, which stands in `allocator.rs` and `release.rs`.

#[cfg(feature = "memory")]
mod allocator;
mod maps;
mod pauses;
mod release;

#[cfg(feature = "memory")]
pub use self::allocator::Allocator;
pub use self::{pauses::pauses, release::release_code};
