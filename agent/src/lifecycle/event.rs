//! What the machine is told, and what it asks for.

use vouchsafe_template::scope::Dependency;

use crate::{
    fault::Fault,
    plan::{FileIndex, ReloadIndex, SecretIndex, StoreIndex, VolumeIndex},
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
        volume: VolumeIndex,
        asked: Vec<Asked>,
        outcome: Outcome,
    },
    /// Somebody wants all secrets read now.
    RefreshRequested,
    ShutdownRequested,
    /// The token is given back, or that failed and is not tried again.
    Revoked {
        store: StoreIndex,
    },
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

/// What to do now. Every request to a store is answered by exactly one event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Action {
    Login(StoreIndex),
    Renew(StoreIndex),
    Read(SecretIndex),
    RenewLease(SecretIndex),
    /// Nobody needs the secret any more; its index will come to mean another.
    Forget(SecretIndex),
    Revoke(StoreIndex),
    Render(VolumeIndex),
    Reload(ReloadIndex),
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
    Once,
}

/// What a fault is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Subject {
    Store(StoreIndex),
    Secret(SecretIndex),
    Volume(VolumeIndex),
}
