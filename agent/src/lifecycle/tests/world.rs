//! A store that exists in simulated time only, and an agent that uses it.

use std::collections::{BTreeMap, VecDeque};

use vouchsafe_shared::{config::RefreshConfig, diagnostic::Code};

use crate::{
    fault::{Fault, Retry, Whose},
    lifecycle::*,
    plan::{PlannedFile, PlannedSecret},
    store::TokenLease,
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
    let path = |index: usize| format!("secret/{index}").parse().unwrap();
    Plan {
        revoke: vec![revoke],
        secrets: (0..secrets)
            .map(|index| PlannedSecret {
                store: StoreIndex(0),
                path: path(index),
            })
            .collect(),
        files: (0..secrets)
            .map(|index| PlannedFile {
                secret: SecretIndex(index),
                volume: VolumeIndex(0),
            })
            .collect(),
        volumes: 1,
        reloads: vec![(0..secrets).map(FileIndex).collect()],
        refresh: RefreshConfig {
            interval: interval.parse().unwrap(),
            jitter: 0.1,
        },
    }
}

pub(super) fn fault(code: Code, whose: Whose, retry: Retry) -> Fault {
    Fault::new(code, whose, retry, "made by the test")
}

pub(super) fn down() -> Fault {
    fault(Code::StoreUnreachable, Whose::Network, Retry::Backoff)
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
    /// Secrets whose reading fails, and how.
    pub(super) broken: BTreeMap<usize, Fault>,
    pub(super) versions: Vec<u64>,
    pub(super) seen: Vec<u64>,
    pub(super) rendered: Vec<u64>,
    pub(super) pending: VecDeque<(Moment, Action)>,
    pub(super) log: Vec<(Moment, Action)>,
    pub(super) stopped: bool,
}

impl World {
    pub(super) fn new(plan: Plan, seed: u64) -> Self {
        let secrets = plan.secrets.len();
        let rng = Rng::with_seed(seed);
        Self {
            lifecycle: Lifecycle::new(plan, Mode::Stay, rng, &[Found::Nothing]),
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
            broken: BTreeMap::new(),
            versions: vec![1; secrets],
            seen: vec![0; secrets],
            rendered: vec![0; secrets],
            pending: VecDeque::new(),
            log: Vec::new(),
            stopped: false,
        }
    }

    pub(super) fn send(&mut self, event: Event) {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            for action in self.lifecycle.handle(self.now, event) {
                self.log.push((self.now, action));
                match action {
                    Action::Render(volume) => {
                        let first = self.rendered.iter().all(|version| *version == 0);
                        let changed = self.seen.iter().zip(&self.rendered).enumerate();
                        let changed = changed.filter(|(_, (seen, rendered))| seen != rendered);
                        let changed = changed.map(|(index, _)| FileIndex(index)).collect();
                        self.rendered.clone_from(&self.seen);
                        events.push(Event::Rendered {
                            volume,
                            changed,
                            first,
                            kept: None,
                        });
                    }
                    Action::Reload(_) => {}
                    Action::Stop => self.stopped = true,
                    request => self.pending.push_back((self.now + self.latency, request)),
                }
            }
        }
    }

    pub(super) fn answer(&mut self, action: Action) -> Event {
        let reachable = self
            .outage
            .is_none_or(|(from, to)| self.now < from || self.now >= to);
        let alive = self.token_ends.is_some_and(|ends| self.now < ends);
        let bad_token = || fault(Code::PermissionDenied, Whose::Pod, Retry::AfterLogin);
        match action {
            Action::Login(store) if !reachable => Event::LoginFailed {
                store,
                fault: down(),
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
                fault: down(),
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
                fault: down(),
            },
            Action::Read(secret) if !alive => Event::ReadFailed {
                secret,
                fault: bad_token(),
            },
            Action::Read(secret) => match self.broken.get(&secret.0) {
                Some(fault) => Event::ReadFailed {
                    secret,
                    fault: fault.clone(),
                },
                None => {
                    let changed = self.seen[secret.0] != self.versions[secret.0];
                    self.seen[secret.0] = self.versions[secret.0];
                    Event::Read { secret, changed }
                }
            },
            Action::Revoke(store) => {
                self.token_ends = None;
                Event::Revoked { store }
            }
            Action::Render(_) | Action::Reload(_) | Action::Stop => {
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
            let Some(next) = [wake, answer]
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
            } else {
                Event::Tick
            };
            self.send(event);
        }
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
