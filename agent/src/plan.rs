//! The configuration as indices: which reads there are, and what each of them feeds.

use vouchsafe_shared::{
    config::{AgentConfig, RefreshConfig},
    value::SecretPath,
};

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
    /// Index into [`Plan::secrets`].
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

/// What depends on what. A secret that several files use is read once.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Of each store, whether its token is given back at the end.
    pub revoke: Vec<bool>,
    pub secrets: Vec<PlannedSecret>,
    pub files: Vec<PlannedFile>,
    pub volumes: usize,
    /// Of each reload, the files whose change it tells.
    pub reloads: Vec<Vec<FileIndex>>,
    pub refresh: RefreshConfig,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct PlannedSecret {
    pub store: StoreIndex,
    pub path: SecretPath,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PlannedFile {
    pub secret: SecretIndex,
    pub volume: VolumeIndex,
}

impl Plan {
    /// The configuration was checked when it was read, so every name in it leads somewhere.
    pub fn new(config: &AgentConfig) -> Self {
        let mut secrets: Vec<PlannedSecret> = Vec::new();
        let mut files = Vec::new();
        for file in &config.files {
            let store = config
                .stores
                .iter()
                .position(|store| store.name == file.store);
            let secret = PlannedSecret {
                store: StoreIndex(store.unwrap_or_default()),
                path: file.source.secret.clone(),
            };
            let known = secrets.iter().position(|known| known == &secret);
            let index = known.unwrap_or(secrets.len());
            if known.is_none() {
                secrets.push(secret);
            }
            files.push(PlannedFile {
                secret: SecretIndex(index),
                volume: VolumeIndex(file.volume),
            });
        }
        let file_indices = |names: &[vouchsafe_shared::value::FileName]| {
            let named = |(_, file): &(usize, &vouchsafe_shared::config::FileConfig)| {
                names.contains(&file.name)
            };
            let all = config.files.iter().enumerate();
            all.filter(named)
                .map(|(index, _)| FileIndex(index))
                .collect()
        };
        Self {
            revoke: config
                .stores
                .iter()
                .map(|store| store.revoke_on_shutdown)
                .collect(),
            secrets,
            files,
            volumes: config.volumes.len(),
            reloads: config
                .reload
                .iter()
                .map(|reload| file_indices(&reload.on))
                .collect(),
            refresh: config.refresh,
        }
    }

    /// The files of one volume, by index.
    pub fn files_of(&self, volume: VolumeIndex) -> impl Iterator<Item = (FileIndex, PlannedFile)> {
        self.files
            .iter()
            .enumerate()
            .filter(move |(_, file)| file.volume == volume)
            .map(|(index, file)| (FileIndex(index), *file))
    }

    /// The secrets that one volume's files need, some of them more than once.
    pub fn secrets_of(&self, volume: VolumeIndex) -> impl Iterator<Item = SecretIndex> {
        self.files_of(volume).map(|(_, file)| file.secret)
    }
}
