use std::time::Duration;

use fastrand::Rng;
use vouchsafe_shared::config::LoginConfig;

use super::Moment;
use crate::fault::Retry;

/// Growing pauses between attempts, each any part of its step at random, so that agents that failed
/// together do not come back together.
/// Source: <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>, "Full Jitter".
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Backoff {
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
            // Chance alone would now and then give none at all.
            least: Duration::from_millis(50),
            first: Duration::from_millis(500),
            // It ends by itself: look often enough to be back within seconds.
            longest: Duration::from_secs(15),
            // That takes minutes anyway.
            longest_rarely: Duration::from_secs(60),
        }
    }
}

impl Pauses {
    /// Of an agent that lacks nothing, and looks at its secrets this often: a whole fleet of them
    /// asks no more during an outage than otherwise, and does not meet its end together.
    pub(super) fn unhurried(interval: Duration) -> Self {
        let pauses = Self::default();
        Self {
            least: (interval / 8).min(Duration::from_millis(7500)),
            first: (interval / 4).clamp(pauses.first, Duration::from_secs(15)),
            longest: interval
                .mul_f64(0.55)
                .clamp(pauses.longest, Duration::from_secs(33)),
            ..pauses
        }
    }

    /// Nothing is lost while nobody is subscribed but time.
    pub(super) fn of_watches() -> Self {
        Self {
            longest: Duration::from_secs(60),
            ..Self::default()
        }
    }

    /// A policy is changed rarely, and looks go on meanwhile.
    pub(super) fn of_denied_watches() -> Self {
        Self::rare()
    }

    /// A server that takes none of its own tokens is mended by a person, and a login costs it much.
    pub(super) fn of_logins_in_vain() -> Self {
        Self::rare()
    }

    fn rare() -> Self {
        Self {
            least: Duration::from_secs(30),
            first: Duration::from_secs(60),
            longest_rarely: Duration::from_secs(3600),
            ..Self::default()
        }
    }

    /// The wish of whoever configured the logins, where there is one.
    pub(super) fn for_logins(mut self, config: &LoginConfig) -> Self {
        if let Some(longest) = config.max_backoff {
            self.longest = longest.as_duration();
            self.longest_rarely = longest.as_duration();
            // Or nothing would be left to chance.
            self.least = self.least.min(self.longest / 8);
        }
        if let Some(least) = config.min_backoff {
            self.least = least.as_duration();
            self.longest = self.longest.max(self.least);
            self.longest_rarely = self.longest_rarely.max(self.least);
            // Chance takes a part of what is above the least.
            self.first = (self.least * 2).min(self.longest);
        }
        self
    }
}

impl Backoff {
    pub(super) fn failed(&mut self, now: Moment, retry: Retry, rng: &mut Rng) {
        self.failed_with(now, retry, &Pauses::default(), rng);
    }

    pub(super) fn failed_with(
        &mut self,
        now: Moment,
        retry: Retry,
        pauses: &Pauses,
        rng: &mut Rng,
    ) {
        self.attempts = self.attempts.saturating_add(1);
        let limit = match retry {
            Retry::Rarely => pauses.longest_rarely,
            Retry::After(_) | Retry::AfterLogin | Retry::Backoff => pauses.longest,
        };
        let step = pauses
            .first
            .saturating_mul(1 << (self.attempts - 1).min(16))
            .min(limit);
        let least = pauses.least;
        let pause = least + step.saturating_sub(least).mul_f64(rng.f64());
        self.until = now
            + match retry {
                // The store knows best; what comes on top keeps agents apart, the further the
                // longer the store has too much to do.
                Retry::After(least) => least + step.mul_f64(rng.f64()),
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

#[cfg(test)]
mod tests {
    use proptest::{prop_assert, proptest};

    use super::*;

    fn pause(backoff: &mut Backoff, retry: Retry, rng: &mut Rng) -> Duration {
        let now = Moment(Duration::from_secs(1000));
        backoff.failed(now, retry, rng);
        backoff.until().0.saturating_sub(now.0)
    }

    proptest! {
        #[test]
        fn a_pause_is_within_its_step_and_never_none(seed: u64, attempts in 1_u32..40, rarely: bool) {
            let mut rng = Rng::with_seed(seed);
            let mut backoff = Backoff::default();
            let (retry, longest) = if rarely {
                (Retry::Rarely, 60.0)
            } else {
                (Retry::Backoff, 15.0)
            };
            for attempt in 0..attempts {
                let pause = pause(&mut backoff, retry, &mut rng).as_secs_f64();
                let step = (0.5 * 2_f64.powi(attempt.min(16).cast_signed())).min(longest);
                prop_assert!((0.05..=step).contains(&pause), "{pause} of {step}");
            }
            backoff.reset();
            prop_assert!(pause(&mut backoff, retry, &mut rng) <= Duration::from_millis(500));
        }

        #[test]
        fn a_time_that_was_asked_for_is_kept_and_not_much_more(seed: u64, seconds in 0_u64..600) {
            let least = Duration::from_secs(seconds);
            let pause = pause(&mut Backoff::default(), Retry::After(least), &mut Rng::with_seed(seed));
            prop_assert!(pause >= least && pause <= least + Duration::from_millis(500));
        }
    }

    #[test]
    fn a_longest_pause_that_is_asked_for_is_kept_to_and_still_left_to_chance() {
        let config = LoginConfig {
            max_backoff: Some("4s".parse().unwrap()),
            ..LoginConfig::default()
        };
        let pauses = Pauses::unhurried(Duration::from_secs(60)).for_logins(&config);
        let mut rng = Rng::with_seed(1);
        let mut lengths = Vec::new();
        for _ in 0..100 {
            let mut backoff = Backoff::default();
            backoff.failed_with(Moment::default(), Retry::Backoff, &pauses, &mut rng);
            lengths.push(backoff.until().0.as_secs_f64());
        }
        let (least, most) = (
            lengths.iter().copied().fold(f64::MAX, f64::min),
            lengths.iter().copied().fold(0.0, f64::max),
        );
        assert!(
            (0.5..1.0).contains(&least) && (3.0..=4.0).contains(&most),
            "{least} to {most}"
        );
    }

    #[test]
    fn agents_that_failed_together_come_back_spread_over_the_whole_step() {
        let mut rng = Rng::with_seed(1);
        let mut tenths = [0; 10];
        for _ in 0..10_000 {
            let mut backoff = Backoff::default();
            for _ in 0..4 {
                backoff.failed(Moment::default(), Retry::Backoff, &mut rng);
            }
            let last = pause(&mut backoff, Retry::Backoff, &mut rng).as_secs_f64();
            // The fifth step is eight seconds.
            let tenth = (0..10)
                .filter(|tenth| last >= 0.8 * f64::from(*tenth))
                .count()
                - 1;
            tenths[tenth] += 1;
        }
        assert!(
            tenths.iter().all(|count| (800..1200).contains(count)),
            "{tenths:?}"
        );
    }
}
