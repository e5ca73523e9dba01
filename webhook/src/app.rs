//! The whole program behind its command line: [`Config`], then [`App`], then [`App::run`].

use std::{
    future::pending,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    routing::{get, post},
};
use tokio::{net::TcpListener, sync::watch, time::sleep};
use tracing::info;
use vouchsafe_cluster::options::{self, Options};

use crate::{
    admission::Handler,
    cluster::{Cluster, ClusterError},
    health::{self, Readiness},
    metrics::Metrics,
    mutate::Settings,
    server::{
        Limits, Phase, Server, Transport,
        certificate::{Certificate, CertificateError, CertificateFiles, Source},
        tls::{self, TlsOptions},
    },
    shutdown::Shutdown,
    startup,
};

/// How the program is to run.
#[derive(Debug)]
pub struct Config {
    pub listen: SocketAddr,
    /// Where probes and metrics are served over plain HTTP, if anywhere.
    pub health_listen: Option<SocketAddr>,
    /// Where metrics are served beside admissions, if anywhere: an absolute path of plain characters
    /// that is not taken.
    pub telemetry_path: Option<String>,
    pub certificate: CertificateSource,
    /// How often the certificate's files are looked at.
    pub certificate_interval: Duration,
    pub tls: TlsOptions,
    /// What is to be done with the Kubernetes API.
    pub cluster: Options,
    pub native_sidecar: NativeSidecar,
    pub settings: Settings,
    pub limits: Limits,
    /// How long admissions are served on after `/ready` has begun to fail: until then, the service
    /// sends new connections here.
    pub drain_delay: Duration,
}

/// Where the server's certificate comes from.
#[derive(Clone, Debug)]
pub enum CertificateSource {
    Files(CertificateFiles),
    /// The webhook makes it, with all of its replicas, as [`Options::certificate`] says.
    Automatic,
}

/// When pods get one native sidecar instead of an init container and a sidecar.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum NativeSidecar {
    /// When the cluster knows them.
    #[default]
    Auto,
    Always,
    Never,
}

/// Bound and loaded, not yet serving.
#[derive(Debug)]
pub struct App {
    admissions: Server,
    health: Option<Server>,
    certificate: Arc<Certificate>,
    source: Option<Source>,
    certificate_interval: Duration,
    cluster: Option<Cluster>,
    drain_delay: Duration,
    readiness: Arc<Readiness>,
    metrics: Arc<Metrics>,
}

/// Where an [`App`] listens.
#[derive(Clone, Copy, Debug)]
pub struct Addresses {
    pub admissions: SocketAddr,
    pub health: Option<SocketAddr>,
}

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot listen on {address}: {source}")]
    Listen {
        address: SocketAddr,
        source: io::Error,
    },
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// A mistake of the program and not of its user.
    #[error("the certificate's source contradicts what is to be done in the cluster")]
    Contradiction,
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
}

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("stopped at once, as asked twice")]
    Aborted,
}

/// The routes of the admission port.
pub fn router(
    handler: Handler,
    readiness: Arc<Readiness>,
    telemetry_path: Option<&str>,
    metrics: Arc<Metrics>,
) -> Router {
    let router = Router::new()
        .route(
            "/mutate",
            post(Handler::mutate).with_state(Arc::new(handler)),
        )
        .route(
            "/health/ready",
            get(health::ready_without_content).with_state(readiness),
        );
    match telemetry_path {
        Some(path) => router.route(path, get(health::metrics_page).with_state(metrics)),
        None => router,
    }
}

impl NativeSidecar {
    /// `known`: whether the cluster knows them, as far as that was heard. All releases of
    /// Kubernetes that are still maintained do.
    pub fn decide(self, known: Option<bool>) -> bool {
        match self {
            Self::Auto => known.unwrap_or(true),
            Self::Always => true,
            Self::Never => false,
        }
    }
}

impl App {
    /// # Errors
    /// When an address is taken, the certificate's files are not good, or something is to be done in
    /// a cluster and this is none.
    pub async fn bind(config: Config) -> Result<Self, StartError> {
        let Config {
            listen,
            health_listen,
            telemetry_path,
            certificate,
            certificate_interval,
            tls,
            cluster,
            native_sidecar,
            settings,
            limits,
            drain_delay,
        } = config;
        let is_own = matches!(cluster.certificate, options::Certificate::Own(_));
        if is_own != matches!(certificate, CertificateSource::Automatic) {
            return Err(StartError::Contradiction);
        }
        let (cluster, metrics) = Cluster::connect(cluster)?;
        let metrics = Arc::new(metrics);
        let readiness = Arc::new(Readiness::default());
        let shown = Arc::new(Certificate::default());
        let source = match certificate {
            CertificateSource::Files(files) => Some(Source::load(files, &shown, &metrics)?),
            CertificateSource::Automatic => None,
        };
        let known = cluster.as_ref().map(Cluster::known).unwrap_or_default();
        let handler = Handler::new(settings, native_sidecar, known, Arc::clone(&metrics));
        let health = match health_listen {
            None => None,
            Some(address) => Some(Server {
                listener: bind(address).await?,
                transport: Transport::Plain,
                router: health::router(Arc::clone(&readiness), Arc::clone(&metrics)),
                // Probes and a few scrapers.
                limits: Limits {
                    connections: 32,
                    ..limits
                },
                metrics: None,
            }),
        };
        Ok(Self {
            admissions: Server {
                listener: bind(listen).await?,
                transport: Transport::Tls(tls::acceptor(shown.clone(), &tls)?),
                router: router(
                    handler,
                    Arc::clone(&readiness),
                    telemetry_path.as_deref(),
                    Arc::clone(&metrics),
                ),
                limits,
                metrics: Some(Arc::clone(&metrics)),
            },
            health,
            certificate: shown,
            source,
            certificate_interval,
            cluster,
            drain_delay,
            readiness,
            metrics,
        })
    }

    /// # Errors
    /// When the kernel does not know, which it does for a bound socket.
    pub fn addresses(&self) -> io::Result<Addresses> {
        Ok(Addresses {
            admissions: self.admissions.listener.local_addr()?,
            health: match &self.health {
                Some(health) => Some(health.listener.local_addr()?),
                None => None,
            },
        })
    }

    /// Serves until asked to stop, then finishes what is under way.
    ///
    /// # Errors
    /// When asked a second time, with requests still under way.
    pub async fn run(self, shutdown: Shutdown) -> Result<(), RunError> {
        let Self {
            admissions,
            health,
            certificate,
            source,
            certificate_interval,
            cluster,
            drain_delay,
            readiness,
            metrics,
        } = self;
        let (phase, phases) = watch::channel(Phase::Serving);
        // Answers probes to the very end, so it never hears of any phase.
        let (_always_serving, never) = watch::channel(Phase::Serving);
        let leave = async {
            shutdown.asked().await;
            info!(delay = ?drain_delay, "leaving");
            readiness.leave();
            phase.send_replace(Phase::Leaving);
            sleep(drain_delay).await;
            info!("draining");
            phase.send_replace(Phase::Draining);
            pending::<()>().await;
        };
        let health = async {
            match health {
                Some(health) => health.run(never).await,
                None => pending().await,
            }
        };
        let files = async {
            match source {
                Some(source) => {
                    source
                        .watch(&certificate, certificate_interval, &metrics)
                        .await
                }
                None => pending().await,
            }
        };
        let cluster = async {
            match cluster {
                Some(cluster) => cluster.run(&certificate, &readiness, &metrics).await,
                None => {
                    readiness.set_supplied(true);
                    pending().await
                }
            }
        };
        tokio::select! {
            biased;
            () = shutdown.insisted() => Err(RunError::Aborted),
            () = admissions.run(phases) => {
                info!("stopped");
                Ok(())
            }
            never = files => match never {},
            never = cluster => match never {},
            never = startup::release(&readiness) => match never {},
            () = leave => Ok(()),
            () = health => Ok(()),
        }
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    let bound = match TcpListener::bind(address).await {
        // Every address, on a machine without IPv6.
        Err(failure) if address.ip() == IpAddr::V6(Ipv6Addr::UNSPECIFIED) => {
            let ipv4 = SocketAddr::from((Ipv4Addr::UNSPECIFIED, address.port()));
            TcpListener::bind(ipv4).await.map_err(|_| failure)
        }
        bound => bound,
    };
    bound.map_err(|source| StartError::Listen { address, source })
}
