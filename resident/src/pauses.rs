//! When to give code back.

use std::{iter, time::Duration};

/// From the end of the start to having done, most likely, what follows from it.
const SETTLING: Duration = Duration::from_secs(1);
/// Between releases, once the start is long over.
const LONGEST: Duration = Duration::from_mins(1);

/// How long to wait before each release, counted from the end of the start and then from the release
/// before: pauses that double, since what runs seldom maps code as well.
pub fn pauses() -> impl Iterator<Item = Duration> {
    iter::successors(Some(SETTLING), |pause| Some((*pause * 2).min(LONGEST)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let seconds: Vec<_> = pauses().map(|pause| pause.as_secs()).take(8).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 60, 60]);
    }
}
