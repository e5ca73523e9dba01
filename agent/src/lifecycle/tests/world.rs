//! A store that exists in simulated time only, and an agent that uses it.

use std::collections::{BTreeMap, VecDeque};

use vouchsafe_shared::{config::RefreshConfig, diagnostic::Code};
use vouchsafe_template::scope::Dependency;

use crate::{
    fault::{Fault, Retry, Whose},
    lifecycle::*,
    plan::{FileIndex, PlannedFile, PlannedReload, PlannedSet, PlannedStore, VolumeIndex},
    store::{Lease, Lifetime, TokenLease},
};

impl std::ops::Sub for Moment {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        self.0.checked_sub(earlier.0).expect("time goes forward")
    }
}

pub(super) const SECOND: Duration = Duration::from_secs(1);

/// One store, `secrets` secrets, a file of one volume for each, and one reload on all files.
pub(super) fn plan(secrets: usize, interval: &str, revoke: bool) -> Plan {
    Plan {
        stores: vec![PlannedStore {
            revoke,
            ..PlannedStore::default()
        }],
        files: (0..secrets)
            .map(|index| PlannedFile {
                volume: VolumeIndex(0),
                set: SetIndex(0),
                store: StoreIndex(0),
                secret: Some(read(&format!("secret/{index}"))),
                token: false,
                command: false,
                refresh: None,
                may_lack: false,
            })
            .collect(),
        sets: vec![PlannedSet::default()],
        reloads: vec![PlannedReload {
            files: (0..secrets).map(FileIndex).collect(),
            retries: 3,
            ..PlannedReload::default()
        }],
        refresh: RefreshConfig::every(interval.parse().unwrap()),
        exit_on_retry_failure: false,
    }
}

pub(super) fn fault(code: Code, whose: Whose, retry: Retry) -> Fault {
    Fault::new(code, whose, retry, "made by the test")
}

pub(super) fn down() -> Fault {
    fault(Code::StoreUnreachable, Whose::Network, Retry::Backoff)
}

pub(super) fn read(path: &str) -> Dependency {
    let path = path.to_owned();
    Dependency::Read { path }
}

/// A template: asks for secrets by path, is told their versions where they are known.
pub(super) type Template = fn(&mut dyn FnMut(&str) -> Option<u64>);

/// What the store issues anew at each read.
pub(super) struct Issued {
    pub(super) lease: Lease,
    /// How long renewals can make it live.
    pub(super) limit: Duration,
    /// Every issue, and when it ends at last.
    pub(super) issues: Vec<(Moment, Moment)>,
    pub(super) renewals: Vec<Moment>,
    /// Why renewals fail.
    pub(super) refused: Option<Fault>,
}

impl Issued {
    pub(super) fn new(seconds: u64, limit: u64, renewable: bool) -> Self {
        Self {
            lease: Lease {
                duration: Duration::from_secs(seconds),
                renewable,
            },
            limit: Duration::from_secs(limit),
            issues: Vec::new(),
            renewals: Vec::new(),
            refused: None,
        }
    }

    /// Checks that there is one credential at a time, that each is used for nearly all of its life,
    /// and that the next comes before it ends.
    pub(super) fn check(&self) {
        for pair in self.issues.windows(2) {
            let [(born, ends), (next, _)] = [pair[0], pair[1]];
            assert!(next < ends, "issued at {next:?}, too late for {ends:?}");
            let used = (next - born).as_secs_f64() / (ends - born).as_secs_f64();
            assert!(used >= 0.8, "only {used} of a life was used");
        }
    }
}

/// A store that exists in simulated time only.
pub(super) struct World {
    pub(super) lifecycle: Lifecycle,
    pub(super) now: Moment,
    pub(super) latency: Duration,
    pub(super) token: TokenLease,
    /// What is left of the token's longest life at each login.
    pub(super) token_limit: Duration,
    pub(super) token_born: Moment,
    pub(super) token_ends: Option<Moment>,
    /// From when to when nothing is reachable.
    pub(super) outage: Option<(Moment, Moment)>,
    /// And why.
    pub(super) outage_cause: Fault,
    /// Secrets whose reading fails, and how.
    pub(super) broken: BTreeMap<usize, Fault>,
    /// Secrets that are issued at each read.
    pub(super) issued: BTreeMap<usize, Issued>,
    /// How long the answers of other secrets are good.
    pub(super) lifetimes: BTreeMap<usize, Lifetime>,
    /// By file.
    pub(super) templates: BTreeMap<usize, Template>,
    pub(super) versions: Vec<u64>,
    pub(super) seen: Vec<u64>,
    pub(super) rendered: Vec<u64>,
    pub(super) pending: VecDeque<(Moment, Action)>,
    pub(super) log: Vec<(Moment, Action)>,
    pub(super) stopped: bool,
    /// Reloads under way, and when each ends.
    pub(super) tellings: Vec<(Moment, ReloadIndex)>,
    pub(super) telling_takes: Duration,
    /// Why the application cannot be told.
    pub(super) deaf: Option<Fault>,
    /// What an agent would save: the reloads that it told by.
    pub(super) told: Vec<ReloadIndex>,
    /// What an agent would save: its token, and by path when each secret came and as what.
    pub(super) token_memory: Option<ResumedToken>,
    pub(super) memory: BTreeMap<String, (Moment, Lifetime, u64)>,
}

impl World {
    pub(super) fn new(plan: Plan, seed: u64) -> Self {
        let secrets = plan.files.len();
        let rng = Rng::with_seed(seed);
        Self {
            lifecycle: Lifecycle::new(plan, Mode::Stay, rng, &[Found::Nothing], Resume::default()),
            now: Moment::default(),
            latency: Duration::from_millis(2),
            token: TokenLease {
                duration: Duration::from_secs(3600),
                renewable: true,
            },
            token_limit: Duration::MAX,
            token_born: Moment::default(),
            token_ends: None,
            outage: None,
            outage_cause: down(),
            broken: BTreeMap::new(),
            issued: BTreeMap::new(),
            lifetimes: BTreeMap::new(),
            templates: BTreeMap::new(),
            versions: vec![1; secrets],
            seen: vec![0; secrets],
            rendered: vec![0; secrets],
            pending: VecDeque::new(),
            log: Vec::new(),
            stopped: false,
            tellings: Vec::new(),
            telling_takes: Duration::from_millis(1),
            deaf: None,
            told: Vec::new(),
            token_memory: None,
            memory: BTreeMap::new(),
        }
    }

    pub(super) fn send(&mut self, event: Event) {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            self.remember(&event);
            for action in self.lifecycle.handle(self.now, event) {
                self.log.push((self.now, action));
                match action {
                    Action::Render(set) => events.push(self.render(set)),
                    Action::Forget(secret) => {
                        if let Some(seen) = self.seen.get_mut(secret.0) {
                            *seen = 0;
                        }
                    }
                    Action::Read(secret)
                        if self
                            .lifecycle
                            .demand()
                            .secret(secret)
                            .is_some_and(|secret| secret.store.is_none()) =>
                    {
                        events.push(self.learn(secret, Lifetime::Unlimited));
                    }
                    Action::Recall(secret) => {
                        let path = self.path(secret).unwrap();
                        let (_, _, version) = self.memory[&path];
                        let size = self.seen.len().max(secret.0 + 1);
                        self.seen.resize(size, 0);
                        self.seen[secret.0] = version;
                    }
                    Action::Reload(reload) => {
                        self.tellings.push((self.now + self.telling_takes, reload));
                    }
                    Action::Watch(_) | Action::DropPrevious(_) | Action::GiveUp(_) => {}
                    Action::Stop => self.stopped = true,
                    request => self.pending.push_back((self.now + self.latency, request)),
                }
            }
        }
    }

    fn path(&self, secret: SecretIndex) -> Option<String> {
        let planned = self.lifecycle.demand().secret(secret)?;
        Some(planned.dependency.path().to_owned())
    }

    fn remember(&mut self, event: &Event) {
        match event {
            Event::LoggedIn { lease, .. } => {
                self.token_memory = Some(ResumedToken {
                    at: self.now,
                    lease: *lease,
                    full: lease.duration,
                });
            }
            Event::Renewed { lease, .. } => {
                if let Some(token) = &mut self.token_memory {
                    (token.at, token.lease) = (self.now, *lease);
                }
            }
            Event::Read {
                secret, lifetime, ..
            } => {
                if let Some(path) = self.path(*secret) {
                    let seen = self.seen[secret.0];
                    self.memory.insert(path, (self.now, *lifetime, seen));
                }
            }
            Event::LeaseRenewed { secret, lease } => {
                let path = self.path(*secret);
                if let Some(known) = path.and_then(|path| self.memory.get_mut(&path)) {
                    (known.0, known.1) = (self.now, Lifetime::Leased(*lease));
                }
            }
            _ => {}
        }
    }

    /// Ends the agent without a warning and starts it again, with what it had saved.
    pub(super) fn restart(&mut self, mode: Mode) {
        let plan = self.lifecycle.demand().plan().clone();
        let secrets = self.memory.iter();
        let secrets = secrets.map(|(path, (at, lifetime, _))| ResumedSecret {
            store: StoreIndex(0),
            dependency: read(path),
            at: *at,
            lifetime: *lifetime,
        });
        let resume = Resume {
            now: self.now,
            tokens: vec![self.token_memory],
            secrets: secrets.collect(),
            told: self.told.clone(),
        };
        let found = if self.lifecycle.is_ready() {
            let told = !self.lifecycle.is_telling();
            Found::Files { told }
        } else {
            Found::Nothing
        };
        self.lifecycle = Lifecycle::new(plan, mode, Rng::with_seed(99), &[found], resume);
        self.pending.clear();
        self.tellings.clear();
        self.seen.fill(0);
        self.send(Event::Tick);
    }

    fn render(&mut self, set: SetIndex) -> Event {
        let mut asked = Vec::new();
        let mut complete = true;
        let mut endless = None;
        for (file, template) in &self.templates {
            let (mut secrets, mut missing) = (Vec::new(), false);
            template(&mut |path| {
                let secret = read(path);
                let known = self.lifecycle.demand().find(StoreIndex(0), &secret);
                secrets.push(secret);
                let seen = known.and_then(|known| self.seen.get(known.0).copied());
                let prospect = known.map(|known| self.lifecycle.prospect(known));
                let given_up = prospect.is_some_and(|prospect| prospect != Prospect::Awaited);
                let seen = seen.filter(|seen| *seen > 0);
                missing |= seen.is_none() && !given_up;
                seen
            });
            let file = FileIndex(*file);
            if missing && self.lifecycle.is_endless(file) {
                let fault = fault(Code::TemplateFailed, Whose::User, Retry::Rarely);
                endless = Some(FileFault { file, fault });
            } else {
                complete &= !missing;
            }
            asked.push(Asked {
                file,
                secrets,
                complete: !missing,
            });
        }
        let is_ready = self.lifecycle.is_ready();
        let outcome = if let Some(failed) = endless.clone().filter(|_| complete && !is_ready) {
            Outcome::Failed(failed.fault)
        } else if complete {
            self.rendered.resize(self.seen.len(), 0);
            let files = &self.lifecycle.demand().plan().files;
            let is_of_volume = |index: &usize| {
                let file = files.get(*index);
                file.is_none_or(|file| file.set == set)
            };
            let own: Vec<_> = (0..self.seen.len()).filter(is_of_volume).collect();
            let first = own.iter().all(|index| self.rendered[*index] == 0);
            let (seen, rendered) = (&self.seen, &mut self.rendered);
            let changed = own
                .iter()
                .filter(|index| seen[**index] != rendered[**index]);
            let changed = changed.map(|index| FileIndex(*index)).collect();
            for index in own {
                rendered[index] = seen[index];
            }
            Outcome::Rendered {
                changed,
                first,
                kept: endless.into_iter().collect(),
            }
        } else {
            Outcome::Incomplete
        };
        Event::Tried {
            set,
            asked,
            outcome,
        }
    }

    pub(super) fn learn(&mut self, secret: SecretIndex, lifetime: Lifetime) -> Event {
        let size = self.versions.len().max(secret.0 + 1);
        self.versions.resize(size, 1);
        self.seen.resize(size, 0);
        let changed = self.seen[secret.0] != self.versions[secret.0];
        self.seen[secret.0] = self.versions[secret.0];
        Event::Read {
            secret,
            changed,
            lifetime,
        }
    }

    /// A new credential, which the next login takes away with the token.
    fn issue(&mut self, secret: SecretIndex) -> Event {
        let issued = self.issued.get_mut(&secret.0).unwrap();
        let lease = issued.lease;
        let ends = self.now + lease.duration.min(issued.limit);
        issued.issues.push((self.now, ends));
        let size = self.versions.len().max(secret.0 + 1);
        self.versions.resize(size, 1);
        self.versions[secret.0] += 1;
        self.learn(secret, Lifetime::Leased(lease))
    }

    fn renew_lease(&mut self, secret: SecretIndex) -> Event {
        let issued = self.issued.get_mut(&secret.0).unwrap();
        issued.renewals.push(self.now);
        let (born, ends) = issued.issues.last_mut().unwrap();
        assert!(self.now < *ends, "a renewal at {:?}, too late", self.now);
        if let Some(fault) = issued.refused.clone() {
            return Event::LeaseRenewFailed { secret, fault };
        }
        let left = issued.limit.saturating_sub(self.now - *born);
        let duration = issued.lease.duration.min(left);
        *ends = self.now + duration;
        let lease = Lease {
            duration,
            ..issued.lease
        };
        Event::LeaseRenewed { secret, lease }
    }

    pub(super) fn answer(&mut self, action: Action) -> Event {
        let reachable = self
            .outage
            .is_none_or(|(from, to)| self.now < from || self.now >= to);
        let alive = self.token_ends.is_some_and(|ends| self.now < ends);
        let bad_token = || fault(Code::PermissionDenied, Whose::Pod, Retry::AfterLogin);
        match action {
            Action::Adopt(store) if !reachable => Event::AdoptionFailed {
                store,
                fault: self.outage_cause.clone(),
            },
            Action::Adopt(store) if !alive => Event::AdoptionFailed {
                store,
                fault: bad_token(),
            },
            Action::Adopt(store) => Event::Adopted {
                store,
                lease: TokenLease {
                    duration: self.token_ends.unwrap() - self.now,
                    ..self.token
                },
            },
            Action::Run(_) => Event::CommandEnded,
            Action::Login(store) if !reachable => Event::LoginFailed {
                store,
                fault: self.outage_cause.clone(),
            },
            Action::Login(store) => {
                self.token_born = self.now;
                self.token_ends = Some(self.now + self.token.duration.min(self.token_limit));
                Event::LoggedIn {
                    store,
                    lease: self.token,
                }
            }
            Action::Renew(store) if !reachable => Event::RenewFailed {
                store,
                fault: self.outage_cause.clone(),
            },
            Action::Renew(store) if !alive => Event::RenewFailed {
                store,
                fault: bad_token(),
            },
            Action::Renew(store) => {
                let age = self.now - self.token_born;
                let duration = self
                    .token
                    .duration
                    .min(self.token_limit.saturating_sub(age));
                self.token_ends = Some(self.now + duration);
                Event::Renewed {
                    store,
                    lease: TokenLease {
                        duration,
                        ..self.token
                    },
                }
            }
            Action::Read(secret) if !reachable => Event::ReadFailed {
                secret,
                fault: self.outage_cause.clone(),
            },
            Action::Read(secret) if !alive => Event::ReadFailed {
                secret,
                fault: bad_token(),
            },
            Action::Read(secret) => match self.broken.get(&secret.0) {
                Some(fault) if fault.code == Code::AnswerStale => Event::ReadStale {
                    secret,
                    fault: fault.clone(),
                },
                Some(fault) => Event::ReadFailed {
                    secret,
                    fault: fault.clone(),
                },
                None if self.issued.contains_key(&secret.0) => self.issue(secret),
                None => {
                    let lifetime = self.lifetimes.get(&secret.0).copied();
                    self.learn(secret, lifetime.unwrap_or(Lifetime::Unlimited))
                }
            },
            Action::RenewLease(secret) if !reachable || !alive => Event::LeaseRenewFailed {
                secret,
                fault: if reachable { bad_token() } else { down() },
            },
            Action::RenewLease(secret) => self.renew_lease(secret),
            Action::Revoke(store) => {
                self.token_ends = None;
                Event::Revoked { store }
            }
            Action::Watch(_)
            | Action::Render(_)
            | Action::Reload(_)
            | Action::DropPrevious(_)
            | Action::Forget(_)
            | Action::Recall(_)
            | Action::GiveUp(_)
            | Action::Stop => {
                unreachable!("not a request to the store")
            }
        }
    }

    /// Lets time pass until `end`, never busily: each wake-up must make progress.
    pub(super) fn run_until(&mut self, end: Moment) {
        if self.now == Moment::default() && self.log.is_empty() {
            self.send(Event::Tick);
        }
        let mut idle = 0;
        loop {
            let wake = self.lifecycle.wake_at();
            let answer = self.pending.front().map(|(at, _)| *at);
            let telling = self.tellings.iter().map(|(at, _)| *at).min();
            let Some(next) = [wake, answer, telling]
                .into_iter()
                .flatten()
                .min()
                .filter(|at| *at <= end)
            else {
                self.now = end;
                return;
            };
            idle = if next <= self.now { idle + 1 } else { 0 };
            assert!(idle < 100, "the machine spins at {:?}", self.now);
            self.now = self.now.max(next);
            let event = if answer.is_some_and(|at| at <= self.now) {
                let (_, action) = self.pending.pop_front().unwrap();
                self.answer(action)
            } else if telling.is_some_and(|at| at <= self.now) {
                self.end_telling()
            } else {
                Event::Tick
            };
            self.send(event);
        }
    }

    fn end_telling(&mut self) -> Event {
        let ended = self.tellings.iter().position(|(at, _)| *at <= self.now);
        let (_, reload) = self.tellings.swap_remove(ended.unwrap());
        self.told.push(reload);
        let result = match &self.deaf {
            Some(fault) => Err(fault.clone()),
            None => Ok("told".to_owned()),
        };
        Event::ReloadEnded { reload, result }
    }

    pub(super) fn run_for(&mut self, duration: Duration) {
        self.run_until(self.now + duration);
    }

    pub(super) fn times(&self, wanted: impl Fn(&Action) -> bool) -> Vec<Moment> {
        self.log
            .iter()
            .filter(|(_, action)| wanted(action))
            .map(|(at, _)| *at)
            .collect()
    }

    pub(super) fn logins(&self) -> Vec<Moment> {
        self.times(|action| matches!(action, Action::Login(_)))
    }

    pub(super) fn renewals(&self) -> Vec<Moment> {
        self.times(|action| matches!(action, Action::Renew(_)))
    }

    pub(super) fn reads(&self) -> Vec<Moment> {
        self.times(|action| matches!(action, Action::Read(_)))
    }

    pub(super) fn renders(&self) -> Vec<Moment> {
        self.times(|action| matches!(action, Action::Render(_)))
    }

    pub(super) fn reloads(&self) -> Vec<Moment> {
        self.times(|action| matches!(action, Action::Reload(_)))
    }
}
