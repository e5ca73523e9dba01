//! What the agent serves over plain HTTP: [`health`] for probes and Prometheus, [`api`] for the
//! pod's own containers.

pub mod api;
pub mod health;

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{self, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{net::TcpListener, sync::Semaphore};
use tracing::debug;

use crate::store::forward::ForwardBody;

/// From a connection's start, or the answer before, to the end of a request's head.
const HEADER_TIMEOUT: Duration = Duration::from_secs(5);
/// The longest head of a request, in bytes.
const HEAD_LIMIT: usize = 16 * 1024;

type Page = ForwardBody;

/// Who answers requests.
trait Service: Send + Sync + 'static {
    fn answer(&self, request: Request<Incoming>) -> impl Future<Output = Response<Page>> + Send;
}

/// Binds, and serves until the runtime ends, `limit` connections at a time.
async fn serve(
    address: SocketAddr,
    limit: usize,
    service: impl Service,
) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind(address).await?;
    let bound = listener.local_addr()?;
    tokio::spawn(accept(listener, limit, Arc::new(service)));
    Ok(bound)
}

async fn accept(listener: TcpListener, limit: usize, service: Arc<impl Service>) {
    let limit = Arc::new(Semaphore::new(limit));
    loop {
        let Ok(permit) = Arc::clone(&limit).acquire_owned().await else {
            return;
        };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
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
                .serve_connection(TokioIo::new(stream), answer)
                .await;
            if let Err(failure) = connection {
                debug!(%failure, "connection_failed");
            }
            drop(permit);
        });
    }
}

fn page(status: StatusCode, body: impl Into<Bytes>) -> Response<Page> {
    let body = Full::new(body.into()).map_err(|never| match never {});
    let mut response = Response::new(body.boxed_unsync());
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}
