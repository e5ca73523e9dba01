//! Has the API server trust an authority that stands in a file, such as cert-manager's.

use std::{
    convert::Infallible,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use k8s_openapi::api::admissionregistration::v1::MutatingWebhookConfiguration;
use kube::{Api, Client};
use tokio::{sync::Notify, time::sleep};
use tracing::info;

use super::{
    Clock,
    bundle::Bundle,
    registration::{Registration, RegistrationError},
    upkeep::{Outlook, Upkeep, keep_up},
};
use crate::{failure::RequestFailure, metrics::Metrics, options::AuthorityFile};

pub(crate) struct Announcer {
    configurations: Api<MutatingWebhookConfiguration>,
    options: AuthorityFile,
    clock: Clock,
    metrics: Metrics,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum AnnounceError {
    #[error("{path}: {source}")]
    Read { path: PathBuf, source: io::Error },
    #[error("{path}: no certificate in PEM")]
    Empty { path: PathBuf },
    #[error(transparent)]
    Registration(#[from] RegistrationError),
    #[error(transparent)]
    Request(#[from] RequestFailure),
}

/// The kubelet takes about a minute to write a changed Secret: this adds little.
const FILE_AGAIN: Duration = Duration::from_secs(10);

impl Announcer {
    pub(crate) fn new(
        client: &Client,
        options: AuthorityFile,
        clock: Clock,
        metrics: Metrics,
    ) -> Self {
        Self {
            configurations: Api::all(client.clone()),
            options,
            clock,
            metrics,
        }
    }

    pub(crate) async fn run(self) -> Infallible {
        let changed = Notify::new();
        let configurations = self.configurations.clone();
        let AuthorityFile {
            configuration,
            path,
            ..
        } = self.options.clone();
        let metrics = self.metrics.clone();
        // Read before the first look: no change between the two is missed.
        let seen = read(&path).ok();
        tokio::select! {
            never = follow_file(&path, seen, &changed) => never,
            never = keep_up(self, configurations, &configuration, &changed, &metrics) => never,
        }
    }

    async fn announce(&self) -> Result<Outlook, AnnounceError> {
        let AuthorityFile {
            configuration,
            hosts,
            path,
        } = &self.options;
        let authorities = read(path)?;
        let registration = Registration::read(&self.configurations, configuration, hosts).await?;
        // The file does not tell since when it is as it is, so others are left alone until they
        // end.
        let alone = false;
        let now = self.clock.now();
        let patched = registration
            .announce(
                &self.configurations,
                &authorities,
                alone,
                now,
                &self.metrics,
            )
            .await?;
        if patched {
            info!(configuration, "ca_bundle_patched");
        }
        Ok(Outlook::Well(Duration::MAX))
    }
}

impl Upkeep for Announcer {
    type Failure = AnnounceError;

    async fn look(&mut self, _quiet: bool) -> Result<Outlook, AnnounceError> {
        match self.announce().await {
            Err(AnnounceError::Request(failure)) if failure.is_lost_race() => Ok(Outlook::Changed),
            result => result,
        }
    }
}

/// Tells when the file holds other authorities, or none any more.
async fn follow_file(path: &Path, mut seen: Option<Bundle>, changed: &Notify) -> Infallible {
    loop {
        sleep(FILE_AGAIN).await;
        let now = read(path).ok();
        if now != seen {
            seen = now;
            changed.notify_one();
        }
    }
}

fn read(path: &Path) -> Result<Bundle, AnnounceError> {
    let text = std::fs::read(path).map_err(|source| AnnounceError::Read {
        path: path.to_owned(),
        source,
    })?;
    let bundle = Bundle::read(&text);
    if bundle.is_empty() {
        return Err(AnnounceError::Empty {
            path: path.to_owned(),
        });
    }
    Ok(bundle)
}
