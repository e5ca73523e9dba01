//! What went wrong, classified once.
//!
//! Whoever meets a failure says whose it is and whether trying again can help; retry policy, log
//! level, metric label and message all follow from that.

use std::{fmt, time::Duration};

use vouchsafe_shared::diagnostic::Code;

/// One failure. Its message never holds a secret.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fault {
    pub code: Code,
    pub whose: Whose,
    pub retry: Retry,
    /// A lower-case fragment that names what was tried and what came back.
    pub message: String,
}

/// Who can mend it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Whose {
    /// Whoever wrote the annotations, the role or the policy.
    User,
    /// The store's operators.
    Store,
    /// Whoever runs what lies between.
    Network,
    /// The pod itself: its volumes, its tokens.
    Pod,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Retry {
    /// The token is no longer good: log in, then try again.
    AfterLogin,
    /// Not before this long.
    After(Duration),
    /// With growing pauses.
    Backoff,
    /// Only a person can mend it, so try rarely.
    Rarely,
}

impl Fault {
    pub fn new(code: Code, whose: Whose, retry: Retry, message: impl Into<String>) -> Self {
        Self {
            code,
            whose,
            retry,
            message: message.into(),
        }
    }

    /// Whether it meets every request to the store alike, and so says nothing of a token, a role or
    /// a secret: one request at a time finds out when it is over.
    pub fn is_of_the_store(&self) -> bool {
        matches!(self.whose, Whose::Network | Whose::Store)
            || matches!(
                self.code,
                Code::StoreUntrusted | Code::CertificateRefused | Code::ProxyRefused
            )
    }
}

impl Whose {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Store => "store",
            Self::Network => "network",
            Self::Pod => "pod",
        }
    }
}

/// `VS3003 login as role web refused: …`
impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.code, self.message)
    }
}
