//! Everything that is done in the cluster, and what comes of it.

use std::{convert::Infallible, future::pending, sync::Arc, time::Duration};

use kube::Client;
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};
use tracing::warn;

use crate::{
    certificate::{Clock, Identity, announcer::Announcer, keeper::Keeper},
    defaults::{self, Snapshot, watch::Heard},
    metrics::Metrics,
    options::{Certificate, Options},
    sidecars::{self, SidecarSupport},
};

/// Connected, not yet at work.
pub struct Tasks {
    client: Client,
    options: Options,
    metrics: Metrics,
    clock: Clock,
    identity: watch::Sender<Option<Arc<Identity>>>,
    sidecars: watch::Sender<SidecarSupport>,
    defaults: Snapshot,
    supplied: watch::Sender<bool>,
}

/// What comes of it, for those who decide and serve.
#[derive(Clone, Debug)]
pub struct View {
    /// The certificate to be served now, if it is made here and the API server trusts it.
    pub identity: watch::Receiver<Option<Arc<Identity>>>,
    pub sidecars: watch::Receiver<SidecarSupport>,
    pub defaults: Snapshot,
    /// Whether there is all that admissions need.
    pub supplied: watch::Receiver<bool>,
}

#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("this is no pod of a cluster: {0}")]
    NoCluster(#[from] kube::config::InClusterError),
    #[error("the API server's client cannot be set up: {0}")]
    Client(#[from] kube::Error),
}

/// Defaults that have not come by then are not waited for: pods are admitted without, as they are
/// when defaults may not be read.
const DEFAULTS_PATIENCE: Duration = Duration::from_secs(10);

impl Tasks {
    /// Connects as the pod that this runs in, by its service account.
    ///
    /// # Errors
    /// When this is no pod, or has no service account's token.
    pub fn in_cluster(options: Options, metrics: Metrics) -> Result<(Self, View), ConnectError> {
        let config = kube::Config::incluster()?;
        Ok(Self::with_client(
            Client::try_from(config)?,
            options,
            metrics,
            Clock::system(),
        ))
    }

    pub(crate) fn with_client(
        client: Client,
        options: Options,
        metrics: Metrics,
        clock: Clock,
    ) -> (Self, View) {
        let tasks = Self {
            client,
            options,
            metrics,
            clock,
            identity: watch::Sender::default(),
            sidecars: watch::Sender::default(),
            defaults: Snapshot::default(),
            supplied: watch::Sender::default(),
        };
        let view = View {
            identity: tasks.identity.subscribe(),
            sidecars: tasks.sidecars.subscribe(),
            defaults: tasks.defaults.clone(),
            supplied: tasks.supplied.subscribe(),
        };
        (tasks, view)
    }

    /// Works until it is dropped.
    pub async fn run(self) -> Infallible {
        let Self {
            client,
            options,
            metrics,
            clock,
            identity,
            sidecars,
            defaults,
            supplied,
        } = self;
        let (heard, hearing) = watch::channel(Heard {
            config_map: options.defaults.config_map.is_none(),
            namespaces: !options.defaults.namespaces,
        });
        let owns_certificate = matches!(options.certificate, Certificate::Own(_));
        let supply = supply(owns_certificate, identity.subscribe(), hearing, supplied);
        // Each on its own: together they would be a future of 20 KiB, which is moved about.
        let certificate = Box::pin(async {
            match options.certificate {
                Certificate::Elsewhere => pending().await,
                Certificate::Own(own) => {
                    let keeper = Keeper::new(
                        &client,
                        options.namespace.clone(),
                        own,
                        clock,
                        identity,
                        metrics.clone(),
                    );
                    keeper.run().await
                }
                Certificate::File(file) => {
                    Announcer::new(&client, file, clock, metrics.clone())
                        .run()
                        .await
                }
            }
        });
        let version = Box::pin(async {
            if options.version {
                sidecars::observe(client.clone(), sidecars, metrics.clone()).await
            } else {
                pending().await
            }
        });
        let defaults = Box::pin(defaults::watch::observe(
            client.clone(),
            options.namespace.clone(),
            options.defaults,
            defaults,
            heard,
            metrics.clone(),
        ));
        tokio::select! {
            never = certificate => never,
            never = version => never,
            never = defaults => never,
            never = supply => never,
        }
    }
}

/// Tells whether admissions have what they need.
async fn supply(
    owns_certificate: bool,
    mut identity: watch::Receiver<Option<Arc<Identity>>>,
    mut heard: watch::Receiver<Heard>,
    supplied: watch::Sender<bool>,
) -> Infallible {
    let all = Heard {
        config_map: true,
        namespaces: true,
    };
    let deadline = Instant::now() + DEFAULTS_PATIENCE;
    tokio::select! {
        _ = heard.wait_for(|heard| *heard == all) => {}
        () = sleep_until(deadline) => warn!("defaults_not_waited_for"),
    }
    loop {
        let certificate = !owns_certificate || identity.borrow_and_update().is_some();
        supplied
            .send_if_modified(|supplied| std::mem::replace(supplied, certificate) != certificate);
        if identity.changed().await.is_err() {
            // Nobody makes certificates: what is so now stays so.
            return pending().await;
        }
    }
}

impl std::fmt::Debug for Tasks {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Tasks")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
