//! What the audit is told of renderings and of failures.

use std::{collections::BTreeSet, path::Path};

use super::Driver;
use crate::{
    answer::Answer,
    audit::{Cause, Delivery},
    lifecycle::Subject,
    plan::{FileIndex, VolumeIndex},
    sink::Volume,
    store::Store,
};

impl<S: Store> Driver<S> {
    /// One line for each volume that changed.
    pub(super) fn audit_delivery(&self, volume: VolumeIndex, changed: &[FileIndex], first: bool) {
        let path = &self.config.volumes[volume.0].path;
        let demand = self.lifecycle.demand();
        let is_inside = |file: &&FileIndex| demand.plan().files[file.0].volume == volume;
        let changed: Vec<_> = changed.iter().filter(is_inside).copied().collect();
        if changed.is_empty() {
            return;
        }
        let needed = changed.iter().flat_map(|file| demand.needs(*file));
        let needed: BTreeSet<_> = needed.collect();
        let secrets = needed.into_iter().filter_map(|index| {
            let path = demand.secret(index)?.dependency.path();
            let answer = self.answers.get(index.0)?.as_ref();
            let version = answer.and_then(Answer::version);
            Some(version.map_or_else(|| path.to_owned(), |version| format!("{path}@{version}")))
        });
        self.audit.delivered(&Delivery {
            volume: path,
            generation: Volume::generation_at(Path::new(path)).unwrap_or_default(),
            secrets: secrets.collect::<Vec<_>>().join(","),
            files: self.names_of(changed.into_iter()),
            first,
        });
    }

    /// A lease or token that is not renewed is no failure as long as it lives.
    pub(super) fn audit_failures(&mut self) {
        let stores = self.lifecycle.stores();
        let without_token: BTreeSet<_> = stores
            .filter(|store| !store.logged_in)
            .map(|store| store.store)
            .collect();
        let secrets = self.lifecycle.secrets();
        let unread: BTreeSet<_> = secrets
            .filter(|secret| secret.failing_since.is_some())
            .map(|secret| secret.secret)
            .collect();
        let demand = self.lifecycle.demand();
        let planned = || demand.plan().files.iter().enumerate();
        let faults = self
            .lifecycle
            .faults()
            .filter(|(subject, _)| match subject {
                Subject::Store(store) => without_token.contains(store),
                Subject::Secret(secret) => unread.contains(secret),
                Subject::Set(_) => true,
            });
        let causes = faults.map(|(subject, fault)| {
            let files = planned().filter(|(index, file)| match subject {
                Subject::Store(store) => file.store == store,
                Subject::Secret(secret) => demand
                    .needs(FileIndex(*index))
                    .any(|needed| needed == secret),
                Subject::Set(set) => file.set == set,
            });
            Cause {
                about: self.subject_name(subject),
                files: self.names_of(files.map(|(index, _)| FileIndex(index))),
                fault,
            }
        });
        let causes: Vec<_> = causes.collect();
        self.audit.not_delivered(causes);
    }

    fn names_of(&self, files: impl Iterator<Item = FileIndex>) -> String {
        let names = files.map(|file| self.config.files[file.0].name.as_str());
        names.collect::<Vec<_>>().join(",")
    }
}
