//! Keeps a snapshot of all defaults.

use std::{
    collections::{BTreeMap, HashMap},
    convert::Infallible,
    future::pending,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwap;
use k8s_openapi::{
    api::core::v1::{ConfigMap, Namespace},
    apimachinery::pkg::apis::meta::v1::ObjectMeta,
};
use kube::{Api, Client};
use tokio::{
    sync::{Notify, watch},
    time::sleep,
};
use tracing::{info, warn};

use super::{
    Defaults,
    document::{self, Documents},
    relevant,
};
use crate::{
    backoff::Backoff,
    failure::{Reporter, RequestFailure},
    follow::{Change, follow},
    metrics::{Metrics, Task},
    options,
};

/// The defaults as they are now; clones see the same. Looking costs next to nothing.
#[derive(Clone, Debug, Default)]
pub struct Snapshot(Arc<ArcSwap<Defaults>>);

impl Snapshot {
    /// That never changes: for tests, and where defaults come from elsewhere.
    pub fn fixed(defaults: Defaults) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(defaults)))
    }

    pub fn load(&self) -> Arc<Defaults> {
        self.0.load_full()
    }

    /// There is one writer at a time: both watchers run in one task.
    fn change(&self, change: impl FnOnce(&mut Defaults)) {
        let mut defaults = Defaults::clone(&self.0.load());
        change(&mut defaults);
        self.0.store(Arc::new(defaults));
    }
}

/// Which of the sources have told what they hold, or that they may not be read.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Heard {
    pub(crate) config_map: bool,
    pub(crate) namespaces: bool,
}

/// Namespaces that change together are taken together: each change copies the snapshot.
const TOGETHER: Duration = Duration::from_millis(100);

/// Keeps the snapshot until it is dropped.
pub(crate) async fn observe(
    client: Client,
    namespace: String,
    options: options::Defaults,
    snapshot: Snapshot,
    heard: watch::Sender<Heard>,
    metrics: Metrics,
) -> Infallible {
    let options::Defaults {
        config_map,
        namespaces,
    } = options;
    let cluster = async {
        match config_map {
            Some(name) => {
                observe_config_map(&client, &namespace, &name, &snapshot, &heard, &metrics).await
            }
            None => pending().await,
        }
    };
    let all_namespaces = async {
        if namespaces {
            observe_namespaces(&client, &snapshot, &heard, &metrics).await
        } else {
            pending().await
        }
    };
    tokio::select! {
        never = cluster => never,
        never = all_namespaces => never,
    }
}

async fn observe_config_map(
    client: &Client,
    namespace: &str,
    name: &str,
    snapshot: &Snapshot,
    heard: &watch::Sender<Heard>,
    metrics: &Metrics,
) -> Infallible {
    let api: Api<ConfigMap> = Api::namespaced(client.clone(), namespace);
    let what = format!("the ConfigMap {namespace}/{name}");
    let changed = Notify::new();
    let following = follow(
        api.clone(),
        Some(name),
        &what,
        Reporter::new(Task::ClusterDefaults, metrics.clone()),
        |change| match change {
            Change::Set(_) | Change::Gone(_) | Change::Complete => changed.notify_one(),
            Change::Forbidden => settle(heard, |heard| heard.config_map = true),
            Change::Begin => {}
        },
    );
    let reading = async {
        let mut reporter = Reporter::new(Task::ClusterDefaults, metrics.clone());
        let mut backoff = Backoff::new();
        let mut seen = None;
        loop {
            changed.notified().await;
            // Following tells that it changed; what it says is read here.
            let found = loop {
                match api.get_opt(name).await {
                    Ok(found) => break found,
                    Err(failure) => {
                        reporter.failed(&RequestFailure::of(format!("read {what}"))(failure));
                        sleep(backoff.pause()).await;
                    }
                }
            };
            backoff.reset();
            reporter.succeeded();
            let data = found.and_then(|found| found.data).unwrap_or_default();
            if seen.as_ref() != Some(&data) {
                take(&what, &data, snapshot, metrics);
                seen = Some(data);
            }
            settle(heard, |heard| heard.config_map = true);
        }
    };
    tokio::select! {
        never = following => never,
        never = reading => never,
    }
}

/// What cannot be read leaves the last that could.
fn take(what: &str, data: &BTreeMap<String, String>, snapshot: &Snapshot, metrics: &Metrics) {
    match document::read(data) {
        Ok(Documents {
            cluster,
            profiles,
            ignored,
        }) => {
            if !ignored.is_empty() {
                warn!(
                    source = what,
                    keys = ignored.join(", "),
                    "defaults_keys_ignored"
                );
            }
            info!(
                source = what,
                annotations = cluster.len(),
                profiles = profiles.len(),
                "defaults_loaded"
            );
            snapshot.change(|defaults| {
                defaults.cluster = cluster;
                defaults.profiles = profiles;
            });
            metrics.count_defaults_load("success");
        }
        Err(failure) => {
            warn!(source = what, %failure, "defaults_not_loaded");
            metrics.count_defaults_load("failure");
        }
    }
}

/// Namespaces that give defaults, by their names.
type Found = HashMap<String, BTreeMap<String, String>>;

async fn observe_namespaces(
    client: &Client,
    snapshot: &Snapshot,
    heard: &watch::Sender<Heard>,
    metrics: &Metrics,
) -> Infallible {
    let api: Api<Namespace> = Api::all(client.clone());
    let found = Mutex::new(Found::new());
    let changed = Notify::new();
    let mut listed: Option<Found> = None;
    let following = follow(
        api,
        None,
        "namespaces",
        Reporter::new(Task::NamespaceDefaults, metrics.clone()),
        |change| match change {
            Change::Begin => listed = Some(Found::new()),
            Change::Set(namespace) => match &mut listed {
                Some(listed) => drop(keep(listed, namespace)),
                None => {
                    if keep(&mut lock(&found), namespace) {
                        changed.notify_one();
                    }
                }
            },
            Change::Complete => {
                if let Some(listed) = listed.take() {
                    *lock(&found) = listed;
                    changed.notify_one();
                }
            }
            Change::Gone(namespace) => {
                let name = namespace.name.unwrap_or_default();
                if lock(&found).remove(&name).is_some() {
                    changed.notify_one();
                }
            }
            Change::Forbidden => settle(heard, |heard| heard.namespaces = true),
        },
    );
    let publishing = async {
        loop {
            changed.notified().await;
            let namespaces = lock(&found).clone();
            metrics.namespaces(namespaces.len());
            snapshot.change(|defaults| defaults.namespaces = namespaces);
            settle(heard, |heard| heard.namespaces = true);
            sleep(TOGETHER).await;
        }
    };
    tokio::select! {
        never = following => never,
        never = publishing => never,
    }
}

/// Tells whether that is another than before.
fn keep(found: &mut Found, namespace: ObjectMeta) -> bool {
    let name = namespace.name.unwrap_or_default();
    let annotations = relevant(namespace.annotations.unwrap_or_default());
    if annotations.is_empty() {
        return found.remove(&name).is_some();
    }
    if found.get(&name) == Some(&annotations) {
        return false;
    }
    found.insert(name, annotations);
    true
}

fn lock(found: &Mutex<Found>) -> std::sync::MutexGuard<'_, Found> {
    found.lock().unwrap_or_else(PoisonError::into_inner)
}

fn settle(heard: &watch::Sender<Heard>, change: impl FnOnce(&mut Heard)) {
    heard.send_if_modified(|heard| {
        let before = *heard;
        change(heard);
        *heard != before
    });
}
