//! When a store is asked to tell of changes, and what is done about what it tells.
//!
//! A subscription has a connection of its own, so it waits for no request and none waits for it.

use std::time::Duration;

use fastrand::Rng;
use vouchsafe_shared::diagnostic::Code;
use vouchsafe_template::scope::Dependency;

use super::{
    Action, Lifecycle, Mode, Moment,
    backoff::{Backoff, Pauses},
};
use crate::{
    fault::{Fault, Retry},
    plan::{SecretIndex, StoreIndex},
};

/// A whole fleet is told of a change at one moment; within this time all look.
pub(super) const CHANGE_SPREAD: Duration = Duration::from_secs(2);
/// The same where any of the secrets may have changed unheard.
pub(super) const CATCH_UP_SPREAD: Duration = Duration::from_secs(30);
/// What lasted so long did not fail at its begin: the next pause is short again.
const STEADY: Duration = Duration::from_secs(60);

/// What a store tells of changes.
#[derive(Debug)]
pub(super) struct WatchState {
    wanted: bool,
    /// When to subscribe next.
    due: Option<Moment>,
    /// Since when the present subscription lasts.
    since: Option<Moment>,
    /// There was one before, so changes may have been missed.
    is_known: bool,
    /// A refusal led to another login, and no subscription came of that so far.
    has_cost_login: bool,
    backoff: Backoff,
}

impl WatchState {
    /// What ends by itself has no use for changes.
    pub(super) fn new(mode: Mode, wanted: bool) -> Self {
        Self {
            wanted: wanted && mode == Mode::Stay,
            due: None,
            since: None,
            is_known: false,
            has_cost_login: false,
            backoff: Backoff::default(),
        }
    }

    /// The store has given another token, or takes the one of an earlier life.
    pub(super) fn token_came(&mut self, now: Moment) {
        self.due = self.wanted.then_some(now);
        self.since = None;
        self.backoff.reset();
    }

    fn take(&mut self, now: Moment) -> bool {
        self.due.take_if(|due| *due <= now).is_some()
    }

    /// Returns whether changes may have been missed.
    fn began(&mut self, now: Moment) -> bool {
        self.since = Some(now);
        self.has_cost_login = false;
        std::mem::replace(&mut self.is_known, true)
    }

    fn failed(&mut self, now: Moment, fault: &Fault, rng: &mut Rng) {
        if self.since.take().is_some_and(|since| since + STEADY <= now) {
            self.backoff.reset();
        }
        self.due = match refusal(fault) {
            Some(Refusal::NotOffered) => None,
            Some(Refusal::Denied) => {
                let pauses = Pauses::of_denied_watches();
                self.backoff.failed_with(now, Retry::Rarely, &pauses, rng);
                Some(self.backoff.until())
            }
            None => {
                let pauses = Pauses::of_watches();
                self.backoff.failed_with(now, fault.retry, &pauses, rng);
                Some(self.backoff.until())
            }
        };
    }
}

/// Why a store does not tell of changes, although it can be reached.
enum Refusal {
    /// It has none to tell of.
    NotOffered,
    /// The token is not good, or its policies do not allow it: they may be changed meanwhile.
    Denied,
}

fn refusal(fault: &Fault) -> Option<Refusal> {
    match fault.retry {
        Retry::AfterLogin => Some(Refusal::Denied),
        Retry::Rarely if fault.code == Code::PermissionDenied => Some(Refusal::Denied),
        Retry::Rarely => Some(Refusal::NotOffered),
        Retry::After(_) | Retry::Backoff => None,
    }
}

/// Whether a store does not tell of changes, or not whoever has the present token's policies.
pub fn is_watch_refused(fault: &Fault) -> bool {
    fault.retry == Retry::Rarely
}

impl Lifecycle {
    pub(super) fn watches_due(&self) -> impl Iterator<Item = Moment> {
        let stores = self.stores.iter();
        let able = stores.filter(|store| store.session.has_token());
        able.filter_map(|store| store.watch.due)
    }

    pub(super) fn next_watch(&mut self, now: Moment, store: StoreIndex) -> Option<Action> {
        let state = &mut self.stores[store.0];
        let begins = state.session.has_token() && state.watch.take(now);
        begins.then_some(Action::Watch(store))
    }

    pub(super) fn watch_began(&mut self, now: Moment, store: StoreIndex) {
        if !self.stores[store.0].watch.began(now) {
            return;
        }
        for (index, secret) in self.demand.secrets() {
            let is_looked_at = matches!(
                secret.dependency,
                Dependency::Read { .. } | Dependency::List { .. }
            );
            if secret.store == Some(store) && is_looked_at {
                self.secrets[index.0].look_within(now, CATCH_UP_SPREAD, &mut self.rng);
            }
        }
    }

    /// A token that is dead is replaced, as after a read that shows that; but once until there is a
    /// subscription again, or a server that takes no token for this would cost a login after the
    /// other.
    pub(super) fn watch_failed(&mut self, now: Moment, store: StoreIndex, fault: &Fault) {
        self.stores[store.0].watch.failed(now, fault, &mut self.rng);
        if fault.retry != Retry::AfterLogin || self.stores[store.0].watch.has_cost_login {
            return;
        }
        // All subscriptions broke at one moment where the store did.
        let login_at = now + self.unhurried_login(store);
        let state = &mut self.stores[store.0];
        state.watch.has_cost_login = state.session.token_refused(now, login_at);
    }

    pub(super) fn changed(&mut self, now: Moment, secrets: &[SecretIndex]) {
        for secret in secrets {
            if self.demand.secret(*secret).is_some() {
                self.secrets[secret.0].look_within(now, CHANGE_SPREAD, &mut self.rng);
            }
        }
    }
}
