//! Hearing of changes in a store.

use std::collections::BTreeSet;

use vouchsafe_template::scope::Dependency;

use super::vault::decoded;
use crate::fault::Fault;

/// Hears of changes, over a connection of its own. Nothing is promised: a change may never be told
/// of, and what happens while nobody is subscribed is not told of later.
pub trait Watch: Send + 'static {
    /// Subscribes, anew if need be. A fault that asks for no more than patience says that another
    /// try may help; with [`Rarely`](crate::fault::Retry::Rarely) the store does not tell of changes
    /// at all, or not whoever has this token's policies, and with
    /// [`AfterLogin`](crate::fault::Retry::AfterLogin) it does not know the token.
    fn subscribe(&mut self) -> impl Future<Output = Result<(), Fault>> + Send;

    /// What was heard next; nothing when it was about no secret, or not to be understood. After a
    /// fault the subscription is over.
    fn next(&mut self) -> impl Future<Output = Result<Option<Change>, Fault>> + Send;
}

/// One secret that changed, or that exists no more.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Change {
    /// Every path by which it may be asked for.
    pub paths: BTreeSet<String>,
}

impl Change {
    /// Whether an answer to this may be another than before. Lists are not followed.
    pub fn concerns(&self, dependency: &Dependency) -> bool {
        let Dependency::Read { path } = dependency else {
            return false;
        };
        let (path, _) = decoded(path);
        self.paths.contains(path.trim_matches('/'))
    }
}
