//! Code that runs seldom, most of it at the start, does not stay in memory.

use std::{convert::Infallible, future::pending};

use tokio::time::sleep;
use tracing::{debug, info};
use vouchsafe_resident::{pauses, release_code};

use crate::health::Readiness;

/// Gives back what made certificates, read arguments and filled caches, most of what is resident of
/// an idle webhook, and does so again now and then: a change of the certificate or a rare kind of pod
/// maps code, too. What runs often is mapped again within microseconds.
pub(crate) async fn release(readiness: &Readiness) -> Infallible {
    readiness.until_supplied().await;
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
    pending().await
}
