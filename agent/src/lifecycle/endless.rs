//! Templates that ask for something else whenever they run.
//!
//! One question may lead to another, but not for ever. A template for which it does is let ask on
//! now and then, in case what it was told has changed; the files beside it do not wait for it.

use fastrand::Rng;

use super::{FileIndex, Lifecycle, Moment, SetIndex, backoff::Backoff};
use crate::fault::Retry;

/// So many answers in a row may lead a template to a further question.
const DEEPEST: u32 = 32;

/// How deep the questions of one template go.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Depth {
    /// Runs in a row that asked for more than was known.
    questions: u32,
    /// Between further questions of one that has too many.
    pause: Backoff,
}

/// What is done about a further question.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Further {
    /// It is asked besides what was asked before.
    Besides,
    /// It is asked, and what was asked before is given up: that was of no use.
    Instead,
    /// It is not asked.
    Not,
}

impl Depth {
    fn is_endless(self) -> bool {
        self.questions >= DEEPEST
    }

    /// A run asked for more than was known.
    pub(super) fn asks_for_more(&mut self, now: Moment, rng: &mut Rng) -> Further {
        self.questions = self.questions.saturating_add(1);
        if !self.is_endless() {
            Further::Besides
        } else if self.pause.until() <= now {
            self.pause.failed(now, Retry::Rarely, rng);
            Further::Instead
        } else {
            Further::Not
        }
    }

    /// A run asked for nothing that was not known.
    pub(super) fn asks_for_no_more(&mut self, is_complete: bool) {
        if is_complete || !self.is_endless() {
            *self = Self::default();
        }
    }
}

impl Lifecycle {
    /// Whether a template asks for something else whenever it runs.
    pub fn is_endless(&self, file: FileIndex) -> bool {
        self.depths[file.0].is_endless()
    }

    /// When a template of the volume may ask on that has asked too much.
    pub(super) fn next_question(&self, now: Moment, set: SetIndex) -> Option<Moment> {
        let files = self.demand.plan().files_of(set);
        let depths = files.map(|(index, _)| self.depths[index.0]);
        let endless = depths.filter(|depth| depth.is_endless());
        let pauses = endless.map(|depth| depth.pause.until());
        pauses.filter(|until| *until > now).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_questions_in_a_row_count_and_only_a_good_run_ends_them() {
        let mut rng = Rng::with_seed(1);
        let mut depth = Depth::default();
        let now = Moment::default();
        for _ in 0..10 {
            for _ in 1..DEEPEST {
                assert_eq!(depth.asks_for_more(now, &mut rng), Further::Besides);
            }
            // Something that it knows of is not there: that is no further question.
            depth.asks_for_no_more(false);
        }
        for _ in 1..DEEPEST {
            depth.asks_for_more(now, &mut rng);
        }
        assert_eq!(depth.asks_for_more(now, &mut rng), Further::Instead);
        depth.asks_for_no_more(false);
        assert_eq!(depth.asks_for_more(now, &mut rng), Further::Not);
        depth.asks_for_no_more(true);
        assert_eq!(depth.asks_for_more(now, &mut rng), Further::Besides);
    }
}
