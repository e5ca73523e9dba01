//! What anybody may ask the agent: `/live`, `/ready`, `/metrics` and `/status`. Names, counts and
//! states, nothing secret. On the agent's own socket `POST /refresh` besides.

use std::{io, net::SocketAddr, path::Path, sync::Arc};

use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{self, HeaderMap, HeaderValue},
};
use tokio::sync::{mpsc, oneshot};

use super::{Page, Service, api::Wish, page, query, socket};
use crate::metrics::Metrics;

/// Probes and one or two scrapers at a time.
const CONNECTION_LIMIT: usize = 16;

/// Whether those who were asked to be read again will be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refreshed {
    Yes,
    /// There is no such secret.
    Unknown,
    /// It was issued to this agent: asking again would issue another.
    Issued,
}

/// The state of one agent, and the way to it.
#[derive(Clone, Debug)]
pub struct Health {
    pub metrics: Arc<Metrics>,
    pub agent: mpsc::Sender<Wish>,
}

impl Health {
    /// Binds, and serves until the runtime ends. Whoever reaches the address may look.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub async fn serve(self, address: SocketAddr) -> io::Result<SocketAddr> {
        let service = Served {
            health: self,
            refresh: false,
        };
        super::serve(address, CONNECTION_LIMIT, service).await
    }

    /// The same on a socket, for the agent's own user, who may also ask for a refresh.
    ///
    /// # Errors
    /// When the socket cannot be made.
    pub fn serve_socket(self, path: &Path) -> io::Result<()> {
        let listener = socket::bind(path)?;
        let service = Served {
            health: self,
            refresh: true,
        };
        tokio::spawn(super::accept(listener, CONNECTION_LIMIT, Arc::new(service)));
        Ok(())
    }
}

struct Served {
    health: Health,
    refresh: bool,
}

impl Service for Served {
    async fn answer(&self, request: Request<Incoming>) -> Response<Page> {
        let Self { health, refresh } = self;
        let metrics = &health.metrics;
        let uri = request.uri();
        match (request.method(), uri.path()) {
            (&Method::GET, "/live") => page(StatusCode::OK, "live\n"),
            (&Method::GET, "/ready") if metrics.is_ready() => page(StatusCode::OK, "ready\n"),
            (&Method::GET, "/ready") => page(StatusCode::SERVICE_UNAVAILABLE, "not ready\n"),
            (&Method::GET, "/metrics") => super::metrics_page(metrics, &health.agent).await,
            (&Method::GET, "/status") => {
                let format = query::value(uri, "format");
                health.status(format.as_deref(), request.headers()).await
            }
            (&Method::POST, "/refresh") if *refresh => {
                health.refresh(query::value(uri, "secret")).await
            }
            (_, "/refresh") if *refresh => page(StatusCode::METHOD_NOT_ALLOWED, "only POST\n"),
            (&Method::GET, _) => page(StatusCode::NOT_FOUND, "not found\n"),
            _ => page(StatusCode::METHOD_NOT_ALLOWED, "only GET\n"),
        }
    }
}

impl Health {
    async fn status(&self, format: Option<&str>, headers: &HeaderMap) -> Response<Page> {
        let accepted = headers.get(header::ACCEPT);
        let accepts_text = accepted
            .and_then(|accepted| accepted.to_str().ok())
            .is_some_and(|accepted| accepted.trim_start().starts_with("text/plain"));
        let is_table = match format {
            None => accepts_text,
            Some("table") => true,
            Some("json") => false,
            Some(_) => return page(StatusCode::BAD_REQUEST, "format is json or table\n"),
        };
        let Some(report) = super::report(&self.agent).await else {
            return page(
                StatusCode::SERVICE_UNAVAILABLE,
                "no answer: busy or ending\n",
            );
        };
        if is_table {
            return page(StatusCode::OK, report.to_table());
        }
        let mut response = page(StatusCode::OK, report.to_json());
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        response
    }

    async fn refresh(&self, secret: Option<String>) -> Response<Page> {
        let (answer, refreshed) = oneshot::channel();
        let wish = Wish::Refresh { secret, answer };
        if self.agent.send(wish).await.is_err() {
            return page(StatusCode::SERVICE_UNAVAILABLE, "ending\n");
        }
        match refreshed.await {
            Ok(Refreshed::Yes) => page(StatusCode::ACCEPTED, "reading\n"),
            Ok(Refreshed::Unknown) => page(
                StatusCode::NOT_FOUND,
                "no secret with this path; the status lists them\n",
            ),
            Ok(Refreshed::Issued) => page(
                StatusCode::CONFLICT,
                "it was issued to this agent, which renews it; reading it again would issue another\n",
            ),
            Err(_) => page(StatusCode::SERVICE_UNAVAILABLE, "ending\n"),
        }
    }
}

#[cfg(test)]
mod tests;
