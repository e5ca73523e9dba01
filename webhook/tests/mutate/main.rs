//! What the decision about a pod promises, on written examples and on generated ones.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod fixtures;
mod properties;
mod support;
