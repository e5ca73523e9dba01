//! Waiting for a condition, with a deadline and a name for what did not come.

use std::{
    fmt::Display,
    time::{Duration, SystemTime},
};

/// Between two looks: short beside everything that is waited for, long beside a look.
const PAUSE: Duration = Duration::from_millis(50);

/// Looks until `look` finds something; it tells what it saw instead.
///
/// # Panics
/// With what was seen last, when the deadline has passed.
pub fn until<T, E: Display>(
    limit: Duration,
    what: &str,
    mut look: impl FnMut() -> Result<T, E>,
) -> T {
    let started = SystemTime::now();
    loop {
        match look() {
            Ok(found) => return found,
            Err(seen) if started.elapsed().unwrap_or_default() > limit => {
                panic!("{what} did not happen within {limit:?}; last seen: {seen}")
            }
            Err(_) => pause(PAUSE),
        }
    }
}

/// Checks `hold` again and again for the whole time: for promises that nothing happens.
///
/// # Panics
/// When it does not hold at one of the looks.
pub fn throughout<E: Display>(time: Duration, what: &str, mut hold: impl FnMut() -> Result<(), E>) {
    let started = SystemTime::now();
    while started.elapsed().unwrap_or_default() < time {
        if let Err(seen) = hold() {
            panic!("{what} did not hold: {seen}");
        }
        pause(PAUSE);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that waits, between two looks at a condition"
)]
fn pause(time: Duration) {
    std::thread::sleep(time);
}
