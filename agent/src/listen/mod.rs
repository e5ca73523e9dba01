//! What the agent serves over plain HTTP: [`health`] for probes, Prometheus and people, [`api`] for
//! the pod's own containers.

pub mod api;
pub mod health;
mod patience;
mod query;
pub mod socket;

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{self, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, UnixListener},
    sync::{Semaphore, mpsc, oneshot},
    time::timeout,
};
use tracing::debug;

pub(crate) use self::query::encoded;
use self::{api::Wish, patience::Impatient};
use crate::{
    metrics::Metrics,
    report::{Report, gauges},
    store::forward::ForwardBody,
};

/// From a connection's start, or the answer before, to the end of a request's head.
const HEADER_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest head of a request, in bytes.
const HEAD_LIMIT: usize = 16 * 1024;
/// How long a question waits for the agent, whose longest work is a template that takes all the
/// steps it may.
const REPORT_TIMEOUT: Duration = Duration::from_secs(2);

type Page = ForwardBody;

/// Who answers requests.
trait Service: Send + Sync + 'static {
    fn answer(&self, request: Request<Incoming>) -> impl Future<Output = Response<Page>> + Send;
}

/// Binds, and serves until the runtime ends, `limit` connections at a time.
async fn serve(address: SocketAddr, limit: usize, service: impl Service) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address).await?;
    let bound = listener.local_addr()?;
    tokio::spawn(accept(listener, limit, Arc::new(service)));
    Ok(bound)
}

/// Where connections come from.
trait Listener: Send + 'static {
    type Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static;

    fn next(&self) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

impl Listener for TcpListener {
    type Stream = tokio::net::TcpStream;

    async fn next(&self) -> io::Result<Self::Stream> {
        Ok(self.accept().await?.0)
    }
}

impl Listener for UnixListener {
    type Stream = tokio::net::UnixStream;

    async fn next(&self) -> io::Result<Self::Stream> {
        Ok(self.accept().await?.0)
    }
}

async fn accept(listener: impl Listener, limit: usize, service: Arc<impl Service>) {
    let limit = Arc::new(Semaphore::new(limit));
    loop {
        let Ok(permit) = Arc::clone(&limit).acquire_owned().await else {
            return;
        };
        let stream = match listener.next().await {
            Ok(stream) => stream,
            Err(failure) => {
                // Out of descriptors, most likely: give those in use time to be closed.
                debug!(%failure, "connection_not_accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let service = Arc::clone(&service);
        tokio::spawn(async move {
            let answer = service_fn(|request| {
                let service = Arc::clone(&service);
                async move { Ok::<_, Infallible>(service.answer(request).await) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADER_TIMEOUT)
                .max_buf_size(HEAD_LIMIT)
                .serve_connection(TokioIo::new(Impatient::new(stream)), answer)
                .await;
            if let Err(failure) = connection {
                debug!(%failure, "connection_failed");
            }
            drop(permit);
        });
    }
}

/// What the agent knows about itself; none when it is busy or ends.
async fn report(agent: &mpsc::Sender<Wish>) -> Option<Box<Report>> {
    let asked = async {
        let (answer, report) = oneshot::channel();
        agent.send(Wish::Report(answer)).await.ok()?;
        report.await.ok()
    };
    timeout(REPORT_TIMEOUT, asked).await.ok()?
}

/// All there is to count, and what the agent looks up if it answers in time.
async fn metrics_page(metrics: &Metrics, agent: &mpsc::Sender<Wish>) -> Response<Page> {
    let report = report(agent).await;
    let mut text = metrics.page();
    if let Some(report) = report {
        gauges::write(&mut text, &report);
    }
    page(StatusCode::OK, text)
}

fn page(status: StatusCode, body: impl Into<Bytes>) -> Response<Page> {
    let body = Full::new(body.into()).map_err(|never| match never {});
    let mut response = Response::new(body.boxed_unsync());
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
