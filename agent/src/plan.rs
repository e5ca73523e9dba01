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
    /// Of each volume, how long what it showed before a change is kept; until the next change when
    /// absent.
    pub volumes: Vec<Option<Duration>>,
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
}

#[derive(Clone, Debug, PartialEq)]
pub struct PlannedFile {
    pub volume: VolumeIndex,
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
        let planned = |file: &vouchsafe_shared::config::FileConfig| {
            let mut stores = config.stores.iter();
            let store = stores.position(|store| store.name == file.store);
            PlannedFile {
                volume: VolumeIndex(file.volume),
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
            volumes: config
                .volumes
                .iter()
                .map(|volume| Some(volume.keep_previous?.as_duration()))
                .collect(),
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
    pub fn files_of(&self, volume: VolumeIndex) -> impl Iterator<Item = (FileIndex, &PlannedFile)> {
        self.files
            .iter()
            .enumerate()
            .filter(move |(_, file)| file.volume == volume)
            .map(|(index, file)| (FileIndex(index), file))
    }
}

impl PlannedStore {
    fn new(config: &StoreConfig) -> Self {
        let grace = config.revoke_grace.map(HumanDuration::as_duration);
        Self {
            revoke: config.revoke_on_shutdown,
            revoke_grace: grace.unwrap_or_default(),
            login: config.login,
            renewal_threshold: config.lease.renewal_threshold,
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
