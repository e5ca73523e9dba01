//! When to do what: a state machine without I/O.
//!
//! [`Lifecycle::handle`] takes an [`Event`] and the time and returns [`Action`]s; whoever drives it
//! carries them out and reports back with further events. Time and randomness come from outside, so
//! a year of one agent is a test of milliseconds.
//!
//! The rules:
//! - One request per store at a time, the most urgent first: log in, renew, read, and last what
//!   failed before. So a slow read delays a renewal by one request at most, a store that fails is
//!   asked by one request, not by all, and what fails keeps nothing else waiting. One path that
//!   fails is no store that fails ([`trouble`]). Only a pod that waits for many secrets reads a few
//!   of them at once, from a store that answers well ([`inquiry`]).
//! - A token is renewed when about two thirds of its time have passed ([`session`]); when renewals
//!   no longer lengthen it, the agent logs in again before it ends. While that fails the old token
//!   stays in use until its end.
//! - A secret is read again after the refresh interval, lengthened or shortened at random; after a
//!   failure with growing pauses ([`backoff`]). One that hangs on a lease is renewed instead, and one
//!   that ends is asked for anew before it does ([`secret`]); after another login only what ended
//!   with the token before is read again.
//! - Where the store tells of changes, what changed is looked at within seconds, and everything once
//!   after a time in which the store could not tell ([`watch`]). Intervals stay as they are: nobody
//!   promises that a change is told.
//! - A secret that does not exist is looked for at the same intervals where every file that needs
//!   it may lack it; then nothing waits for it, and it is no fault.
//! - An answer that is older than the one there is changes nothing: it comes from a replica that
//!   lags behind.
//! - A fleet does not fall upon a store that comes back: an agent that lacks nothing makes longer
//!   pauses than one that does, makes good its looks one by one within an interval, and when its
//!   token was lost in an outage logs in within half of one, unless something hung on it.
//! - What there is to read changes as templates run ([`Demand`]); what no file needs any more is
//!   not read any more.
//! - A volume is rendered when one of its secrets changed and all of them are there: once for all
//!   changes found in the same round of reads, at the latest [`RENDER_DELAY`] after the first. A
//!   template that has never run is run at once, to learn what it needs; one that asks for something
//!   else whenever it runs may ask on with growing pauses, and holds back its own file only. Once
//!   all files are there, a secret that only a person can bring back holds back its own file only.
//! - A template whose failure is fatal stops the agent; so does, where that is wanted, a login that
//!   fails or a secret that could not be had for [`RETRY_LIMIT`]. Then another life of the agent
//!   follows and the application goes on with what it has, so nothing is given back. Nothing of this
//!   changes what was decided of an agent that ends anyway.
//! - Reloads ([`reload`]) follow a change of files that were there before, and the first rendering
//!   only where that is asked for; and what an earlier life of the agent changed without telling.
//!   The program of a file runs after each change of it, the first one included.
//! - What an earlier life left ([`Resume`]) is taken up as if that life had gone on: the token stays
//!   in use, answers that are still good are not asked for again, and leases are renewed when they
//!   would have been.

mod answers;
mod backoff;
mod decide;
mod demand;
mod endless;
mod event;
mod inquiry;
mod recovery;
mod reload;
mod rendering;
mod resume;
mod secret;
mod session;
mod set;
mod trouble;
mod view;
mod watch;

use std::{ops::Add, sync::Arc, time::Duration};

use fastrand::Rng;
use vouchsafe_shared::diagnostic::Code;
use vouchsafe_template::scope::Dependency;

pub use self::{
    demand::Demand,
    event::{Action, Asked, Ending, Event, FileFault, Found, Mode, Outcome, Prospect, Subject},
    reload::{ReloadReport, ReloadState},
    resume::{Resume, ResumedSecret, ResumedToken},
    view::{NextStep, SecretView, StoreView},
    watch::is_watch_refused,
};
use self::{
    endless::Depth,
    inquiry::Inquiry,
    secret::{Looked, Pace, SecretState},
    session::Session,
    set::SetState,
    trouble::{Asker, Trouble},
    watch::WatchState,
};
use crate::{
    fault::{Fault, Retry},
    plan::{FileIndex, Plan, PlannedSecret, ReloadIndex, SecretIndex, SetIndex, StoreIndex},
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
    sets: Vec<SetState>,
    /// By [`FileIndex`].
    depths: Vec<Depth>,
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
    inquiry: Inquiry,
    /// The secret that was asked for last with the present token was had.
    is_answering: bool,
    /// There was a token before the present one.
    has_logged_in: bool,
    trouble: Trouble,
    revoked: bool,
    watch: WatchState,
}

impl Add<Duration> for Moment {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration))
    }
}

// === impl Lifecycle ===

impl Lifecycle {
    /// `found` in the order of the plan's sets of volumes.
    pub fn new(
        plan: impl Into<Arc<Plan>>,
        mode: Mode,
        rng: Rng,
        found: &[Found],
        resume: Resume,
    ) -> Self {
        let plan = plan.into();
        let now = resume.now;
        let stores = (0..plan.stores.len()).map(|index| {
            let token = resume.tokens.get(index).and_then(Option::as_ref);
            let token = token.filter(|token| token.is_alive(now));
            let mut session = Session::default();
            if let Some(token) = token {
                session.inherits(now, *token);
            }
            StoreState {
                session,
                inquiry: Inquiry::default(),
                is_answering: false,
                has_logged_in: token.is_some(),
                trouble: Trouble::default(),
                revoked: false,
                watch: WatchState::new(mode, plan.stores[index].events),
            }
        });
        let sets = plan.sets.iter().enumerate().map(|(index, planned)| {
            SetState::new(
                found.get(index).copied().unwrap_or(Found::Nothing),
                planned.keep,
            )
        });
        let reloads = (0..plan.reloads.len())
            .map(|index| ReloadState::new(resume.told.contains(&ReloadIndex(index))));
        let mut lifecycle = Self {
            stores: stores.collect(),
            secrets: Vec::new(),
            reloads: reloads.collect(),
            sets: sets.collect(),
            depths: vec![Depth::default(); plan.files.len()],
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
        for (index, set) in lifecycle.sets.iter_mut().enumerate() {
            let set_index = SetIndex(index);
            let stores = &lifecycle.stores;
            let mut tokens = lifecycle.demand.tokens_of(set_index);
            let mut files = lifecycle.demand.plan().files_of(set_index);
            // Nothing will ever change where there is no file.
            if files.next().is_none()
                || lifecycle.demand.is_open(set_index)
                || tokens.any(|store| stores[store.0].has_logged_in)
            {
                set.changed(now);
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
            .filter(|(_, store)| store.inquiry.is_none())
            .filter_map(|(index, store)| {
                let read = store
                    .session
                    .has_token()
                    .then(|| self.next_due(Some(StoreIndex(index))))
                    .flatten();
                let held_back = store.trouble.holds_back(Asker::Token);
                let step = store.session.due().map(|due| due.max(held_back));
                let end = store.session.ends();
                [step, read, end].into_iter().flatten().min()
            });
        let sets = self.sets.iter().enumerate();
        let renders = sets
            .filter_map(|(index, set)| Some((SetIndex(index), set.due()?)))
            .filter(|(index, _)| self.can_render(*index))
            .map(|(_, due)| due);
        let drops = self.sets.iter().filter_map(SetState::drop_due);
        let next = stores.chain(renders).chain(drops).chain(self.watches_due());
        let next = next.chain(self.next_due(None)).chain(self.next_reload());
        next.chain(winding_down).chain(self.gives_up_at()).min()
    }

    /// Whether every file was rendered in this life.
    pub fn is_rendered(&self) -> bool {
        self.sets.iter().all(SetState::is_rendered)
    }

    /// Whether it is decided that the agent ends, perhaps after the time that the app needs.
    pub fn is_ending(&self) -> bool {
        self.ending.is_some()
    }

    /// Whether nothing is asked for any more.
    pub fn is_winding_down(&self) -> bool {
        self.ending.is_some_and(|(_, at)| at <= self.seen)
    }

    /// Whether a store is being asked something.
    pub fn is_asking(&self) -> bool {
        self.stores.iter().any(|store| !store.inquiry.is_none())
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
        self.sets.iter().all(SetState::is_complete)
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
        let sets = self
            .sets
            .iter()
            .enumerate()
            .filter_map(|(index, set)| Some((Subject::Set(SetIndex(index)), set.fault()?)));
        stores.chain(secrets).chain(sets)
    }

    fn take_in(&mut self, now: Moment, event: Event, actions: &mut Vec<Action>) {
        match event {
            Event::Tick => {}
            Event::LoggedIn { store, lease } => self.logged_in(now, store, lease),
            Event::Renewed { store, lease } => {
                let mut rng = self.rng.fork();
                self.answered(store).session.renewed(now, lease, &mut rng);
                self.recovered(now, store, false);
            }
            Event::Adopted { store, lease } => {
                let mut rng = self.rng.fork();
                let state = self.answered(store);
                state.session.adopted(now, lease, &mut rng);
                state.watch.token_came(now);
                self.recovered(now, store, false);
            }
            Event::AdoptionFailed { store, fault } => {
                let pauses = self.session_failed(now, store, &fault);
                let session = &mut self.stores[store.0].session;
                session.adoption_failed(now, fault, &pauses, &mut self.rng);
            }
            Event::LoginFailed { store, fault } => {
                let pauses = self.session_failed(now, store, &fault);
                let session = &mut self.stores[store.0].session;
                session.failed(now, fault, &pauses, &mut self.rng);
                let exits = self.demand.plan().stores[store.0].login.exit_on_error;
                // One that ends anyway keeps to what was decided about its token and the app.
                if exits && self.ending.is_none() {
                    actions.push(Action::GiveUp(Subject::Store(store)));
                    self.end(Ending::Life, now);
                }
            }
            Event::RenewFailed { store, fault } => {
                let pauses = self.session_failed(now, store, &fault);
                let session = &mut self.stores[store.0].session;
                session.failed(now, fault, &pauses, &mut self.rng);
            }
            Event::Read {
                secret,
                changed,
                lifetime,
            } => self.read(now, secret, changed, lifetime, actions),
            Event::ReadFailed { secret, fault } => {
                let is_its_own = self.answer_failed(now, secret, &fault);
                if !self.is_unneeded(secret, actions) && is_its_own {
                    self.read_failed(now, secret, fault);
                }
            }
            Event::ReadStale { secret, fault } => {
                self.answer_taken(now, secret);
                if !self.is_unneeded(secret, actions) {
                    let pace = self.pace_of(secret);
                    self.secrets[secret.0].refused_as_older(now, fault, &pace, &mut self.rng);
                }
            }
            Event::Changed { secrets } => self.changed(now, &secrets),
            Event::WatchBegan { store } => self.watch_began(now, store),
            Event::WatchFailed { store, fault } => self.watch_failed(now, store, &fault),
            Event::LeaseRenewed { secret, lease } => {
                self.answer_taken(now, secret);
                if !self.is_unneeded(secret, actions) {
                    let pace = self.pace_of(secret);
                    self.secrets[secret.0].lease_renewed(now, lease, &pace, &mut self.rng);
                }
            }
            Event::LeaseRenewFailed { secret, fault } => {
                let is_its_own = self.answer_failed(now, secret, &fault);
                if !self.is_unneeded(secret, actions) && is_its_own {
                    self.secrets[secret.0].lease_renewal_failed(now, fault, &mut self.rng);
                }
            }
            Event::Tried {
                set,
                asked,
                outcome,
            } => self.tried(now, set, asked, outcome, actions),
            Event::RefreshRequested => {
                let all: Vec<_> = self.demand.secrets().map(|(index, _)| index).collect();
                self.refresh(now, all);
            }
            Event::WallClockSetAhead(by) => {
                for secret in &mut self.secrets {
                    secret.wall_clock_set_ahead(now, by);
                }
            }
            Event::ReloadEnded { reload, result } => self.reload_ended(now, reload, result),
            Event::RefreshOfRequested(secrets) => self.refresh(now, secrets),
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
        state.session.logged_in(now, lease, &mut rng);
        state.is_answering = false;
        state.watch.token_came(now);
        let is_known = state.has_logged_in;
        self.recovered(now, store, is_known);
        let state = &mut self.stores[store.0];
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
        for index in 0..self.sets.len() {
            let mut tokens = self.demand.tokens_of(SetIndex(index));
            if tokens.any(|shown| shown == store) {
                self.sets[index].changed(now);
            }
        }
    }

    fn answered(&mut self, store: StoreIndex) -> &mut StoreState {
        let state = &mut self.stores[store.0];
        state.inquiry.ended();
        state
    }

    fn refresh(&mut self, now: Moment, secrets: Vec<SecretIndex>) {
        for index in secrets {
            if self.demand.secret(index).is_some() {
                let is_issued = self.is_issued(index);
                self.secrets[index.0].refresh(now, is_issued);
            }
        }
    }

    /// Asking for it again would issue another, so a refresh leaves it alone.
    fn is_issued(&self, secret: SecretIndex) -> bool {
        let secret = self.demand.secret(secret);
        secret.is_some_and(|secret| {
            matches!(
                secret.dependency,
                Dependency::Write { .. } | Dependency::Certificate { .. }
            )
        })
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
