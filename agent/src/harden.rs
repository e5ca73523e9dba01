//! What the process can do for itself against being looked into.

use rustix::process::{DumpableBehavior, set_dumpable_behavior};
use tracing::debug;

/// No core dumps, and no other process of the same user may read this one's memory: a pod that
/// shares its process namespace has the application under the agent's own user.
///
/// Best effort: a kernel that refuses is reported and no obstacle.
pub fn protect_memory() {
    if let Err(failure) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        debug!(%failure, "memory_not_protected");
    }
}
