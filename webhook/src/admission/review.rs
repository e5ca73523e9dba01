//! `AdmissionReview` as far as it is needed.
//!
//! Source: <https://kubernetes.io/docs/reference/config-api/apiserver-admission.v1/>; `v1beta1` has
//! the same members. A review without version and kind is taken for one of v1, and a request that
//! does not say for the creation of a pod: the original injector takes both so.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::json::Json;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Review<'a> {
    #[serde(default = "v1")]
    pub(super) api_version: String,
    #[serde(default = "admission_review")]
    pub(super) kind: String,
    #[serde(borrow)]
    pub(super) request: Option<Request<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request<'a> {
    pub(super) uid: String,
    #[serde(default = "pod")]
    pub(super) kind: Kind,
    pub(super) sub_resource: Option<String>,
    /// The pod itself often does not know its namespace yet.
    pub(super) namespace: Option<String>,
    #[serde(default = "create")]
    pub(super) operation: String,
    #[serde(borrow, default)]
    pub(super) object: Json<'a>,
    #[serde(default)]
    pub(super) dry_run: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Kind {
    #[serde(default)]
    pub(super) group: String,
    pub(super) kind: String,
}

fn v1() -> String {
    "admission.k8s.io/v1".to_owned()
}

fn admission_review() -> String {
    "AdmissionReview".to_owned()
}

fn create() -> String {
    "CREATE".to_owned()
}

fn pod() -> Kind {
    Kind {
        group: String::new(),
        kind: "Pod".to_owned(),
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    pub(super) api_version: String,
    pub(super) kind: &'static str,
    pub(super) response: Response,
}

#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Response {
    pub(super) uid: String,
    pub(super) allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) patch_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) patch: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<Status>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) warnings: Vec<String>,
}

/// Why a request is denied.
#[derive(Debug, Serialize)]
pub(super) struct Status {
    #[serde(rename = "status")]
    pub(super) outcome: &'static str,
    pub(super) code: u16,
    pub(super) reason: &'static str,
    pub(super) message: String,
}

impl Request<'_> {
    /// A pod about to be created, and none of its subresources such as `eviction`.
    pub(super) fn creates_pod(&self) -> bool {
        self.operation == "CREATE"
            && self.kind.group.is_empty()
            && self.kind.kind == "Pod"
            && self.sub_resource.as_deref().unwrap_or_default().is_empty()
    }
}
