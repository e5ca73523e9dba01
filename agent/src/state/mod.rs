//! What the next life of the agent needs of this one: tokens, answers and what is left of their
//! time.
//!
//! A restarted container, and the sidecar that follows an init container, take it up instead of
//! logging in and asking for everything again: one login and one credential for a pod, however many
//! lives its agent has. It is one file in the run directory, which is the agent's own and on tmpfs:
//! secrets never reach a disk. What is rendered is not in it: the volumes show that themselves.
//!
//! The file is versioned, at most [`LIMIT`] bytes, readable for the agent's user alone, and replaced
//! by renaming. One that is damaged, of another user or of another version is as good as none.

mod clock;
mod file;
mod wire;

use std::{io, path::PathBuf, time::Duration};

use vouchsafe_shared::{
    config::{AgentConfig, StoreConfig},
    secret::SecretString,
};
use vouchsafe_template::scope::Dependency;

use crate::{
    plan::StoreIndex,
    store::{Lifetime, Reply, TokenLease},
};

/// The longest state that is kept, in bytes: it is in the agent's memory too.
pub const LIMIT: usize = 8 * 1024 * 1024;

/// What is kept. Ages are those at the moment of saving or loading.
#[derive(Debug, Default)]
pub struct State {
    /// By store.
    pub tokens: Vec<Option<SavedToken>>,
    pub secrets: Vec<SavedSecret>,
}

#[derive(Debug)]
pub struct SavedToken {
    pub token: SecretString,
    /// Since it was given or last renewed.
    pub age: Duration,
    pub lease: TokenLease,
    /// What the login had given.
    pub full: Duration,
}

#[derive(Debug)]
pub struct SavedSecret {
    pub store: StoreIndex,
    pub dependency: Dependency,
    /// Since it came, or what it hangs on was last renewed.
    pub age: Duration,
    pub lifetime: Lifetime,
    pub reply: Reply,
}

/// Where it is kept, for which stores.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    /// By store, what must be the same for a token to be good there.
    identities: Vec<String>,
}

/// Why there is no state to go on with although there is a file. No content is told.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("it is not a file that this agent's user alone may read")]
    Foreign,
    #[error("it is longer than {LIMIT} bytes")]
    TooLong,
    #[error("it is not what this version of the agent writes (line {line}, column {column})")]
    Malformed { line: usize, column: usize },
    #[error("it is of version {0}")]
    Version(u32),
    #[error("it is from the future")]
    Future,
}

impl StateFile {
    pub fn new(config: &AgentConfig) -> Self {
        Self {
            path: PathBuf::from(&config.run_directory).join("state.json"),
            identities: config.stores.iter().map(identity).collect(),
        }
    }

    /// What an earlier life left; nothing if there was none.
    ///
    /// # Errors
    /// See [`StateError`].
    pub fn load(&self) -> Result<State, StateError> {
        match file::read(&self.path)? {
            Some(content) => wire::decode(&content, &self.identities, &clock::Stamp::now()),
            None => Ok(State::default()),
        }
    }

    /// Replaces what was kept before.
    ///
    /// # Errors
    /// It is too long or cannot be written; what was kept before is removed then, if it can be.
    pub fn save(&self, state: &State) -> Result<(), StateError> {
        let content = wire::encode(state, &self.identities, &clock::Stamp::now());
        let saved = content.and_then(|content| Ok(file::replace(&self.path, &content)?));
        if saved.is_err() {
            // Old tokens and leases would be taken up although newer ones exist.
            drop(self.remove());
        }
        saved
    }

    /// Leaves nothing to go on with.
    ///
    /// # Errors
    /// When the file is there and stays.
    pub fn remove(&self) -> io::Result<()> {
        file::remove(&self.path)
    }
}

/// The address, and as whom the agent logs in there. The rest of a store's configuration may change
/// without a token becoming worthless.
fn identity(store: &StoreConfig) -> String {
    let identity = (store.kind, &store.address, &store.namespace, &store.auth);
    serde_json::to_string(&identity).unwrap_or_default()
}

#[cfg(test)]
mod tests;
