//! Which generation of each volume the application was told of, by reloads and by the programs of
//! files, kept across lives of the agent.
//!
//! An agent that is killed after a swap and before the reload finds its files unchanged in its next
//! life, and would never tell. So the name of the generation is put down after the telling, and one
//! that was not put down is told of again: at least once, not at most once.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use vouchsafe_shared::config::AgentConfig;

use crate::{
    lifecycle::Found,
    plan::{Plan, ReloadIndex, VolumeIndex},
    publish::Publisher,
    sink::Volume,
};

/// The record, in the agent's own directory. Nothing is kept when nobody is ever told.
#[derive(Debug)]
pub struct Told {
    directory: Option<PathBuf>,
    volumes: Vec<PathBuf>,
}

impl Told {
    pub fn new(config: &AgentConfig) -> Self {
        let mut files = config.files.iter();
        let is_anybody_told = !config.reload.is_empty() || files.any(|file| file.command.is_some());
        let directory = is_anybody_told.then(|| PathBuf::from(&config.run_directory));
        let volumes = config
            .volumes
            .iter()
            .map(|volume| PathBuf::from(&volume.path));
        Self {
            directory,
            volumes: volumes.collect(),
        }
    }

    /// What each set of volumes holds from an earlier life.
    pub fn found(&self, config: &AgentConfig, plan: &Plan) -> Vec<Found> {
        let complete = Publisher::complete(config);
        let found = plan.sets.iter().map(|set| {
            let mut volumes = set.volumes.iter();
            if !volumes.clone().all(|volume| complete[volume.0]) {
                return Found::Nothing;
            }
            let told = volumes.all(|volume| self.is_told(*volume));
            Found::Files { told }
        });
        found.collect()
    }

    /// Puts down that the application was told of what the volume shows now.
    ///
    /// # Errors
    /// When it cannot be written; the worst is that the application is told once more.
    pub fn record(&self, volume: VolumeIndex) -> io::Result<()> {
        let Some(directory) = &self.directory else {
            return Ok(());
        };
        let Some(generation) = Volume::generation_at(&self.volumes[volume.0]) else {
            return Ok(());
        };
        put_down(directory, &record_of(directory, volume), &generation)
    }

    /// Puts down that the application was told by a reload, which may wait for the first time.
    ///
    /// # Errors
    /// As [`Self::record`].
    pub fn record_reload(&self, reload: ReloadIndex) -> io::Result<()> {
        let Some(directory) = &self.directory else {
            return Ok(());
        };
        let record = record_of_reload(directory, reload);
        if record.exists() {
            return Ok(());
        }
        put_down(directory, &record, "")
    }

    /// The reloads that the application was told by in earlier lives.
    pub fn reloads(&self, config: &AgentConfig) -> Vec<ReloadIndex> {
        let Some(directory) = &self.directory else {
            return Vec::new();
        };
        let all = (0..config.reload.len()).map(ReloadIndex);
        all.filter(|reload| record_of_reload(directory, *reload).exists())
            .collect()
    }

    fn is_told(&self, volume: VolumeIndex) -> bool {
        let Some(directory) = &self.directory else {
            return true;
        };
        let recorded = fs::read_to_string(record_of(directory, volume)).ok();
        recorded.is_some() && recorded == Volume::generation_at(&self.volumes[volume.0])
    }
}

fn record_of(directory: &Path, volume: VolumeIndex) -> PathBuf {
    directory.join(format!("told-{}", volume.0))
}

fn record_of_reload(directory: &Path, reload: ReloadIndex) -> PathBuf {
    directory.join(format!("told-by-{}", reload.0))
}

/// There afterwards as a whole or not at all.
fn put_down(directory: &Path, record: &Path, text: &str) -> io::Result<()> {
    let next = directory.join("told.next");
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&next)?;
    file.write_all(text.as_bytes())?;
    fs::rename(&next, record)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use serde_json::json;
    use vouchsafe_shared::secret::SecretBuffer;

    use super::*;
    use crate::sink::RenderedFile;

    fn publish(path: &Path, content: &str) {
        let mut buffer = SecretBuffer::default();
        buffer.push_str(content);
        let file = RenderedFile {
            name: "x".parse().unwrap(),
            content: buffer,
            mode: "0644".parse().unwrap(),
            user: None,
            group: None,
        };
        let mut volume = Volume::open(path).unwrap();
        volume.publish(&[file], SystemTime::now()).unwrap();
    }

    #[test]
    fn what_is_shown_was_told_once_it_was_put_down() {
        let directory = tempfile::tempdir().unwrap();
        let (volume, run) = (
            directory.path().join("secrets"),
            directory.path().join("run"),
        );
        fs::create_dir(&run).unwrap();
        let auth = json!({ "method": "jwt", "mount": "auth/jwt", "token_file": "/token" });
        let source = json!({ "secret": "secret/x", "format": "json" });
        let touch = json!({ "path": run.join("reloaded") });
        let config = json!({
            "version": 1,
            "stores": [{ "name": "vault", "kind": "vault", "address": "https://vault", "auth": auth }],
            "volumes": [{ "path": volume }],
            "files": [{ "name": "x", "store": "vault", "source": source }],
            "reload": [{ "on": ["x"], "touch": touch }],
            "run_directory": run,
        });
        let config = AgentConfig::from_json(&config.to_string()).unwrap();
        let (told, plan) = (Told::new(&config), Plan::new(&config));
        assert_eq!(told.found(&config, &plan), [Found::Nothing]);
        for content in ["1", "2"] {
            publish(&volume, content);
            let found = told.found(&config, &plan);
            assert_eq!(found, [Found::Files { told: false }], "{content}");
            told.record(VolumeIndex(0)).unwrap();
            let found = told.found(&config, &plan);
            assert_eq!(found, [Found::Files { told: true }], "{content}");
        }
        assert_eq!(told.reloads(&config), []);
        told.record_reload(ReloadIndex(0)).unwrap();
        assert_eq!(told.reloads(&config), [ReloadIndex(0)]);
    }
}
