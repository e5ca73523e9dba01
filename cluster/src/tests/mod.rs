//! The parts together, against an API server in memory and a clock that tests move.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod api;
mod certificates;
mod defaults;
mod fleet;
mod life;
mod memory;
mod others;
mod version;
