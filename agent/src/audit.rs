//! Who got which secret when: lines for those who have to know, whatever the log level.
//!
//! The target is [`TARGET`]. The time is the line's own.

use std::{collections::BTreeSet, ffi::OsString};

use tracing::{info, warn};
use vouchsafe_shared::diagnostic::Code;

use crate::fault::Fault;

/// By which the lines are known to the log.
pub const TARGET: &str = "audit";

/// The pod, as the webhook's downward API tells it; empty where it does not.
/// Source: <https://kubernetes.io/docs/concepts/workloads/pods/downward-api/>.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Identity {
    pub namespace: String,
    pub pod: String,
    pub service_account: String,
}

/// Writes the lines, a failure once for each cause.
#[derive(Debug, Default)]
pub struct Audit {
    identity: Identity,
    /// What is known to be wrong.
    causes: BTreeSet<(String, Code)>,
}

/// Files that changed together.
#[derive(Clone, Debug)]
pub struct Delivery<'a> {
    pub volume: &'a str,
    /// The directory that holds the files now.
    pub generation: String,
    pub files: String,
    /// What is in them, as `path@version`; the version only where the store counts them.
    pub secrets: String,
    /// There was nothing before.
    pub first: bool,
}

/// Why something does not get where it belongs at present.
#[derive(Clone, Debug)]
pub struct Cause<'a> {
    /// `store vault`, `secret secret/data/db`, `volume /vault/secrets`.
    pub about: String,
    /// That stay as they are.
    pub files: String,
    pub fault: &'a Fault,
}

impl Identity {
    /// `variable` looks one up in the environment.
    pub fn find(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let text = |name: &str| {
            let value = variable(name).unwrap_or_default();
            value.to_string_lossy().into_owned()
        };
        Self {
            namespace: text("NAMESPACE"),
            pod: text("VOUCHSAFE_POD"),
            service_account: text("VOUCHSAFE_SERVICE_ACCOUNT"),
        }
    }
}

impl Audit {
    pub fn new(identity: Identity) -> Self {
        Self {
            identity,
            causes: BTreeSet::new(),
        }
    }

    pub fn delivered(&self, delivery: &Delivery<'_>) {
        let Identity {
            namespace,
            pod,
            service_account,
        } = &self.identity;
        info!(
            target: TARGET,
            pod,
            namespace,
            service_account,
            secrets = delivery.secrets,
            files = delivery.files,
            volume = delivery.volume,
            generation = delivery.generation,
            first = delivery.first,
            result = "success",
            "secret_delivered"
        );
    }

    /// Takes everything that is wrong at present and tells what was not before.
    pub fn not_delivered<'a>(&mut self, causes: impl IntoIterator<Item = Cause<'a>>) {
        let before = std::mem::take(&mut self.causes);
        for Cause {
            about,
            files,
            fault,
        } in causes
        {
            let cause = (about, fault.code);
            if !before.contains(&cause) {
                let Identity {
                    namespace,
                    pod,
                    service_account,
                } = &self.identity;
                warn!(
                    target: TARGET,
                    pod,
                    namespace,
                    service_account,
                    about = cause.0,
                    files,
                    code = %fault.code,
                    reason = fault.message,
                    result = "failure",
                    "secret_not_delivered"
                );
            }
            self.causes.insert(cause);
        }
    }
}
