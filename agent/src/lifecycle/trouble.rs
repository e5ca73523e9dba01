//! How far a store's failure goes: one path may fail for ever while all else is well, and an outage
//! shows first at one path, too.

use fastrand::Rng;

use super::{
    Moment, SecretIndex,
    backoff::{Backoff, Pauses},
};
use crate::fault::Retry;

/// What was asked of a store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Asker {
    Token,
    Secret(SecretIndex),
}

/// What failed since the store last gave a good answer, and until when it is spared for that.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Trouble {
    extent: Extent,
    pause: Backoff,
    /// The store asked for patience.
    is_asked_for: bool,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
enum Extent {
    #[default]
    Nothing,
    One(Asker),
    /// Several, and nothing else went well meanwhile.
    Everything,
}

impl Trouble {
    /// What `fails_alone` is known to fail while the store answers others, so it says nothing of
    /// them; but it spares a store that fails as others do.
    pub(super) fn failed(
        &mut self,
        now: Moment,
        asker: Asker,
        fails_alone: bool,
        retry: Retry,
        pauses: &Pauses,
        rng: &mut Rng,
    ) {
        let is_asked_for = matches!(retry, Retry::After(_));
        self.extent = match self.extent {
            Extent::Nothing if fails_alone => Extent::Nothing,
            Extent::Nothing => Extent::One(asker),
            Extent::One(other) if other == asker || fails_alone => Extent::One(other),
            Extent::One(_) | Extent::Everything => Extent::Everything,
        };
        let counts = match self.extent {
            Extent::Nothing => false,
            Extent::One(one) => one == asker,
            Extent::Everything => true,
        };
        if counts || is_asked_for {
            self.pause.failed_with(now, retry, pauses, rng);
            self.is_asked_for = is_asked_for;
        }
    }

    /// The store gave a good answer.
    ///
    /// Returns whether that is the end of an outage.
    pub(super) fn answered(&mut self) -> bool {
        std::mem::take(self).extent == Extent::Everything
    }

    /// Whether all that is known of the store is that it failed, now that it answers this again.
    pub(super) fn was_outage(&self, asker: Asker) -> bool {
        match self.extent {
            Extent::Nothing => false,
            Extent::One(one) => one == asker,
            Extent::Everything => true,
        }
    }

    /// Before this the store is not asked: one failure holds back what failed and nothing else, until
    /// something else has failed as well.
    pub(super) fn holds_back(&self, asker: Asker) -> Moment {
        let is_held_back = self.is_asked_for || self.was_outage(asker);
        if is_held_back {
            self.pause.until()
        } else {
            Moment::default()
        }
    }
}
