//! What an expression is, as far as the text of a template tells.

use crate::scope::Dependency;

/// The part of a secret that an expression stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Unknown,
    /// What `secret` gives.
    Secret(Engine),
    /// Its `.Data`.
    Data(Engine),
}

/// What kind of engine answers under a path. Paths are only a habit, so what follows from this is
/// never more than a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    Unknown,
    /// `…/data/…`: values lie under `.Data.data`.
    KvTwo,
    /// `…/creds/…`, `…/issue/…` and the like: values lie under `.Data`.
    Issuing,
}

impl Engine {
    pub(super) fn of(dependency: &Dependency) -> Self {
        let path = dependency.path();
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        let mut segments = path.trim_matches('/').split('/').skip(1);
        match segments.find(|segment| {
            matches!(
                *segment,
                "data" | "creds" | "static-creds" | "issue" | "sign" | "metadata" | "subkeys"
            )
        }) {
            Some("data") => Self::KvTwo,
            Some("creds" | "static-creds" | "issue" | "sign") => Self::Issuing,
            _ => Self::Unknown,
        }
    }
}
