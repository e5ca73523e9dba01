//! What the process can do for itself, whatever the pod's security context says. Best effort: what
//! the kernel does not allow is told once, and no obstacle.

mod memory;
mod writes;

use std::fmt;

use tracing::info;
use vouchsafe_shared::config::AgentConfig;

use crate::{template::Templates, termination::TerminationLog};

/// Whether a protection is on, and if not why.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Protection {
    On,
    Off(String),
}

/// Everything there is, once, before there is a second thread or a secret.
pub fn protect(config: &AgentConfig, templates: &Templates, last_words: &TerminationLog) {
    let core_dumps_off = memory::no_core_dumps();
    let memory_unreadable = memory::unreadable_by_others();
    let memory_locked = memory::never_swapped();
    let writes_confined = writes::confined(config, templates, last_words);
    info!(
        %core_dumps_off,
        %memory_unreadable,
        %memory_locked,
        %writes_confined,
        "hardened"
    );
}

impl Protection {
    fn of<E: fmt::Display>(result: Result<(), E>) -> Self {
        match result {
            Ok(()) => Self::On,
            Err(failure) => Self::Off(failure.to_string()),
        }
    }

    fn off(reason: &str) -> Self {
        Self::Off(reason.to_owned())
    }
}

/// `yes`, or `no: ` and the reason.
impl fmt::Display for Protection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On => formatter.write_str("yes"),
            Self::Off(reason) => write!(formatter, "no: {reason}"),
        }
    }
}
