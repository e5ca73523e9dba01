//! Pods that cannot have an agent, whatever they ask for.

use vouchsafe_shared::diagnostic::{Code, Diagnostic};

use super::{Context, pod::Pod};

/// The cluster's own namespaces, as the original injector has it.
const SYSTEM_NAMESPACES: [&str; 2] = ["kube-system", "kube-public"];

pub(super) fn check_namespace(context: &Context<'_>, problems: &mut Vec<Diagnostic>) {
    let namespace = context.namespace;
    if SYSTEM_NAMESPACES.contains(&namespace) {
        problems.push(Diagnostic::error(
            Code::SystemNamespace,
            format!("namespace {namespace}"),
            "is the cluster's own: cannot inject into system namespaces",
            "run the pod in a namespace of its own",
        ));
    }
}

pub(super) fn check_pod(pod: &Pod<'_>, problems: &mut Vec<Diagnostic>) {
    if pod.operating_system == Some("windows") {
        problems.push(Diagnostic::error(
            Code::OperatingSystem,
            "spec.os.name",
            "is windows, but the agent runs on Linux only",
            "remove vouchsafe.dev/inject from this pod",
        ));
    }
}
