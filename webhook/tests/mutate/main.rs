//! What the decision about a pod promises, on written examples and on generated ones.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod blanks;
mod denials;
mod features;
mod fixtures;
mod layers;
mod placement;
mod properties;
mod spec;
mod support;
