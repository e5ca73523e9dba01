//! Code that runs seldom, most of it at the start, does not stay in memory.

use tokio::time::sleep;
use tracing::{debug, info};
use vouchsafe_resident::{pauses, release_code};

/// Gives back what read the configuration, shook hands and wrote the first files, most of what is
/// resident of an agent, and does so again now and then: a look at a secret maps some of it again,
/// within microseconds.
pub(crate) async fn release() {
    for (before, pause) in pauses().enumerate() {
        sleep(pause).await;
        match release_code() {
            Ok(bytes) if before == 0 => info!(bytes, "startup_code_released"),
            Ok(_) => {}
            // `/proc` may be hidden: no harm but for the memory.
            Err(failure) => {
                debug!(%failure, "startup_code_kept");
                break;
            }
        }
    }
}
