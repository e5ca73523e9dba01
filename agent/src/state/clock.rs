use std::{
    fs,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// A moment that another process can compare with its own.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stamp {
    /// Which life of the machine; empty if it does not tell.
    /// Source: <https://man7.org/linux/man-pages/man4/random.4.html>.
    pub(super) boot: String,
    /// Milliseconds since the machine started, time asleep included.
    pub(super) since_boot: u64,
    /// Milliseconds since 1970 by a clock that may be set.
    pub(super) wall: u64,
}

impl Stamp {
    pub(super) fn now() -> Self {
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let since_boot = clock_gettime(ClockId::Boottime);
        let since_boot = Duration::try_from(since_boot).unwrap_or_default();
        let wall = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            boot: boot.trim().to_owned(),
            since_boot: milliseconds(since_boot),
            wall: milliseconds(wall.unwrap_or_default()),
        }
    }

    /// How long ago another was; none if it is yet to come. The wall clock counts only where the
    /// machine was started between.
    pub(super) fn since(&self, earlier: &Self) -> Option<Duration> {
        let is_same_life = !self.boot.is_empty() && self.boot == earlier.boot;
        let milliseconds = if is_same_life {
            self.since_boot.checked_sub(earlier.since_boot)
        } else {
            self.wall.checked_sub(earlier.wall)
        };
        milliseconds.map(Duration::from_millis)
    }
}

pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
