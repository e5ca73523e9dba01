use std::time::Duration;

use fastrand::Rng;

use super::{
    Moment,
    backoff::{Backoff, Pauses},
    resume::ResumedToken,
    share,
};
use crate::{
    fault::{Fault, Retry},
    store::TokenLease,
};

/// The token of one store: whether there is one, and when to do something about it.
#[derive(Debug, Default)]
pub(super) struct Session {
    token: Option<Token>,
    /// What an earlier life had, until the store says that it is still good.
    inherited: Option<ResumedToken>,
    next: Next,
    backoff: Backoff,
    /// Logins since the store last took a token for anything else.
    in_vain: Backoff,
    fault: Option<Fault>,
}

#[derive(Clone, Copy, Debug)]
struct Token {
    /// What the login gave; renewals that give much less mean that the token's limit is near.
    full: Duration,
    /// The store took it at least once since the login.
    proven: bool,
    /// `None`: never.
    ends: Option<Moment>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum SessionStep {
    Adopt,
    Login,
    Renew,
}

/// What comes next for the token.
#[derive(Clone, Copy, Debug)]
enum Next {
    Adopt(Moment),
    Login(Moment),
    Renew(Moment),
    Nothing,
}

impl Default for Next {
    fn default() -> Self {
        Self::Login(Moment::default())
    }
}

impl Session {
    pub(super) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    pub(super) fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    /// When the next step is due.
    pub(super) fn due(&self) -> Option<Moment> {
        self.next_step().map(|(_, due)| due)
    }

    /// What comes next, and when.
    pub(super) fn next_step(&self) -> Option<(SessionStep, Moment)> {
        match self.next {
            Next::Adopt(due) => Some((SessionStep::Adopt, due)),
            Next::Login(due) => Some((SessionStep::Login, due)),
            Next::Renew(due) => Some((SessionStep::Renew, due)),
            Next::Nothing => None,
        }
    }

    /// When the present token ends.
    pub(super) fn ends(&self) -> Option<Moment> {
        match (&self.token, &self.inherited) {
            (Some(token), _) => token.ends,
            (None, Some(inherited)) => inherited.ends(),
            (None, None) => None,
        }
    }

    /// The step to take now; a token whose time is over is forgotten.
    pub(super) fn step(&mut self, now: Moment) -> Option<SessionStep> {
        if self.ends().is_some_and(|ends| ends <= now) {
            self.token = None;
            self.inherited = None;
            if let Next::Adopt(_) | Next::Renew(_) | Next::Nothing = self.next {
                self.next = Next::Login(now);
            }
        }
        match self.next {
            Next::Adopt(due) if due <= now => Some(SessionStep::Adopt),
            Next::Login(due) if due <= now => Some(SessionStep::Login),
            Next::Renew(due) if due <= now => Some(SessionStep::Renew),
            _ => None,
        }
    }

    pub(super) fn logged_in(&mut self, now: Moment, lease: TokenLease, rng: &mut Rng) {
        self.token = None;
        let pauses = Pauses::of_logins_in_vain();
        self.in_vain.failed_with(now, Retry::Rarely, &pauses, rng);
        self.succeeded(now, lease, lease.duration);
        self.next = if lease.duration.is_zero() {
            Next::Nothing
        } else if lease.renewable {
            Next::Renew(now + share(lease.duration, 0.6, 0.7, rng))
        } else {
            Next::Login(now + share(lease.duration, 0.7, 0.8, rng))
        };
    }

    pub(super) fn renewed(&mut self, now: Moment, lease: TokenLease, rng: &mut Rng) {
        let full = self.token.map_or(lease.duration, |token| token.full);
        if lease.duration.is_zero() && !full.is_zero() {
            // Less than a second is left, which the server rounds down: not "for ever" this time.
            self.token = None;
            self.next = Next::Login(now);
            return;
        }
        self.succeeded(now, lease, full);
        self.next = if lease.duration.is_zero() {
            Next::Nothing
        } else if !lease.renewable || lease.duration < full / 2 {
            // Near its limit a renewal gives only what is left of it.
            Next::Login(now + share(lease.duration, 0.4, 0.6, rng))
        } else {
            Next::Renew(now + share(lease.duration, 0.6, 0.7, rng))
        };
    }

    /// Wants to go on with the token of an earlier life.
    pub(super) fn inherits(&mut self, now: Moment, token: ResumedToken) {
        self.inherited = Some(token);
        self.next = Next::Adopt(now);
    }

    /// The store takes the inherited token, of which this much is left: what comes next comes when
    /// it would have come in the life before.
    pub(super) fn adopted(&mut self, now: Moment, left: TokenLease, rng: &mut Rng) {
        let Some(ResumedToken { at, lease, full }) = self.inherited.take() else {
            return;
        };
        let login = TokenLease {
            duration: full,
            ..lease
        };
        self.logged_in(at, login, rng);
        if lease.duration != full {
            self.renewed(at, lease, rng);
        }
        if left.duration.is_zero() && !lease.duration.is_zero() {
            // Less than a second, rounded down.
            self.token = None;
            self.next = Next::Login(now);
        }
        self.token_accepted();
        if let Some(token) = &mut self.token {
            token.ends = (!left.duration.is_zero()).then(|| now + left.duration);
        }
    }

    /// Whether the inherited token is good could not be found out, or it is not: the first is tried
    /// again, the second ends in a login.
    pub(super) fn adoption_failed(
        &mut self,
        now: Moment,
        fault: Fault,
        pauses: &Pauses,
        rng: &mut Rng,
    ) {
        let is_refused = !fault.is_of_the_store() || fault.retry == Retry::AfterLogin;
        if is_refused {
            self.inherited = None;
            self.next = Next::Login(now);
        } else {
            self.backoff.failed_with(now, fault.retry, pauses, rng);
            self.next = Next::Adopt(self.backoff.until());
        }
        self.fault = Some(fault);
    }

    /// A login or renewal failed. The token there is stays in use until its end.
    pub(super) fn failed(&mut self, now: Moment, fault: Fault, pauses: &Pauses, rng: &mut Rng) {
        self.backoff.failed_with(now, fault.retry, pauses, rng);
        let again = self.backoff.until();
        let renewing = matches!(self.next, Next::Renew(_));
        // A renewal that is refused, or that would come too late, gives way to a login. One that
        // did not get there was not refused.
        let last_call = self.token.and_then(|token| {
            token
                .ends
                .map(|ends| Moment(ends.0.saturating_sub(token.full.mul_f64(0.2))))
        });
        let refused = fault.retry == Retry::AfterLogin
            || (fault.retry == Retry::Rarely && !fault.is_of_the_store());
        self.next = if renewing && refused {
            Next::Login(now)
        } else if renewing && last_call.is_none_or(|last_call| again < last_call) {
            Next::Renew(again)
        } else {
            Next::Login(again)
        };
        self.fault = Some(fault);
    }

    pub(super) fn token_accepted(&mut self) {
        if let Some(token) = &mut self.token {
            token.proven = true;
            self.in_vain.reset();
        }
    }

    /// The store no longer takes the token; whether that can be mended by another login now.
    ///
    /// A token that was refused from the start is kept for a while: the next one would most likely
    /// fare no better, and a login per refused read would be a storm. It may have died before its
    /// first use, though, so it is replaced after pauses that grow.
    ///
    /// The login comes at `login_at` at the earliest.
    pub(super) fn token_refused(&mut self, now: Moment, login_at: Moment) -> bool {
        let Some(token) = self.token else {
            return false;
        };
        if !token.proven && self.in_vain.until() > now {
            return false;
        }
        self.token = None;
        self.next = match self.next {
            // A login that failed before keeps its pause.
            Next::Login(due) if self.fault.is_some() => Next::Login(due),
            _ => Next::Login(login_at),
        };
        true
    }

    fn succeeded(&mut self, now: Moment, lease: TokenLease, full: Duration) {
        let ends = (!lease.duration.is_zero()).then(|| now + lease.duration);
        let proven = self.token.is_some_and(|token| token.proven);
        self.token = Some(Token { full, proven, ends });
        self.backoff.reset();
        self.fault = None;
    }
}
