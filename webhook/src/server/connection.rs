//! One connection, from its handshake to its end.

use std::{
    convert::Infallible,
    future::pending,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request, Response, Version, header},
};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    pin,
    sync::watch,
    time::{sleep, timeout},
};
use tower::Service as _;
use tracing::{debug, warn};

use super::{Limits, Phase, Transport, neighbours::Neighbours, stall::NoStall};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Protocol {
    Http1,
    Http2,
}

/// What every connection of a server has a copy of.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub(super) router: Router,
    pub(super) limits: Limits,
    pub(super) phase: watch::Receiver<Phase>,
    pub(super) neighbours: Neighbours,
}

pub(super) async fn serve(stream: TcpStream, transport: Transport, shared: Shared) {
    if let Err(failure) = stream.set_nodelay(true) {
        debug!(%failure, "no_delay_not_set");
    }
    let stream = NoStall::new(stream, shared.limits.stall);
    let Transport::Tls(acceptor) = transport else {
        return requests(stream, Protocol::Http1, shared).await;
    };
    match timeout(shared.limits.handshake, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => {
            let protocol = match stream.get_ref().1.alpn_protocol() {
                Some(b"h2") => Protocol::Http2,
                _ => Protocol::Http1,
            };
            requests(stream, protocol, shared).await;
        }
        // Whoever only looks whether the port is open says no word of TLS.
        Ok(Err(failure)) if failure.kind() == io::ErrorKind::UnexpectedEof => {
            debug!(%failure, "handshake_failed");
        }
        Ok(Err(failure)) => warn!(%failure, "handshake_failed"),
        Err(failure) => debug!(%failure, "handshake_failed"),
    }
}

/// Waits for a phase; forever if it will not come.
pub(super) async fn reached(mut phase: watch::Receiver<Phase>, least: Phase) {
    if phase.wait_for(|phase| *phase >= least).await.is_err() {
        pending::<()>().await;
    }
}

async fn requests(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    protocol: Protocol,
    shared: Shared,
) {
    let (limits, phase) = (shared.limits, shared.phase.clone());
    let shared = Arc::new(shared);
    let asked = Arc::new(AtomicBool::new(false));
    let service = service_fn({
        let asked = Arc::clone(&asked);
        move |request| {
            asked.store(true, Ordering::Relaxed);
            answer(Arc::clone(&shared), request)
        }
    });
    let builder = builder(protocol, limits);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    let first_request = sleep(limits.first_request);
    let draining = reached(phase, Phase::Draining);
    pin!(connection, first_request, draining);
    let mut waits_for_first = true;
    let mut is_draining = false;
    loop {
        tokio::select! {
            biased;
            ended = connection.as_mut() => {
                if let Err(failure) = ended {
                    debug!(%failure, "connection_failed");
                }
                return;
            }
            () = draining.as_mut(), if !is_draining => {
                is_draining = true;
                connection.as_mut().graceful_shutdown();
            }
            () = first_request.as_mut(), if waits_for_first => {
                waits_for_first = false;
                if !asked.load(Ordering::Relaxed) {
                    debug!("no_request_in_time");
                    return;
                }
            }
        }
    }
}

fn builder(protocol: Protocol, limits: Limits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        // Runs while the connection is idle too, so it cannot be short.
        .header_read_timeout(limits.idle)
        // In bytes, for a request's head; the API server's has some hundred.
        .max_buf_size(64 * 1024);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(10))
        // Each may hold a body; who wants more opens another connection, of which there is a limit.
        .max_concurrent_streams(8)
        .max_header_list_size(16 * 1024);
    // Chosen by ALPN: looking for HTTP/2's preface would wait without a limit.
    match protocol {
        Protocol::Http1 => builder.http1_only(),
        Protocol::Http2 => builder.http2_only(),
    }
}

async fn answer(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let is_http1 = request.version() < Version::HTTP_2;
    let mut response = shared.router.clone().call(request).await?;
    // By HTTP/2 a connection's answers leave together, and no header ends it.
    if !is_http1 {
        return Ok(response);
    }
    // A client that comes back over a new connection reaches a replica that stays.
    if *shared.phase.borrow() >= Phase::Leaving {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    shared.neighbours.first().await;
    Ok(response)
}
