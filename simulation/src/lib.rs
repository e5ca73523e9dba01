//! A fleet of agents and a store in simulated time: what does the store see of them?
//!
//! The agent's [`vouchsafe_agent::lifecycle`] is a state machine without I/O, so the code that runs
//! in pods runs here, a hundred thousand times, for a day that takes minutes.
//!
//! - [`population`] is what the pods need, [`schedule`] what happens to them and to the store.
//! - [`agent`] drives one lifecycle as the agent's driver does; [`account`] is what the store keeps
//!   of it, and who finds what was late or needless; [`store`] answers.
//! - [`fleet`] lets time pass; [`curves`] counts.
//! - [`verdict`] says whether the promises were kept; [`report`] and [`chart`] show it.
//!
//! Agents meet in one place only, the store's load, and that is looked at once a second while there
//! may be too much of it, and once a minute otherwise. In between each agent runs on its own, in an
//! order that changes from time to time; so there is no queue of events, only a list of times.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts and times of a simulation are far below 2^52 and never negative"
)]

pub mod account;
pub mod agent;
pub mod chart;
pub mod curves;
pub mod fleet;
pub mod population;
pub mod report;
pub mod schedule;
pub mod store;
pub mod verdict;

/// Simulated time, in milliseconds since the beginning.
pub type Millis = u64;

/// Milliseconds.
pub const SECOND: Millis = 1000;
/// Milliseconds.
pub const MINUTE: Millis = 60 * SECOND;
/// Milliseconds.
pub const HOUR: Millis = 60 * MINUTE;
