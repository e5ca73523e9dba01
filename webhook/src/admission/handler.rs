//! `POST /mutate` over HTTP.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
};
use http_body_util::BodyExt as _;
use hyper::body::Body as _;
use serde_json::json;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, timeout},
};
use tracing::{info, warn};
use vouchsafe_shared::diagnostic::Code;

use super::{Decision, ReviewError, decide};
use crate::{metrics::Metrics, mutate::Settings};

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
/// it may take fifty times its length.
const LARGE: usize = 128 * 1024;

const JSON: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/json")];

/// Answers reviews.
#[derive(Debug)]
pub struct Handler {
    settings: Settings,
    metrics: Arc<Metrics>,
    large: Semaphore,
}

/// Why a request gets no review in answer.
#[derive(Debug, thiserror::Error)]
enum RequestError {
    #[error("content type is not application/json")]
    ContentType,
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
    pub fn new(settings: Settings, metrics: Arc<Metrics>) -> Self {
        Self {
            settings,
            metrics,
            large: Semaphore::new(1),
        }
    }

    /// The handler of the route.
    pub async fn mutate(State(handler): State<Arc<Self>>, request: Request) -> Response {
        let started = Instant::now();
        let answer = timeout(REQUEST_TIMEOUT, handler.answer(request)).await;
        let answer = answer.unwrap_or(Err(RequestError::TooSlow));
        handler.metrics.admission_took(started.elapsed());
        match answer {
            Ok(answer) => (JSON, answer).into_response(),
            Err(error) => {
                warn!(%error, result = "invalid", "admission");
                handler.metrics.count_admission("invalid");
                error.into_response()
            }
        }
    }

    async fn answer(&self, request: Request) -> Result<Vec<u8>, RequestError> {
        if !is_json(request.headers()) {
            return Err(RequestError::ContentType);
        }
        let (body, turn) = self.read(request.into_body()).await?;
        let decision = decide(&body, &self.settings)?;
        drop(turn);
        self.tell(&decision);
        Ok(decision.answer)
    }

    /// Reads a body, within limits of length and memory.
    async fn read(
        &self,
        mut body: Body,
    ) -> Result<(Bytes, Option<SemaphorePermit<'_>>), RequestError> {
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
                turn = self.large.acquire().await.ok();
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
        for code in codes {
            self.metrics.count_problem(*code);
        }
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

impl IntoResponse for RequestError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Interrupted | Self::Review(_) => StatusCode::BAD_REQUEST,
        };
        let body = json!({ "error": self.to_string() }).to_string();
        (status, JSON, body).into_response()
    }
}
