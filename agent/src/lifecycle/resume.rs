use std::time::Duration;

use vouchsafe_template::scope::Dependency;

use super::Moment;
use crate::{
    plan::{PlannedSecret, ReloadIndex, StoreIndex},
    store::{Lifetime, TokenLease},
};

/// What is left of an earlier life of the agent: this one goes on as if nothing had been between.
#[derive(Clone, Debug, Default)]
pub struct Resume {
    /// When this life begins. What the earlier one did lies before it.
    pub now: Moment,
    /// By store; fewer are as good as none.
    pub tokens: Vec<Option<ResumedToken>>,
    pub secrets: Vec<ResumedSecret>,
    /// The reloads that the application was told by before.
    pub told: Vec<ReloadIndex>,
}

/// A token that an earlier life had.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResumedToken {
    /// When it was given or last renewed.
    pub at: Moment,
    pub lease: TokenLease,
    /// What the login had given.
    pub full: Duration,
}

/// An answer that an earlier life had.
#[derive(Clone, Debug, PartialEq)]
pub struct ResumedSecret {
    pub store: StoreIndex,
    pub dependency: Dependency,
    /// When it came, or what it hangs on was last renewed.
    pub at: Moment,
    /// How long it was good from then on.
    pub lifetime: Lifetime,
}

impl ResumedToken {
    pub(super) fn ends(&self) -> Option<Moment> {
        (!self.lease.duration.is_zero()).then(|| self.at + self.lease.duration)
    }

    pub(super) fn is_alive(&self, now: Moment) -> bool {
        self.ends().is_none_or(|ends| ends > now)
    }
}

impl Resume {
    /// Takes the answer to what is needed now, if it is still good.
    pub(super) fn take(&mut self, wanted: &PlannedSecret, now: Moment) -> Option<ResumedSecret> {
        let store = wanted.store?;
        let is_wanted = |secret: &ResumedSecret| {
            secret.store == store && secret.dependency == wanted.dependency
        };
        let index = self.secrets.iter().position(is_wanted)?;
        let found = self.secrets.swap_remove(index);
        let token = self.tokens.get(store.0).copied().flatten();
        let has_token = token.is_some_and(|token| token.is_alive(now));
        found.is_good(now, has_token).then_some(found)
    }
}

impl ResumedSecret {
    /// What has ended is of no use, nor is what ended with a token that is gone.
    fn is_good(&self, now: Moment, has_token: bool) -> bool {
        let lives = |duration: Duration| duration.is_zero() || self.at + duration > now;
        match self.lifetime {
            Lifetime::Unlimited | Lifetime::Replaced { .. } => true,
            Lifetime::Leased(lease) => has_token && lives(lease.duration),
            Lifetime::Expires { after } => lives(after),
            Lifetime::Ends { after, with_token } => (has_token || !with_token) && lives(after),
        }
    }
}
