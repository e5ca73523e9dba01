//! What is counted.

use crate::{MINUTE, Millis, SECOND, population::Kind, schedule::Schedule};

/// A request to the store.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Request {
    Login,
    /// Whether the token of an earlier life is still good.
    LookUp,
    RenewToken,
    /// Which engine a path leads to, once in the life of an agent.
    Engine,
    Look,
    Credential,
    RenewLease,
    Certificate,
    StaticRole,
}

impl Request {
    pub const ALL: [Self; 9] = [
        Self::Login,
        Self::LookUp,
        Self::RenewToken,
        Self::Engine,
        Self::Look,
        Self::Credential,
        Self::RenewLease,
        Self::Certificate,
        Self::StaticRole,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::LookUp => "look at an earlier life's token",
            Self::RenewToken => "renewal of the token",
            Self::Engine => "question for the engine",
            Self::Look => "read of a KV secret",
            Self::Credential => "database credential issued",
            Self::RenewLease => "renewal of its lease",
            Self::Certificate => "certificate issued",
            Self::StaticRole => "read of a static role",
        }
    }
}

/// Something that was not as it should be, at the store's side.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Breaches {
    pub late_tokens: u64,
    pub late_leases: u64,
    pub late_certificates: u64,
    pub needless_logins: u64,
    pub needless_credentials: u64,
    pub needless_certificates: u64,
    /// Agents that ended although nobody told them to.
    pub ended: u64,
}

/// Counts by time.
#[derive(Debug)]
pub struct Curves {
    /// By second.
    pub requests: Vec<u32>,
    /// By minute and kind of request.
    pub kinds: Vec<[u32; Request::ALL.len()]>,
    /// By minute: answers other than what was asked for.
    pub failures: Vec<u32>,
    /// By minute and kind of pod.
    pub pods: Vec<[u32; Kind::ALL.len()]>,
    pub renders: u64,
    pub reloads: u64,
    pub events: u64,
    pub breaches: Breaches,
    /// The longest from a change of a KV secret to its rendering while the store answered, ms.
    pub stalest: Millis,
    /// By spell: how many agents it failed, and the longest from its end to an answer, ms.
    pub recovered: Vec<(u32, Millis)>,
}

impl Curves {
    pub fn new(schedule: &Schedule) -> Self {
        let size = |unit: Millis| usize::try_from(schedule.length / unit + 1).unwrap_or_default();
        Self {
            requests: vec![0; size(SECOND)],
            kinds: vec![[0; Request::ALL.len()]; size(MINUTE)],
            failures: vec![0; size(MINUTE)],
            pods: vec![[0; Kind::ALL.len()]; size(MINUTE)],
            renders: 0,
            reloads: 0,
            events: 0,
            breaches: Breaches::default(),
            stalest: 0,
            recovered: vec![(0, 0); schedule.spells.len()],
        }
    }

    pub fn count(&mut self, now: Millis, request: Request, kind: Kind) {
        self.requests[slot(now, SECOND)] += 1;
        self.kinds[slot(now, MINUTE)][request as usize] += 1;
        self.pods[slot(now, MINUTE)][kind as usize] += 1;
    }

    pub fn count_failure(&mut self, now: Millis) {
        self.failures[slot(now, MINUTE)] += 1;
    }

    /// Requests in the second.
    pub fn load(&self, now: Millis) -> u32 {
        self.requests[slot(now, SECOND)]
    }

    /// Requests per second over ten of them, the highest of a time.
    pub fn peak(&self, from: Millis, to: Millis) -> f64 {
        let seconds = &self.requests[slot(from, SECOND)..slot(to, SECOND)];
        let tens = seconds.windows(10).map(|ten| ten.iter().sum::<u32>());
        f64::from(tens.max().unwrap_or_default()) / 10.0
    }

    /// Requests per second on average.
    pub fn mean(&self, from: Millis, to: Millis) -> f64 {
        let seconds = &self.requests[slot(from, SECOND)..slot(to, SECOND)];
        let all: u64 = seconds.iter().map(|count| u64::from(*count)).sum();
        all as f64 / seconds.len().max(1) as f64
    }
}

fn slot(now: Millis, unit: Millis) -> usize {
    usize::try_from(now / unit).unwrap_or(usize::MAX)
}
