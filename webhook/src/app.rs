//! The whole program behind its command line: [`Config`], then [`App`], then [`App::run`].

use std::{future::pending, io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, routing::post};
use tokio::{net::TcpListener, sync::watch, time::sleep};
use tracing::info;

use crate::{
    admission::Handler,
    health::{self, Readiness},
    metrics::Metrics,
    mutate::Settings,
    server::{
        Limits, Phase, Server, Transport,
        certificate::{Certificate, CertificateError, CertificateFiles},
        tls,
    },
    shutdown::Shutdown,
};

/// How the program is to run.
#[derive(Debug)]
pub struct Config {
    pub listen: SocketAddr,
    pub health_listen: SocketAddr,
    pub certificate: CertificateFiles,
    /// How often the certificate's files are looked at.
    pub certificate_interval: Duration,
    pub settings: Settings,
    pub limits: Limits,
    /// How long admissions are served on after `/ready` has begun to fail: until then, the service
    /// sends new connections here.
    pub drain_delay: Duration,
}

/// Bound and loaded, not yet serving.
#[derive(Debug)]
pub struct App {
    admissions: Server,
    health: Server,
    certificate: Arc<Certificate>,
    certificate_interval: Duration,
    drain_delay: Duration,
    readiness: Arc<Readiness>,
    metrics: Arc<Metrics>,
}

/// Where an [`App`] listens.
#[derive(Clone, Copy, Debug)]
pub struct Addresses {
    pub admissions: SocketAddr,
    pub health: SocketAddr,
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
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
}

#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("stopped at once, as asked twice")]
    Aborted,
}

/// The routes of the admission port.
pub fn router(settings: Settings, metrics: Arc<Metrics>) -> Router {
    let handler = Arc::new(Handler::new(settings, metrics));
    Router::new().route("/mutate", post(Handler::mutate).with_state(handler))
}

impl App {
    /// # Errors
    /// When an address is taken, or the certificate is not there.
    pub async fn bind(config: Config) -> Result<Self, StartError> {
        let Config {
            listen,
            health_listen,
            certificate,
            certificate_interval,
            settings,
            limits,
            drain_delay,
        } = config;
        let metrics = Arc::new(Metrics::new());
        let readiness = Arc::new(Readiness::default());
        let certificate = Arc::new(Certificate::load(certificate, &metrics)?);
        Ok(Self {
            admissions: Server {
                listener: bind(listen).await?,
                transport: Transport::Tls(tls::acceptor(certificate.clone())?),
                router: router(settings, Arc::clone(&metrics)),
                limits,
                metrics: Some(Arc::clone(&metrics)),
            },
            health: Server {
                listener: bind(health_listen).await?,
                transport: Transport::Plain,
                router: health::router(Arc::clone(&readiness), Arc::clone(&metrics)),
                // Probes and a few scrapers.
                limits: Limits {
                    connections: 32,
                    ..limits
                },
                metrics: None,
            },
            certificate,
            certificate_interval,
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
            health: self.health.listener.local_addr()?,
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
            certificate_interval,
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
            readiness.set(false);
            phase.send_replace(Phase::Leaving);
            sleep(drain_delay).await;
            info!("draining");
            phase.send_replace(Phase::Draining);
            pending::<()>().await;
        };
        readiness.set(true);
        tokio::select! {
            biased;
            () = shutdown.insisted() => Err(RunError::Aborted),
            () = admissions.run(phases) => {
                info!("stopped");
                Ok(())
            }
            never = certificate.watch(certificate_interval, &metrics) => match never {},
            () = leave => Ok(()),
            () = health.run(never) => Ok(()),
        }
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Listen { address, source })
}
