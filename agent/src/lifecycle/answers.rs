//! What answers about secrets change.

use super::{
    Action, Asker, Code, Fault, Lifecycle, Lifetime, Looked, Moment, Retry, SecretIndex,
    StoreIndex, backoff::Pauses,
};

impl Lifecycle {
    /// The store that a request for a secret went to; nobody may need the secret any more.
    pub(super) fn store_of(&self, secret: SecretIndex) -> Option<StoreIndex> {
        self.secrets[secret.0].asked()
    }

    /// A request for a secret went well.
    pub(super) fn answer_taken(&mut self, now: Moment, secret: SecretIndex) {
        if let Some(store) = self.store_of(secret) {
            let state = self.answered(store);
            state.session.token_accepted();
            state.is_answering = true;
            self.recovered(now, store, false);
        }
    }

    /// A request for a secret went wrong; whether that is the request's own matter, and not mended
    /// by the login that comes next.
    pub(super) fn answer_failed(
        &mut self,
        now: Moment,
        secret: SecretIndex,
        fault: &Fault,
    ) -> bool {
        let Some(store) = self.store_of(secret) else {
            return true;
        };
        self.answered(store).is_answering = false;
        let asker = Asker::Secret(secret);
        self.spare(now, store, asker, fault);
        let login_at = now + self.time_to_log_in(store, asker);
        let session = &mut self.stores[store.0].session;
        // Without a token, another question that was under way has found that out, or time has.
        let mended = fault.retry == Retry::AfterLogin
            && (!session.has_token() || session.token_refused(now, login_at));
        if mended {
            self.secrets[secret.0].wait_for_login(now, fault.clone());
        }
        !mended
    }

    pub(super) fn read(
        &mut self,
        now: Moment,
        secret: SecretIndex,
        changed: bool,
        lifetime: Lifetime,
        actions: &mut Vec<Action>,
    ) {
        self.answer_taken(now, secret);
        if self.is_unneeded(secret, actions) {
            return;
        }
        let pace = self.pace_of(secret);
        let looked = Looked { changed, lifetime };
        self.secrets[secret.0].read(now, looked, &pace, &mut self.rng);
        if changed {
            for set in self.demand.sets_of(secret) {
                self.sets[set.0].changed(now);
            }
        }
    }

    /// Whether nobody needs the secret any more that was asked for: whatever came of that, it says
    /// nothing about the one that gets its index next.
    pub(super) fn is_unneeded(&mut self, secret: SecretIndex, actions: &mut Vec<Action>) -> bool {
        let is_unneeded = self.demand.secret(secret).is_none();
        if is_unneeded {
            self.secrets[secret.0].retire();
            self.secrets[secret.0].stop();
            actions.push(Action::Forget(secret));
        }
        is_unneeded
    }

    pub(super) fn read_failed(&mut self, now: Moment, secret: SecretIndex, fault: Fault) {
        let state = &self.secrets[secret.0];
        let is_missing = fault.code == Code::SecretNotFound && !state.is_present();
        if !is_missing || !self.demand.is_dispensable(secret) {
            let asked = self.demand.secret(secret).and_then(|secret| secret.store);
            let pauses = match asked.filter(|_| fault.is_of_the_store()) {
                // A path may fail for a whole fleet while all else is well.
                Some(store) => self.pauses(now, store),
                None => Pauses::default(),
            };
            self.secrets[secret.0].read_failed(now, fault, &pauses, &mut self.rng);
            return;
        }
        if !state.is_absent() {
            for set in self.demand.sets_of(secret) {
                self.sets[set.0].changed(now);
            }
        }
        let pace = self.pace_of(secret);
        self.secrets[secret.0].missing(now, &pace, &mut self.rng);
    }
}
