//! What the original injector makes of a pod, and what we make of it.
//!
//! | question | module |
//! |---|---|
//! | What did the original make of 142 pods? | `case`, `cases.jsonl` |
//! | What does a mutated pod amount to, whoever mutated it? | `effective`, `pod`, `container`, `theirs`, `ours` |
//! | Is it the same for every pod, but for what differs on purpose? | `recorded`, `differences`, `causes` |
//! | What would the original make of any other pod? | `model`, which must agree with all that it did, and with what it does: `original` |
//! | Is it the same for pods that nobody wrote? | `combinations`, `catalogue` |
//! | What holds for any pod, whatever it asks for? | `generated`, with pods of `generator` |

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod case;
mod catalogue;
mod causes;
mod combinations;
mod container;
mod differences;
mod effective;
mod generated;
#[path = "../generator/mod.rs"]
mod generator;
mod model;
mod original;
mod ours;
mod pod;
mod recorded;
mod theirs;
