//! `/live`, `/ready` and `/metrics`: counts and states, nothing secret.

use std::{net::SocketAddr, sync::Arc};

use hyper::{Method, Request, Response, StatusCode, body::Incoming};

use super::{Page, Service, page};
use crate::metrics::Metrics;

/// Probes and one or two scrapers at a time.
const CONNECTION_LIMIT: usize = 16;

/// Binds, and serves until the runtime ends.
///
/// # Errors
/// When the address cannot be bound.
pub async fn serve(address: SocketAddr, metrics: Arc<Metrics>) -> std::io::Result<SocketAddr> {
    super::serve(address, CONNECTION_LIMIT, Health(metrics)).await
}

struct Health(Arc<Metrics>);

impl Service for Health {
    async fn answer(&self, request: Request<Incoming>) -> Response<Page> {
        let Self(metrics) = self;
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/live") => page(StatusCode::OK, "live\n"),
            (&Method::GET, "/ready") if metrics.is_ready() => page(StatusCode::OK, "ready\n"),
            (&Method::GET, "/ready") => page(StatusCode::SERVICE_UNAVAILABLE, "not ready\n"),
            (&Method::GET, "/metrics") => page(StatusCode::OK, metrics.page()),
            (&Method::GET, _) => page(StatusCode::NOT_FOUND, "not found\n"),
            _ => page(StatusCode::METHOD_NOT_ALLOWED, "only GET\n"),
        }
    }
}
