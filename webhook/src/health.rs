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
    response::IntoResponse,
    routing::get,
};

use crate::metrics::Metrics;

/// Whether new admissions should be sent here.
#[derive(Debug, Default)]
pub struct Readiness(AtomicBool);

impl Readiness {
    pub fn set(&self, ready: bool) {
        self.0.store(ready, Ordering::Relaxed);
    }

    fn get(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

pub fn router(readiness: Arc<Readiness>, metrics: Arc<Metrics>) -> Router {
    let ready = get(async |State(readiness): State<Arc<Readiness>>| {
        if readiness.get() {
            (StatusCode::OK, "ready\n")
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
        }
    });
    let page = get(async |State(metrics): State<Arc<Metrics>>| {
        /// Source: <https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md>.
        const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        ([(header::CONTENT_TYPE, OPEN_METRICS)], metrics.page()).into_response()
    });
    Router::new()
        .route("/live", get(async || "live\n"))
        .route("/ready", ready.with_state(readiness))
        .route("/metrics", page.with_state(metrics))
}
