//! From the bytes of an `AdmissionReview` to the bytes of its answer.
//!
//! What a user wrote never leads to an error of this program: it is allowed or denied, with a
//! reason. Only a review that is none is an error, of whoever sent it.

mod handler;
mod review;
pub mod wording;

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::value::RawValue;
use vouchsafe_shared::{
    diagnostic::{Code, Diagnostic, Severity},
    json,
};

pub use self::handler::{BODY_LIMIT, Handler};
use self::review::{Answer, Request, Response, Review, Status};
use crate::mutate::{Context, Defaults, Injection, Outcome, Rejection, Settings, mutate};

/// What was decided, for the API server and for the log.
#[derive(Debug)]
pub struct Decision {
    /// The answer's JSON.
    pub answer: Vec<u8>,
    pub verdict: Verdict,
    pub namespace: String,
    /// The pod's name, or the beginning that its controller gave it.
    pub pod: String,
    pub dry_run: bool,
    /// Of every problem told, errors before warnings.
    pub codes: Vec<Code>,
    /// What of the agent a patch adds.
    pub injection: Option<Injection>,
}

/// What is around a review.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    pub settings: &'a Settings,
    /// The defaults for the pods of a namespace, by its name.
    pub defaults: &'a dyn Fn(&str) -> Defaults<'a>,
    /// Whether pods get native sidecars.
    pub native_sidecars: bool,
}

impl<'a> Surroundings<'a> {
    /// No defaults, and a cluster that knows native sidecars.
    pub fn new(settings: &'a Settings) -> Self {
        Self {
            settings,
            defaults: &|_| Defaults::default(),
            native_sidecars: true,
        }
    }
}

#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Verdict {
    /// Allowed, with a patch.
    Injected,
    /// Allowed, as it is.
    Unchanged,
    Denied,
}

/// Why a request is no review that can be answered.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    #[error("the body is empty")]
    Empty,
    /// Without the parser's own words, which may quote the object.
    #[error("not an AdmissionReview: line {line}, column {column}: {problem}")]
    Syntax {
        line: usize,
        column: usize,
        problem: &'static str,
    },
    #[error("not an AdmissionReview of admission.k8s.io/v1 or v1beta1")]
    Version,
    #[error("the AdmissionReview has no request")]
    NoRequest,
}

/// Answers one review.
///
/// # Errors
/// When it cannot be read, so that not even its `uid` is known.
pub fn decide(body: &[u8], around: &Surroundings<'_>) -> Result<Decision, ReviewError> {
    if body.trim_ascii().is_empty() {
        return Err(ReviewError::Empty);
    }
    let review: Review<'_> = serde_json::from_slice(body).map_err(|error| syntax(&error))?;
    let known = ["admission.k8s.io/v1", "admission.k8s.io/v1beta1"];
    if review.kind != "AdmissionReview" || !known.contains(&review.api_version.as_str()) {
        return Err(ReviewError::Version);
    }
    let request = review.request.ok_or(ReviewError::NoRequest)?;
    let result = if request.creates_pod() {
        let namespace = request.namespace.as_deref().unwrap_or_default();
        let context = Context {
            settings: around.settings,
            namespace,
            defaults: (around.defaults)(namespace),
            native_sidecars: around.native_sidecars,
        };
        mutate(&request.object, &context)
    } else {
        Ok(Outcome::default())
    };
    let (response, verdict, codes) = match &result {
        Ok(outcome) => allowed(outcome),
        Err(rejection) => denied(rejection),
    };
    let injection = result.ok().and_then(|outcome| outcome.injection);
    let pod = pod_name(&request);
    let answer = Answer {
        api_version: review.api_version,
        kind: "AdmissionReview",
        response: Response {
            uid: request.uid,
            ..response
        },
    };
    Ok(Decision {
        answer: to_json(&answer),
        verdict,
        namespace: request.namespace.unwrap_or_default(),
        pod,
        dry_run: request.dry_run.unwrap_or(false),
        codes,
        injection,
    })
}

impl fmt::Debug for Surroundings<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Surroundings")
            .field("settings", &self.settings)
            .field("native_sidecars", &self.native_sidecars)
            .finish_non_exhaustive()
    }
}

impl Verdict {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Injected => "injected",
            Self::Unchanged => "unchanged",
            Self::Denied => "denied",
        }
    }
}

fn allowed(outcome: &Outcome) -> (Response, Verdict, Vec<Code>) {
    let codes = outcome.warnings.iter().map(|warning| warning.code);
    let changed = !outcome.patch.is_empty();
    let response = Response {
        allowed: true,
        patch_type: changed.then_some("JSONPatch"),
        patch: changed.then(|| base64(outcome.patch.text())),
        warnings: wording::warnings(&outcome.warnings),
        ..Response::default()
    };
    let verdict = if changed {
        Verdict::Injected
    } else {
        Verdict::Unchanged
    };
    (response, verdict, codes.collect())
}

fn denied(rejection: &Rejection) -> (Response, Verdict, Vec<Code>) {
    let mut told: Vec<&Diagnostic> = rejection.0.iter().collect();
    told.sort_by_key(|problem| problem.severity != Severity::Error);
    let response = Response {
        allowed: false,
        status: Some(Status {
            outcome: "Failure",
            // Not 422: kubectl then looks for a list of fields, and shows no message without one.
            code: 403,
            reason: "Forbidden",
            message: wording::denial(rejection),
        }),
        warnings: wording::warnings(&rejection.0),
        ..Response::default()
    };
    let codes = told.into_iter().map(|problem| problem.code);
    (response, Verdict::Denied, codes.collect())
}

/// Cut where no name that Kubernetes accepts (253 bytes) would be: nobody has checked it yet.
fn pod_name(request: &Request<'_>) -> String {
    let metadata = request.object.get("metadata");
    ["name", "generateName"]
        .into_iter()
        .filter_map(|key| metadata?.get(key)?.as_text())
        .find(|name| !name.is_empty())
        .map(|name| name.chars().take(253).collect())
        .unwrap_or_default()
}

fn syntax(error: &serde_json::Error) -> ReviewError {
    ReviewError::Syntax {
        line: error.line(),
        column: error.column(),
        problem: match error.classify() {
            serde_json::error::Category::Io => "unreadable",
            serde_json::error::Category::Syntax => "not JSON",
            serde_json::error::Category::Data => "a member is missing or of the wrong type",
            serde_json::error::Category::Eof => "ends too early",
        },
    }
}

/// As Go writes bytes, quoted. Not as a text that is to be quoted: looking for what must be escaped in
/// it would take longer than writing it.
fn base64(bytes: &[u8]) -> Box<RawValue> {
    let mut text = String::with_capacity(2 + bytes.len().div_ceil(3) * 4);
    text.push('"');
    STANDARD.encode_string(bytes, &mut text);
    text.push('"');
    #[expect(clippy::expect_used, reason = "no letter of base64 ends a JSON text")]
    RawValue::from_string(text).expect("base64 in quotation marks is JSON")
}

fn to_json(value: &impl serde::Serialize) -> Vec<u8> {
    #[expect(
        clippy::expect_used,
        reason = "no map with non-string keys and no failing Serialize inside"
    )]
    json::to_vec(value).expect("an answer is always serialisable")
}

#[cfg(test)]
mod tests;
