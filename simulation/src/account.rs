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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        HOUR,
        schedule::{Condition, Spell},
    };

    fn calm() -> Schedule {
        Schedule::named("calm", None).unwrap()
    }

    /// Down for so long before the first token ends, and while it does.
    fn down_for(time: Millis) -> Schedule {
        let spells = vec![Spell {
            from: TOKEN_TERM - time,
            to: TOKEN_TERM + MINUTE,
            condition: Condition::Down,
        }];
        Schedule { spells, ..calm() }
    }

    fn lost_at(loss: Millis) -> Schedule {
        Schedule {
            loss: Some(loss),
            ..calm()
        }
    }

    /// What the store makes of an agent that does something with each of its grants at a time.
    fn breaches(schedule: &Schedule, deed: impl FnOnce(&mut Account, &mut Breaches)) -> Breaches {
        let (mut account, mut breaches) = (Account::default(), Breaches::default());
        account.log_in(0, schedule, &mut breaches);
        account.issue(0, schedule, &mut breaches);
        account.certify(0, schedule, &mut breaches);
        assert_eq!(breaches, Breaches::default());
        deed(&mut account, &mut breaches);
        breaches
    }

    /// Of a login at a time.
    fn login(schedule: &Schedule, at: Millis) -> Breaches {
        breaches(schedule, |account, breaches| {
            account.log_in(at, schedule, breaches);
        })
    }

    #[test]
    fn what_ended_although_the_store_answered_was_late() {
        let found = login(&calm(), TOKEN_TERM + 1);
        assert_eq!((found.late_tokens, found.late_leases), (1, 1));
        assert_eq!((found.needless_logins, found.needless_credentials), (0, 0));
        for (schedule, late) in [
            (down_for(TOKEN_TERM), 0),
            (down_for(10 * MINUTE), 1),
            (lost_at(TOKEN_TERM / 2), 0),
            (lost_at(TOKEN_TERM + MINUTE), 1),
        ] {
            let found = login(&schedule, TOKEN_TERM + 2 * MINUTE);
            assert_eq!(found.late_tokens, late, "{schedule:?}");
        }
    }

    #[test]
    fn what_nobody_ever_replaced_is_late_at_the_end() {
        let end = |at| {
            breaches(&calm(), |account, breaches| {
                account.close(at, &calm(), breaches);
            })
        };
        assert_eq!(end(TOKEN_TERM / 2), Breaches::default());
        let found = end(CERTIFICATE_LIFE + 1);
        let late = (found.late_tokens, found.late_leases);
        assert_eq!((late, found.late_certificates), ((1, 1), 1));
    }

    #[test]
    fn what_is_replaced_although_it_would_have_done_is_needless() {
        assert_eq!(login(&calm(), TOKEN_TERM / 2).needless_logins, 1);
        // It is nearly over, or the store knows it no longer.
        assert_eq!(login(&calm(), TOKEN_TERM * 9 / 10).needless_logins, 0);
        let half = TOKEN_TERM / 2;
        assert_eq!(login(&lost_at(half), half).needless_logins, 0);
        let again = |at| {
            breaches(&calm(), |account, breaches| {
                account.issue(at, &calm(), breaches);
                account.certify(at, &calm(), breaches);
            })
        };
        let found = again(HOUR / 2);
        let needless = (found.needless_credentials, found.needless_certificates);
        assert_eq!(needless, (1, 1));
    }

    #[test]
    fn a_renewal_lengthens_no_further_than_the_limit() {
        let schedule = calm();
        let mut account = Account::default();
        account.log_in(0, &schedule, &mut Breaches::default());
        let mut now = 0;
        while now + TOKEN_TERM < TOKEN_LIMIT {
            now += TOKEN_TERM / 2;
            assert!(account.has_token(now, &schedule));
            assert_eq!(account.renew_token(now), TOKEN_TERM.min(TOKEN_LIMIT - now));
        }
        assert!(!account.has_token(TOKEN_LIMIT, &schedule));
    }
}
