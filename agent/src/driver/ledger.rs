//! What happened last to each secret, store, file and reload, for whoever asks. The lifecycle needs
//! none of it.

use std::collections::BTreeMap;

use crate::{
    fault::Fault,
    lifecycle::{Event, FileFault, Moment, Outcome},
    plan::{FileIndex, Plan, SecretIndex, StoreIndex},
};

#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// When each was read last.
    reads: BTreeMap<SecretIndex, Moment>,
    secret_faults: BTreeMap<SecretIndex, Mishap>,
    store_faults: BTreeMap<StoreIndex, Mishap>,
    /// When each was changed last in this life.
    changes: BTreeMap<FileIndex, Moment>,
    file_faults: BTreeMap<FileIndex, Mishap>,
}

/// A fault and when it came.
#[derive(Clone, Debug)]
pub(super) struct Mishap {
    pub(super) at: Moment,
    pub(super) fault: Fault,
}

impl Ledger {
    pub(super) fn note(&mut self, at: Moment, event: &Event, plan: &Plan) {
        let mishap = |fault: &Fault| Mishap {
            at,
            fault: fault.clone(),
        };
        match event {
            Event::LoginFailed { store, fault }
            | Event::AdoptionFailed { store, fault }
            | Event::RenewFailed { store, fault } => {
                self.store_faults.insert(*store, mishap(fault));
            }
            Event::Read { secret, .. } => {
                self.reads.insert(*secret, at);
            }
            Event::ReadFailed { secret, fault }
            | Event::ReadStale { secret, fault }
            | Event::LeaseRenewFailed { secret, fault } => {
                self.secret_faults.insert(*secret, mishap(fault));
            }
            Event::Tried { set, outcome, .. } => match outcome {
                Outcome::Incomplete => {}
                Outcome::Rendered { changed, kept, .. } => {
                    let changes = changed.iter().map(|file| (*file, at));
                    self.changes.extend(changes);
                    let faults = kept.iter().map(|kept| (kept.file, mishap(&kept.fault)));
                    self.file_faults.extend(faults);
                }
                Outcome::Fatal(FileFault { file, fault }) => {
                    self.file_faults.insert(*file, mishap(fault));
                }
                Outcome::Failed(fault) => {
                    let files = plan.files_of(*set).map(|(file, _)| file);
                    let faults = files.map(|file| (file, mishap(fault)));
                    self.file_faults.extend(faults);
                }
            },
            Event::Tick
            | Event::LoggedIn { .. }
            | Event::Adopted { .. }
            | Event::Renewed { .. }
            | Event::LeaseRenewed { .. }
            | Event::ReloadEnded { .. }
            | Event::WallClockSetAhead(_)
            | Event::Changed { .. }
            | Event::WatchBegan { .. }
            | Event::WatchFailed { .. }
            | Event::CommandEnded
            | Event::RefreshRequested
            | Event::RefreshOfRequested(_)
            | Event::ShutdownRequested(_)
            | Event::Revoked { .. } => {}
        }
    }

    /// The secret's index will come to mean another.
    pub(super) fn forget(&mut self, secret: SecretIndex) {
        self.reads.remove(&secret);
        self.secret_faults.remove(&secret);
    }

    pub(super) fn read(&self, secret: SecretIndex) -> Option<Moment> {
        self.reads.get(&secret).copied()
    }

    pub(super) fn secret_fault(&self, secret: SecretIndex) -> Option<&Mishap> {
        self.secret_faults.get(&secret)
    }

    pub(super) fn store_fault(&self, store: StoreIndex) -> Option<&Mishap> {
        self.store_faults.get(&store)
    }

    pub(super) fn change(&self, file: FileIndex) -> Option<Moment> {
        self.changes.get(&file).copied()
    }

    pub(super) fn file_fault(&self, file: FileIndex) -> Option<&Mishap> {
        self.file_faults.get(&file)
    }
}
