use std::time::Duration;

use fastrand::Rng;

use super::{Found, Moment, RENDER_DELAY, backoff::Backoff};
use crate::fault::{Fault, Retry, Whose};

/// After so many runs in a row that lacked something, which is more than questions lead to further
/// ones, there are pauses: whatever the reason, it is not to keep the agent busy.
const TOO_OFTEN: u32 = 64;

/// What a volume shows, compared with what its secrets say.
#[derive(Debug)]
pub(super) struct SetState {
    /// What is there, perhaps from an earlier life of the agent.
    found: Found,
    /// Rendered in this life.
    rendered: bool,
    /// When a secret changed that is not yet rendered.
    dirty: Option<Moment>,
    rendering: bool,
    /// How long what was shown before a change is kept.
    keep: Option<Duration>,
    /// When to give up what was shown before.
    drop: Option<Moment>,
    /// Runs in a row that lacked something.
    incomplete: u32,
    /// When to try again although nothing has changed.
    again: Option<Moment>,
    backoff: Backoff,
    fault: Option<Fault>,
}

impl SetState {
    pub(super) fn new(found: Found, keep: Option<Duration>) -> Self {
        Self {
            found,
            rendered: false,
            dirty: None,
            rendering: false,
            keep,
            drop: None,
            incomplete: 0,
            again: None,
            backoff: Backoff::default(),
            fault: None,
        }
    }

    pub(super) fn is_complete(&self) -> bool {
        matches!(self.found, Found::Files { .. })
    }

    pub(super) fn is_rendered(&self) -> bool {
        self.rendered
    }

    pub(super) fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    pub(super) fn changed(&mut self, now: Moment) {
        self.dirty.get_or_insert(now);
        // New data deserve a try at once when it was the data that failed.
        let is_of_user = |fault: &Fault| fault.whose == Whose::User;
        if self.fault.as_ref().is_some_and(is_of_user) {
            self.backoff.reset();
        }
    }

    /// A template asked for more than was known: nothing was changed.
    pub(super) fn is_incomplete(&mut self, now: Moment, rng: &mut Rng) {
        self.rendering = false;
        self.dirty.get_or_insert(now);
        self.incomplete = self.incomplete.saturating_add(1);
        if self.incomplete > TOO_OFTEN {
            self.backoff.failed(now, Retry::Backoff, rng);
        }
    }

    /// When to look again at a change that waits.
    pub(super) fn due(&self) -> Option<Moment> {
        if self.rendering {
            return None;
        }
        let changed = self
            .dirty
            .map(|dirty| (dirty + RENDER_DELAY).max(self.backoff.until()));
        [changed, self.again].into_iter().flatten().min()
    }

    /// Tries again then, whether or not something has changed.
    pub(super) fn try_again(&mut self, at: Option<Moment>) {
        self.again = at;
    }

    /// Whether a change is being rendered, or will be as soon as its round of reads is over.
    pub(super) fn is_about_to_render(&self, now: Moment) -> bool {
        self.rendering || self.dirty.is_some() && self.backoff.until() <= now
    }

    /// Whether to render now; `more_to_come` if other reads of the same round are under way.
    pub(super) fn start_rendering(&mut self, now: Moment, more_to_come: bool) -> bool {
        let is_changed = self.dirty.is_some_and(|dirty| {
            let waits = more_to_come && now < dirty + RENDER_DELAY;
            !waits && self.backoff.until() <= now
        });
        let is_again = self.again.is_some_and(|again| again <= now);
        if self.rendering || !is_changed && !is_again {
            return false;
        }
        self.rendering = true;
        self.dirty = None;
        self.again = None;
        true
    }

    /// Something else is shown than before.
    pub(super) fn swapped(&mut self, now: Moment) {
        self.drop = self.keep.map(|keep| now + keep);
    }

    /// When what was shown before is not kept any longer.
    pub(super) fn drop_due(&self) -> Option<Moment> {
        self.drop
    }

    /// Whether to give up now what was shown before.
    pub(super) fn take_drop(&mut self, now: Moment) -> bool {
        self.drop.take_if(|due| *due <= now).is_some()
    }

    /// Whether all files are news to the application, changed or not.
    pub(super) fn rendered(&mut self, kept: Option<Fault>) -> bool {
        self.rendering = false;
        self.rendered = true;
        self.incomplete = 0;
        self.backoff.reset();
        self.fault = kept;
        let found = std::mem::replace(&mut self.found, Found::Files { told: true });
        found == Found::Files { told: false }
    }

    /// Nothing was changed; whatever the fault says, the next try is this one's matter.
    pub(super) fn failed(&mut self, now: Moment, fault: Fault, retry: Retry, rng: &mut Rng) {
        self.rendering = false;
        self.dirty.get_or_insert(now);
        self.backoff.failed(now, retry, rng);
        self.fault = Some(fault);
    }
}
