//! What a store that fails is spared, and how agents come back to it.

use std::time::Duration;

use super::{
    Asker, Lifecycle, Moment, RETRY_LIMIT, SecretIndex, StoreIndex, backoff::Pauses, share,
};
use crate::fault::Fault;

/// Over what time looks that did not come about are made good at most.
const MOST_CATCHING_UP: Duration = Duration::from_secs(75);

/// What ends later than this leaves time for several tries with the longest pauses.
const IN_NO_HURRY: Duration = Duration::from_secs(120);

impl Lifecycle {
    /// A request for the token went wrong.
    ///
    /// Returns the pauses before it is tried again.
    pub(super) fn session_failed(
        &mut self,
        now: Moment,
        store: StoreIndex,
        fault: &Fault,
    ) -> Pauses {
        if self.answered(store).session.has_token() {
            self.spare(now, store, Asker::Token, fault);
        }
        let login = &self.demand.plan().stores[store.0].login;
        self.pauses(now, store).for_logins(login)
    }

    /// A store that fails is asked by one request at a time.
    pub(super) fn spare(&mut self, now: Moment, store: StoreIndex, asker: Asker, fault: &Fault) {
        if !fault.is_of_the_store() {
            return;
        }
        let fails_alone = match asker {
            Asker::Token => false,
            Asker::Secret(secret) => self.secrets[secret.0].failed_again(),
        };
        let pauses = self.pauses(now, store);
        let trouble = &mut self.stores[store.0].trouble;
        trouble.failed(now, asker, fails_alone, fault.retry, &pauses, &mut self.rng);
    }

    /// The store answered; `anew` if what failed before failed for want of a token.
    ///
    /// Looks are made good over a time only where they were missed in an outage: a path that fails
    /// by itself must not stretch the looks at others.
    pub(super) fn recovered(&mut self, now: Moment, store: StoreIndex, anew: bool) {
        let was_outage = self.stores[store.0].trouble.answered();
        for index in (0..self.secrets.len()).map(SecretIndex) {
            let planned = self.demand.secret(index);
            if planned.is_none_or(|planned| planned.store != Some(store)) {
                continue;
            }
            self.secrets[index.0].store_answered();
            if was_outage || anew {
                let within = self.time_to_catch_up(now, index);
                self.secrets[index.0].catch_up(now, within, &mut self.rng);
            }
        }
    }

    /// How long a token that the store no longer knows goes without another: not at all, but after
    /// an outage. A store that came back without its tokens would meet the whole fleet; what hangs
    /// on the token cannot wait for that.
    pub(super) fn time_to_log_in(&mut self, store: StoreIndex, asker: Asker) -> Duration {
        if self.stores[store.0].trouble.was_outage(asker) {
            self.unhurried_login(store)
        } else {
            Duration::ZERO
        }
    }

    /// How long a login can wait where a whole fleet may have lost its tokens.
    pub(super) fn unhurried_login(&mut self, store: StoreIndex) -> Duration {
        let mut longest = MOST_CATCHING_UP;
        for (index, state) in self.of_store(Some(store)) {
            if !state.outlives_token() {
                return Duration::ZERO;
            }
            longest = longest.min(self.pace_of(index).refresh.interval.as_duration());
        }
        share(longest, 0.0, 0.75, &mut self.rng)
    }

    /// Over what time a fleet makes good its looks at a secret: a bit more than it takes otherwise,
    /// since what else was held up comes on top.
    pub(super) fn time_to_catch_up(&self, now: Moment, secret: SecretIndex) -> Duration {
        let interval = self.pace_of(secret).refresh.interval.as_duration();
        let longest = interval.mul_f64(1.25).min(MOST_CATCHING_UP);
        let lacking = self.secrets[secret.0].lacking_since();
        match lacking.filter(|_| self.demand.plan().exit_on_retry_failure) {
            Some(since) => longest.min((since + RETRY_LIMIT).0.saturating_sub(now.0) / 2),
            None => longest,
        }
    }

    /// How long to wait after a failure of the store or the network.
    pub(super) fn pauses(&self, now: Moment, store: StoreIndex) -> Pauses {
        let ends = self.stores[store.0].session.ends();
        if ends.is_some_and(|ends| ends <= now + IN_NO_HURRY) {
            return Pauses::default();
        }
        let mut soonest = None::<Duration>;
        for (index, state) in self.of_store(Some(store)) {
            let is_near = |ends: Moment| ends <= now + IN_NO_HURRY;
            if state.is_wanting(now) || state.lease_ends().is_some_and(is_near) {
                return Pauses::default();
            }
            let interval = self.pace_of(index).refresh.interval.as_duration();
            soonest = Some(soonest.map_or(interval, |soonest| soonest.min(interval)));
        }
        soonest.map_or_else(Pauses::default, Pauses::unhurried)
    }
}
