//! Serving HTTP, with a bound to everything that a client can hold.

pub mod certificate;
mod connection;
mod neighbours;
mod stall;
pub mod tls;
mod tls_options;

use std::{io, sync::Arc, time::Duration};

use axum::Router;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::{JoinError, JoinSet},
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tracing::{error, warn};

use self::{connection::Shared, neighbours::Neighbours};
use crate::metrics::Metrics;

/// A listener and what it serves.
#[derive(Debug)]
pub struct Server {
    pub listener: TcpListener,
    pub transport: Transport,
    pub router: Router,
    pub limits: Limits,
    /// Counts the connections.
    pub metrics: Option<Arc<Metrics>>,
}

#[derive(Clone)]
pub enum Transport {
    Plain,
    Tls(TlsAcceptor),
}

/// How much of the server a client may hold, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at a time; others wait in the kernel's queue.
    pub connections: usize,
    /// For a TLS handshake.
    pub handshake: Duration,
    /// From the handshake to the end of the first request's head.
    pub first_request: Duration,
    /// From an answer to the end of the next request's head.
    pub idle: Duration,
    /// For a client to take some more of an answer.
    pub stall: Duration,
    /// For requests under way when the server stops.
    pub drain: Duration,
}

/// How far a server is on its way to its end.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Phase {
    Serving,
    /// Serves as before, and asks clients to come back by another connection.
    Leaving,
    /// Accepts nothing more and finishes what is under way.
    Draining,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            handshake: Duration::from_secs(5),
            first_request: Duration::from_secs(5),
            // Longer than the 90 s after which the API server, as every client of Go's, closes an
            // idle connection: were this end to close first, a request already on its way would be
            // lost, and with it the pod's creation.
            // Source: `DefaultTransport` in <https://pkg.go.dev/net/http#pkg-variables>.
            idle: Duration::from_secs(120),
            // As long as the API server waits for the whole answer.
            stall: Duration::from_secs(10),
            // With the time before it, less than the pod's terminationGracePeriodSeconds of 30.
            drain: Duration::from_secs(20),
        }
    }
}

impl Server {
    /// Serves until `phase` says to drain and all requests are answered, or their time is over.
    pub async fn run(self, phase: watch::Receiver<Phase>) {
        let Self {
            listener,
            transport,
            router,
            limits,
            metrics,
        } = self;
        let permits = Arc::new(Semaphore::new(limits.connections));
        let mut connections = JoinSet::new();
        let shared = Shared {
            router,
            limits,
            phase: phase.clone(),
            neighbours: Neighbours::default(),
        };
        loop {
            let accepted = tokio::select! {
                // The end comes first, or a steady stream of connections would put it off.
                biased;
                () = connection::reached(phase.clone(), Phase::Draining) => break,
                Some(ended) = connections.join_next() => {
                    report(ended);
                    continue;
                }
                accepted = accept(&listener, &permits) => accepted,
            };
            let (stream, permit) = accepted;
            let open = metrics.as_ref().map(|metrics| metrics.open_connection());
            let serving = connection::serve(stream, transport.clone(), shared.clone());
            connections.spawn(async move {
                serving.await;
                drop((permit, open));
            });
        }
        drop(listener);
        drain(connections, limits.drain).await;
    }
}

async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> (TcpStream, OwnedSemaphorePermit) {
    loop {
        let Ok(permit) = Arc::clone(permits).acquire_owned().await else {
            continue; // never closed
        };
        match listener.accept().await {
            Ok((stream, _)) => return (stream, permit),
            Err(failure) if is_of_connection(&failure) => {}
            Err(failure) => {
                warn!(%failure, "connection_not_accepted");
                // Out of descriptors, most likely: give those in use time to be closed.
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Whether a failure is about the one connection that was to be accepted.
fn is_of_connection(failure: &io::Error) -> bool {
    matches!(
        failure.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}

async fn drain(mut connections: JoinSet<()>, deadline: Duration) {
    let all_ended = async {
        while let Some(ended) = connections.join_next().await {
            report(ended);
        }
    };
    if timeout(deadline, all_ended).await.is_err() {
        warn!(connections = connections.len(), "drain_deadline_passed");
    }
}

fn report(ended: Result<(), JoinError>) {
    if let Err(failure) = ended
        && failure.is_panic()
    {
        // The API server is told by the connection's end, and refuses the pod.
        error!(%failure, "connection_panicked");
    }
}

impl std::fmt::Debug for Transport {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Plain => "Plain",
            Self::Tls(_) => "Tls",
        })
    }
}
