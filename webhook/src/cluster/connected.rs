use std::{convert::Infallible, future::pending, sync::Arc};

use rustls::sign::CertifiedKey;
use tracing::{error, warn};
use vouchsafe_cluster::{
    certificate::Identity,
    defaults::Defaults,
    metrics,
    options::Options,
    sidecars::SidecarSupport,
    tasks::{ConnectError, Tasks, View},
};

use crate::{
    health::Readiness,
    metrics::Metrics,
    server::{certificate::Certificate, tls::provider},
};

/// The tasks in the cluster, and what they find.
#[derive(Debug)]
pub struct Cluster {
    tasks: Tasks,
    view: View,
}

/// What is known of the cluster at any time; nothing where nobody asks.
#[derive(Clone, Debug, Default)]
pub struct Known(Option<View>);

impl Known {
    /// Whether it has native sidecars.
    pub fn native_sidecars(&self) -> Option<bool> {
        match *self.0.as_ref()?.sidecars.borrow() {
            SidecarSupport::Unknown => None,
            SidecarSupport::Native => Some(true),
            SidecarSupport::Absent => Some(false),
        }
    }

    pub fn defaults(&self) -> Option<Arc<Defaults>> {
        Some(self.0.as_ref()?.defaults.load())
    }
}

#[derive(Debug, thiserror::Error)]
#[error("a certificate cannot be made or announced here: {0}")]
pub struct ClusterError(#[from] ConnectError);

impl Cluster {
    /// `None` if nothing is to be done, or what is to be done can be gone without.
    ///
    /// # Errors
    /// When certificates are to be made or announced, and this is no pod of a cluster.
    pub fn connect(options: Options) -> Result<(Option<Self>, Metrics), ClusterError> {
        if options.is_idle() {
            return Ok((None, Metrics::new()));
        }
        let needs_cluster = options.needs_cluster();
        let counters = metrics::Metrics::default();
        let metrics = Metrics::beside(|registry| counters.register(registry));
        match Tasks::in_cluster(options, counters) {
            Ok((tasks, view)) => Ok((Some(Self { tasks, view }), metrics)),
            Err(failure) if needs_cluster => Err(failure.into()),
            Err(failure) => {
                warn!(%failure, "no_cluster");
                Ok((None, metrics))
            }
        }
    }

    /// What the tasks find, for who decides on pods.
    pub fn known(&self) -> Known {
        Known(Some(self.view.clone()))
    }

    /// Works until it is dropped, shows the certificate that is made, and tells whether there is
    /// all that admissions need.
    pub async fn run(
        self,
        certificate: &Certificate,
        readiness: &Readiness,
        metrics: &Metrics,
    ) -> Infallible {
        let Self { tasks, view } = self;
        tokio::select! {
            never = pass_on(view, certificate, readiness, metrics) => never,
            never = tasks.run() => never,
        }
    }
}

/// Shows the certificate that was made, and tells whether there is all that admissions need.
async fn pass_on(
    view: View,
    certificate: &Certificate,
    readiness: &Readiness,
    metrics: &Metrics,
) -> Infallible {
    let View {
        mut identity,
        mut supplied,
        sidecars: _,
        defaults: _,
    } = view;
    let showing = async {
        while identity.changed().await.is_ok() {
            let made = identity.borrow_and_update().clone();
            match made.as_deref().map(certified) {
                None => certificate.withdraw(),
                Some(Ok(certified)) => drop(certificate.show(certified, metrics)),
                Some(Err(failure)) => error!(%failure, "certificate_not_shown"),
            }
        }
        pending().await
    };
    let telling = async {
        loop {
            let now = *supplied.borrow_and_update();
            readiness.set_supplied(now);
            if supplied.changed().await.is_err() {
                return pending().await;
            }
        }
    };
    tokio::select! {
        // What is to be shown comes before the news that it is there.
        biased;
        never = showing => never,
        never = telling => never,
    }
}

fn certified(identity: &Identity) -> Result<CertifiedKey, rustls::Error> {
    CertifiedKey::from_der(
        identity.chain.clone(),
        identity.key.clone_key(),
        &provider(),
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rcgen::{CertificateParams, KeyPair};
    use rustls::pki_types::PrivateKeyDer;
    use tokio::{
        sync::watch,
        time::{sleep, timeout},
    };
    use vouchsafe_cluster::defaults::Snapshot;

    use super::*;

    fn identity() -> Identity {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(["localhost".to_owned()])
            .unwrap()
            .self_signed(&key)
            .unwrap();
        Identity {
            chain: vec![certificate.der().clone()],
            key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            not_after: 0,
        }
    }

    #[test]
    fn what_was_heard_of_the_cluster_is_known_at_once() {
        let (heard, sidecars) = watch::channel(SidecarSupport::Unknown);
        let known = Known(Some(View {
            identity: watch::channel(None).1,
            sidecars,
            defaults: Snapshot::default(),
            supplied: watch::channel(true).1,
        }));
        assert_eq!(known.native_sidecars(), None);
        for (support, expected) in [
            (SidecarSupport::Native, true),
            (SidecarSupport::Absent, false),
        ] {
            heard.send_replace(support);
            assert_eq!(known.native_sidecars(), Some(expected));
        }
        assert!(known.defaults().is_some());
        assert!(Known::default().defaults().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_replica_is_ready_while_it_has_a_certificate_to_show() {
        let made: watch::Sender<Option<Arc<Identity>>> = watch::Sender::default();
        let supplied = watch::Sender::new(false);
        let view = View {
            identity: made.subscribe(),
            sidecars: watch::channel(SidecarSupport::Unknown).1,
            defaults: Snapshot::default(),
            supplied: supplied.subscribe(),
        };
        let (certificate, readiness) = (Certificate::default(), Readiness::default());
        let metrics = Metrics::new();
        let checking = async {
            let shown = || certificate.current().map(|shown| shown.cert.clone());
            for _ in 0..2 {
                sleep(Duration::from_secs(1)).await;
                assert!(!readiness.is_ready());
                assert_eq!(shown(), None);
                let identity = Arc::new(identity());
                made.send_replace(Some(Arc::clone(&identity)));
                supplied.send_replace(true);
                sleep(Duration::from_secs(1)).await;
                assert!(readiness.is_ready());
                assert_eq!(shown(), Some(identity.chain.clone()));
                made.send_replace(None);
                supplied.send_replace(false);
            }
        };
        tokio::select! {
            never = pass_on(view, &certificate, &readiness, &metrics) => match never {},
            done = timeout(Duration::from_secs(60), checking) => done.unwrap(),
        }
    }
}
