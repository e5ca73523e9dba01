//! `AdmissionReview` as far as it is needed.
//!
//! Source: <https://kubernetes.io/docs/reference/config-api/apiserver-admission.v1/>; `v1beta1` has
//! the same members. A review without version and kind is taken for one of v1, and a request that
//! does not say for the creation of a pod: the original injector takes both so.

use std::borrow::Cow;

use serde::Deserialize;

use crate::json::Json;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Review<'a> {
    #[serde(borrow, default = "v1")]
    pub(super) api_version: Cow<'a, str>,
    #[serde(borrow, default = "admission_review")]
    pub(super) kind: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) request: Option<Request<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request<'a> {
    #[serde(borrow)]
    pub(super) uid: Cow<'a, str>,
    #[serde(borrow, default = "pod")]
    pub(super) kind: Kind<'a>,
    #[serde(borrow)]
    pub(super) sub_resource: Option<Cow<'a, str>>,
    /// The pod itself often does not know its namespace yet.
    #[serde(borrow)]
    pub(super) namespace: Option<Cow<'a, str>>,
    #[serde(borrow, default = "create")]
    pub(super) operation: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) object: Json<'a>,
    #[serde(default)]
    pub(super) dry_run: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Kind<'a> {
    #[serde(borrow, default)]
    pub(super) group: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) kind: Cow<'a, str>,
}

fn v1<'a>() -> Cow<'a, str> {
    "admission.k8s.io/v1".into()
}

fn admission_review<'a>() -> Cow<'a, str> {
    "AdmissionReview".into()
}

fn create<'a>() -> Cow<'a, str> {
    "CREATE".into()
}

fn pod<'a>() -> Kind<'a> {
    Kind {
        group: "".into(),
        kind: "Pod".into(),
    }
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
