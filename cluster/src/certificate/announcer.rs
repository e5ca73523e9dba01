//! Has the API server trust an authority that stands in a file, such as cert-manager's.

use std::{convert::Infallible, io, path::PathBuf, time::Duration};

use k8s_openapi::api::admissionregistration::v1::MutatingWebhookConfiguration;
use kube::{Api, Client};
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};
use tracing::info;

use super::{
    Clock,
    bundle::Bundle,
    registration::{Registration, RegistrationError},
};
use crate::{
    backoff::Backoff,
    failure::{Reporter, RequestFailure},
    follow::follow,
    metrics::{Metrics, Task},
    options::AuthorityFile,
};

pub(crate) struct Announcer {
    configurations: Api<MutatingWebhookConfiguration>,
    options: AuthorityFile,
    clock: Clock,
    metrics: Metrics,
}

#[derive(Debug, thiserror::Error)]
enum AnnounceError {
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
const AGAIN: Duration = Duration::from_secs(60 * 60);
/// At least this long between two looks, however often the configuration changes.
const APART: Duration = Duration::from_secs(1);

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
        let following = follow(
            self.configurations.clone(),
            Some(&self.options.configuration),
            "MutatingWebhookConfigurations",
            Reporter::new(Task::Configuration, self.metrics.clone()),
            |_| changed.notify_one(),
        );
        tokio::select! {
            never = following => never,
            never = self.keep(&changed) => never,
        }
    }

    async fn keep(&self, changed: &Notify) -> Infallible {
        let mut reporter = Reporter::new(Task::Certificate, self.metrics.clone());
        let mut backoff = Backoff::new();
        loop {
            let (seen, pause) = match self.announce().await {
                Ok(seen) => {
                    reporter.succeeded();
                    backoff.reset();
                    (Some(seen), AGAIN)
                }
                Err(AnnounceError::Request(failure)) if failure.is_lost_race() => (None, APART),
                Err(failure) => {
                    reporter.failed(&failure);
                    (None, backoff.pause())
                }
            };
            sleep(APART).await;
            let other_file = async {
                loop {
                    sleep(FILE_AGAIN).await;
                    if self.authorities().ok() != seen {
                        return;
                    }
                }
            };
            let other = async {
                tokio::select! {
                    () = changed.notified() => {}
                    () = other_file => {}
                }
            };
            let _ = timeout(pause, other).await;
        }
    }

    async fn announce(&self) -> Result<Bundle, AnnounceError> {
        let AuthorityFile {
            configuration,
            hosts,
            path: _,
        } = &self.options;
        let authorities = self.authorities()?;
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
        Ok(authorities)
    }

    fn authorities(&self) -> Result<Bundle, AnnounceError> {
        let path = || self.options.path.clone();
        let text = std::fs::read(path()).map_err(|source| AnnounceError::Read {
            path: path(),
            source,
        })?;
        let bundle = Bundle::read(&text);
        if bundle.is_empty() {
            return Err(AnnounceError::Empty { path: path() });
        }
        Ok(bundle)
    }
}
