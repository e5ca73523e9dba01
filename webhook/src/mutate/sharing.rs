//! Do the pod's containers share their processes?

use vouchsafe_shared::{
    annotations::{Dialect, InjectSpec, Phases},
    diagnostic::{Code, Diagnostic},
};

use super::{edits::Edits, pod::Pod, reload::Reloads, wording::no_effect};

pub(super) fn edit(
    spec: &InjectSpec,
    reloads: &Reloads<'_>,
    pod: &Pod<'_>,
    edits: &mut Edits,
    problems: &mut Vec<Diagnostic>,
    warnings: &mut Vec<Diagnostic>,
) {
    let needed = reloads.needs_processes;
    let present = pod.share_process_namespace;
    let mut problem = |annotation: &str, message: &str, help: &str| {
        problems.push(Diagnostic::error(
            Code::ProcessNamespace,
            format!("annotation {annotation}"),
            message,
            help,
        ));
    };
    let mut share = needed.then_some(true);
    if let Some(asked) = &spec.share_process_namespace {
        let annotation = asked.annotation.as_str();
        // As the original injector does, which sets it together with its init container.
        let is_heard = spec.phases != Phases::Run || spec.dialect == Dialect::Own;
        match (asked.value, present) {
            (true, Some(false)) => problem(
                annotation,
                "asks for it, but shareProcessNamespace is explicitly disabled on the pod",
                "remove one of the two",
            ),
            (true, _) if pod.host_process_namespace => problem(
                annotation,
                "asks for it, but hostPID of the pod is true, and Kubernetes takes one of the two",
                "remove one of the two",
            ),
            (false, _) if needed => problem(
                annotation,
                "is false, but a reload by signal needs the containers to share their processes",
                "remove it, or reload by HTTP",
            ),
            _ if !is_heard => warnings.push(no_effect(
                annotation,
                "has no effect without the agent before the app (pre-populate)",
            )),
            (value, _) => share = Some(value),
        }
    }
    if let Some(share) = share
        && present != Some(share)
        // What a reload needs and the pod forbids was told with the reload.
        && !(needed && present == Some(false))
    {
        edits.add(&pod.spec.place.key("shareProcessNamespace"), &share.into());
    }
}
