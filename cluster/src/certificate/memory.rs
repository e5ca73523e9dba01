//! What a replica keeps for itself where it may not share a Secret, as the original injector does.

use std::collections::BTreeMap;

use k8s_openapi::ByteString;
use tracing::{info, warn};

use super::stored::Stored;
use crate::failure::RequestFailure;

/// In the form that the Secret has: what is made in memory follows the same plan.
#[derive(Default)]
pub(crate) struct Memory {
    content: BTreeMap<String, ByteString>,
    alone: bool,
}

impl Memory {
    /// Whether this is what counts, and not the Secret.
    pub(crate) fn is_alone(&self) -> bool {
        self.alone
    }

    pub(crate) fn read(&self) -> Option<Stored> {
        Stored::read(&self.content)
    }

    pub(crate) fn write(&mut self, stored: &Stored) {
        stored.write(&mut self.content);
    }

    /// The Secret holds this. Who may no longer write it goes on with what it held, so that a
    /// permission lost for a while changes no authority; a Secret that was emptied is a wish for
    /// another one. What was made alone is newer than what could not be replaced.
    pub(crate) fn saw(&mut self, shared: Option<&Stored>) {
        match shared {
            _ if self.alone => {}
            Some(shared) => self.write(shared),
            None => self.content.clear(),
        }
    }

    /// Says so once, until the Secret is in use again.
    pub(crate) fn go_alone(&mut self, refusal: &RequestFailure) {
        if !std::mem::replace(&mut self.alone, true) {
            warn!(
                %refusal,
                advice = "replicas that share a Secret have one authority, which outlives restarts; for that allow get and update of this Secret, and create unless it exists",
                "certificate_in_memory"
            );
        }
    }

    pub(crate) fn share(&mut self) {
        if std::mem::take(&mut self.alone) {
            info!("certificate_shared");
        }
    }
}
