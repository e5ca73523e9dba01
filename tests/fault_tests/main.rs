//! What an agent does while Vault, the network, its volumes or its own process fail, against a real
//! Vault. The list of tests is the list of faults; docs/faults.md tells what comes of each.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod answers;
mod canary;
mod clock;
mod events;
mod herd;
mod killed;
mod login;
mod network;
mod processes;
mod scene;
mod secrets;
mod store;
mod tls;
mod volumes;

use std::time::Duration;

/// How long most faults last: long enough for pauses to grow, short enough for a test.
const LASTS: Duration = Duration::from_secs(4);

/// The most requests in that time: the normal pace is eight reads, and pauses grow from half a
/// second.
const FEW: usize = 10;

/// The longest pause, and a request that takes all its time: whatever passes by itself is over by then.
const SOON: Duration = Duration::from_secs(18);

/// The longest pause after what only a person can mend.
const LATER: Duration = Duration::from_secs(63);
