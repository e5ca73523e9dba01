//! When to do what: a state machine without I/O.
//!
//! [`Lifecycle::handle`] takes an [`Event`] and the time and returns [`Action`]s; whoever drives it
//! carries them out and reports back with further events. Time and randomness come from outside, so
//! a year of one agent is a test of milliseconds.
//!
//! The rules:
//! - One request per store at a time, the most urgent first: log in, renew, read. So a slow read
//!   delays a renewal by one request at most, and a store that fails is asked by one request, not
//!   by all.
//! - A token is renewed when about two thirds of its time have passed ([`session`]); when renewals
//!   no longer lengthen it, the agent logs in again before it ends. While that fails the old token
//!   stays in use until its end.
//! - A secret is read again after the refresh interval, lengthened or shortened at random; after a
//!   failure with growing pauses ([`backoff`]). One that hangs on a lease is renewed instead, and one
//!   that ends is asked for anew before it does ([`secret`]); after another login only what ended
//!   with the token before is read again.
//! - What there is to read changes as templates run ([`Demand`]); what no file needs any more is
//!   not read any more.
//! - A volume is rendered when one of its secrets changed and all of them are there: once for all
//!   changes found in the same round of reads, at the latest [`RENDER_DELAY`] after the first. A
//!   template that has never run is run at once, to learn what it needs. Once all files are there, a
//!   secret that only a person can bring back holds back its own file only.
//! - A template whose failure is fatal stops the agent as a signal would.
//! - Reloads follow a change of files that were there before, never the first rendering; and what
//!   an earlier life of the agent changed without telling.

mod backoff;
mod demand;
mod event;
mod secret;
mod session;
mod volume;

use std::{ops::Add, time::Duration};

use fastrand::Rng;
use vouchsafe_shared::diagnostic::Code;
use vouchsafe_template::scope::Dependency;

use self::{
    backoff::Backoff,
    secret::{SecretState, SecretStep},
    session::{Session, SessionStep},
    volume::VolumeState,
};
pub use self::{
    demand::Demand,
    event::{Action, Asked, Event, FileFault, Found, Mode, Outcome, Subject},
};
use crate::{
    fault::{Fault, Retry, Whose},
    plan::{FileIndex, Plan, PlannedSecret, ReloadIndex, SecretIndex, StoreIndex, VolumeIndex},
    store::Lifetime,
};

/// How long a found change waits at most for the other reads of the same round.
pub const RENDER_DELAY: Duration = Duration::from_millis(200);

/// A point in time, counted from the agent's start on a clock that never goes back.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Moment(pub Duration);

/// The machine. See the module's documentation for its rules.
#[derive(Debug)]
pub struct Lifecycle {
    demand: Demand,
    mode: Mode,
    rng: Rng,
    stores: Vec<StoreState>,
    /// As many as the demand has indices.
    secrets: Vec<SecretState>,
    volumes: Vec<VolumeState>,
    stopping: bool,
    stopped: bool,
}

#[derive(Debug)]
struct StoreState {
    session: Session,
    busy: bool,
    /// There was a token before the present one.
    has_logged_in: bool,
    /// After a failure that is the store's or the network's, nobody asks before this.
    pause: Backoff,
    revoked: bool,
}

impl Add<Duration> for Moment {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration))
    }
}

// === impl Lifecycle ===

impl Lifecycle {
    /// `found` in the order of the volumes.
    pub fn new(plan: Plan, mode: Mode, rng: Rng, found: &[Found]) -> Self {
        let stores = plan.revoke.iter().map(|_| StoreState {
            session: Session::default(),
            busy: false,
            has_logged_in: false,
            pause: Backoff::default(),
            revoked: false,
        });
        let volumes = (0..plan.volumes)
            .map(|index| VolumeState::new(found.get(index).copied().unwrap_or(Found::Nothing)));
        let mut lifecycle = Self {
            stores: stores.collect(),
            secrets: Vec::new(),
            volumes: volumes.collect(),
            demand: Demand::new(plan),
            mode,
            rng,
            stopping: false,
            stopped: false,
        };
        lifecycle.meet_demand(Moment::default());
        for (index, volume) in lifecycle.volumes.iter_mut().enumerate() {
            if lifecycle.demand.is_open(VolumeIndex(index)) {
                volume.changed(Moment::default());
            }
        }
        lifecycle
    }

    /// Takes in what happened at `now` and returns what to do.
    pub fn handle(&mut self, now: Moment, event: Event) -> Vec<Action> {
        let mut actions = Vec::new();
        self.take_in(now, event, &mut actions);
        self.decide(now, &mut actions);
        actions
    }

    /// When to send the next [`Event::Tick`] if nothing else happens before.
    pub fn wake_at(&self) -> Option<Moment> {
        if self.stopping {
            return None;
        }
        let stores = self
            .stores
            .iter()
            .enumerate()
            .filter(|(_, store)| !store.busy)
            .filter_map(|(index, store)| {
                let step = store.session.due();
                let read = store
                    .session
                    .has_token()
                    .then(|| self.next_due(Some(StoreIndex(index))))
                    .flatten();
                let end = store.session.ends();
                let earliest = [step, read, end].into_iter().flatten().min()?;
                Some(earliest.max(store.pause.until()))
            });
        let volumes = self.volumes.iter().enumerate();
        let renders = volumes
            .filter(|(index, _)| self.can_render(VolumeIndex(*index)))
            .filter_map(|(_, volume)| volume.due());
        stores.chain(renders).chain(self.next_due(None)).min()
    }

    /// What is read, and for whom.
    pub fn demand(&self) -> &Demand {
        &self.demand
    }

    /// Whether a secret is not there, and will not be before a person mends something.
    pub fn is_given_up(&self, secret: SecretIndex) -> bool {
        self.secrets
            .get(secret.0)
            .is_some_and(SecretState::is_given_up)
    }

    /// Whether every file is there.
    pub fn is_ready(&self) -> bool {
        self.volumes.iter().all(VolumeState::is_complete)
    }

    /// What is wrong at present, each with the store, secret or volume that it is about.
    pub fn faults(&self) -> impl Iterator<Item = (Subject, &Fault)> {
        let stores = self.stores.iter().enumerate().filter_map(|(index, store)| {
            Some((Subject::Store(StoreIndex(index)), store.session.fault()?))
        });
        let secrets = self.demand.secrets().filter_map(|(index, _)| {
            let fault = self.secrets[index.0].fault()?;
            Some((Subject::Secret(index), fault))
        });
        let volumes = self
            .volumes
            .iter()
            .enumerate()
            .filter_map(|(index, volume)| {
                Some((Subject::Volume(VolumeIndex(index)), volume.fault()?))
            });
        stores.chain(secrets).chain(volumes)
    }

    fn take_in(&mut self, now: Moment, event: Event, actions: &mut Vec<Action>) {
        match event {
            Event::Tick => {}
            Event::LoggedIn { store, lease } => {
                let mut rng = self.rng.fork();
                let state = self.answered(store);
                state.pause.reset();
                state.session.logged_in(now, lease, &mut rng);
                if std::mem::replace(&mut state.has_logged_in, true) {
                    for (index, secret) in self.demand.secrets() {
                        if secret.store == Some(store) {
                            self.secrets[index.0].token_replaced(now);
                        }
                    }
                }
            }
            Event::Renewed { store, lease } => {
                let mut rng = self.rng.fork();
                let state = self.answered(store);
                state.pause.reset();
                state.session.renewed(now, lease, &mut rng);
            }
            Event::LoginFailed { store, fault } | Event::RenewFailed { store, fault } => {
                let mut rng = self.rng.fork();
                self.answered(store).session.failed(now, fault, &mut rng);
            }
            Event::Read {
                secret,
                changed,
                lifetime,
            } => self.read(now, secret, changed, lifetime, actions),
            Event::ReadFailed { secret, fault } => {
                if self.answer_failed(now, secret, &fault) {
                    self.secrets[secret.0].read_failed(now, fault, &mut self.rng);
                }
            }
            Event::LeaseRenewed { secret, lease } => {
                self.answer_taken(secret);
                self.secrets[secret.0].lease_renewed(now, lease, &mut self.rng);
            }
            Event::LeaseRenewFailed { secret, fault } => {
                if self.answer_failed(now, secret, &fault) {
                    self.secrets[secret.0].lease_renewal_failed(now, fault, &mut self.rng);
                }
            }
            Event::Tried {
                volume,
                asked,
                outcome,
            } => self.tried(now, volume, asked, outcome, actions),
            Event::RefreshRequested => {
                for (index, secret) in self.demand.secrets() {
                    let is_issued = matches!(
                        secret.dependency,
                        Dependency::Write { .. } | Dependency::Certificate { .. }
                    );
                    self.secrets[index.0].refresh(now, is_issued);
                }
            }
            Event::ShutdownRequested => self.stopping = true,
            Event::Revoked { store } => self.answered(store).revoked = true,
        }
    }

    fn answered(&mut self, store: StoreIndex) -> &mut StoreState {
        let state = &mut self.stores[store.0];
        state.busy = false;
        state
    }

    /// The store that a request for a secret went to; nobody may need the secret any more.
    fn store_of(&self, secret: SecretIndex) -> Option<StoreIndex> {
        self.secrets[secret.0].asked()
    }

    /// A request for a secret went well.
    fn answer_taken(&mut self, secret: SecretIndex) {
        if let Some(store) = self.store_of(secret) {
            let state = self.answered(store);
            state.pause.reset();
            state.session.token_accepted();
        }
    }

    /// A request for a secret went wrong; whether that is the request's own matter, and not mended
    /// by the login that comes next.
    fn answer_failed(&mut self, now: Moment, secret: SecretIndex, fault: &Fault) -> bool {
        let Some(store) = self.store_of(secret) else {
            return true;
        };
        let state = &mut self.stores[store.0];
        state.busy = false;
        if matches!(fault.whose, Whose::Network | Whose::Store) {
            state.pause.failed(now, fault.retry, &mut self.rng);
        }
        let mended = fault.retry == Retry::AfterLogin && state.session.token_refused(now);
        if mended {
            self.secrets[secret.0].wait_for_login(now, fault.clone());
        }
        !mended
    }

    fn read(
        &mut self,
        now: Moment,
        secret: SecretIndex,
        changed: bool,
        lifetime: Lifetime,
        actions: &mut Vec<Action>,
    ) {
        self.answer_taken(secret);
        let Some(planned) = self.demand.secret(secret) else {
            self.secrets[secret.0].stop();
            actions.push(Action::Forget(secret));
            return;
        };
        let is_local = planned.store.is_none();
        let refresh = &self.demand.plan().refresh;
        self.secrets[secret.0].read(now, lifetime, is_local, refresh, &mut self.rng);
        if changed {
            for volume in self.demand.volumes_of(secret) {
                self.volumes[volume.0].changed(now);
            }
        }
    }

    fn tried(
        &mut self,
        now: Moment,
        volume: VolumeIndex,
        asked: Vec<Asked>,
        outcome: Outcome,
        actions: &mut Vec<Action>,
    ) {
        for asked in asked {
            let secrets = &self.secrets;
            let is_free = |index: SecretIndex| {
                let state = secrets.get(index.0);
                state.is_none_or(|state| !state.is_under_way())
            };
            self.demand.learn(asked, is_free);
            self.meet_demand(now);
        }
        for secret in self.demand.retire() {
            self.secrets[secret.0].retire();
            actions.push(Action::Forget(secret));
        }
        match outcome {
            Outcome::Incomplete if self.can_render(volume) => {
                let message = "a template asks for something else whenever it runs";
                let fault = Fault::new(Code::TemplateFailed, Whose::User, Retry::Rarely, message);
                self.volumes[volume.0].failed(now, fault, &mut self.rng);
            }
            Outcome::Incomplete => self.volumes[volume.0].is_incomplete(now),
            Outcome::Failed(fault) => {
                self.volumes[volume.0].failed(now, fault, &mut self.rng);
            }
            Outcome::Fatal(FileFault { fault, .. }) => {
                self.volumes[volume.0].failed(now, fault, &mut self.rng);
                self.stopping = true;
            }
            Outcome::Rendered {
                changed,
                first,
                kept,
            } => {
                let kept = kept.into_iter().next();
                let untold = self.volumes[volume.0].rendered(kept.map(|kept| kept.fault));
                let plan = self.demand.plan();
                let is_news = |file: &FileIndex| {
                    let of_volume = plan.files[file.0].volume == volume;
                    of_volume && (untold || !first && changed.contains(file))
                };
                let reloads = plan.reloads.iter().enumerate();
                let told = reloads.filter(|(_, files)| files.iter().any(is_news));
                actions.extend(told.map(|(index, _)| Action::Reload(ReloadIndex(index))));
            }
        }
    }

    /// Gives every secret that is needed its state.
    fn meet_demand(&mut self, now: Moment) {
        while self.secrets.len() < self.demand.len() {
            self.secrets.push(SecretState::new(now));
        }
        for (index, _) in self.demand.secrets() {
            self.secrets[index.0].take_up(now);
        }
    }

    fn decide(&mut self, now: Moment, actions: &mut Vec<Action>) {
        if self.stopped {
            return;
        }
        if self.mode == Mode::Once && self.volumes.iter().all(VolumeState::is_rendered) {
            self.stopping = true;
        }
        if self.stopping {
            self.wind_down(actions);
            return;
        }
        for index in 0..self.stores.len() {
            let request = self.next_request(now, StoreIndex(index));
            self.stores[index].busy |= request.is_some();
            actions.extend(request);
        }
        while let Some((_, secret)) = self.next_secret(now, None) {
            self.secrets[secret.0].start(None);
            actions.push(Action::Read(secret));
        }
        for index in 0..self.volumes.len() {
            let volume = VolumeIndex(index);
            if !self.can_render(volume) {
                continue;
            }
            let mut needed = self.demand.needs_of(volume);
            let more_to_come = needed.any(|secret| {
                let planned = self.demand.secret(secret);
                let is_asked = planned.is_some_and(|secret| match secret.store {
                    Some(store) => self.stores[store.0].busy,
                    None => true,
                });
                is_asked && self.secrets[secret.0].is_about_to_be_read(now)
            });
            if self.volumes[index].start_rendering(now, more_to_come) {
                actions.push(Action::Render(volume));
            }
        }
    }

    fn next_request(&mut self, now: Moment, store: StoreIndex) -> Option<Action> {
        let state = &mut self.stores[store.0];
        if state.busy || state.pause.until() > now {
            return None;
        }
        match state.session.step(now) {
            Some(SessionStep::Login) => return Some(Action::Login(store)),
            Some(SessionStep::Renew) => return Some(Action::Renew(store)),
            None if !state.session.has_token() => return None,
            None => {}
        }
        let (step, secret) = self.next_secret(now, Some(store))?;
        self.secrets[secret.0].start(Some(store));
        Some(match step {
            SecretStep::Renew => Action::RenewLease(secret),
            SecretStep::Read => Action::Read(secret),
        })
    }

    /// Waits for requests under way, gives tokens back where asked, then stops.
    fn wind_down(&mut self, actions: &mut Vec<Action>) {
        for (index, store) in self.stores.iter_mut().enumerate() {
            let revoke = self.demand.plan().revoke[index];
            let to_revoke = revoke && store.session.has_token() && !store.revoked;
            if !store.busy && to_revoke {
                store.busy = true;
                actions.push(Action::Revoke(StoreIndex(index)));
            }
        }
        if self.stores.iter().all(|store| !store.busy) {
            self.stopped = true;
            actions.push(Action::Stop);
        }
    }

    /// Whether rendering can come to something: all secrets are there, or a template has yet to
    /// tell what it needs.
    fn can_render(&self, volume: VolumeIndex) -> bool {
        let is_complete = self.volumes[volume.0].is_complete();
        let is_settled = |secret: SecretIndex| {
            let state = &self.secrets[secret.0];
            state.is_present() || is_complete && state.is_given_up()
        };
        self.demand.is_open(volume) || self.demand.needs_of(volume).all(is_settled)
    }

    fn of_store(
        &self,
        store: Option<StoreIndex>,
    ) -> impl Iterator<Item = (SecretIndex, &SecretState)> {
        let is_of_store = move |(_, secret): &(SecretIndex, &PlannedSecret)| secret.store == store;
        let secrets = self.demand.secrets().filter(is_of_store);
        secrets.map(|(index, _)| (index, &self.secrets[index.0]))
    }

    /// When the next secret of a store is due, or of those beside the agent.
    fn next_due(&self, store: Option<StoreIndex>) -> Option<Moment> {
        let waiting = self
            .of_store(store)
            .filter(|(_, state)| !state.is_under_way());
        waiting.map(|(_, state)| state.due()).min()
    }

    /// The most urgent step that is due.
    fn next_secret(
        &self,
        now: Moment,
        store: Option<StoreIndex>,
    ) -> Option<(SecretStep, SecretIndex)> {
        self.of_store(store)
            .filter_map(|(index, state)| Some((state.step(now)?, state.due(), index)))
            .min()
            .map(|(step, _, index)| (step, index))
    }
}

/// A random share of a duration, from `least` to `most`.
fn share(duration: Duration, least: f64, most: f64, rng: &mut Rng) -> Duration {
    duration.mul_f64(least + (most - least) * rng.f64())
}

#[cfg(test)]
mod tests;
