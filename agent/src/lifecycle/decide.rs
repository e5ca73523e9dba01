//! What to do now, given all that is known.

use super::{
    Action, Asker, Ending, Inquiry, Lifecycle, Mode, Moment, PlannedSecret, RETRY_LIMIT,
    SecretIndex, SecretState, SetIndex, StoreIndex, Subject,
    secret::{NEVER, SecretStep},
    session::SessionStep,
};
use crate::plan::{FileIndex, PlannedFile};

impl Lifecycle {
    pub(super) fn decide(&mut self, now: Moment, actions: &mut Vec<Action>) {
        if self.stopped {
            return;
        }
        self.end_in_time(now, actions);
        if let Some((ending, at)) = self.ending
            && at <= now
        {
            self.wind_down(ending, actions);
            return;
        }
        for index in 0..self.stores.len() {
            actions.extend(self.next_watch(now, StoreIndex(index)));
            while let Some(request) = self.next_request(now, StoreIndex(index)) {
                actions.push(request);
            }
        }
        while let Some((_, secret)) = self.next_secret(now, None) {
            self.secrets[secret.0].start(None);
            actions.push(Action::Read(secret));
        }
        for index in 0..self.sets.len() {
            let set = SetIndex(index);
            if self.sets[index].take_drop(now) {
                actions.push(Action::DropPrevious(set));
            }
            if self.sets[index].due().is_none() || !self.can_render(set) {
                continue;
            }
            let more_to_come = self.more_to_come(now, set);
            if self.sets[index].start_rendering(now, more_to_come) {
                actions.push(Action::Render(set));
            }
        }
        self.start_reloads(now, actions);
    }

    /// Whether other reads of the same round are under way that the volume may change by.
    pub(super) fn more_to_come(&self, now: Moment, set: SetIndex) -> bool {
        let mut needed = self.demand.needs_of(set);
        needed.any(|secret| {
            let planned = self.demand.secret(secret);
            let is_asked = planned.is_some_and(|secret| match secret.store {
                Some(store) => !self.stores[store.0].inquiry.is_none(),
                None => true,
            });
            is_asked && self.secrets[secret.0].is_about_to_be_read(now)
        })
    }

    /// Counts what it returns as under way.
    fn next_request(&mut self, now: Moment, store: StoreIndex) -> Option<Action> {
        let is_beside = !self.stores[store.0].inquiry.is_none();
        if is_beside && !self.may_ask_beside(store) {
            return None;
        }
        let state = &mut self.stores[store.0];
        let is_held_back = state.trouble.holds_back(Asker::Token) > now;
        // Looked at in any case: a token whose time is over is not used.
        let step = state.session.step(now);
        if is_beside && step.is_some() {
            return None;
        }
        if let Some(step) = step.filter(|_| !is_held_back) {
            state.inquiry = Inquiry::One;
            return Some(match step {
                SessionStep::Adopt => Action::Adopt(store),
                SessionStep::Login => Action::Login(store),
                SessionStep::Renew => Action::Renew(store),
            });
        }
        if !state.session.has_token() {
            return None;
        }
        let (step, secret) = self.next_secret(now, Some(store))?;
        let is_first_read = self.secrets[secret.0].is_first_read();
        if is_beside && !is_first_read {
            return None;
        }
        self.secrets[secret.0].start(Some(store));
        let inquiry = &mut self.stores[store.0].inquiry;
        if is_first_read {
            inquiry.first_read_began();
        } else {
            *inquiry = Inquiry::One;
        }
        Some(match step {
            SecretStep::Renew => Action::RenewLease(secret),
            SecretStep::Read => Action::Read(secret),
        })
    }

    /// A store that does not answer well is asked by one request at a time.
    fn may_ask_beside(&self, store: StoreIndex) -> bool {
        let state = &self.stores[store.0];
        state.is_answering && state.inquiry.may_grow(self.of_store(Some(store)).count())
    }

    /// When the next request about a token or a secret is due.
    pub fn next_try(&self, subject: Subject) -> Option<Moment> {
        Some(match subject {
            Subject::Store(store) => {
                let state = &self.stores[store.0];
                let due = state.session.due()?;
                due.max(state.trouble.holds_back(Asker::Token))
            }
            Subject::Secret(secret) => {
                let store = self.demand.secret(secret)?.store;
                let due = self.secrets[secret.0].due();
                due.max(self.held_back(store, secret))
            }
            Subject::Set(set) => self.sets[set.0].due()?,
        })
    }

    /// Finds that the work is done, or that it cannot be.
    fn end_in_time(&mut self, now: Moment, actions: &mut Vec<Action>) {
        let done = match self.mode {
            Mode::Stay => None,
            Mode::Once => Some(Ending::Work),
            Mode::HandOver => Some(Ending::Life),
        };
        if let Some(ending) = done.filter(|_| self.ending.is_none() && self.is_done()) {
            self.end(ending, now);
        } else if self.gives_up_at().is_some_and(|at| at <= now) {
            let given_up = self.longest_failing().map(|(_, secret)| secret);
            actions.extend(given_up.map(|secret| Action::GiveUp(Subject::Secret(secret))));
            self.end(Ending::Life, now);
        }
    }

    /// All is rendered, and told where that is this life's matter.
    fn is_done(&self) -> bool {
        let is_told = self.mode == Mode::HandOver || !self.is_telling();
        self.is_rendered() && self.running == 0 && is_told
    }

    /// When the agent ends because a secret could not be had.
    pub(super) fn gives_up_at(&self) -> Option<Moment> {
        if !self.demand.plan().exit_on_retry_failure || self.ending.is_some() {
            return None;
        }
        self.longest_failing().map(|(since, _)| since + RETRY_LIMIT)
    }

    fn longest_failing(&self) -> Option<(Moment, SecretIndex)> {
        let secrets = self.demand.secrets();
        let failing =
            secrets.filter_map(|(index, _)| Some((self.secrets[index.0].lacking_since()?, index)));
        failing.min()
    }

    /// Waits for what is under way, gives tokens back where asked, then stops.
    fn wind_down(&mut self, ending: Ending, actions: &mut Vec<Action>) {
        for (index, store) in self.stores.iter_mut().enumerate() {
            let revoke = self.demand.plan().stores[index].revoke && ending != Ending::Life;
            let to_revoke = revoke && store.session.has_token() && !store.revoked;
            if store.inquiry.is_none() && to_revoke {
                store.inquiry = Inquiry::One;
                actions.push(Action::Revoke(StoreIndex(index)));
            }
        }
        if self.running == 0 && self.stores.iter().all(|store| store.inquiry.is_none()) {
            self.stopped = true;
            actions.push(Action::Stop);
        }
    }

    /// Whether rendering can come to something: all secrets are there, or a template has yet to
    /// tell what it needs.
    pub(super) fn can_render(&self, set: SetIndex) -> bool {
        let is_complete = self.sets[set.0].is_complete();
        let is_settled = |file: &PlannedFile, secret: SecretIndex| {
            let state = &self.secrets[secret.0];
            state.is_present()
                || is_complete && state.is_given_up()
                || file.may_lack && state.is_absent()
        };
        let is_served = |(index, file): (FileIndex, &PlannedFile)| {
            let mut needs = self.demand.needs(index);
            needs.all(|secret| is_settled(file, secret))
        };
        let mut files = self.demand.plan().files_of(set);
        let mut tokens = self.demand.tokens_of(set);
        let has_tokens = tokens.all(|store| self.stores[store.0].has_logged_in);
        self.demand.is_open(set) || has_tokens && files.all(is_served)
    }

    pub(super) fn of_store(
        &self,
        store: Option<StoreIndex>,
    ) -> impl Iterator<Item = (SecretIndex, &SecretState)> {
        let is_of_store = move |(_, secret): &(SecretIndex, &PlannedSecret)| secret.store == store;
        let secrets = self.demand.secrets().filter(is_of_store);
        secrets.map(|(index, _)| (index, &self.secrets[index.0]))
    }

    /// When the next secret of a store is due, or of those beside the agent.
    pub(super) fn next_due(&self, store: Option<StoreIndex>) -> Option<Moment> {
        let waiting = self
            .of_store(store)
            .filter(|(_, state)| !state.is_under_way() && state.due() < NEVER);
        waiting
            .map(|(index, state)| state.due().max(self.held_back(store, index)))
            .min()
    }

    /// Until when a store that fails is not asked for a secret.
    fn held_back(&self, store: Option<StoreIndex>, secret: SecretIndex) -> Moment {
        let trouble = store.map(|store| &self.stores[store.0].trouble);
        trouble.map_or_else(Moment::default, |trouble| {
            trouble.holds_back(Asker::Secret(secret))
        })
    }

    /// The most urgent step that is due: what is not there yet comes before another look at what is.
    /// What failed before comes last: several that fail all the time, each of which the store is
    /// spared for a while after, would otherwise keep the others waiting for ever.
    fn next_secret(
        &self,
        now: Moment,
        store: Option<StoreIndex>,
    ) -> Option<(SecretStep, SecretIndex)> {
        self.of_store(store)
            .filter_map(|(index, state)| {
                let step = state.step(now)?;
                if self.held_back(store, index) > now {
                    return None;
                }
                let urgency = if state.has_failed() {
                    (true, SecretStep::Read, true)
                } else {
                    (false, step, state.is_present())
                };
                Some((urgency, state.due(), index, step))
            })
            .min()
            .map(|(_, _, index, step)| (step, index))
    }
}
