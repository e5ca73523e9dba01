//! One agent: its lifecycle, and what the agent's driver does around it.

use std::{sync::Arc, time::Duration};

use fastrand::Rng;
use vouchsafe_agent::{
    lifecycle::{
        Action, Asked, Event, Found, Lifecycle, Mode, Moment, Outcome, Resume, ResumedSecret,
        ResumedToken,
    },
    plan::{FileIndex, Plan, SecretIndex, SetIndex, StoreIndex},
    store::{Lease, Lifetime, TokenLease},
};

use crate::{
    Millis,
    account::Account,
    curves::Request,
    population::{Engine, Kind, ROTATION_PERIOD},
    schedule::{Condition, Start},
    store::{Refusal, Store, bad_token, no_lease},
};

/// The most secrets of a pod.
const SECRETS: usize = 2;
/// All agents have one store.
const STORE: StoreIndex = StoreIndex(0);

/// One pod's agent.
#[derive(Debug)]
pub struct Agent {
    lifecycle: Option<Lifecycle>,
    /// The one request that is under way.
    pending: Option<Pending>,
    wake: Option<Millis>,
    start: Option<(Millis, Start)>,
    kind: Kind,
    /// A spell has kept an answer from it.
    is_cut_off: bool,
    knows_engine: bool,
    /// By secret: the version that is known, and the one that is rendered.
    seen: [u32; SECRETS],
    rendered: [u32; SECRETS],
    account: Account,
    memory: Memory,
    rng: Rng,
    pod: usize,
    pods: usize,
}

/// What the driver would save for the next life.
#[derive(Clone, Copy, Debug, Default)]
struct Memory {
    token: Option<ResumedToken>,
    secrets: [Option<(Moment, Lifetime, u32)>; SECRETS],
}

#[derive(Clone, Copy, Debug)]
struct Pending {
    at: Millis,
    action: Action,
    refusal: Option<Refusal>,
}

impl Agent {
    pub fn new(pod: usize, pods: usize, seed: u64, store: &Store) -> Self {
        // Neighbouring seeds give generators that begin alike.
        let mut rng = Rng::with_seed(seed ^ (pod as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        Self {
            lifecycle: None,
            pending: None,
            wake: None,
            start: store.schedule.start(pod, pods, 0),
            kind: Kind::of(pod),
            is_cut_off: false,
            knows_engine: false,
            seen: [0; SECRETS],
            rendered: [0; SECRETS],
            account: Account::default(),
            memory: Memory::default(),
            rng: rng.fork(),
            pod,
            pods,
        }
    }

    /// When something happens next.
    pub fn next(&self) -> Option<Millis> {
        let start = self.start.map(|(at, _)| at);
        let answer = self.pending.map(|pending| pending.at);
        [start, answer, self.wake].into_iter().flatten().min()
    }

    /// Lets time pass until `end`.
    ///
    /// Returns when something happens next.
    pub fn run(
        &mut self,
        end: Millis,
        plan: impl Fn(Kind) -> Arc<Plan>,
        store: &mut Store,
    ) -> Option<Millis> {
        loop {
            let next = self.next();
            let Some(now) = next.filter(|now| *now < end) else {
                return next;
            };
            if let Some((_, start)) = self.start.filter(|(at, _)| *at <= now) {
                self.begin(now, start, plan(self.kind), store);
            } else if let Some(pending) = self.pending.take_if(|pending| pending.at <= now) {
                let event = self.answer(now, pending, store);
                self.send(now, event, store);
            } else {
                self.send(now, Event::Tick, store);
            }
        }
    }

    /// At the end of the run: what was due and did not come.
    pub fn close(&self, now: Millis, store: &mut Store) {
        let Store {
            schedule, curves, ..
        } = store;
        self.account.close(now, schedule, &mut curves.breaches);
    }

    /// Whether every file is there and nothing is wrong.
    pub fn is_well(&self) -> bool {
        let is_well =
            |lifecycle: &Lifecycle| lifecycle.is_ready() && lifecycle.faults().next().is_none();
        self.lifecycle.as_ref().is_some_and(is_well)
    }

    fn begin(&mut self, now: Millis, start: Start, plan: Arc<Plan>, store: &mut Store) {
        self.start = store.schedule.start(self.pod, self.pods, now + 1);
        self.pending = None;
        self.knows_engine = false;
        self.seen = [0; SECRETS];
        let (resume, found) = match start {
            Start::Empty => {
                // Another pod: the one before is gone, with its volumes.
                self.account
                    .close(now, &store.schedule, &mut store.curves.breaches);
                self.account = Account::default();
                self.memory = Memory::default();
                self.rendered = [0; SECRETS];
                (Resume::default(), Found::Nothing)
            }
            Start::Resumed => {
                let files = Found::Files { told: true };
                (
                    self.resume(now),
                    if self.rendered[0] > 0 {
                        files
                    } else {
                        Found::Nothing
                    },
                )
            }
        };
        let resume = Resume {
            now: moment(now),
            ..resume
        };
        let rng = self.rng.fork();
        self.lifecycle = Some(Lifecycle::new(plan, Mode::Stay, rng, &[found], resume));
        self.send(now, Event::Tick, store);
    }

    fn resume(&self, now: Millis) -> Resume {
        let demand = self.lifecycle.as_ref().map(Lifecycle::demand);
        let secrets = self.memory.secrets.iter().enumerate();
        let secrets = secrets.filter_map(|(index, known)| {
            let planned = demand?.secret(SecretIndex(index))?;
            let (at, lifetime, _) = (*known)?;
            Some(ResumedSecret {
                store: STORE,
                dependency: planned.dependency.clone(),
                at,
                lifetime,
            })
        });
        Resume {
            now: moment(now),
            tokens: vec![self.memory.token],
            secrets: secrets.collect(),
            told: Vec::new(),
        }
    }

    fn send(&mut self, now: Millis, event: Event, store: &mut Store) {
        let mut next = Some(event);
        while let Some(event) = next.take() {
            store.curves.events += 1;
            self.remember(now, &event);
            let Some(lifecycle) = &mut self.lifecycle else {
                return;
            };
            for action in lifecycle.handle(moment(now), event) {
                match action {
                    Action::Adopt(_)
                    | Action::Login(_)
                    | Action::Renew(_)
                    | Action::Read(_)
                    | Action::RenewLease(_)
                    | Action::Revoke(_) => self.request(now, action, store),
                    // No file has a program, so one event answers all there is.
                    Action::Render(set) => next = Some(self.render(set, store)),
                    Action::Run(_) | Action::DropPrevious(_) | Action::Watch(_) => {}
                    Action::Recall(secret) => {
                        let known = self.memory.secrets[secret.0];
                        self.seen[secret.0] = known.map_or(0, |(_, _, version)| version);
                    }
                    Action::Forget(secret) => self.seen[secret.0] = 0,
                    Action::Reload(_) => store.curves.reloads += 1,
                    Action::GiveUp(_) | Action::Stop => store.curves.breaches.ended += 1,
                }
            }
        }
        let wake = self.lifecycle.as_ref().and_then(Lifecycle::wake_at);
        self.wake = wake.map(|wake| millis(wake).max(now));
    }

    fn request(&mut self, now: Millis, action: Action, store: &mut Store) {
        debug_assert!(self.pending.is_none(), "two requests at a time");
        let engine = |secret: SecretIndex| self.kind.engines()[secret.0];
        let (request, asks_engine) = match action {
            Action::Adopt(_) => (Request::LookUp, false),
            Action::Login(_) => (Request::Login, false),
            Action::RenewLease(_) => (Request::RenewLease, false),
            Action::Read(secret) => match engine(secret) {
                Engine::KeyValue => (Request::Look, true),
                Engine::Database => (Request::Credential, true),
                Engine::Certificate => (Request::Certificate, false),
                Engine::StaticRole => (Request::StaticRole, true),
            },
            _ => (Request::RenewToken, false),
        };
        if asks_engine && !self.knows_engine {
            let reception = store.receive(now, Request::Engine, self.kind, &mut self.rng);
            if reception.refusal.is_some() {
                self.pending = Some(Pending {
                    at: reception.at,
                    action,
                    refusal: reception.refusal,
                });
                return;
            }
            self.knows_engine = true;
        }
        let reception = store.receive(now, request, self.kind, &mut self.rng);
        self.pending = Some(Pending {
            at: reception.at,
            action,
            refusal: reception.refusal,
        });
    }

    fn answer(&mut self, now: Millis, pending: Pending, store: &mut Store) -> Event {
        let Pending {
            action, refusal, ..
        } = pending;
        if let Some(refusal) = refusal {
            self.is_cut_off |= refusal != Refusal::Limited;
            return failed(action, refusal);
        }
        if std::mem::take(&mut self.is_cut_off) {
            let spells = store.schedule.spells.iter().enumerate();
            let mut over =
                spells.filter(|(_, spell)| !spell.condition.answers() && spell.to <= now);
            if let Some((index, spell)) = over.next_back() {
                let (agents, longest) = &mut store.curves.recovered[index];
                *agents += 1;
                *longest = (*longest).max(now - spell.to);
            }
        }
        let Store {
            schedule, curves, ..
        } = store;
        let has_token = self.account.has_token(now, schedule);
        match action {
            Action::Login(store) => {
                let left = self.account.log_in(now, schedule, &mut curves.breaches);
                Event::LoggedIn {
                    store,
                    lease: token(left),
                }
            }
            Action::Adopt(store) | Action::Renew(store) if !has_token => {
                curves.count_failure(now);
                match action {
                    Action::Adopt(_) => Event::AdoptionFailed {
                        store,
                        fault: bad_token(),
                    },
                    _ => Event::RenewFailed {
                        store,
                        fault: bad_token(),
                    },
                }
            }
            Action::Adopt(store) => Event::Adopted {
                store,
                lease: token(self.account.token_left(now)),
            },
            Action::Renew(store) => Event::Renewed {
                store,
                lease: token(self.account.renew_token(now)),
            },
            Action::Read(secret) | Action::RenewLease(secret) if !has_token => {
                curves.count_failure(now);
                match action {
                    Action::Read(_) => Event::ReadFailed {
                        secret,
                        fault: bad_token(),
                    },
                    _ => Event::LeaseRenewFailed {
                        secret,
                        fault: bad_token(),
                    },
                }
            }
            Action::RenewLease(secret) => match self.account.renew_lease(now, schedule) {
                Some(left) => Event::LeaseRenewed {
                    secret,
                    lease: lease(left),
                },
                None => Event::LeaseRenewFailed {
                    secret,
                    fault: no_lease(),
                },
            },
            Action::Read(secret) => self.read(now, secret, store),
            _ => Event::Revoked { store: STORE },
        }
    }

    fn read(&mut self, now: Millis, secret: SecretIndex, store: &mut Store) -> Event {
        let Store {
            schedule, curves, ..
        } = store;
        let known = self.seen[secret.0];
        let (version, lifetime) = match self.kind.engines()[secret.0] {
            Engine::KeyValue => (schedule.version(now), Lifetime::Unlimited),
            Engine::Database => {
                let term = self.account.issue(now, schedule, &mut curves.breaches);
                (known + 1, Lifetime::Leased(lease(term)))
            }
            Engine::Certificate => {
                let life = self.account.certify(now, schedule, &mut curves.breaches);
                let after = Duration::from_millis(life);
                (
                    known + 1,
                    Lifetime::Ends {
                        after,
                        with_token: false,
                    },
                )
            }
            Engine::StaticRole => {
                let left = ROTATION_PERIOD - now % ROTATION_PERIOD;
                // The server tells whole seconds.
                let after = Duration::from_secs(left / 1000);
                let version = u32::try_from(now / ROTATION_PERIOD).unwrap_or(u32::MAX);
                (version + 1, Lifetime::Replaced { after })
            }
        };
        let changed = version != known;
        if changed && known > 0 && lifetime == Lifetime::Unlimited {
            let rotations = schedule.rotations.iter().filter(|at| **at <= now);
            let since = rotations.max().copied().unwrap_or(now);
            if schedule.condition(since) == Condition::Well
                && schedule.answering_between(since, now) == now - since
            {
                curves.stalest = curves.stalest.max(now - since);
            }
        }
        self.seen[secret.0] = version;
        Event::Read {
            secret,
            changed,
            lifetime,
        }
    }

    fn render(&mut self, set: SetIndex, store: &mut Store) -> Event {
        let complete = self.seen[0] > 0;
        let asked = self.kind.asks().map(|secret| Asked {
            file: FileIndex(0),
            secrets: vec![secret],
            complete,
        });
        let outcome = if asked.is_some() && !complete {
            Outcome::Incomplete
        } else {
            store.curves.renders += 1;
            let files = (0..SECRETS).filter(|index| self.seen[*index] != self.rendered[*index]);
            let changed = files.map(FileIndex).collect();
            let first = self.rendered[0] == 0;
            self.rendered = self.seen;
            Outcome::Rendered {
                changed,
                first,
                kept: Vec::new(),
            }
        };
        Event::Tried {
            set,
            asked: asked.into_iter().collect(),
            outcome,
        }
    }

    fn remember(&mut self, now: Millis, event: &Event) {
        match event {
            Event::LoggedIn { lease, .. } => {
                self.memory.token = Some(ResumedToken {
                    at: moment(now),
                    lease: *lease,
                    full: lease.duration,
                });
            }
            Event::Renewed { lease, .. } => {
                if let Some(token) = &mut self.memory.token {
                    (token.at, token.lease) = (moment(now), *lease);
                }
            }
            Event::Read {
                secret, lifetime, ..
            } => {
                let version = self.seen[secret.0];
                self.memory.secrets[secret.0] = Some((moment(now), *lifetime, version));
            }
            Event::LeaseRenewed { secret, lease } => {
                if let Some(known) = &mut self.memory.secrets[secret.0] {
                    (known.0, known.1) = (moment(now), Lifetime::Leased(*lease));
                }
            }
            _ => {}
        }
    }
}

fn failed(action: Action, refusal: Refusal) -> Event {
    let fault = refusal.fault();
    match action {
        Action::Adopt(store) => Event::AdoptionFailed { store, fault },
        Action::Login(store) => Event::LoginFailed { store, fault },
        Action::Renew(store) => Event::RenewFailed { store, fault },
        Action::Read(secret) => Event::ReadFailed { secret, fault },
        Action::RenewLease(secret) => Event::LeaseRenewFailed { secret, fault },
        _ => Event::Revoked { store: STORE },
    }
}

/// The server tells whole seconds.
fn token(left: Millis) -> TokenLease {
    TokenLease {
        duration: Duration::from_secs(left / 1000),
        renewable: true,
    }
}

fn lease(left: Millis) -> Lease {
    Lease {
        duration: Duration::from_secs(left / 1000),
        renewable: true,
    }
}

fn moment(now: Millis) -> Moment {
    Moment(Duration::from_millis(now))
}

/// The first millisecond that is not before the moment.
fn millis(moment: Moment) -> Millis {
    let nanoseconds = u64::from(moment.0.subsec_nanos());
    moment
        .0
        .as_secs()
        .saturating_mul(1000)
        .saturating_add(nanoseconds.div_ceil(1_000_000))
}
