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
//! - A secret that does not exist is looked for at the same intervals where every file that needs
//!   it may lack it; then nothing waits for it, and it is no fault.
//! - An answer that is older than the one there is changes nothing: it comes from a replica that
//!   lags behind.
//! - What there is to read changes as templates run ([`Demand`]); what no file needs any more is
//!   not read any more.
//! - A volume is rendered when one of its secrets changed and all of them are there: once for all
//!   changes found in the same round of reads, at the latest [`RENDER_DELAY`] after the first. A
//!   template that has never run is run at once, to learn what it needs. Once all files are there, a
//!   secret that only a person can bring back holds back its own file only.
//! - A template whose failure is fatal stops the agent as a signal would. So does, where that is
//!   wanted, a login that fails or a secret that could not be had for [`RETRY_LIMIT`]; but then
//!   another life of the agent follows, and what it needs is not given back.
//! - Reloads ([`reload`]) follow a change of files that were there before, and the first rendering
//!   only where that is asked for; and what an earlier life of the agent changed without telling.
//!   The program of a file runs after each change of it, the first one included.
//! - What an earlier life left ([`Resume`]) is taken up as if that life had gone on: the token stays
//!   in use, answers that are still good are not asked for again, and leases are renewed when they
//!   would have been.

mod backoff;
mod decide;
mod demand;
mod event;
mod reload;
mod resume;
mod secret;
mod session;
mod volume;

use std::{ops::Add, time::Duration};

use fastrand::Rng;
use vouchsafe_shared::diagnostic::Code;
use vouchsafe_template::scope::Dependency;

use self::{
    backoff::{Backoff, Pauses},
    secret::{Looked, Pace, SecretState},
    session::Session,
    volume::VolumeState,
};
pub use self::{
    demand::Demand,
    event::{Action, Asked, Ending, Event, FileFault, Found, Mode, Outcome, Prospect, Subject},
    reload::{ReloadReport, ReloadState},
    resume::{Resume, ResumedSecret, ResumedToken},
};
use crate::{
    fault::{Fault, Retry, Whose},
    plan::{Plan, PlannedSecret, ReloadIndex, SecretIndex, StoreIndex, VolumeIndex},
    store::{Lifetime, TokenLease},
};

/// How long a found change waits at most for the other reads of the same round.
pub const RENDER_DELAY: Duration = Duration::from_millis(200);

/// After how long a secret that cannot be had is given up where that is to end the agent: as long as
/// the original's twelve attempts take, with pauses of 0.25 s doubling up to 60 s.
/// Source: <https://developer.hashicorp.com/vault/docs/agent-and-proxy/agent/template#exit_on_retry_failure>.
pub const RETRY_LIMIT: Duration = Duration::from_secs(304);

/// A point in time, counted from the beginning of the first life that is remembered, on a clock that
/// never goes back.
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
    reloads: Vec<ReloadState>,
    resume: Resume,
    /// What was decided outside of [`Lifecycle::handle`].
    pending: Vec<Action>,
    /// Programs under way.
    running: usize,
    /// What ends, and from when on nothing is asked for any more.
    ending: Option<(Ending, Moment)>,
    /// When something happened last.
    seen: Moment,
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
    pub fn new(plan: Plan, mode: Mode, rng: Rng, found: &[Found], resume: Resume) -> Self {
        let now = resume.now;
        let stores = plan.stores.iter().enumerate().map(|(index, planned)| {
            let token = resume.tokens.get(index).and_then(Option::as_ref);
            let token = token.filter(|token| token.is_alive(now));
            let mut session = Session::new(Pauses::of_logins(&planned.login));
            if let Some(token) = token {
                session.inherits(now, *token);
            }
            StoreState {
                session,
                busy: false,
                has_logged_in: token.is_some(),
                pause: Backoff::default(),
                revoked: false,
            }
        });
        let volumes = plan.volumes.iter().enumerate().map(|(index, keep)| {
            VolumeState::new(found.get(index).copied().unwrap_or(Found::Nothing), *keep)
        });
        let reloads = (0..plan.reloads.len())
            .map(|index| ReloadState::new(resume.told.contains(&ReloadIndex(index))));
        let mut lifecycle = Self {
            stores: stores.collect(),
            secrets: Vec::new(),
            reloads: reloads.collect(),
            volumes: volumes.collect(),
            demand: Demand::new(plan),
            mode,
            rng,
            resume,
            pending: Vec::new(),
            running: 0,
            ending: None,
            seen: now,
            stopped: false,
        };
        lifecycle.meet_demand(now);
        for (index, volume) in lifecycle.volumes.iter_mut().enumerate() {
            let volume_index = VolumeIndex(index);
            let stores = &lifecycle.stores;
            let mut tokens = lifecycle.demand.tokens_of(volume_index);
            if lifecycle.demand.is_open(volume_index)
                || tokens.any(|store| stores[store.0].has_logged_in)
            {
                volume.changed(now);
            }
        }
        lifecycle
    }

    /// Takes in what happened at `now` and returns what to do.
    pub fn handle(&mut self, now: Moment, event: Event) -> Vec<Action> {
        self.seen = self.seen.max(now);
        let mut actions = Vec::new();
        self.take_in(now, event, &mut actions);
        actions.append(&mut self.pending);
        self.decide(now, &mut actions);
        actions
    }

    /// When to send the next [`Event::Tick`] if nothing else happens before.
    pub fn wake_at(&self) -> Option<Moment> {
        if self.is_winding_down() {
            return None;
        }
        let winding_down = self.ending.map(|(_, at)| at);
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
        let drops = self.volumes.iter().filter_map(VolumeState::drop_due);
        let next = stores.chain(renders).chain(drops);
        let next = next.chain(self.next_due(None)).chain(self.next_reload());
        next.chain(winding_down).chain(self.gives_up_at()).min()
    }

    /// Whether every file was rendered in this life.
    pub fn is_rendered(&self) -> bool {
        self.volumes.iter().all(VolumeState::is_rendered)
    }

    /// Whether nothing is asked for any more.
    pub fn is_winding_down(&self) -> bool {
        self.ending.is_some_and(|(_, at)| at <= self.seen)
    }

    /// Nothing more of an earlier life will be taken up.
    pub fn forget_past(&mut self) {
        self.resume.secrets.clear();
    }

    /// What is read, and for whom.
    pub fn demand(&self) -> &Demand {
        &self.demand
    }

    /// What is to be expected of a secret that is not there.
    pub fn prospect(&self, secret: SecretIndex) -> Prospect {
        match self.secrets.get(secret.0) {
            Some(state) if state.is_absent() => Prospect::Absent,
            Some(state) if state.is_given_up() => Prospect::GivenUp,
            _ => Prospect::Awaited,
        }
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
            Event::LoggedIn { store, lease } => self.logged_in(now, store, lease),
            Event::Renewed { store, lease } => {
                let mut rng = self.rng.fork();
                let state = self.answered(store);
                state.pause.reset();
                state.session.renewed(now, lease, &mut rng);
            }
            Event::Adopted { store, lease } => {
                let mut rng = self.rng.fork();
                let state = self.answered(store);
                state.pause.reset();
                state.session.adopted(now, lease, &mut rng);
            }
            Event::AdoptionFailed { store, fault } => {
                let mut rng = self.rng.fork();
                let session = &mut self.answered(store).session;
                session.adoption_failed(now, fault, &mut rng);
            }
            Event::LoginFailed { store, fault } => {
                let mut rng = self.rng.fork();
                self.answered(store).session.failed(now, fault, &mut rng);
                if self.demand.plan().stores[store.0].login.exit_on_error {
                    actions.push(Action::GiveUp(Subject::Store(store)));
                    self.end(Ending::Life, now);
                }
            }
            Event::RenewFailed { store, fault } => {
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
                    self.read_failed(now, secret, fault);
                }
            }
            Event::ReadStale { secret, fault } => {
                self.answer_taken(secret);
                self.secrets[secret.0].read_failed(now, fault, &mut self.rng);
            }
            Event::LeaseRenewed { secret, lease } => {
                self.answer_taken(secret);
                let pace = self.pace_of(secret);
                self.secrets[secret.0].lease_renewed(now, lease, &pace, &mut self.rng);
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
            Event::WallClockSetAhead(by) => {
                for secret in &mut self.secrets {
                    secret.wall_clock_set_ahead(now, by);
                }
            }
            Event::ReloadEnded { reload, result } => self.reload_ended(now, reload, result),
            Event::CommandEnded => self.running = self.running.saturating_sub(1),
            Event::ShutdownRequested(ending) => {
                let grace = match ending {
                    Ending::Pod => self.grace(),
                    Ending::Work | Ending::Life => Duration::ZERO,
                };
                self.end(ending, now + grace);
            }
            Event::Revoked { store } => self.answered(store).revoked = true,
        }
    }

    fn logged_in(&mut self, now: Moment, store: StoreIndex, lease: TokenLease) {
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
        if let Some(token) = self.resume.tokens.get_mut(store.0) {
            *token = None;
        }
        for index in 0..self.volumes.len() {
            let mut tokens = self.demand.tokens_of(VolumeIndex(index));
            if tokens.any(|shown| shown == store) {
                self.volumes[index].changed(now);
            }
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
        if self.demand.secret(secret).is_none() {
            self.secrets[secret.0].stop();
            actions.push(Action::Forget(secret));
            return;
        }
        let pace = self.pace_of(secret);
        let looked = Looked { changed, lifetime };
        self.secrets[secret.0].read(now, looked, &pace, &mut self.rng);
        if changed {
            for volume in self.demand.volumes_of(secret) {
                self.volumes[volume.0].changed(now);
            }
        }
    }

    fn read_failed(&mut self, now: Moment, secret: SecretIndex, fault: Fault) {
        let state = &self.secrets[secret.0];
        let is_missing = fault.code == Code::SecretNotFound && !state.is_present();
        if !is_missing || !self.demand.is_dispensable(secret) {
            self.secrets[secret.0].read_failed(now, fault, &mut self.rng);
            return;
        }
        if !state.is_absent() {
            for volume in self.demand.volumes_of(secret) {
                self.volumes[volume.0].changed(now);
            }
        }
        let pace = self.pace_of(secret);
        self.secrets[secret.0].missing(now, &pace, &mut self.rng);
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
                self.end(Ending::Work, now);
            }
            Outcome::Rendered {
                changed,
                first,
                kept,
            } => {
                let kept = kept.into_iter().next();
                let state = &mut self.volumes[volume.0];
                if !changed.is_empty() {
                    state.swapped(now);
                }
                let untold = state.rendered(kept.map(|kept| kept.fault));
                let plan = self.demand.plan();
                let files = plan.files_of(volume).filter(|(_, file)| file.command);
                let files = files.map(|(index, _)| index);
                let runs = files.filter(|index| untold || changed.contains(index));
                let before = actions.len();
                actions.extend(runs.map(Action::Run));
                self.running += actions.len() - before;
                let of_volume: Vec<_> = plan.files_of(volume).map(|(index, _)| index).collect();
                self.note_changes(now, volume, |file| {
                    let is_news = untold || !first && changed.contains(&file);
                    is_news && of_volume.contains(&file)
                });
            }
        }
    }

    /// Gives every secret that is needed its state, with an earlier life's answer if there is one.
    fn meet_demand(&mut self, now: Moment) {
        self.secrets
            .resize_with(self.demand.len(), SecretState::unneeded);
        let secrets = self.demand.secrets();
        let mut needed = Vec::new();
        for (index, planned) in secrets {
            if self.secrets[index.0].take_up(now) {
                needed.push((index, self.resume.take(planned, now)));
            }
        }
        for (index, resumed) in needed {
            let Some(resumed) = resumed else { continue };
            let pace = self.pace_of(index);
            let looked = Looked {
                changed: false,
                lifetime: resumed.lifetime,
            };
            self.secrets[index.0].read(resumed.at, looked, &pace, &mut self.rng);
            self.pending.push(Action::Recall(index));
            for volume in self.demand.volumes_of(index) {
                self.volumes[volume.0].changed(now);
            }
        }
    }

    fn pace_of(&self, secret: SecretIndex) -> Pace {
        let plan = self.demand.plan();
        let store = self.demand.secret(secret).and_then(|secret| secret.store);
        Pace {
            refresh: self.demand.refresh_of(secret),
            is_local: store.is_none(),
            threshold: store.and_then(|store| plan.stores[store.0].renewal_threshold),
        }
    }

    /// How long the app is given to end before the first token is given back.
    pub fn grace(&self) -> Duration {
        let stores = self.demand.plan().stores.iter().zip(&self.stores);
        let revoking =
            stores.filter(|(planned, state)| planned.revoke && state.session.has_token());
        let graces = revoking.map(|(planned, _)| planned.revoke_grace);
        graces.max().unwrap_or_default()
    }

    /// Ends at `at`, or earlier if that was decided before.
    fn end(&mut self, ending: Ending, at: Moment) {
        let before = self.ending.map_or(at, |(_, before)| before);
        self.ending = Some((ending, at.min(before)));
    }
}

/// A random share of a duration, from `least` to `most`.
fn share(duration: Duration, least: f64, most: f64, rng: &mut Rng) -> Duration {
    duration.mul_f64(least + (most - least) * rng.f64())
}

#[cfg(test)]
mod tests;
