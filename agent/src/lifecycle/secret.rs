use std::time::Duration;

use fastrand::Rng;
use vouchsafe_shared::{config::RefreshConfig, diagnostic::Code};

use super::{
    Moment,
    backoff::{Backoff, Pauses},
    share,
};
use crate::{
    fault::{Fault, Retry},
    plan::StoreIndex,
    store::{Lease, Lifetime},
};

/// Nothing is to be done before something else happens.
pub(super) const NEVER: Moment = Moment(Duration::MAX);
/// Files beside the agent cost nothing to read, so a change of them is seen within this time.
const LOCAL_INTERVAL: Duration = Duration::from_secs(5);
/// By how much an interval that adapts grows with each look that finds no change.
const SLOWING: f64 = 1.5;
/// The store needs a moment to replace what it says it will replace.
const REPLACEMENT_CUSHION: Duration = Duration::from_secs(1);
/// What is replaced at one moment for all pods is not read by all pods at one moment.
const REPLACEMENT_SPREAD: Duration = Duration::from_secs(5);
/// From when to when in its life what ends is asked for anew.
const OLD: (f64, f64) = (0.85, 0.95);
/// Before this share of its life is gone, a lease that cannot be renewed is not given up.
const LAST_CALL: f64 = 0.9;

/// After so many answers in a row that are older than what there is, it is no replica that lags
/// behind: by then half a minute has passed.
const LAGGING_LOOKS: u32 = 7;
/// From when to when in its life a lease is renewed.
const RENEWAL: (f64, f64) = (0.6, 0.7);
/// By how much of a life the moment of its replacement is spread around a threshold, as
/// [consul-template](https://github.com/hashicorp/consul-template/blob/main/dependency/vault_common.go)
/// does.
const THRESHOLD_SPREAD: f64 = 0.05;

/// How often a secret is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    pub(super) refresh: RefreshConfig,
    /// It lies beside the agent.
    pub(super) is_local: bool,
    /// After which share of its life what ends is replaced.
    pub(super) threshold: Option<f64>,
}

/// What a look at a secret found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Looked {
    pub(super) changed: bool,
    pub(super) lifetime: Lifetime,
}

/// One secret: whether it is there, and when to do something about it.
#[derive(Debug)]
pub(super) struct SecretState {
    step: SecretStep,
    due: Moment,
    /// Whom a request that is under way goes to.
    under_way: Option<Asking>,
    presence: Presence,
    lease: Option<Lifeline>,
    ends_with_token: bool,
    /// It ends at a time of the wall clock.
    by_wall_clock: bool,
    /// When to look once more after the request that is under way, which may have come too early.
    again: Option<Moment>,
    /// The present interval, where it adapts.
    interval: Option<Duration>,
    /// Reads of it are looks for a change: what is there stays good meanwhile.
    is_watched: bool,
    backoff: Backoff,
    /// Since when reads of it fail.
    failing: Option<Moment>,
    /// The same, where the store gave no good answer at all.
    lacking: Option<Moment>,
    /// Answers in a row that were older than what there is.
    lagging: u32,
    company: Company,
    fault: Option<Fault>,
}

/// Whether it fails with its store or by itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Company {
    /// Nothing is known.
    Unknown,
    /// The store answered others since it failed, but it was not asked for again.
    Doubtful,
    /// It failed before and after the store answered others.
    Alone,
}

/// Whether there is an answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Presence {
    /// Nobody needs one.
    Unneeded,
    Awaited,
    /// The store says that there is none, which is no fault.
    Missing,
    Present,
}

#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum SecretStep {
    /// Before reads, because what is not renewed in time is lost.
    Renew,
    Read,
}

#[derive(Clone, Copy, Debug)]
enum Asking {
    Store(StoreIndex),
    /// It lies beside the agent.
    Nobody,
}

/// The lease that the present answer hangs on.
#[derive(Clone, Copy, Debug)]
struct Lifeline {
    /// What the answer or the last renewal gave.
    term: Duration,
    ends: Moment,
}

impl SecretState {
    pub(super) fn new(now: Moment) -> Self {
        Self {
            step: SecretStep::Read,
            due: now,
            under_way: None,
            presence: Presence::Awaited,
            lease: None,
            ends_with_token: false,
            by_wall_clock: false,
            again: None,
            interval: None,
            is_watched: false,
            backoff: Backoff::default(),
            failing: None,
            lacking: None,
            lagging: 0,
            company: Company::Unknown,
            fault: None,
        }
    }

    /// One that nobody has needed so far.
    pub(super) fn unneeded() -> Self {
        Self {
            presence: Presence::Unneeded,
            ..Self::new(Moment::default())
        }
    }

    /// An answer to it has been there.
    pub(super) fn is_present(&self) -> bool {
        self.presence == Presence::Present
    }

    /// The store says that it does not exist.
    pub(super) fn is_absent(&self) -> bool {
        let is_missing = |fault: &Fault| fault.code == Code::SecretNotFound;
        self.presence == Presence::Missing
            || !self.is_present() && self.fault.as_ref().is_some_and(is_missing)
    }

    /// It is not there, and will not be before a person mends something.
    pub(super) fn is_given_up(&self) -> bool {
        let hopeless = |fault: &Fault| fault.retry == Retry::Rarely;
        !self.is_present() && self.fault.as_ref().is_some_and(hopeless)
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.under_way.is_some()
    }

    /// The store that is asked at present.
    pub(super) fn asked(&self) -> Option<StoreIndex> {
        match self.under_way? {
            Asking::Store(store) => Some(store),
            Asking::Nobody => None,
        }
    }

    pub(super) fn fault(&self) -> Option<&Fault> {
        self.fault.as_ref()
    }

    pub(super) fn due(&self) -> Moment {
        self.due
    }

    /// What is done then.
    pub(super) fn next_step(&self) -> SecretStep {
        self.step
    }

    /// Asking for it now would issue another, so a refresh leaves it alone.
    pub(super) fn hangs_on_token(&self) -> bool {
        self.ends_with_token
    }

    /// The step to take now.
    pub(super) fn step(&self, now: Moment) -> Option<SecretStep> {
        (self.under_way.is_none() && self.due <= now).then_some(self.step)
    }

    /// A request for it went wrong, and another token alone would not have helped.
    pub(super) fn has_failed(&self) -> bool {
        let was_the_tokens = |fault: &Fault| fault.retry == Retry::AfterLogin;
        let waits_for_login =
            self.failing.is_none() && self.fault.as_ref().is_some_and(was_the_tokens);
        self.fault.is_some() && !waits_for_login
    }

    /// It was never there, and nothing is known to keep it away.
    pub(super) fn is_first_read(&self) -> bool {
        self.presence == Presence::Awaited && !self.has_failed()
    }

    /// A read of it is under way or to come at once.
    pub(super) fn is_about_to_be_read(&self, now: Moment) -> bool {
        self.step == SecretStep::Read && self.due <= now
    }

    pub(super) fn start(&mut self, store: Option<StoreIndex>) {
        self.under_way = Some(store.map_or(Asking::Nobody, Asking::Store));
        self.again = None;
    }

    pub(super) fn stop(&mut self) {
        self.under_way = None;
    }

    /// Nobody needs it any more.
    pub(super) fn retire(&mut self) {
        let under_way = self.under_way;
        *self = Self {
            presence: Presence::Unneeded,
            under_way,
            ..Self::new(self.due)
        };
    }

    /// Somebody needs it, perhaps again.
    ///
    /// Returns whether nobody did before.
    pub(super) fn take_up(&mut self, now: Moment) -> bool {
        let is_new = self.presence == Presence::Unneeded;
        if is_new {
            *self = Self::new(now);
        }
        is_new
    }

    pub(super) fn read(&mut self, now: Moment, looked: Looked, pace: &Pace, rng: &mut Rng) {
        let is_change = looked.changed && self.is_present();
        let again = self.again;
        let interval = pace.interval(self.interval, is_change);
        *self = Self {
            presence: Presence::Present,
            interval: pace.refresh.adaptive.map(|_| interval),
            ..Self::new(now + pace.wait(interval, rng))
        };
        match looked.lifetime {
            Lifetime::Unlimited if pace.is_local => self.due = now + interval.min(LOCAL_INTERVAL),
            Lifetime::Unlimited => self.is_watched = true,
            // Such a lease has no end of its own: asking again would issue another one for nothing.
            // Source: `ExpirationTime` in <https://github.com/hashicorp/vault/blob/main/sdk/logical/lease.go>.
            Lifetime::Leased(lease) if lease.duration.is_zero() => {
                self.ends_with_token = true;
                self.due = NEVER;
            }
            Lifetime::Leased(lease) => {
                self.ends_with_token = true;
                self.lease = Some(Lifeline {
                    term: lease.duration,
                    ends: now + lease.duration,
                });
                self.go_on(now, lease, lease.renewable, pace, rng);
            }
            Lifetime::Ends { after, with_token } => {
                self.ends_with_token = with_token;
                if !after.is_zero() {
                    self.due = now + pace.replacement(after, rng);
                }
            }
            Lifetime::Expires { after } => {
                self.by_wall_clock = true;
                if !after.is_zero() {
                    self.due = now + pace.replacement(after, rng);
                }
            }
            Lifetime::Replaced { after } => {
                self.due =
                    now + after + REPLACEMENT_CUSHION + REPLACEMENT_SPREAD.mul_f64(rng.f64());
            }
        }
        self.look_at(again);
    }

    /// The application lacks it, or will soon: it was never there, it has ended, or it is due to be
    /// replaced.
    pub(super) fn is_wanting(&self, now: Moment) -> bool {
        let is_over = self.lease.is_some_and(|lease| lease.ends <= now);
        let is_due = self.due <= now || self.failing.is_some();
        let is_to_be_replaced = !self.is_watched && self.step == SecretStep::Read && is_due;
        self.presence == Presence::Awaited || is_over || is_to_be_replaced
    }

    /// It is there, and stays good without the token that it was asked with.
    pub(super) fn outlives_token(&self) -> bool {
        self.presence != Presence::Awaited && !self.ends_with_token
    }

    /// The store answers again. Looks that did not come about meanwhile are made good one by one:
    /// a fleet that made all of them at once would bring the store down again.
    pub(super) fn catch_up(&mut self, now: Moment, within: Duration, rng: &mut Rng) {
        let is_missed = self.due <= now || self.fault.is_some();
        if self.is_watched && self.is_present() && is_missed && !self.is_under_way() {
            self.due = now + within.mul_f64(rng.f64());
        }
    }

    /// The store gave a good answer, to this or another question.
    pub(super) fn store_answered(&mut self) {
        let is_failing = self.fault.as_ref().is_some_and(Fault::is_of_the_store);
        if is_failing && self.company == Company::Unknown {
            self.company = Company::Doubtful;
        }
    }

    /// It failed as a store does that fails.
    ///
    /// Returns whether it is known to fail while the store answers others. That takes two failures
    /// with an answer to others in between, and the second still counts as the store's: it may be
    /// the first of another outage.
    pub(super) fn failed_again(&mut self) -> bool {
        let was = self.company;
        if was == Company::Doubtful {
            self.company = Company::Alone;
        }
        was == Company::Alone
    }

    /// Reading failed. What was read before stays.
    pub(super) fn read_failed(
        &mut self,
        now: Moment,
        fault: Fault,
        pauses: &Pauses,
        rng: &mut Rng,
    ) {
        self.under_way = None;
        self.step = SecretStep::Read;
        self.backoff.failed_with(now, fault.retry, pauses, rng);
        self.due = self.backoff.until();
        self.failing.get_or_insert(now);
        self.lacking.get_or_insert(now);
        self.fault = Some(fault);
    }

    /// The store answered well, but with an older version than the one there is, which stays. A
    /// replica that lags behind has caught up soon; a store that was set back never will, so it is
    /// asked as often as if all was well, and nobody gives up for that.
    pub(super) fn refused_as_older(
        &mut self,
        now: Moment,
        fault: Fault,
        pace: &Pace,
        rng: &mut Rng,
    ) {
        self.under_way = None;
        self.step = SecretStep::Read;
        let looks = self.lagging.saturating_add(1);
        if looks > LAGGING_LOOKS {
            let interval = pace.interval(self.interval, false);
            self.interval = pace.refresh.adaptive.map(|_| interval);
            self.due = now + pace.wait(interval, rng);
        } else {
            self.backoff.failed(now, fault.retry, rng);
            self.due = self.backoff.until();
        }
        self.lagging = looks;
        self.failing.get_or_insert(now);
        self.lacking = None;
        self.fault = Some(fault);
    }

    /// The store has no such secret, and nobody waits for it.
    pub(super) fn missing(&mut self, now: Moment, pace: &Pace, rng: &mut Rng) {
        let interval = pace.interval(self.interval, false);
        let again = self.again;
        *self = Self {
            presence: Presence::Missing,
            interval: pace.refresh.adaptive.map(|_| interval),
            ..Self::new(now + pace.wait(interval, rng))
        };
        self.look_at(again);
    }

    /// When what the answer hangs on ends.
    pub(super) fn lease_ends(&self) -> Option<Moment> {
        self.lease.map(|lease| lease.ends)
    }

    /// Since when it cannot be had, or not in a version that is good.
    pub(super) fn failing_since(&self) -> Option<Moment> {
        self.failing
    }

    /// Since when the store gives no answer to it, or none that is good.
    pub(super) fn lacking_since(&self) -> Option<Moment> {
        self.lacking
    }

    /// The token was refused: what comes first is another login.
    pub(super) fn wait_for_login(&mut self, now: Moment, fault: Fault) {
        self.under_way = None;
        self.due = now;
        self.fault = Some(fault);
    }

    pub(super) fn lease_renewed(&mut self, now: Moment, lease: Lease, pace: &Pace, rng: &mut Rng) {
        self.under_way = None;
        self.backoff.reset();
        self.failing = None;
        self.lacking = None;
        self.lagging = 0;
        self.company = Company::Unknown;
        self.fault = None;
        // A token that was replaced meanwhile takes the lease with it.
        let Some(before) = self.lease else { return };
        let ends = now + lease.duration;
        // Near the lease's limit a renewal gives only what is left of it.
        let lengthened = Duration::saturating_sub(ends.0, before.ends.0);
        let is_worth_it = lengthened >= before.term / 10;
        self.lease = Some(Lifeline {
            term: lease.duration,
            ends,
        });
        self.go_on(now, lease, lease.renewable && is_worth_it, pace, rng);
    }

    /// A renewal failed. The lease lives on, so its secret stays in use; another is asked for only
    /// when the lease is nearly over, or known to be gone.
    pub(super) fn lease_renewal_failed(&mut self, now: Moment, fault: Fault, rng: &mut Rng) {
        self.under_way = None;
        self.backoff.failed(now, fault.retry, rng);
        let last_call = self.lease.map_or(now, Lifeline::last_call);
        if self.lease.is_none() || fault.code == Code::SecretNotFound {
            self.read_at(now);
        } else if self.backoff.until() < last_call {
            self.due = self.backoff.until();
        } else {
            self.read_at(last_call.max(now));
        }
        self.fault = Some(fault);
    }

    /// What hung on the token before is gone, or will be soon.
    pub(super) fn token_replaced(&mut self, now: Moment) {
        if self.ends_with_token {
            self.read_at(now);
        }
    }

    /// The wall clock was set ahead: what ends by it ends sooner than it seemed.
    pub(super) fn wall_clock_set_ahead(&mut self, now: Moment, by: Duration) {
        if self.by_wall_clock && self.due > now {
            self.due = now.max(Moment(self.due.0.saturating_sub(by)));
        }
    }

    /// Somebody wants to see changes. What was issued to this agent alone does not change, and
    /// asking again would issue another.
    pub(super) fn refresh(&mut self, now: Moment, is_issued: bool) {
        if is_issued || self.ends_with_token {
            return;
        }
        if self.is_under_way() {
            self.again.get_or_insert(now);
        } else {
            self.due = self.due.min(now);
        }
    }

    /// It may have changed: look within this time, at a random moment. However often that is said,
    /// it is one look in that time.
    pub(super) fn look_within(&mut self, now: Moment, time: Duration, rng: &mut Rng) {
        let at = now + time.mul_f64(rng.f64());
        if self.is_under_way() {
            self.again.get_or_insert(at);
        } else if self.due > now + time {
            self.look_at(Some(at));
        }
    }

    /// What was issued to this agent alone does not change.
    fn look_at(&mut self, at: Option<Moment>) {
        if let Some(at) = at.filter(|_| !self.ends_with_token) {
            self.due = self.due.min(at);
        }
    }

    fn read_at(&mut self, due: Moment) {
        self.lease = None;
        self.step = SecretStep::Read;
        self.due = due;
    }

    fn go_on(&mut self, now: Moment, lease: Lease, renew: bool, pace: &Pace, rng: &mut Rng) {
        if renew && !lease.duration.is_zero() {
            self.step = SecretStep::Renew;
            self.due = now + pace.renewal(lease.duration, rng);
        } else {
            self.read_at(now + pace.replacement(lease.duration, rng));
        }
    }
}

impl Pace {
    /// How long to wait for the next look, given the interval before.
    fn interval(&self, before: Option<Duration>, changed: bool) -> Duration {
        let interval = self.refresh.interval.as_duration();
        let Some(range) = self.refresh.adaptive else {
            return interval;
        };
        let (shortest, longest) = (range.shortest.as_duration(), range.longest.as_duration());
        match before {
            _ if changed => shortest,
            None => interval.clamp(shortest, longest),
            Some(before) => before.mul_f64(SLOWING).clamp(shortest, longest),
        }
    }

    /// An interval, lengthened or shortened at random.
    fn wait(&self, interval: Duration, rng: &mut Rng) -> Duration {
        interval.mul_f64(1.0 + self.refresh.jitter * (2.0 * rng.f64() - 1.0))
    }

    /// When a lease is renewed. A threshold can only make that earlier: what is renewed late has no
    /// time left for another try.
    fn renewal(&self, life: Duration, rng: &mut Rng) -> Duration {
        let (least, most) = match self.threshold {
            Some(threshold) if threshold < RENEWAL.1 => (threshold * 0.9, threshold),
            _ => RENEWAL,
        };
        share(life, least, most, rng)
    }

    /// When what ends is asked for anew.
    fn replacement(&self, life: Duration, rng: &mut Rng) -> Duration {
        let (least, most) = match self.threshold {
            Some(threshold) => (
                (threshold - THRESHOLD_SPREAD).max(threshold / 2.0),
                (threshold + THRESHOLD_SPREAD).min(f64::midpoint(threshold, 1.0)),
            ),
            None => OLD,
        };
        share(life, least, most, rng)
    }
}

impl Lifeline {
    fn last_call(self) -> Moment {
        let rest = self.term.mul_f64(1.0 - LAST_CALL);
        Moment(self.ends.0.saturating_sub(rest))
    }
}
