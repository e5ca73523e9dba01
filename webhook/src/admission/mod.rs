//! From the bytes of an `AdmissionReview` to the bytes of its answer.
//!
//! What a user wrote never leads to an error of this program: it is allowed or denied, with a
//! reason. Only a review that is none is an error, of whoever sent it.

mod answer;
mod handler;
mod review;
pub mod wording;

use std::fmt;

use vouchsafe_shared::diagnostic::Code;

pub use self::handler::{BODY_LIMIT, Handler};
use self::{
    answer::Answer,
    review::{Request, Review},
};
use crate::mutate::{Context, Defaults, Injection, Outcome, Settings, mutate};

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
    let review: Review<'_> = match str::from_utf8(body) {
        // Checked as a whole, which is faster than text by text.
        Ok(body) => serde_json::from_str(body),
        Err(_) => serde_json::from_slice(body),
    }
    .map_err(|error| syntax(&error))?;
    let known = ["admission.k8s.io/v1", "admission.k8s.io/v1beta1"];
    if review.kind != "AdmissionReview" || !known.contains(&&*review.api_version) {
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
    let pod = pod_name(&request);
    let answer = Answer::of(&result);
    let (verdict, codes) = (answer.verdict, answer.codes.clone());
    Ok(Decision {
        answer: answer.text(&review.api_version, &request.uid),
        verdict,
        codes,
        injection: result.ok().and_then(|outcome| outcome.injection),
        namespace: request.namespace.unwrap_or_default().into_owned(),
        pod,
        dry_run: request.dry_run.unwrap_or(false),
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

#[cfg(test)]
mod tests;
