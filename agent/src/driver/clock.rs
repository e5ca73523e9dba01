//! The clock that the lifecycle lives by, which goes on while the machine sleeps, and jumps of the
//! wall clock, by which certificates end.
//!
//! Timers do not go on while the machine sleeps, so nobody waits for one longer than [`LONGEST`]:
//! after a sleep what is due is found that late at most.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::time::{ClockId, Timespec, clock_gettime};
use tokio::time::Instant;

pub(super) const LONGEST: Duration = Duration::from_secs(15);
/// The wall clock is corrected by less than this all the time.
const NOTABLE: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Clock {
    started: Instant,
    at_start: Readings,
    /// By the last look at the wall clock.
    last: Readings,
    read: fn() -> Readings,
}

/// The machine's clocks at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Readings {
    /// Since the machine was started, without the time that it slept.
    awake: Duration,
    /// The same with that time.
    boot: Duration,
    /// Since 1970; somebody may set it.
    wall: Duration,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self::reading(Readings::now)
    }

    fn reading(read: fn() -> Readings) -> Self {
        let now = read();
        Self {
            started: Instant::now(),
            at_start: now,
            last: now,
            read,
        }
    }

    /// How long ago it was started.
    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed() + self.slept((self.read)())
    }

    /// When a timer has to go off for a moment that is so long after the start.
    pub(super) fn timer(&self, after_start: Option<Duration>) -> Instant {
        let latest = Instant::now() + LONGEST;
        let Some(after_start) = after_start else {
            return latest;
        };
        let awake = after_start.saturating_sub(self.slept((self.read)()));
        // A store may name a time that no timer can hold.
        let at = self.started.checked_add(awake);
        at.map_or(latest, |at| at.min(latest))
    }

    /// By how much the wall clock was set ahead since the last look.
    pub(super) fn set_ahead(&mut self) -> Option<Duration> {
        let now = (self.read)();
        let passed = now.boot.saturating_sub(self.last.boot);
        let seen = now.wall.saturating_sub(self.last.wall);
        self.last = now;
        let ahead = seen.saturating_sub(passed);
        (ahead >= NOTABLE).then_some(ahead)
    }

    fn slept(&self, now: Readings) -> Duration {
        let asleep = |readings: Readings| readings.boot.saturating_sub(readings.awake);
        asleep(now).saturating_sub(asleep(self.at_start))
    }
}

impl Readings {
    fn now() -> Self {
        let duration = |time: Timespec| Duration::try_from(time).unwrap_or_default();
        let wall = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            awake: duration(clock_gettime(ClockId::Monotonic)),
            boot: duration(clock_gettime(ClockId::Boottime)),
            wall: wall.unwrap_or_default(),
        }
    }
}

#[cfg(test)]
impl Clock {
    /// As if somebody had set the wall clock ahead.
    pub(super) fn pretend_set_ahead(&mut self, by: Duration) {
        self.last.wall -= by;
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    thread_local! {
        static NOW: Cell<Readings> = const { Cell::new(Readings {
            awake: Duration::ZERO,
            boot: Duration::ZERO,
            wall: Duration::ZERO,
        }) };
    }

    fn pass(awake: Duration, asleep: Duration, wall: Duration) {
        let before = NOW.get();
        NOW.set(Readings {
            awake: before.awake + awake,
            boot: before.boot + awake + asleep,
            wall: before.wall + wall,
        });
    }

    #[tokio::test(start_paused = true)]
    async fn time_goes_on_while_the_machine_sleeps() {
        pass(100 * SECOND, 50 * SECOND, 1_000_000 * SECOND);
        let clock = Clock::reading(|| NOW.get());
        assert_eq!(clock.elapsed(), Duration::ZERO);
        tokio::time::advance(10 * SECOND).await;
        pass(10 * SECOND, 3600 * SECOND, 3610 * SECOND);
        assert_eq!(clock.elapsed(), 3610 * SECOND);
        // What is five seconds away is so for timers too; what is over is due now.
        let now = Instant::now();
        assert_eq!(clock.timer(Some(3615 * SECOND)), now + 5 * SECOND);
        assert!(clock.timer(Some(1000 * SECOND)) <= now);
        assert_eq!(clock.timer(Some(9000 * SECOND)), now + LONGEST);
        assert_eq!(clock.timer(None), now + LONGEST);
        assert_eq!(clock.timer(Some(Duration::MAX)), now + LONGEST);
    }

    #[test]
    fn a_wall_clock_that_is_set_ahead_is_told_from_time_that_passes() {
        pass(100 * SECOND, Duration::ZERO, 2_000_000 * SECOND);
        let mut clock = Clock::reading(|| NOW.get());
        pass(60 * SECOND, 600 * SECOND, 660 * SECOND);
        assert_eq!(clock.set_ahead(), None);
        pass(60 * SECOND, Duration::ZERO, 3660 * SECOND);
        assert_eq!(clock.set_ahead(), Some(3600 * SECOND));
        assert_eq!(clock.set_ahead(), None);
        // Set back: what ends by it ends later, which hurts nobody.
        pass(60 * SECOND, Duration::ZERO, Duration::ZERO);
        assert_eq!(clock.set_ahead(), None);
    }
}
