//! What the machine knows at a moment, as plain values for whoever wants to look. Looking changes
//! nothing.

use super::{
    Asker, Lifecycle, Moment, SecretState, StoreState,
    secret::{NEVER, SecretStep},
    session::SessionStep,
};
use crate::{
    fault::Fault,
    plan::{SecretIndex, StoreIndex},
};

/// One store.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StoreView<'a> {
    pub store: StoreIndex,
    pub logged_in: bool,
    /// `None`: there is no token, or it never ends.
    pub token_ends: Option<Moment>,
    /// What comes next for the token; not while the store is asked, nor for a token without an end.
    pub next: Option<(NextStep, Moment)>,
    /// What is wrong at present.
    pub fault: Option<&'a Fault>,
}

/// One secret that is needed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SecretView<'a> {
    pub secret: SecretIndex,
    /// An answer has been there.
    pub present: bool,
    /// When it is looked at or renewed next, whatever its store says to that then; not while it is
    /// asked for, nor for what ends with the token alone.
    pub next: Option<(NextStep, Moment)>,
    /// Since when it cannot be had.
    pub failing_since: Option<Moment>,
    /// What is wrong at present.
    pub fault: Option<&'a Fault>,
    /// It was issued to this agent: it is renewed and replaced, and a refresh leaves it alone.
    pub issued: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NextStep {
    AdoptToken,
    LogIn,
    RenewToken,
    RenewLease,
    Read,
}

impl Lifecycle {
    /// All stores, in their order.
    pub fn stores(&self) -> impl Iterator<Item = StoreView<'_>> {
        let stores = self.stores.iter().enumerate();
        stores.map(|(index, state)| state.view(StoreIndex(index)))
    }

    /// All secrets that are needed.
    pub fn secrets(&self) -> impl Iterator<Item = SecretView<'_>> {
        let secrets = self.demand.secrets();
        secrets.map(|(index, _)| self.secrets[index.0].view(index, self.is_issued(index)))
    }
}

impl StoreState {
    fn view(&self, store: StoreIndex) -> StoreView<'_> {
        let next = self.session.next_step().map(|(step, due)| {
            let step = match step {
                SessionStep::Adopt => NextStep::AdoptToken,
                SessionStep::Login => NextStep::LogIn,
                SessionStep::Renew => NextStep::RenewToken,
            };
            (step, due.max(self.trouble.holds_back(Asker::Token)))
        });
        StoreView {
            store,
            logged_in: self.session.has_token(),
            token_ends: self.session.ends(),
            next: next.filter(|_| self.inquiry.is_none()),
            fault: self.session.fault(),
        }
    }
}

impl SecretState {
    fn view(&self, secret: SecretIndex, is_issued: bool) -> SecretView<'_> {
        let step = match self.next_step() {
            SecretStep::Renew => NextStep::RenewLease,
            SecretStep::Read => NextStep::Read,
        };
        SecretView {
            secret,
            present: self.is_present(),
            next: (!self.is_under_way() && self.due() < NEVER).then(|| (step, self.due())),
            failing_since: self.failing_since(),
            fault: self.fault(),
            issued: is_issued || self.hangs_on_token(),
        }
    }
}

impl NextStep {
    /// As the status names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AdoptToken => "adopt-token",
            Self::LogIn => "log-in",
            Self::RenewToken => "renew-token",
            Self::RenewLease => "renew-lease",
            Self::Read => "read",
        }
    }
}
