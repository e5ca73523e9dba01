use std::{collections::BTreeSet, sync::Arc};

use vouchsafe_shared::{config::RefreshConfig, value::HumanDuration};
use vouchsafe_template::scope::Dependency;

use super::Asked;
use crate::plan::{FileIndex, Plan, PlannedFile, PlannedSecret, SecretIndex, SetIndex, StoreIndex};

/// Which secrets there are, and which files need them. Both change as templates run: what a
/// template asks for may depend on what it was told before.
#[derive(Debug)]
pub struct Demand {
    /// Agents with the same plan share it.
    plan: Arc<Plan>,
    /// By [`SecretIndex`]; none where nobody needs the one that was there.
    secrets: Vec<Option<PlannedSecret>>,
    /// By [`FileIndex`]; none for a template that has not run yet.
    needs: Vec<Option<BTreeSet<SecretIndex>>>,
}

impl Demand {
    pub fn new(plan: impl Into<Arc<Plan>>) -> Self {
        let plan = plan.into();
        let mut demand = Self {
            needs: vec![None; plan.files.len()],
            secrets: Vec::new(),
            plan,
        };
        for index in 0..demand.plan.files.len() {
            let file = &demand.plan.files[index];
            let (store, secret) = (file.store, file.secret.clone());
            if file.token {
                demand.needs[index] = Some(BTreeSet::new());
            } else if let Some(secret) = secret {
                let secret = demand.index_of(store, secret, |_| false);
                demand.needs[index] = Some(BTreeSet::from([secret]));
            }
        }
        demand
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The secret, if it is still needed.
    pub fn secret(&self, index: SecretIndex) -> Option<&PlannedSecret> {
        self.secrets.get(index.0)?.as_ref()
    }

    /// All that are needed.
    pub fn secrets(&self) -> impl Iterator<Item = (SecretIndex, &PlannedSecret)> {
        let secrets = self.secrets.iter().enumerate();
        secrets.filter_map(|(index, secret)| Some((SecretIndex(index), secret.as_ref()?)))
    }

    pub fn find(&self, store: StoreIndex, dependency: &Dependency) -> Option<SecretIndex> {
        self.secrets()
            .find(|(_, secret)| secret.is(store, dependency))
            .map(|(index, _)| index)
    }

    pub(super) fn len(&self) -> usize {
        self.secrets.len()
    }

    /// How often a secret is looked at: as often as the most demanding of its files wants.
    pub fn refresh_of(&self, secret: SecretIndex) -> RefreshConfig {
        let files = self.files_of(secret);
        let wishes = files.map(|file| file.refresh.unwrap_or(self.plan.refresh));
        let soonest = |wish: &RefreshConfig| {
            let shortest = wish.adaptive.map(|range| range.shortest);
            (
                wish.interval.as_duration(),
                shortest.map(HumanDuration::as_duration),
            )
        };
        wishes.min_by_key(soonest).unwrap_or(self.plan.refresh)
    }

    /// Whether a secret that does not exist is no fault.
    pub fn is_dispensable(&self, secret: SecretIndex) -> bool {
        self.files_of(secret).all(|file| file.may_lack)
    }

    /// The files that need a secret.
    fn files_of(&self, secret: SecretIndex) -> impl Iterator<Item = &PlannedFile> {
        let files = self.plan.files.iter().zip(&self.needs);
        files.filter_map(move |(file, needs)| needs.as_ref()?.contains(&secret).then_some(file))
    }

    /// What the files of a volume need, some of it more than once; a template's needs are known
    /// only after its first run.
    pub(super) fn needs_of(&self, set: SetIndex) -> impl Iterator<Item = SecretIndex> {
        self.plan
            .files_of(set)
            .filter_map(|(file, _)| self.needs[file.0].as_ref())
            .flatten()
            .copied()
    }

    /// Whether a template of the volume has not run yet.
    pub(super) fn is_open(&self, set: SetIndex) -> bool {
        self.plan
            .files_of(set)
            .any(|(file, _)| self.needs[file.0].is_none())
    }

    /// The stores whose tokens the files of a volume show.
    pub(super) fn tokens_of(&self, set: SetIndex) -> impl Iterator<Item = StoreIndex> {
        let files = self.plan.files_of(set);
        files.filter_map(|(_, file)| file.token.then_some(file.store))
    }

    /// Whether a template asked for something that it was not known to need.
    pub(super) fn is_more(&self, asked: &Asked) -> bool {
        let store = self.plan.files[asked.file.0].store;
        let known = self.needs[asked.file.0].as_ref();
        asked.secrets.iter().any(|secret| {
            let index = self.find(store, secret);
            index.is_none_or(|index| known.is_none_or(|known| !known.contains(&index)))
        })
    }

    /// Takes in what a template asked for. A run that was not complete says nothing about what is
    /// no longer needed. An index is given to another secret only if it is `free`.
    pub fn learn(&mut self, asked: Asked, free: impl Fn(SecretIndex) -> bool) {
        let store = self.plan.files[asked.file.0].store;
        let secrets = asked.secrets.into_iter();
        let needs: BTreeSet<_> = secrets
            .map(|secret| self.index_of(store, secret, &free))
            .collect();
        let known = self.needs[asked.file.0].get_or_insert_default();
        if asked.complete {
            *known = needs;
        } else {
            known.extend(needs);
        }
    }

    /// Gives up what no file needs any more.
    pub fn retire(&mut self) -> Vec<SecretIndex> {
        let needed: BTreeSet<_> = self.needs.iter().flatten().flatten().copied().collect();
        let mut retired = Vec::new();
        for (index, secret) in self.secrets.iter_mut().enumerate() {
            if secret.is_some() && !needed.contains(&SecretIndex(index)) {
                *secret = None;
                retired.push(SecretIndex(index));
            }
        }
        retired
    }

    fn index_of(
        &mut self,
        store: StoreIndex,
        dependency: Dependency,
        free: impl Fn(SecretIndex) -> bool,
    ) -> SecretIndex {
        if let Some(known) = self.find(store, &dependency) {
            return known;
        }
        let secret = Some(PlannedSecret::new(store, dependency));
        let mut unused = self.secrets.iter().enumerate();
        let unused = unused.find(|(index, secret)| secret.is_none() && free(SecretIndex(*index)));
        match unused.map(|(index, _)| index) {
            Some(index) => {
                self.secrets[index] = secret;
                SecretIndex(index)
            }
            None => {
                self.secrets.push(secret);
                SecretIndex(self.secrets.len() - 1)
            }
        }
    }

    /// The volumes that need a secret.
    pub(super) fn sets_of(&self, secret: SecretIndex) -> impl Iterator<Item = SetIndex> {
        let sets = (0..self.plan.sets.len()).map(SetIndex);
        sets.filter(move |set| self.needs_of(*set).any(|needed| needed == secret))
    }

    pub fn needs(&self, file: FileIndex) -> impl Iterator<Item = SecretIndex> {
        self.needs[file.0].iter().flatten().copied()
    }
}
