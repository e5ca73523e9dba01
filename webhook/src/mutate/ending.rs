//! Is there time to give the token back when the pod ends?

use std::time::Duration;

use vouchsafe_shared::{
    annotations::{InjectSpec, Phases},
    config::StoreConfig,
    diagnostic::{Code, Diagnostic},
    value::HumanDuration,
};

use super::pod::Pod;
use crate::json::Json;

/// What Kubernetes lets a pod that does not say take for its end.
/// Source: <https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination>.
const DEFAULT_PERIOD: u64 = 30;

/// Warns where the agent is killed while it waits for the app to end. One that ends before the app
/// starts waits for nobody.
pub(super) fn check(
    spec: &InjectSpec,
    store: &StoreConfig,
    pod: &Pod<'_>,
    warnings: &mut Vec<Diagnostic>,
) {
    let Some(grace) = store.revoke_grace.filter(|_| spec.phases != Phases::Init) else {
        return;
    };
    let period = pod.spec.value("terminationGracePeriodSeconds");
    let period = period.and_then(Json::as_u64).unwrap_or(DEFAULT_PERIOD);
    if grace.as_duration() < Duration::from_secs(period) {
        return;
    }
    let diagnostic = Diagnostic::error(
        Code::NoTimeToRevoke,
        "the agent's token",
        format!(
            "is not given back: the agent waits {grace} for the app before, and after {} the pod is killed",
            HumanDuration::from_secs(period)
        ),
        "shorten revoke-grace, or lengthen the pod's terminationGracePeriodSeconds",
    );
    warnings.push(diagnostic.as_warning());
}
