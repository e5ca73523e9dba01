use std::time::Duration;

use fastrand::Rng;
use vouchsafe_shared::config::LoginConfig;

use super::Moment;
use crate::fault::Retry;

/// Growing pauses between attempts, each between half and the whole of its step at random, so that
/// agents that failed together do not come back together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Backoff {
    pauses: Pauses,
    attempts: u32,
    until: Moment,
}

/// How long to wait between attempts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pauses {
    least: Duration,
    first: Duration,
    /// For what is nobody's fault here.
    longest: Duration,
    /// For what only a person can mend.
    longest_rarely: Duration,
}

impl Default for Pauses {
    fn default() -> Self {
        Self {
            least: Duration::ZERO,
            first: Duration::from_millis(500),
            // It ends by itself: look often enough to be back within seconds.
            longest: Duration::from_secs(15),
            // That takes minutes anyway.
            longest_rarely: Duration::from_secs(60),
        }
    }
}

impl Pauses {
    /// The wish of whoever configured the logins, where there is one.
    pub(super) fn of_logins(config: &LoginConfig) -> Self {
        let mut pauses = Self::default();
        if let Some(longest) = config.max_backoff {
            pauses.longest = longest.as_duration();
            pauses.longest_rarely = longest.as_duration();
        }
        if let Some(least) = config.min_backoff {
            pauses.least = least.as_duration();
            pauses.longest = pauses.longest.max(pauses.least);
            pauses.longest_rarely = pauses.longest_rarely.max(pauses.least);
            // The random part only ever shortens a pause.
            pauses.first = (pauses.least * 2).min(pauses.longest);
        }
        pauses
    }
}

impl Backoff {
    pub(super) fn new(pauses: Pauses) -> Self {
        Self {
            pauses,
            ..Self::default()
        }
    }

    pub(super) fn failed(&mut self, now: Moment, retry: Retry, rng: &mut Rng) {
        self.attempts = self.attempts.saturating_add(1);
        let limit = match retry {
            Retry::Rarely => self.pauses.longest_rarely,
            Retry::After(_) | Retry::AfterLogin | Retry::Backoff => self.pauses.longest,
        };
        let step = self
            .pauses
            .first
            .saturating_mul(1 << (self.attempts - 1).min(16))
            .min(limit);
        let pause = step.mul_f64(0.5 + 0.5 * rng.f64()).max(self.pauses.least);
        self.until = now
            + match retry {
                // The store knows best; the jitter on top keeps agents apart.
                Retry::After(least) => least + self.pauses.first.mul_f64(rng.f64()),
                Retry::AfterLogin | Retry::Backoff | Retry::Rarely => pause,
            };
    }

    pub(super) fn reset(&mut self) {
        *self = Self::new(self.pauses);
    }

    /// Before this nothing is tried again.
    pub(super) fn until(self) -> Moment {
        self.until
    }
}
