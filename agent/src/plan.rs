//! The configuration as indices: which files there are, and what is known of their needs before
//! anything was read.

use std::{fmt::Write, time::Duration};

use vouchsafe_shared::{
    config::{AgentConfig, LoginConfig, RefreshConfig, ReloadConfig, SourceConfig, StoreConfig},
    value::{HumanDuration, SecretPath},
};
use vouchsafe_template::scope::Dependency;

macro_rules! index {
    ($(#[doc = $doc:literal])+ $name:ident) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        pub struct $name(pub usize);
    };
}

index! {
    /// Index into [`AgentConfig::stores`].
    StoreIndex
}
index! {
    /// Index into the secrets of a [`crate::lifecycle::Demand`].
    SecretIndex
}
index! {
    /// Index into [`AgentConfig::volumes`].
    VolumeIndex
}
index! {
    /// Index into [`Plan::sets`].
    SetIndex
}
index! {
    /// Index into [`AgentConfig::files`] and [`Plan::files`].
    FileIndex
}
index! {
    /// Index into [`AgentConfig::reload`] and [`Plan::reloads`].
    ReloadIndex
}

/// What belongs to what.
#[derive(Clone, Debug)]
pub struct Plan {
    pub stores: Vec<PlannedStore>,
    pub files: Vec<PlannedFile>,
    pub sets: Vec<PlannedSet>,
    pub reloads: Vec<PlannedReload>,
    pub refresh: RefreshConfig,
    /// Whether the agent ends when a secret could not be had for a long time.
    pub exit_on_retry_failure: bool,
}

/// What is to be kept to with a store.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlannedStore {
    /// Its token is given back at the end,
    pub revoke: bool,
    /// this long after the agent was told to stop.
    pub revoke_grace: Duration,
    pub login: LoginConfig,
    /// After which share of its life what ends is replaced; the agent's own when absent.
    pub renewal_threshold: Option<f64>,
    /// It is to tell of changes.
    pub events: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PlannedFile {
    pub volume: VolumeIndex,
    pub set: SetIndex,
    /// Where its secrets are.
    pub store: StoreIndex,
    /// The secret it shows; a template tells when it runs.
    pub secret: Option<Dependency>,
    /// It shows the store's token.
    pub token: bool,
    /// A program runs after it changed.
    pub command: bool,
    /// How often its secrets are looked at; as the plan says when absent.
    pub refresh: Option<RefreshConfig>,
    /// A secret of it that does not exist is no fault.
    pub may_lack: bool,
}

/// Volumes whose files change together: one, or those that share a bundle of files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlannedSet {
    pub volumes: Vec<VolumeIndex>,
    /// How long what was shown before a change is kept; until the next change when absent.
    pub keep: Option<Duration>,
}

/// When to tell the application, and of what.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlannedReload {
    pub files: Vec<FileIndex>,
    /// How many attempts follow one that failed.
    pub retries: u32,
    /// How long the first change waits for others.
    pub debounce: Duration,
    /// The first rendering is told too.
    pub on_first: bool,
}

/// One thing to read, however many files need it.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedSecret {
    /// None for what lies beside the agent.
    pub store: Option<StoreIndex>,
    pub dependency: Dependency,
}

impl Plan {
    /// The configuration was checked when it was read, so every name in it leads somewhere.
    pub fn new(config: &AgentConfig) -> Self {
        let (sets, set_of) = sets(config);
        let planned = |file: &vouchsafe_shared::config::FileConfig| {
            let mut stores = config.stores.iter();
            let store = stores.position(|store| store.name == file.store);
            PlannedFile {
                volume: VolumeIndex(file.volume),
                set: set_of[file.volume],
                store: StoreIndex(store.unwrap_or_default()),
                secret: match &file.source {
                    SourceConfig::Secret(source) => Some(read_of(&source.secret)),
                    SourceConfig::Template(_) | SourceConfig::Token(_) => None,
                },
                token: matches!(file.source, SourceConfig::Token(_)),
                command: file.command.is_some(),
                refresh: file.refresh,
                may_lack: file.may_lack_its_secret(),
            }
        };
        Self {
            stores: config.stores.iter().map(PlannedStore::new).collect(),
            files: config.files.iter().map(planned).collect(),
            sets,
            reloads: config
                .reload
                .iter()
                .map(|reload| PlannedReload::new(config, reload))
                .collect(),
            refresh: config.refresh,
            exit_on_retry_failure: config.exit_on_retry_failure,
        }
    }

    /// The files of one volume, by index.
    pub fn files_in(&self, volume: VolumeIndex) -> impl Iterator<Item = (FileIndex, &PlannedFile)> {
        let files = self.files.iter().enumerate();
        let files = files.filter(move |(_, file)| file.volume == volume);
        files.map(|(index, file)| (FileIndex(index), file))
    }

    /// The files of all volumes of a set, by index.
    pub fn files_of(&self, set: SetIndex) -> impl Iterator<Item = (FileIndex, &PlannedFile)> {
        let files = self.files.iter().enumerate();
        let files = files.filter(move |(_, file)| file.set == set);
        files.map(|(index, file)| (FileIndex(index), file))
    }
}

/// The sets of volumes, and of each volume its set.
fn sets(config: &AgentConfig) -> (Vec<PlannedSet>, Vec<SetIndex>) {
    let mut lead: Vec<usize> = (0..config.volumes.len()).collect();
    for file in &config.files {
        let of_bundle = config
            .files
            .iter()
            .find(|other| file.bundle.is_some() && other.bundle == file.bundle);
        let Some(other) = of_bundle else { continue };
        let (one, two) = (lead[file.volume], lead[other.volume]);
        for volume in &mut lead {
            if *volume == one.max(two) {
                *volume = one.min(two);
            }
        }
    }
    let mut leads = lead.clone();
    leads.sort_unstable();
    leads.dedup();
    let members = |first: &usize| {
        let volumes = (0..lead.len()).filter(|volume| lead[*volume] == *first);
        let keeps = volumes
            .clone()
            .filter_map(|volume| config.volumes[volume].keep_previous);
        PlannedSet {
            keep: keeps.map(HumanDuration::as_duration).max(),
            volumes: volumes.map(VolumeIndex).collect(),
        }
    };
    let set_of = lead.iter().map(|first| leads.binary_search(first));
    let set_of = set_of.map(|set| SetIndex(set.unwrap_or_default()));
    (leads.iter().map(members).collect(), set_of.collect())
}

impl PlannedStore {
    fn new(config: &StoreConfig) -> Self {
        let grace = config.revoke_grace.map(HumanDuration::as_duration);
        Self {
            revoke: config.revoke_on_shutdown,
            revoke_grace: grace.unwrap_or_default(),
            login: config.login,
            renewal_threshold: config.lease.renewal_threshold,
            events: config.events,
        }
    }
}

impl PlannedReload {
    fn new(config: &AgentConfig, reload: &ReloadConfig) -> Self {
        let files = config.files.iter().enumerate();
        let own = files.filter(|(_, file)| reload.is_on(file));
        Self {
            files: own.map(|(index, _)| FileIndex(index)).collect(),
            retries: reload.retries,
            debounce: reload.debounce.as_duration(),
            on_first: reload.on_first,
        }
    }
}

impl PlannedSecret {
    /// What a file asks for, in the store of the file or beside the agent.
    pub fn new(store: StoreIndex, dependency: Dependency) -> Self {
        let is_local = matches!(dependency, Dependency::File { .. });
        Self {
            store: (!is_local).then_some(store),
            dependency,
        }
    }

    /// Whether it is asked for by files of this store.
    pub fn is(&self, store: StoreIndex, dependency: &Dependency) -> bool {
        self.store.is_none_or(|own| own == store) && &self.dependency == dependency
    }
}

/// The read that a template asks for with the same path. Templates write paths as URLs, so what
/// means something there is encoded.
pub fn read_of(path: &SecretPath) -> Dependency {
    let mut url = String::with_capacity(path.as_str().len());
    for character in path.as_str().chars() {
        match character {
            '%' | '#' => {
                let _ = write!(url, "%{:02X}", u32::from(character));
            }
            _ => url.push(character),
        }
    }
    Dependency::Read { path: url }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Of files by volume and bundle.
    fn plan(volumes: &Value, files: &[(usize, Option<&str>)]) -> Plan {
        let auth = json!({ "method": "kubernetes", "mount": "auth/kubernetes", "role": "web", "token_file": "/token" });
        let file = |(index, (volume, bundle)): (usize, &(usize, Option<&str>))| {
            let source = json!({ "secret": "secret/a", "format": "json" });
            let name = format!("file{index}");
            let mut file =
                json!({ "name": name, "volume": volume, "store": "vault", "source": source });
            if let Some(bundle) = bundle {
                file["bundle"] = json!(bundle);
            }
            file
        };
        let config = json!({
            "version": 1,
            "stores": [{ "name": "vault", "kind": "vault", "address": "https://vault", "auth": auth }],
            "volumes": volumes,
            "files": files.iter().enumerate().map(file).collect::<Vec<_>>(),
        });
        Plan::new(&AgentConfig::from_json(&config.to_string()).unwrap())
    }

    fn volumes(plan: &Plan) -> Vec<Vec<usize>> {
        let volumes = |set: &PlannedSet| set.volumes.iter().map(|volume| volume.0).collect();
        plan.sets.iter().map(volumes).collect()
    }

    fn files_of(plan: &Plan, set: usize) -> Vec<usize> {
        let files = plan.files_of(SetIndex(set));
        files.map(|(file, _)| file.0).collect()
    }

    #[test]
    fn volumes_that_share_a_bundle_are_one_set() {
        let plan = plan(
            &json!([
                { "path": "/0", "keep_previous": "1m" },
                { "path": "/1" },
                { "path": "/2" },
                { "path": "/3", "keep_previous": "2m" },
            ]),
            &[
                (3, Some("x")),
                (2, Some("x")),
                (2, Some("y")),
                (0, Some("y")),
                (1, Some("alone")),
                (1, None),
            ],
        );
        assert_eq!(volumes(&plan), [vec![0, 2, 3], vec![1]]);
        assert_eq!(plan.sets[0].keep, Some(Duration::from_secs(120)));
        assert_eq!(plan.sets[1].keep, None);
        assert_eq!(files_of(&plan, 0), [0, 1, 2, 3]);
        let names: Vec<usize> = plan
            .files_in(VolumeIndex(2))
            .map(|(file, _)| file.0)
            .collect();
        assert_eq!(names, [1, 2]);
    }

    #[test]
    fn sets_are_counted_by_themselves_and_in_the_order_of_their_first_volumes() {
        let paths = json!([{ "path": "/0" }, { "path": "/1" }, { "path": "/2" }, { "path": "/3" }]);
        let files = [(3, None), (2, None), (1, Some("x")), (0, Some("x"))];
        let plan = plan(&paths, &files);
        assert_eq!(volumes(&plan), [vec![0, 1], vec![2], vec![3]]);
        let files: Vec<_> = (0..3).map(|set| files_of(&plan, set)).collect();
        assert_eq!(files, [vec![2, 3], vec![1], vec![0]]);
        for (index, set) in plan.sets.iter().enumerate() {
            let is_inside = |file: &&PlannedFile| set.volumes.contains(&file.volume);
            let inside: Vec<_> = plan.files.iter().filter(is_inside).collect();
            assert!(inside.iter().all(|file| file.set == SetIndex(index)));
        }
    }
}
