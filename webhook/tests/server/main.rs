//! What the running server promises, over real sockets and real TLS on the loopback interface.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod certificates;
mod client;
mod drain;
mod limits;
mod program;
mod protocols;
mod running;
