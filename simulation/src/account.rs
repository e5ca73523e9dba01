//! What the store keeps of one agent: its token and what was issued to it. Here it shows what was
//! renewed too late, and what was issued although what was there would have done.

use crate::{
    MINUTE, Millis,
    curves::Breaches,
    population::{CERTIFICATE_LIFE, LEASE_LIMIT, LEASE_TERM, TOKEN_LIMIT, TOKEN_TERM},
    schedule::Schedule,
};

/// Renewals come after 60 to 70 % of a time at the latest.
const LATEST_RENEWAL: f64 = 0.7;
/// An agent has missed its chance when the store answered for so long between the latest renewal
/// and the end, longer than any pause.
const CHANCE: Millis = 2 * MINUTE;
/// What has less than this share of its life left may be replaced.
const OLD: f64 = 0.25;

/// One token, lease or certificate.
#[derive(Clone, Copy, Debug)]
struct Grant {
    born: Millis,
    /// When it was given or last renewed.
    at: Millis,
    ends: Millis,
    /// When it ends at last.
    limit: Millis,
    /// A store that loses its tokens takes it along.
    is_fleeting: bool,
}

/// The store's side of one agent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Account {
    token: Option<Grant>,
    lease: Option<Grant>,
    certificate: Option<Grant>,
}

impl Grant {
    fn new(now: Millis, term: Millis, limit: Millis) -> Self {
        Self {
            born: now,
            at: now,
            ends: now + term.min(limit),
            limit: now + limit,
            is_fleeting: true,
        }
    }

    fn renew(&mut self, now: Millis, term: Millis) {
        self.at = now;
        self.ends = (now + term).min(self.limit);
    }

    fn is_lost(&self, now: Millis, schedule: &Schedule) -> bool {
        let loss = schedule.loss.filter(|_| self.is_fleeting);
        loss.is_some_and(|loss| self.born < loss && loss <= now)
    }

    fn is_alive(&self, now: Millis, schedule: &Schedule) -> bool {
        now < self.ends && !self.is_lost(now, schedule)
    }

    /// It ended although there was time enough for something to be done.
    fn is_late(&self, now: Millis, schedule: &Schedule) -> bool {
        let latest = self.at + share(self.ends - self.at, LATEST_RENEWAL);
        self.ends <= now
            && !self.is_lost(self.ends, schedule)
            && schedule.answering_between(latest, self.ends) > CHANCE
    }

    /// It has so much left that nothing else is needed.
    fn would_do(&self, now: Millis, term: Millis, schedule: &Schedule) -> bool {
        let near_limit =
            self.limit.saturating_sub(now) < share(self.limit - self.born, OLD).max(term / 2);
        let near_end = self.ends.saturating_sub(now) < share(self.ends - self.at, OLD);
        self.is_alive(now, schedule) && !near_limit && !near_end
    }
}

impl Account {
    pub fn has_token(&self, now: Millis, schedule: &Schedule) -> bool {
        self.token
            .is_some_and(|token| token.is_alive(now, schedule))
    }

    /// What is left of the token.
    pub fn token_left(&self, now: Millis) -> Millis {
        self.token.map_or(0, |token| token.ends.saturating_sub(now))
    }

    pub fn log_in(&mut self, now: Millis, schedule: &Schedule, breaches: &mut Breaches) -> Millis {
        if let Some(token) = self.token {
            breaches.late_tokens += u64::from(token.is_late(now, schedule));
            breaches.needless_logins += u64::from(token.would_do(now, TOKEN_TERM, schedule));
        }
        self.token = Some(Grant::new(now, TOKEN_TERM, TOKEN_LIMIT));
        // Its lease will go with the token before; what comes is asked for with this one.
        if let Some(lease) = self.lease.take() {
            breaches.late_leases += u64::from(lease.is_late(now, schedule));
        }
        self.token_left(now)
    }

    pub fn renew_token(&mut self, now: Millis) -> Millis {
        if let Some(token) = &mut self.token {
            token.renew(now, TOKEN_TERM);
        }
        self.token_left(now)
    }

    pub fn issue(&mut self, now: Millis, schedule: &Schedule, breaches: &mut Breaches) -> Millis {
        if let Some(lease) = self.lease {
            breaches.late_leases += u64::from(lease.is_late(now, schedule));
            breaches.needless_credentials += u64::from(lease.would_do(now, LEASE_TERM, schedule));
        }
        self.lease = Some(Grant::new(now, LEASE_TERM, LEASE_LIMIT));
        LEASE_TERM
    }

    /// Nothing for a lease that is gone.
    pub fn renew_lease(&mut self, now: Millis, schedule: &Schedule) -> Option<Millis> {
        let lease = self
            .lease
            .as_mut()
            .filter(|lease| lease.is_alive(now, schedule))?;
        lease.renew(now, LEASE_TERM);
        Some(lease.ends - now)
    }

    pub fn certify(&mut self, now: Millis, schedule: &Schedule, breaches: &mut Breaches) -> Millis {
        if let Some(before) = self.certificate {
            breaches.late_certificates += u64::from(before.is_late(now, schedule));
            let is_needless = before.would_do(now, 0, schedule);
            breaches.needless_certificates += u64::from(is_needless);
        }
        self.certificate = Some(Grant {
            is_fleeting: false,
            ..Grant::new(now, CERTIFICATE_LIFE, CERTIFICATE_LIFE)
        });
        CERTIFICATE_LIFE
    }

    /// What has ended and was not replaced until now.
    pub fn close(&self, now: Millis, schedule: &Schedule, breaches: &mut Breaches) {
        let is_late = |grant: Option<Grant>| {
            u64::from(grant.is_some_and(|grant| grant.is_late(now, schedule)))
        };
        breaches.late_tokens += is_late(self.token);
        breaches.late_leases += is_late(self.lease);
        breaches.late_certificates += is_late(self.certificate);
    }
}

fn share(duration: Millis, share: f64) -> Millis {
    (duration as f64 * share) as Millis
}
