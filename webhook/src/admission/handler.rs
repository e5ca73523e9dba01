//! `POST /mutate` over HTTP. The API server asks by no other method, and so none is answered.

use std::{panic::resume_unwind, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use http_body_util::BodyExt as _;
use hyper::body::Body as _;
use serde_json::json;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::{JoinError, spawn_blocking},
    time::{Instant, timeout},
};
use tracing::{info, warn};
use vouchsafe_shared::diagnostic::Code;

use super::{Decision, ReviewError, Surroundings, Verdict, decide};
use crate::{
    app::NativeSidecar,
    cluster::Known,
    metrics::Metrics,
    mutate::{Defaults, Settings},
};

/// The API server itself accepts no longer request, in bytes.
/// Source: `MaxRequestBodyBytes` in
/// <https://github.com/kubernetes/kubernetes/blob/v1.33.0/staging/src/k8s.io/apiserver/pkg/server/config.go>.
pub const BODY_LIMIT: usize = 3 * 1024 * 1024;

/// Of a longer body, so much is received and thrown away, in bytes: a client that sends first and
/// listens then would not hear the reason otherwise.
const DISCARD_LIMIT: usize = 3 * BODY_LIMIT;

/// Less than the 10 s that the API server waits for this webhook (`timeoutSeconds`), so that it
/// hears the reason.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(9);

/// Almost every review is shorter, in bytes. A longer one waits for its turn: as a tree in memory
/// it may take fifty times its length. It is decided on a thread of its own, so that nobody waits
/// for it.
const LARGE: usize = 128 * 1024;

const JSON: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/json")];

/// Answers reviews.
#[derive(Debug)]
pub struct Handler {
    settings: Settings,
    native_sidecar: NativeSidecar,
    known: Known,
    metrics: Arc<Metrics>,
    large: Arc<Semaphore>,
}

/// Why a request gets no review in answer.
#[derive(Debug, thiserror::Error)]
enum RequestError {
    #[error("Invalid content-type: {0:?}; expected application/json")]
    ContentType(String),
    #[error("body is longer than {BODY_LIMIT} bytes")]
    TooLarge,
    #[error("body did not arrive within {} s", REQUEST_TIMEOUT.as_secs())]
    TooSlow,
    #[error("body ended before its time")]
    Interrupted,
    #[error(transparent)]
    Review(#[from] ReviewError),
}

impl Handler {
    pub fn new(
        settings: Settings,
        native_sidecar: NativeSidecar,
        known: Known,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            settings,
            native_sidecar,
            known,
            metrics,
            large: Arc::new(Semaphore::new(1)),
        }
    }

    /// The handler of the route.
    pub async fn mutate(State(handler): State<Arc<Self>>, request: Request) -> Response {
        let started = Instant::now();
        let queued = handler.metrics.original().queue();
        let answer = timeout(REQUEST_TIMEOUT, handler.answer(request)).await;
        let answer = answer.unwrap_or(Err(RequestError::TooSlow));
        handler.metrics.admission_took(started.elapsed());
        drop(queued);
        match answer {
            Ok(answer) => (JSON, answer).into_response(),
            Err(error) => {
                warn!(%error, result = "invalid", "admission");
                handler.metrics.count_admission("invalid");
                error.into_response()
            }
        }
    }

    async fn answer(self: &Arc<Self>, request: Request) -> Result<Vec<u8>, RequestError> {
        check_content_type(request.headers())?;
        let (body, turn) = self.read(request.into_body()).await?;
        let decision = match turn {
            None => self.decide(&body)?,
            Some(turn) => self.decide_beside(body, turn).await?,
        };
        self.tell(&decision);
        Ok(decision.answer)
    }

    /// On another thread. The turn lasts until the tree in memory is gone, even when nobody waits
    /// for the answer any more.
    async fn decide_beside(
        self: &Arc<Self>,
        body: Bytes,
        turn: OwnedSemaphorePermit,
    ) -> Result<Decision, RequestError> {
        let handler = Arc::clone(self);
        let decided = spawn_blocking(move || {
            let decision = handler.decide(&body);
            drop(turn);
            decision
        });
        match decided.await.map_err(JoinError::try_into_panic) {
            Ok(decision) => Ok(decision?),
            // As it would have been on this thread: the connection ends.
            Err(Ok(panic)) => resume_unwind(panic),
            Err(Err(_)) => Err(RequestError::Interrupted),
        }
    }

    fn decide(&self, body: &[u8]) -> Result<Decision, ReviewError> {
        let all = self.known.defaults();
        let defaults = |namespace: &str| match &all {
            None => Defaults::default(),
            Some(all) => Defaults {
                cluster: Some(&all.cluster),
                profiles: Some(&all.profiles),
                namespace: all.namespaces.get(namespace),
            },
        };
        let around = Surroundings {
            settings: &self.settings,
            defaults: &defaults,
            native_sidecars: self.native_sidecar.decide(self.known.native_sidecars()),
        };
        decide(body, &around)
    }

    /// Reads a body, within limits of length and memory.
    async fn read(
        &self,
        mut body: Body,
    ) -> Result<(Bytes, Option<OwnedSemaphorePermit>), RequestError> {
        if body.size_hint().lower() > DISCARD_LIMIT as u64 {
            return Err(RequestError::TooLarge);
        }
        let mut read = Vec::new();
        let mut length = 0;
        let mut turn = None;
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|_| RequestError::Interrupted)?;
            let Ok(data) = frame.into_data() else {
                continue;
            };
            length += data.len();
            if length > DISCARD_LIMIT {
                return Err(RequestError::TooLarge);
            }
            if length > BODY_LIMIT {
                read = Vec::new();
                turn = None;
                continue;
            }
            if turn.is_none() && length > LARGE {
                // Never closed, so never an error.
                turn = Arc::clone(&self.large).acquire_owned().await.ok();
            }
            read.extend_from_slice(&data);
        }
        if length > BODY_LIMIT {
            return Err(RequestError::TooLarge);
        }
        Ok((read.into(), turn))
    }

    fn tell(&self, decision: &Decision) {
        let Decision {
            answer: _,
            verdict,
            namespace,
            pod,
            dry_run,
            codes,
            injection,
        } = decision;
        let code = codes
            .iter()
            .map(Code::to_string)
            .collect::<Vec<_>>()
            .join(",");
        info!(
            namespace = namespace.as_str(),
            pod = pod.as_str(),
            result = verdict.as_str(),
            code = code.as_str(),
            dry_run,
            "admission"
        );
        self.metrics.count_admission(verdict.as_str());
        match (verdict, injection) {
            (Verdict::Denied, _) => self.metrics.original().count_failure(namespace),
            (_, Some(injection)) => self
                .metrics
                .original()
                .count_injection(namespace, *injection),
            _ => {}
        }
        for code in codes {
            self.metrics.count_problem(*code);
        }
    }
}

/// With parameters, which the original does not take.
fn check_content_type(headers: &HeaderMap) -> Result<(), RequestError> {
    let given = headers
        .get(header::CONTENT_TYPE)
        .map(HeaderValue::as_bytes)
        .map(String::from_utf8_lossy)
        .unwrap_or_default();
    let kind = given.split(';').next().unwrap_or_default();
    if kind.trim().eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(RequestError::ContentType(given.chars().take(100).collect()))
}

impl IntoResponse for RequestError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            // As the original, for a content type too.
            Self::ContentType(_) | Self::Interrupted | Self::Review(_) => StatusCode::BAD_REQUEST,
        };
        let body = json!({ "error": self.to_string() }).to_string();
        (status, JSON, body).into_response()
    }
}
