//! What the tests on a real cluster share: the cluster, Vault servers, a database, agents run by
//! hand, and waiting for conditions.
//!
//! Everything here panics with a sentence when something is missing: a test that cannot run has
//! failed. The environment is made by `tests/cluster/with-cluster.sh`.

#![expect(
    clippy::panic,
    clippy::expect_used,
    reason = "a test that cannot go on has failed"
)]

pub mod agent;
pub mod app;
pub mod cluster;
pub mod fault_proxy;
pub mod peer;
pub mod postgres;
pub mod solo;
pub mod vault;
pub mod wait;

use std::path::PathBuf;

/// The value of a variable that the test bed sets.
pub fn from_test_bed(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: these tests run through `make test`, which brings up the cluster they need")
    })
}

/// The top of the source tree.
pub fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .expect("the source tree is there")
}
