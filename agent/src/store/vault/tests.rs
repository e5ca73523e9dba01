//! Against servers and proxies on the loopback address that answer as a test says.

mod authority;
mod events;
mod faults;
mod forwarding;
mod login;
mod proxy;
mod requests;
mod server;
mod tls;
mod versions;

use std::{fs::File, io::Write as _, path::PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;
use vouchsafe_shared::config::StoreConfig;
use vouchsafe_template::scope::Dependency;

use super::Vault;
use crate::{
    fault::Fault,
    store::{Reader, Reply, Response},
};

/// Files that a pod has, and a store that reads them.
struct Pod {
    directory: TempDir,
}

impl Pod {
    /// With a token for logging in.
    fn new() -> Self {
        let pod = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        pod.put("token", "jwt\n");
        pod
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn at(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    fn put(&self, name: &str, content: &str) {
        let mut file = File::create(self.path(name)).unwrap();
        file.write_all(content.as_bytes()).unwrap();
    }

    /// A store that logs in with the pod's token, with `change` made to its configuration.
    fn store(&self, address: &str, change: impl FnOnce(&mut Value)) -> Vault {
        let mut config = json!({
            "name": "vault", "kind": "vault", "address": address,
            "auth": { "method": "kubernetes", "mount": "auth/kubernetes", "role": "web", "token_file": self.at("token") },
        });
        change(&mut config);
        let config: StoreConfig = serde_json::from_value(config).unwrap();
        Vault::new(&config)
    }
}

/// Reads a path of which the engine is known not to matter.
async fn read(store: &mut Vault) -> Result<Reply, Fault> {
    let path = "cubbyhole/db".to_owned();
    match store.ask(&Dependency::Read { path }, None).await? {
        Response::Answer(reply) => Ok(reply),
        Response::Unchanged => panic!("no version was told"),
    }
}
