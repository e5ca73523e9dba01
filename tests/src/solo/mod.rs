//! Vault, agent, application and database as processes of one test, without a cluster: what the
//! tests of faults hurt.
//!
//! Everything listens on loopback addresses, on ports of its own, and ends with the test.

pub mod agent;
pub mod application;
pub mod authority;
pub mod cgroup;
pub mod child;
pub mod clock;
pub mod identity;
pub mod network;
pub mod postgres;
pub mod vault;

use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, Write},
    net::TcpListener,
    path::Path,
    sync::{Mutex, PoisonError},
};

/// A port that nobody has: below the range from which the kernel takes ports for connections, or
/// one of those might have taken it before a server does. Nobody gets the same one twice.
///
/// # Panics
/// When there is none.
pub fn free_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let mut candidates = (0..1000).map(|_| fastrand::u16(10_000..20_000));
    candidates
        // To look at a port is to take it for a moment, so nobody looks at one that was given.
        .find(|port| given.insert(*port) && is_free(port))
        .expect("a free port")
}

/// Writes a file anew.
///
/// # Errors
/// When it cannot be created or written.
pub fn put(path: &Path, content: impl AsRef<[u8]>) -> io::Result<()> {
    File::create(path)?.write_all(content.as_ref())
}

/// Whether mounts, namespaces and control groups can be had.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
