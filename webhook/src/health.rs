//! `/live`, `/ready` and `/metrics` over plain HTTP, on a port of their own: the kubelet asks
//! without TLS, and asks during a drain as well.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use tokio::sync::Notify;

use crate::metrics::Metrics;

/// Whether new admissions should be sent here: while there is all that they need, until the program
/// is about to stop.
#[derive(Debug, Default)]
pub struct Readiness {
    supplied: AtomicBool,
    was_supplied: Notify,
    leaving: AtomicBool,
}

impl Readiness {
    pub fn set_supplied(&self, supplied: bool) {
        self.supplied.store(supplied, Ordering::Relaxed);
        if supplied {
            self.was_supplied.notify_one();
        }
    }

    /// Comes back once there is all that admissions need, to one caller.
    pub async fn until_supplied(&self) {
        self.was_supplied.notified().await;
    }

    pub fn leave(&self) {
        self.leaving.store(true, Ordering::Relaxed);
    }

    pub fn is_ready(&self) -> bool {
        self.supplied.load(Ordering::Relaxed) && !self.leaving.load(Ordering::Relaxed)
    }
}

pub fn router(readiness: Arc<Readiness>, metrics: Arc<Metrics>) -> Router {
    let ready = get(async |State(readiness): State<Arc<Readiness>>| {
        if readiness.is_ready() {
            (StatusCode::OK, "ready\n")
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
        }
    });
    Router::new()
        .route("/live", get(async || "live\n"))
        .route("/ready", ready.with_state(readiness))
        .route("/metrics", get(metrics_page).with_state(metrics))
}

/// As the original's readiness page answers: nothing, in so many words.
pub async fn ready_without_content(State(readiness): State<Arc<Readiness>>) -> StatusCode {
    if readiness.is_ready() {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    }
}

pub async fn metrics_page(State(metrics): State<Arc<Metrics>>) -> Response {
    /// Source: <https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md>.
    const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, OPEN_METRICS)], metrics.page()).into_response()
}
