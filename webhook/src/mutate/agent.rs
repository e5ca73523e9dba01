//! The agent's own container: a native sidecar.

use serde_json::{Value, json};
use vouchsafe_shared::{
    annotations::{InjectSpec, Placement},
    config::AgentConfig,
    diagnostic::Diagnostic,
};

use super::{
    Settings,
    comparison::without_nulls,
    edits::Edits,
    names::{
        AGENT_CONTAINER, RUN_DIRECTORY, RUN_VOLUME, SECRETS_PATH, SECRETS_VOLUME,
        SERVICE_ACCOUNT_DIRECTORY, TOKEN_DIRECTORY, TOKEN_VOLUME,
    },
    pod::{Identity, Pod, name_taken},
};

/// The probe runs once a second and stops at its first success; the kubelet kills the container
/// after this many failures in a row. 315 360 000 s are ten years of 365 days: a pod waits for a
/// store that is away and is never restarted for it. The product of both numbers stays below 2^31,
/// for programs that compute it.
/// Source: <https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#define-startup-probes>.
const STARTUP_FAILURES: u32 = 10 * 365 * 24 * 60 * 60;

/// Adds the agent, or puts it right where it bears our label. One that stands elsewhere among the
/// init containers than it would be put stays: whoever moved it may rely on it.
pub(super) fn edit(
    spec: &InjectSpec,
    settings: &Settings,
    config: &str,
    identity: Identity,
    pod: &Pod<'_>,
    edits: &mut Edits,
    problems: &mut Vec<Diagnostic>,
) {
    let essence = essence(config, identity);
    match &pod.agent {
        Some(present) if present.contains(&essence) => {}
        Some(present) if pod.is_ours => {
            edits.replace(&present.place, container(essence, settings));
        }
        Some(_) => problems.push(name_taken("container", AGENT_CONTAINER)),
        None => {
            let container = container(essence, settings);
            match &spec.placement {
                Placement::First => edits.prepend(&pod.spec, "initContainers", container),
                Placement::Last | Placement::Before(_) | Placement::After(_) => {
                    edits.append(&pod.spec, "initContainers", vec![container])
                }
            }
        }
    }
}

/// What makes the container the agent. Image, pull policy and resources are not among it: registry
/// mirrors, limit ranges and autoscalers change them on purpose, and changing them back when the
/// API server calls again would undo that.
/// Source: <https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#reinvocation-policy>.
fn essence(config: &str, identity: Identity) -> Value {
    json!({
        "name": AGENT_CONTAINER,
        "command": null,
        "args": ["run"],
        "env": [{ "name": AgentConfig::VARIABLE, "value": config, "valueFrom": null }],
        // What makes an init container a sidecar.
        // Source: <https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/>.
        "restartPolicy": "Always",
        "startupProbe": {
            "exec": { "command": ["/vouchsafe-agent", "ready"] },
            "periodSeconds": 1,
            "timeoutSeconds": 5,
            "failureThreshold": STARTUP_FAILURES,
        },
        "securityContext": security_context(identity),
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "volumeMounts": [
            { "name": SECRETS_VOLUME, "mountPath": SECRETS_PATH, "readOnly": null },
            { "name": TOKEN_VOLUME, "mountPath": TOKEN_DIRECTORY, "readOnly": true },
            // The API server runs its own admission again after a webhook's patch and would mount
            // the application's token here, which the agent has no use for, unless the place is
            // taken: "existing mounts at the default mount path prevent mounting of the API token".
            // Source: <https://github.com/kubernetes/kubernetes/blob/v1.33.0/plugin/pkg/admission/serviceaccount/admission.go>.
            { "name": TOKEN_VOLUME, "mountPath": SERVICE_ACCOUNT_DIRECTORY, "readOnly": true },
            { "name": RUN_VOLUME, "mountPath": RUN_DIRECTORY },
        ],
    })
}

/// Passes Pod Security `restricted` by itself, whatever the pod's own context says.
/// Source: <https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted>.
fn security_context(identity: Identity) -> Value {
    let mut context = json!({
        "allowPrivilegeEscalation": false,
        "capabilities": { "drop": ["ALL"] },
        "readOnlyRootFilesystem": true,
        "runAsNonRoot": true,
        "seccompProfile": { "type": "RuntimeDefault" },
    });
    if let Some(user) = identity.user {
        context["runAsUser"] = json!(user);
    }
    if let Some(group) = identity.group {
        context["runAsGroup"] = json!(group);
    }
    context
}

fn container(essence: Value, settings: &Settings) -> Value {
    let mut container = without_nulls(essence);
    container["image"] = json!(settings.agent_image);
    if let Some(policy) = settings.agent_image_pull_policy {
        container["imagePullPolicy"] = json!(policy.as_str());
    }
    container["resources"] = json!({
        "requests": {
            "cpu": settings.agent_cpu_request.to_string(),
            "memory": settings.agent_memory_request.to_string(),
        },
        "limits": { "memory": settings.agent_memory_limit.to_string() },
    });
    container
}
