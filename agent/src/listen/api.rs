//! The listener of the original agent: `POST /agent/v1/quit` ends the agent, `/agent/v1/metrics`
//! shows its counters, `/v1/…` is passed on to the store. What the configuration does not ask for is
//! not found. On the pod's loopback address alone.
//!
//! Source: <https://developer.hashicorp.com/vault/docs/agent-and-proxy/agent/apiproxy>.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use http_body_util::BodyExt;
use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{self, HeaderValue},
};
use tokio::sync::{mpsc, oneshot};
use vouchsafe_shared::{config::ApiConfig, diagnostic::Code};

use super::{Page, Service, health::Refreshed, page};
use crate::{
    fault::Fault,
    metrics::Metrics,
    report::Report,
    store::forward::{ForwardAnswer, ForwardRequest},
};

/// The pod's own containers, each with a few. A request that is passed on has a connection to the
/// store of its own.
const CONNECTION_LIMIT: usize = 32;

/// What somebody in the pod or its container wants of the agent.
#[derive(Debug)]
pub enum Wish {
    Quit,
    Forward(Box<Forward>),
    /// To know what the agent knows about itself.
    Report(oneshot::Sender<Box<Report>>),
    /// To have one secret read now, by its path, or all of them.
    Refresh {
        secret: Option<String>,
        answer: oneshot::Sender<Refreshed>,
    },
}

/// A request for the store, and who waits for its answer.
#[derive(Debug)]
pub struct Forward {
    pub request: ForwardRequest,
    pub answer: oneshot::Sender<Result<ForwardAnswer, Fault>>,
}

/// Binds, and serves until the runtime ends; wishes go to `agent`.
///
/// # Errors
/// When the port cannot be bound.
pub async fn serve(
    config: ApiConfig,
    metrics: Arc<Metrics>,
    agent: mpsc::Sender<Wish>,
) -> std::io::Result<SocketAddr> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, config.port));
    let api = Api {
        config,
        metrics,
        agent,
    };
    super::serve(address, CONNECTION_LIMIT, api).await
}

struct Api {
    config: ApiConfig,
    metrics: Arc<Metrics>,
    agent: mpsc::Sender<Wish>,
}

impl Service for Api {
    async fn answer(&self, request: Request<Incoming>) -> Response<Page> {
        let config = &self.config;
        let path = request.uri().path();
        match (request.method(), path) {
            (&Method::POST, "/agent/v1/quit") if config.quit => {
                match self.agent.send(Wish::Quit).await {
                    Ok(()) => page(StatusCode::OK, ""),
                    Err(_) => page(StatusCode::SERVICE_UNAVAILABLE, "ending\n"),
                }
            }
            (_, "/agent/v1/quit") if config.quit => {
                page(StatusCode::METHOD_NOT_ALLOWED, "only POST\n")
            }
            (&Method::GET, "/agent/v1/metrics") if config.metrics => {
                super::metrics_page(&self.metrics, &self.agent).await
            }
            (_, "/agent/v1/metrics") if config.metrics => {
                page(StatusCode::METHOD_NOT_ALLOWED, "only GET\n")
            }
            (_, path) if config.proxy.is_some() && path.starts_with("/v1/") => {
                self.pass_on(request).await
            }
            _ => page(StatusCode::NOT_FOUND, "not found\n"),
        }
    }
}

impl Api {
    async fn pass_on(&self, request: Request<Incoming>) -> Response<Page> {
        let (sender, answer) = oneshot::channel();
        let wish = Wish::Forward(Box::new(Forward {
            request: request.map(|body| body.map_err(Into::into).boxed_unsync()),
            answer: sender,
        }));
        if self.agent.send(wish).await.is_err() {
            return error(StatusCode::SERVICE_UNAVAILABLE, "the agent ends");
        }
        match answer.await {
            Ok(Ok(answer)) => answer,
            Ok(Err(fault)) => {
                let status = match fault.code {
                    Code::StoreTimeout => StatusCode::GATEWAY_TIMEOUT,
                    Code::StoreUnavailable => StatusCode::SERVICE_UNAVAILABLE,
                    _ => StatusCode::BAD_GATEWAY,
                };
                error(status, &fault.to_string())
            }
            Err(_) => error(StatusCode::SERVICE_UNAVAILABLE, "the agent ends"),
        }
    }
}

/// As a store tells errors, which its clients show.
fn error(status: StatusCode, message: &str) -> Response<Page> {
    let body = serde_json::json!({ "errors": [message] });
    let mut response = page(status, body.to_string());
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

#[cfg(test)]
mod tests;
