use std::time::Duration;

use fastrand::Rng;

use super::Moment;
use crate::fault::Retry;

/// Growing pauses between attempts, each between half and the whole of its step at random, so that
/// agents that failed together do not come back together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Backoff {
    attempts: u32,
    until: Moment,
}

impl Backoff {
    const FIRST: Duration = Duration::from_millis(500);
    /// What is nobody's fault here ends by itself: look often enough to be back within seconds.
    const LIMIT: Duration = Duration::from_secs(15);
    /// What only a person can mend takes minutes anyway.
    const LIMIT_RARELY: Duration = Duration::from_secs(60);

    pub(super) fn failed(&mut self, now: Moment, retry: Retry, rng: &mut Rng) {
        self.attempts = self.attempts.saturating_add(1);
        let limit = match retry {
            Retry::Rarely => Self::LIMIT_RARELY,
            Retry::After(_) | Retry::AfterLogin | Retry::Backoff => Self::LIMIT,
        };
        let step = Self::FIRST
            .saturating_mul(1 << (self.attempts - 1).min(16))
            .min(limit);
        let pause = step.mul_f64(0.5 + 0.5 * rng.f64());
        self.until = now
            + match retry {
                // The store knows best; the jitter on top keeps agents apart.
                Retry::After(least) => least + Self::FIRST.mul_f64(rng.f64()),
                Retry::AfterLogin | Retry::Backoff | Retry::Rarely => pause,
            };
    }

    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Before this nothing is tried again.
    pub(super) fn until(self) -> Moment {
        self.until
    }
}
