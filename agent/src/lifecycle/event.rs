//! What the machine is told, and what it asks for.

use std::time::Duration;

use vouchsafe_template::scope::Dependency;

use crate::{
    fault::Fault,
    plan::{FileIndex, ReloadIndex, SecretIndex, SetIndex, StoreIndex},
    store::{Lease, Lifetime, TokenLease},
};

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Time passed; also the very first event.
    Tick,
    LoggedIn {
        store: StoreIndex,
        lease: TokenLease,
    },
    LoginFailed {
        store: StoreIndex,
        fault: Fault,
    },
    /// The store takes the token of an earlier life; this much of it is left.
    Adopted {
        store: StoreIndex,
        lease: TokenLease,
    },
    AdoptionFailed {
        store: StoreIndex,
        fault: Fault,
    },
    Renewed {
        store: StoreIndex,
        lease: TokenLease,
    },
    RenewFailed {
        store: StoreIndex,
        fault: Fault,
    },
    Read {
        secret: SecretIndex,
        changed: bool,
        lifetime: Lifetime,
    },
    ReadFailed {
        secret: SecretIndex,
        fault: Fault,
    },
    /// The store answered with an older version than the one that is known.
    ReadStale {
        secret: SecretIndex,
        fault: Fault,
    },
    /// The store tells that something changed, which is all of these.
    Changed {
        secrets: Vec<SecretIndex>,
    },
    /// The store tells of changes from now on.
    WatchBegan {
        store: StoreIndex,
    },
    /// It does not, or no longer.
    WatchFailed {
        store: StoreIndex,
        fault: Fault,
    },
    LeaseRenewed {
        secret: SecretIndex,
        lease: Lease,
    },
    LeaseRenewFailed {
        secret: SecretIndex,
        fault: Fault,
    },
    /// The volume's files were rendered, or at least tried.
    Tried {
        set: SetIndex,
        asked: Vec<Asked>,
        outcome: Outcome,
    },
    /// The application was told, or could not be: what was done, or why not.
    ReloadEnded {
        reload: ReloadIndex,
        result: Result<String, Fault>,
    },
    /// A program that was to run after a change of files has ended, well or not.
    CommandEnded,
    /// The machine's wall clock jumped ahead by this much.
    WallClockSetAhead(Duration),
    /// Somebody wants all secrets read now.
    RefreshRequested,
    /// Somebody wants these read now.
    RefreshOfRequested(Vec<SecretIndex>),
    ShutdownRequested(Ending),
    /// The token is given back, or that failed and is not tried again.
    Revoked {
        store: StoreIndex,
    },
}

impl Event {
    /// Whether a request to a store failed.
    pub fn is_failure(&self) -> bool {
        matches!(
            self,
            Self::AdoptionFailed { .. }
                | Self::LoginFailed { .. }
                | Self::RenewFailed { .. }
                | Self::ReadFailed { .. }
                | Self::LeaseRenewFailed { .. }
        )
    }
}

/// What one template asked for in one run.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub file: FileIndex,
    pub secrets: Vec<Dependency>,
    /// It ran to its end and nothing was missing. Another run may ask for more.
    pub complete: bool,
}

/// What came of rendering a volume.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The volume shows what its secrets say; `first` if nothing was there before. The files in
    /// `kept` could not be rendered and show their last good content.
    Rendered {
        changed: Vec<FileIndex>,
        first: bool,
        kept: Vec<FileFault>,
    },
    /// A template asked for what is not known yet; nothing was changed.
    Incomplete,
    Failed(Fault),
    /// A template failed whose failure is to end the agent; nothing was changed.
    Fatal(FileFault),
}

/// Why a file could not be rendered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FileFault {
    pub file: FileIndex,
    pub fault: Fault,
}

/// What to do now. Every request to a store is answered by exactly one event, but for
/// [`Action::Watch`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Action {
    /// Ask the store whether the token of an earlier life is good, and use it.
    Adopt(StoreIndex),
    Login(StoreIndex),
    Renew(StoreIndex),
    Read(SecretIndex),
    RenewLease(SecretIndex),
    /// Have the store tell of changes with the token in use, from which on it does until it says
    /// that it does not.
    Watch(StoreIndex),
    /// The answer that an earlier life had is good: it is the secret's.
    Recall(SecretIndex),
    /// Nobody needs the secret any more; its index will come to mean another.
    Forget(SecretIndex),
    Revoke(StoreIndex),
    Render(SetIndex),
    /// Remove what a volume showed before the last change.
    DropPrevious(SetIndex),
    /// Tell the application. Answered by exactly one event.
    Reload(ReloadIndex),
    /// Run the program that belongs to a file. Answered by exactly one event.
    Run(FileIndex),
    /// Something that is not to be tried any longer has failed; the agent ends without success.
    GiveUp(Subject),
    /// All is done: end the program.
    Stop,
}

/// What a volume held when the agent started.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Found {
    /// Not all files.
    Nothing,
    /// All files, from an earlier life of the agent, and whether the application was told of them.
    Files { told: bool },
}

/// Whether the agent stays or ends after the first rendering.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Mode {
    Stay,
    /// It ends, and gives its tokens back where asked.
    Once,
    /// It ends, and another life goes on with its tokens and secrets.
    HandOver,
}

/// What ends, and so what becomes of the tokens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ending {
    /// The pod: tokens are given back where asked, after the time that the app needs to end.
    Pod,
    /// The work: nobody needs the secrets any more, so tokens are given back at once where asked.
    Work,
    /// This life of the agent only: the next one needs the tokens.
    Life,
}

/// What is to be expected of a secret that is not there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Prospect {
    /// It was not read yet, or that failed in a way that passes.
    Awaited,
    /// The store says that it does not exist.
    Absent,
    /// It will not be there before a person mends something else.
    GivenUp,
}

/// What a fault is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Subject {
    Store(StoreIndex),
    Secret(SecretIndex),
    Set(SetIndex),
}
