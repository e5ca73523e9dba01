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
//!   failure with growing pauses ([`backoff`]).
//! - A volume is rendered when one of its secrets changed and all of them are there: once for all
//!   changes found in the same round of reads, at the latest [`RENDER_DELAY`] after the first.
//! - Reloads follow a change of files that were there before, never the first rendering; and what
//!   an earlier life of the agent changed without telling.

mod backoff;
mod session;
mod volume;

use std::{ops::Add, time::Duration};

use fastrand::Rng;

use self::{
    backoff::Backoff,
    session::{Session, SessionStep},
    volume::VolumeState,
};
use crate::{
    fault::{Fault, Retry, Whose},
    plan::{FileIndex, Plan, ReloadIndex, SecretIndex, StoreIndex, VolumeIndex},
    store::TokenLease,
};

/// How long a found change waits at most for the other reads of the same round.
pub const RENDER_DELAY: Duration = Duration::from_millis(200);

/// A point in time, counted from the agent's start on a clock that never goes back.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Moment(pub Duration);

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Time passed; also the very first event.
    Tick,
    LoggedIn {
        store: StoreIndex,
        lease: TokenLease,
    },
    LoginFailed {
        store: StoreIndex,
        fault: Fault,
    },
    Renewed {
        store: StoreIndex,
        lease: TokenLease,
    },
    RenewFailed {
        store: StoreIndex,
        fault: Fault,
    },
    Read {
        secret: SecretIndex,
        changed: bool,
    },
    ReadFailed {
        secret: SecretIndex,
        fault: Fault,
    },
    /// The volume shows what its secrets say; `first` if nothing was there before. `kept` tells of
    /// a file that could not be rendered and shows its last good content.
    Rendered {
        volume: VolumeIndex,
        changed: Vec<FileIndex>,
        first: bool,
        kept: Option<Fault>,
    },
    RenderFailed {
        volume: VolumeIndex,
        fault: Fault,
    },
    /// Somebody wants all secrets read now.
    RefreshRequested,
    ShutdownRequested,
    /// The token is given back, or that failed and is not tried again.
    Revoked {
        store: StoreIndex,
    },
}

/// What to do now. Every request to a store is answered by exactly one event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Action {
    Login(StoreIndex),
    Renew(StoreIndex),
    Read(SecretIndex),
    Revoke(StoreIndex),
    Render(VolumeIndex),
    Reload(ReloadIndex),
    /// All is done: end the program.
    Stop,
}

/// What a volume held when the agent started.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Found {
    /// Not all files.
    Nothing,
    /// All files, from an earlier life of the agent, and whether the application was told of them.
    Files { told: bool },
}

/// Whether the agent stays or ends after the first rendering.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    Stay,
    Once,
}

/// The machine. See the module's documentation for its rules.
#[derive(Debug)]
pub struct Lifecycle {
    plan: Plan,
    mode: Mode,
    rng: Rng,
    stores: Vec<StoreState>,
    secrets: Vec<SecretState>,
    volumes: Vec<VolumeState>,
    stopping: bool,
    stopped: bool,
}

#[derive(Debug)]
struct StoreState {
    session: Session,
    busy: bool,
    /// After a failure that is the store's or the network's, nobody asks before this.
    pause: Backoff,
    revoked: bool,
}

#[derive(Debug)]
struct SecretState {
    due: Moment,
    backoff: Backoff,
    fault: Option<Fault>,
    present: bool,
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
            pause: Backoff::default(),
            revoked: false,
        });
        let secrets = plan.secrets.iter().map(|_| SecretState {
            due: Moment::default(),
            backoff: Backoff::default(),
            fault: None,
            present: false,
        });
        let volumes = (0..plan.volumes)
            .map(|index| VolumeState::new(found.get(index).copied().unwrap_or(Found::Nothing)));
        Self {
            stores: stores.collect(),
            secrets: secrets.collect(),
            volumes: volumes.collect(),
            plan,
            mode,
            rng,
            stopping: false,
            stopped: false,
        }
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
                    .then(|| {
                        self.secrets_of(StoreIndex(index))
                            .map(|secret| secret.due)
                            .min()
                    })
                    .flatten();
                let end = store.session.ends();
                let earliest = [step, read, end].into_iter().flatten().min()?;
                Some(earliest.max(store.pause.until()))
            });
        let volumes = self.volumes.iter().enumerate();
        let renders = volumes
            .filter(|(index, _)| self.has_all_secrets(VolumeIndex(*index)))
            .filter_map(|(_, volume)| volume.due());
        stores.chain(renders).min()
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
        let secrets = self
            .secrets
            .iter()
            .enumerate()
            .filter_map(|(index, secret)| {
                Some((Subject::Secret(SecretIndex(index)), secret.fault.as_ref()?))
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
            Event::Read { secret, changed } => self.read(now, secret, changed),
            Event::ReadFailed { secret, fault } => self.read_failed(now, secret, fault),
            Event::Rendered {
                volume,
                changed,
                first,
                kept,
            } => {
                let untold = self.volumes[volume.0].rendered(kept);
                let is_news = |file: &FileIndex| {
                    let of_volume = self.plan.files[file.0].volume == volume;
                    of_volume && (untold || !first && changed.contains(file))
                };
                let reloads = self.plan.reloads.iter().enumerate();
                let told = reloads.filter(|(_, files)| files.iter().any(is_news));
                actions.extend(told.map(|(index, _)| Action::Reload(ReloadIndex(index))));
            }
            Event::RenderFailed { volume, fault } => {
                self.volumes[volume.0].failed(now, fault, &mut self.rng);
            }
            Event::RefreshRequested => {
                for secret in &mut self.secrets {
                    secret.due = now;
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

    fn read(&mut self, now: Moment, secret: SecretIndex, changed: bool) {
        let store = self.plan.secrets[secret.0].store;
        let state = self.answered(store);
        state.pause.reset();
        state.session.token_accepted();
        let refresh = self.plan.refresh;
        let factor = 1.0 + refresh.jitter * (2.0 * self.rng.f64() - 1.0);
        let state = &mut self.secrets[secret.0];
        state.due = now + refresh.interval.as_duration().mul_f64(factor);
        state.backoff.reset();
        state.fault = None;
        state.present = true;
        if changed {
            for (index, volume) in self.volumes.iter_mut().enumerate() {
                if self
                    .plan
                    .secrets_of(VolumeIndex(index))
                    .any(|needed| needed == secret)
                {
                    volume.changed(now);
                }
            }
        }
    }

    fn read_failed(&mut self, now: Moment, secret: SecretIndex, fault: Fault) {
        let store = &mut self.stores[self.plan.secrets[secret.0].store.0];
        store.busy = false;
        if matches!(fault.whose, Whose::Network | Whose::Store) {
            store.pause.failed(now, fault.retry, &mut self.rng);
        }
        let secret = &mut self.secrets[secret.0];
        if fault.retry == Retry::AfterLogin && store.session.token_refused(now) {
            secret.due = now;
        } else {
            secret.backoff.failed(now, fault.retry, &mut self.rng);
            secret.due = secret.backoff.until();
        }
        secret.fault = Some(fault);
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
        for index in 0..self.volumes.len() {
            let volume = VolumeIndex(index);
            if !self.has_all_secrets(volume) {
                continue;
            }
            let mut needed = self.plan.secrets_of(volume);
            let more_to_come = needed.any(|secret| {
                let store = &self.stores[self.plan.secrets[secret.0].store.0];
                store.busy && self.secrets[secret.0].due <= now
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
        self.plan
            .secrets
            .iter()
            .zip(&self.secrets)
            .enumerate()
            .filter(|(_, (planned, state))| planned.store == store && state.due <= now)
            .min_by_key(|(_, (_, state))| state.due)
            .map(|(index, _)| Action::Read(SecretIndex(index)))
    }

    /// Waits for requests under way, gives tokens back where asked, then stops.
    fn wind_down(&mut self, actions: &mut Vec<Action>) {
        for (index, store) in self.stores.iter_mut().enumerate() {
            let to_revoke = self.plan.revoke[index] && store.session.has_token() && !store.revoked;
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

    fn has_all_secrets(&self, volume: VolumeIndex) -> bool {
        self.plan
            .secrets_of(volume)
            .all(|secret| self.secrets[secret.0].present)
    }

    fn secrets_of(&self, store: StoreIndex) -> impl Iterator<Item = &SecretState> {
        let secrets = self.plan.secrets.iter().zip(&self.secrets);
        secrets
            .filter(move |(planned, _)| planned.store == store)
            .map(|(_, state)| state)
    }
}

/// What a fault is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Subject {
    Store(StoreIndex),
    Secret(SecretIndex),
    Volume(VolumeIndex),
}

#[cfg(test)]
mod tests;
