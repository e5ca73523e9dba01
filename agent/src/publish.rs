//! From secrets to files: renders what a volume holds and swaps it in.

use std::{path::Path, time::SystemTime};

use vouchsafe_shared::{
    config::{AgentConfig, FileConfig},
    diagnostic::Code,
};

use crate::{
    fault::{Fault, Retry, Whose},
    plan::{FileIndex, Plan, VolumeIndex},
    render,
    sink::{RenderedFile, SinkError, Volume},
    store::Secret,
};

/// The volumes of a configuration, each opened when first needed.
#[derive(Debug)]
pub struct Publisher {
    files: Vec<FileConfig>,
    volumes: Vec<OpenVolume>,
}

#[derive(Debug)]
struct OpenVolume {
    path: String,
    sink: Option<Volume>,
}

/// What publishing a volume did.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    pub changed: Vec<FileIndex>,
    /// There was nothing before, so nobody can have read it.
    pub first: bool,
    /// A file that could not be rendered, and so kept its last good content.
    pub kept: Option<Fault>,
}

impl Publisher {
    pub fn new(config: &AgentConfig) -> Self {
        let volumes = config.volumes.iter();
        let volumes = volumes.map(|volume| OpenVolume {
            path: volume.path.clone(),
            sink: None,
        });
        Self {
            files: config.files.clone(),
            volumes: volumes.collect(),
        }
    }

    /// Of each volume, whether all its files are there.
    pub fn complete(config: &AgentConfig) -> Vec<bool> {
        let complete = |(index, volume): (usize, &vouchsafe_shared::config::VolumeConfig)| {
            let files = config.files.iter().filter(move |file| file.volume == index);
            Volume::is_complete(Path::new(&volume.path), files.map(|file| &file.name))
        };
        config.volumes.iter().enumerate().map(complete).collect()
    }

    /// Renders all files of a volume and swaps them in together. A file that cannot be rendered
    /// keeps its last good content; if it never had one, nothing is published.
    ///
    /// # Errors
    /// The files that are there stay as they are, whole.
    pub fn publish(
        &mut self,
        plan: &Plan,
        volume: VolumeIndex,
        secrets: &[Option<Secret>],
        now: SystemTime,
    ) -> Result<Outcome, Fault> {
        let open = &mut self.volumes[volume.0];
        let sink = match &mut open.sink {
            Some(sink) => sink,
            none => {
                none.insert(Volume::open(Path::new(&open.path)).map_err(|error| fault(&error))?)
            }
        };
        let mut rendered = Vec::new();
        let mut kept = None;
        for (index, planned) in plan.files_of(volume) {
            let file = &self.files[index.0];
            let source = &file.source;
            let Some(secret) = &secrets[planned.secret.0] else {
                return Err(missing(file, "its secret was not read yet"));
            };
            let content = match render::render(source.format, source.key.as_ref(), &secret.data) {
                Ok(content) => content,
                Err(error) => {
                    let message = format!("file {} from {}: {error}", file.name, source.secret);
                    let fault = Fault::new(error.code(), Whose::User, Retry::Rarely, message);
                    let last = sink
                        .read_current(&file.name)
                        .map_err(|error| self::fault(&error))?;
                    let Some(last) = last else { return Err(fault) };
                    kept.get_or_insert(fault);
                    last
                }
            };
            rendered.push(RenderedFile {
                name: file.name.clone(),
                content,
                mode: file.mode,
                user: file.user,
                group: file.group,
            });
        }
        let published = sink
            .publish(&rendered, now)
            .map_err(|error| fault(&error))?;
        let changed = plan
            .files_of(volume)
            .map(|(index, _)| index)
            .filter(|index| published.changed.contains(&self.files[index.0].name));
        Ok(Outcome {
            changed: changed.collect(),
            first: published.first,
            kept,
        })
    }
}

fn fault(error: &SinkError) -> Fault {
    Fault::new(error.code(), Whose::Pod, Retry::Backoff, error.to_string())
}

fn missing(file: &FileConfig, reason: &str) -> Fault {
    let message = format!("file {}: {reason}", file.name);
    Fault::new(Code::WriteFailed, Whose::Pod, Retry::Backoff, message)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use serde_json::json;
    use vouchsafe_shared::secret::SecretValue;

    use super::*;

    /// Two files of one volume, each one key of its own secret.
    fn config(path: &Path) -> AgentConfig {
        let file = |name: &str| {
            let source =
                json!({ "secret": format!("secret/{name}"), "format": "raw", "key": "value" });
            json!({ "name": name, "store": "vault", "source": source })
        };
        let auth = json!({ "method": "kubernetes", "mount": "auth/kubernetes", "role": "web", "token_file": "/token" });
        let config = json!({
            "version": 1,
            "stores": [{ "name": "vault", "kind": "vault", "address": "https://vault", "auth": auth }],
            "volumes": [{ "path": path }],
            "files": [file("a"), file("b")],
        });
        AgentConfig::from_json(&config.to_string()).unwrap()
    }

    fn secret(key: &str, value: &str) -> Secret {
        let data = [(key.to_owned(), SecretValue::string(value))].into();
        Secret {
            data,
            version: None,
            lease: None,
        }
    }

    #[test]
    fn a_file_that_cannot_be_rendered_keeps_its_last_good_content_while_others_change() {
        let directory = tempfile::tempdir().unwrap();
        let config = config(directory.path());
        let (plan, mut publisher) = (Plan::new(&config), Publisher::new(&config));
        let mut publish =
            |a, b| publisher.publish(&plan, VolumeIndex(0), &[a, b], SystemTime::now());
        let first = publish(Some(secret("value", "1")), Some(secret("value", "1"))).unwrap();
        assert_eq!(
            first,
            Outcome {
                changed: vec![FileIndex(0), FileIndex(1)],
                first: true,
                kept: None
            }
        );
        assert_eq!(Publisher::complete(&config), [true]);

        let second = publish(Some(secret("value", "2")), Some(secret("other", "canary"))).unwrap();
        assert_eq!((second.changed, second.first), (vec![FileIndex(0)], false));
        let kept = second.kept.unwrap();
        assert_eq!(kept.code, Code::KeyNotFound);
        assert!(
            kept.message.contains("file b") && !kept.message.contains("canary"),
            "{kept}"
        );
        let read = |name| fs::read_to_string(directory.path().join(name)).unwrap();
        assert_eq!((read("a").as_str(), read("b").as_str()), ("2", "1"));
    }

    #[test]
    fn nothing_is_published_before_every_file_was_rendered_once() {
        let directory = tempfile::tempdir().unwrap();
        let config = config(directory.path());
        let (plan, mut publisher) = (Plan::new(&config), Publisher::new(&config));
        let mut publish =
            |a, b| publisher.publish(&plan, VolumeIndex(0), &[a, b], SystemTime::now());
        let fault = publish(Some(secret("value", "1")), Some(secret("other", "1"))).unwrap_err();
        assert_eq!((fault.code, fault.whose), (Code::KeyNotFound, Whose::User));
        assert!(publish(Some(secret("value", "1")), None).is_err());
        assert_eq!(Publisher::complete(&config), [false]);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_volume_that_cannot_be_opened_is_the_pods_fault() {
        let directory = tempfile::tempdir().unwrap();
        let blocked = directory.path().join("file");
        fs::File::create(&blocked).unwrap();
        let config = config(&blocked);
        let (plan, mut publisher) = (Plan::new(&config), Publisher::new(&config));
        let secrets = [Some(secret("value", "1")), Some(secret("value", "1"))];
        let outcome = publisher.publish(&plan, VolumeIndex(0), &secrets, SystemTime::now());
        let fault = outcome.unwrap_err();
        assert_eq!((fault.code, fault.whose), (Code::WriteFailed, Whose::Pod));
    }
}
