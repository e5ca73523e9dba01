//! The store: whether it answers, and how long that takes.

use fastrand::Rng;
use vouchsafe_agent::fault::{Fault, Retry, Whose};
use vouchsafe_shared::diagnostic::Code;

use crate::{
    Millis, SECOND,
    curves::{Curves, Request},
    population::Kind,
    schedule::{Condition, Schedule},
};

/// How many times the nominal rate of the fleet the store can serve.
const CAPACITY: f64 = 5.0;
/// The same while its quota is tight.
const TIGHT: f64 = 0.9;
/// What a server that limits rates asks for.
const PATIENCE: Millis = SECOND;
/// The store never slows down by more than this.
const SLOWEST: f64 = 20.0;

/// One store for all.
#[derive(Debug)]
pub struct Store {
    pub schedule: Schedule,
    pub curves: Curves,
    /// Requests per second that the fleet is made for, and that there were a moment ago.
    nominal: f64,
    recent: f64,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
    Unreachable,
    Sealed,
    Leaderless,
    Limited,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug)]
pub struct Reception {
    pub at: Millis,
    pub refusal: Option<Refusal>,
}

impl Store {
    pub fn new(schedule: Schedule, nominal: f64) -> Self {
        Self {
            curves: Curves::new(&schedule),
            schedule,
            nominal,
            recent: 0.0,
        }
    }

    /// Takes in how much there was to do.
    pub fn look_back(&mut self, from: Millis, to: Millis) {
        self.recent = self.curves.mean(from, to);
    }

    /// Takes a request that comes now.
    pub fn receive(
        &mut self,
        now: Millis,
        request: Request,
        kind: Kind,
        rng: &mut Rng,
    ) -> Reception {
        self.curves.count(now, request, kind);
        let condition = self.schedule.condition(now);
        let capacity = match condition {
            Condition::Tight => self.nominal * TIGHT,
            _ => self.nominal * CAPACITY,
        };
        let is_too_much = f64::from(self.curves.load(now)) > capacity.max(1.0);
        let refusal = match condition {
            Condition::Down => Some(Refusal::Unreachable),
            Condition::Sealed => Some(Refusal::Sealed),
            Condition::Leaderless => Some(Refusal::Leaderless),
            Condition::Well | Condition::Tight => is_too_much.then_some(Refusal::Limited),
        };
        let takes = match refusal {
            Some(_) => 1,
            None => self.takes(request, rng),
        };
        if refusal.is_some() {
            self.curves.count_failure(now);
        }
        Reception {
            at: now + takes,
            refusal,
        }
    }

    /// Longer the more the store was asked a moment ago, and sometimes much longer.
    fn takes(&self, request: Request, rng: &mut Rng) -> Millis {
        let usual = match request {
            Request::Login => 12.0,
            Request::Credential => 25.0,
            Request::Certificate => 15.0,
            _ => 3.0,
        };
        let busy = self.recent / (self.nominal * CAPACITY);
        let slowed = (1.0 / (1.0 - busy.min(0.99))).min(SLOWEST);
        let chance = rng.f64();
        let luck = if chance < 0.01 { 8.0 } else { 0.5 + chance };
        (usual * slowed * luck) as Millis + 1
    }
}

impl Refusal {
    /// As the agent's client of the store classifies it.
    pub fn fault(self) -> Fault {
        let (code, whose, retry) = match self {
            Self::Unreachable => (Code::StoreUnreachable, Whose::Network, Retry::Backoff),
            Self::Sealed | Self::Leaderless => {
                (Code::StoreUnavailable, Whose::Store, Retry::Backoff)
            }
            Self::Limited => {
                let patience = std::time::Duration::from_millis(PATIENCE);
                (Code::RateLimited, Whose::Store, Retry::After(patience))
            }
        };
        Fault::new(code, whose, retry, "")
    }
}

/// The token is no longer good.
pub fn bad_token() -> Fault {
    Fault::new(Code::PermissionDenied, Whose::Pod, Retry::AfterLogin, "")
}

/// The lease is gone.
pub fn no_lease() -> Fault {
    Fault::new(Code::SecretNotFound, Whose::User, Retry::Rarely, "")
}
