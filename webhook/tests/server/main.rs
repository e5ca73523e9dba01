//! What the running server promises, over real sockets and real TLS on the loopback interface.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod certificates;
mod client;
#[cfg(feature = "cluster")]
mod cluster;
mod drain;
mod limits;
mod original;
mod program;
mod protocols;
mod running;
mod turns;
