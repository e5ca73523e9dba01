//! What the API server is told.
//!
//! Source: <https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#response>.

use base64_simd::STANDARD;
use vouchsafe_shared::diagnostic::{Code, Diagnostic, Severity};

use super::{Verdict, wording};
use crate::{
    json::{Json, Object, object},
    mutate::{Outcome, Patch, Rejection},
};

/// What was decided, without the review that it answers.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    response: Object<'a>,
    patch: Option<&'a Patch>,
    pub(super) verdict: Verdict,
    pub(super) codes: Vec<Code>,
}

impl<'a> Answer<'a> {
    pub(super) fn of(result: &'a Result<Outcome, Rejection>) -> Self {
        match result {
            Ok(outcome) => Self::allowed(outcome),
            Err(rejection) => Self::denied(rejection),
        }
    }

    fn allowed(outcome: &'a Outcome) -> Self {
        let patch = Some(&outcome.patch).filter(|patch| !patch.is_empty());
        Self {
            response: Object::of([
                ("uid", Json::Null),
                ("allowed", true.into()),
                ("warnings", warnings(&outcome.warnings)),
                ("patchType", patch.map(|_| "JSONPatch").into()),
            ]),
            patch,
            verdict: match patch {
                Some(_) => Verdict::Injected,
                None => Verdict::Unchanged,
            },
            codes: outcome.warnings.iter().map(|told| told.code).collect(),
        }
    }

    fn denied(rejection: &Rejection) -> Self {
        let mut told: Vec<&Diagnostic> = rejection.0.iter().collect();
        told.sort_by_key(|problem| problem.severity != Severity::Error);
        let status = object([
            ("status", "Failure".into()),
            // Not 422: kubectl then looks for a list of fields, and shows no message without one.
            ("code", 403_u64.into()),
            ("reason", "Forbidden".into()),
            ("message", wording::denial(rejection).into()),
        ]);
        Self {
            response: Object::of([
                ("uid", Json::Null),
                ("allowed", false.into()),
                ("status", status),
                ("warnings", warnings(&rejection.0)),
            ]),
            patch: None,
            verdict: Verdict::Denied,
            codes: told.into_iter().map(|problem| problem.code).collect(),
        }
    }

    /// The JSON of the answer to the review with this version and `uid`.
    pub(super) fn text(mut self, version: &str, uid: &'a str) -> Vec<u8> {
        /// What ends the answer and the response within.
        const END: &[u8] = b"}}";
        let patch = self.patch.map(Patch::text).unwrap_or_default();
        self.response.set("uid", uid.into());
        let answer = object([
            ("apiVersion", version.into()),
            ("kind", "AdmissionReview".into()),
            ("response", Json::Object(self.response)),
        ]);
        let mut text = Vec::with_capacity(512 + STANDARD.encoded_length(patch.len()));
        answer.write(&mut text);
        if !patch.is_empty() {
            // Added to the response as it is: nothing in base64 needs to be escaped, and looking for
            // it would take longer than encoding.
            text.truncate(text.len() - END.len());
            text.extend_from_slice(b",\"patch\":\"");
            STANDARD.encode_append(patch, &mut text);
            text.push(b'"');
            text.extend_from_slice(END);
        }
        text
    }
}

fn warnings<'a>(problems: &[Diagnostic]) -> Json<'a> {
    let told = wording::warnings(problems);
    (!told.is_empty())
        .then(|| told.into_iter().map(Json::from).collect::<Vec<_>>())
        .into()
}
