//! Code that runs seldom, most of it at the start, does not stay in memory.

use std::{convert::Infallible, future::pending, time::Duration};

use tokio::time::sleep;
use tracing::{debug, info};
use vouchsafe_resident::release_code;

use crate::health::Readiness;

/// From being ready to having done, most likely, what follows from that: the first probe, the first
/// answers to watches.
const SETTLING: Duration = Duration::from_secs(1);
/// Between releases, once the start is long over.
const LONGEST: Duration = Duration::from_mins(1);

/// Gives back what made certificates, read arguments and filled caches, most of what is resident of
/// an idle webhook, and does so again after pauses that double: a change of the certificate or a rare
/// kind of pod maps code, too. What runs often is mapped again within microseconds.
pub(crate) async fn release(readiness: &Readiness) -> Infallible {
    readiness.until_supplied().await;
    let mut pause = SETTLING;
    loop {
        sleep(pause).await;
        match release_code() {
            Ok(bytes) if pause == SETTLING => info!(bytes, "startup_code_released"),
            Ok(_) => {}
            // Memory may be locked, or `/proc` hidden: no harm but for the memory.
            Err(failure) => {
                debug!(%failure, "startup_code_kept");
                pending::<()>().await;
            }
        }
        pause = (pause * 2).min(LONGEST);
    }
}
