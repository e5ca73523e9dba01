//! One reload: when to tell the application, and what came of it.
//!
//! A change waits for as long as its reload collects others, and then for files of the same reload
//! that are about to change too, [`RENDER_DELAY`] at most. What changes while the application is
//! being told is told after that. What failed is tried again with growing pauses, as often as is
//! allowed; a further change begins the count anew, but not the pause.

use fastrand::Rng;

use super::{Action, Lifecycle, Mode, Moment, RENDER_DELAY, SetIndex, backoff::Backoff};
use crate::{
    fault::{Fault, Retry},
    plan::{FileIndex, PlannedReload, ReloadIndex},
};

/// A reload and its last result.
#[derive(Debug, Default)]
pub struct ReloadState {
    /// When the first of the changes came that are not told yet.
    since: Option<Moment>,
    /// The same of those that are being told now.
    under_way: Option<Moment>,
    /// Attempts that failed since the last change.
    failed: u32,
    backoff: Backoff,
    /// The application was told before, in this life or an earlier one.
    has_told: bool,
    last: Option<ReloadReport>,
}

/// What came of one attempt.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ReloadReport {
    pub at: Moment,
    /// Counted from 1 for each change.
    pub attempt: u32,
    /// What was done, or why it could not be.
    pub result: Result<String, Fault>,
    /// It failed and is not tried again: the application goes on without the change.
    pub given_up: bool,
}

// === impl ReloadState ===

impl ReloadState {
    pub(super) fn new(has_told: bool) -> Self {
        Self {
            has_told,
            ..Self::default()
        }
    }

    /// Something is not told yet.
    pub fn is_pending(&self) -> bool {
        self.since.is_some()
    }

    pub fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// Whether the application was told before, well or not.
    pub fn has_told(&self) -> bool {
        self.has_told
    }

    /// The last attempt in this life.
    pub fn last(&self) -> Option<&ReloadReport> {
        self.last.as_ref()
    }

    fn changed(&mut self, now: Moment) {
        self.since.get_or_insert(now);
        if self.under_way.is_none() {
            self.failed = 0;
        }
    }

    /// When to tell, if no other file is about to change.
    fn due(&self, planned: &PlannedReload) -> Option<Moment> {
        let since = self.since.filter(|_| self.under_way.is_none())?;
        Some((since + planned.debounce).max(self.backoff.until()))
    }

    fn start(&mut self, now: Moment, planned: &PlannedReload, more_to_come: bool) -> bool {
        let is_due = |due| due <= now && (!more_to_come || due + RENDER_DELAY <= now);
        if !self.due(planned).is_some_and(is_due) {
            return false;
        }
        self.under_way = self.since.take();
        true
    }

    fn ended(
        &mut self,
        now: Moment,
        planned: &PlannedReload,
        result: Result<String, Fault>,
        rng: &mut Rng,
    ) {
        let told = self.under_way.take();
        let attempt = self.failed + 1;
        let mut given_up = false;
        self.has_told = true;
        match &result {
            Ok(_) => {
                self.failed = 0;
                self.backoff.reset();
            }
            Err(fault) => {
                self.backoff.failed(now, fault.retry, rng);
                let may_retry = fault.retry != Retry::Rarely && self.failed < planned.retries;
                if self.since.is_some() {
                    self.failed = 0;
                } else if may_retry {
                    self.failed += 1;
                    self.since = told;
                } else {
                    given_up = true;
                    self.failed = 0;
                    self.backoff.reset();
                }
            }
        }
        self.last = Some(ReloadReport {
            at: now,
            attempt,
            result,
            given_up,
        });
    }
}

// === impl Lifecycle ===

impl Lifecycle {
    /// Every reload in the order of the configuration, for people.
    pub fn reloads(&self) -> impl Iterator<Item = (ReloadIndex, &ReloadState)> {
        let reloads = self.reloads.iter().enumerate();
        reloads.map(|(index, state)| (ReloadIndex(index), state))
    }

    /// Whether the application does not know yet what the files say.
    pub fn is_telling(&self) -> bool {
        let mut reloads = self.reloads.iter();
        reloads.any(|state| state.is_pending() || state.is_under_way())
    }

    /// A volume was rendered; `is_news` says which of its files are to be told of.
    pub(super) fn note_changes(
        &mut self,
        now: Moment,
        set: SetIndex,
        is_news: impl Fn(FileIndex) -> bool,
    ) {
        let plan = self.demand.plan();
        for (planned, state) in plan.reloads.iter().zip(&mut self.reloads) {
            let mut own = planned.files.iter();
            if !own.any(|file| plan.files[file.0].set == set) {
                continue;
            }
            let is_there = |file: &FileIndex| {
                let set = plan.files[file.0].set;
                self.sets[set.0].is_complete()
            };
            // Before the app there is nobody to tell; the life that follows does it.
            let is_first = planned.on_first
                && self.mode != Mode::HandOver
                && !(state.has_told || state.is_pending() || state.is_under_way())
                && planned.files.iter().all(is_there);
            if is_first || planned.files.iter().any(|file| is_news(*file)) {
                state.changed(now);
            }
        }
    }

    pub(super) fn reload_ended(
        &mut self,
        now: Moment,
        reload: ReloadIndex,
        result: Result<String, Fault>,
    ) {
        let planned = &self.demand.plan().reloads[reload.0];
        self.reloads[reload.0].ended(now, planned, result, &mut self.rng);
    }

    pub(super) fn start_reloads(&mut self, now: Moment, actions: &mut Vec<Action>) {
        if self.mode == Mode::HandOver {
            return;
        }
        for index in 0..self.reloads.len() {
            let planned = &self.demand.plan().reloads[index];
            if self.reloads[index].due(planned).is_none_or(|due| due > now) {
                continue;
            }
            let mut files = planned.files.iter();
            let more_to_come = files.any(|file| {
                let set = self.demand.plan().files[file.0].set;
                self.is_about_to_change(now, set)
            });
            if self.reloads[index].start(now, planned, more_to_come) {
                actions.push(Action::Reload(ReloadIndex(index)));
            }
        }
    }

    fn is_about_to_change(&self, now: Moment, set: SetIndex) -> bool {
        let state = &self.sets[set.0];
        let is_due = || state.is_about_to_render(now) && self.can_render(set);
        is_due() || self.more_to_come(now, set)
    }

    /// When the next reload is due, or has waited long enough for others.
    pub(super) fn next_reload(&self) -> Option<Moment> {
        if self.mode == Mode::HandOver {
            return None;
        }
        let plan = self.demand.plan();
        let reloads = plan.reloads.iter().zip(&self.reloads);
        let due = reloads.filter_map(|(planned, state)| state.due(planned));
        due.map(|due| {
            if due <= self.seen {
                due + RENDER_DELAY
            } else {
                due
            }
        })
        .min()
    }
}
