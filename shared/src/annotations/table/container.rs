//! What the agent's containers are like.

use super::{Annotation, Name};
use crate::annotations::kind::Kind;

pub(super) const ROWS: &[Annotation] = &[
    Annotation::pod(Name::Image, "image", Kind::Filled)
        .original("agent-image")
        .values("an image")
        .default("the webhook's")
        .effect("The agent's image. An image of the original's programs cannot run our agent and is passed over."),
    Annotation::pod(Name::RunAsUser, "run-as-user", Kind::User)
        .original("agent-run-as-user")
        .default("the webhook's")
        .effect("The agent's user id."),
    Annotation::pod(Name::RunAsGroup, "run-as-group", Kind::User)
        .original("agent-run-as-group")
        .default("the webhook's")
        .effect("The agent's group id."),
    Annotation::pod(Name::RunAsSameUser, "run-as-same-user", Kind::Boolean)
        .original("agent-run-as-same-user")
        .default("the webhook's, false")
        .effect("Runs the agent as the user of the pod's first container."),
    Annotation::pod(
        Name::SetSecurityContext,
        "set-security-context",
        Kind::Boolean,
    )
    .original("agent-set-security-context")
    .default("the webhook's, true")
    .effect("Whether the agent's containers have a security context at all."),
    Annotation::pod(Name::CpuRequest, "cpu-request", Kind::Quantity)
        .original("agent-requests-cpu")
        .default("the webhook's")
        .effect("The agent's share of a processor."),
    Annotation::pod(Name::CpuLimit, "cpu-limit", Kind::Quantity)
        .original("agent-limits-cpu")
        .default("the webhook's")
        .effect("The most that it gets."),
    Annotation::pod(Name::MemoryRequest, "memory-request", Kind::Quantity)
        .original("agent-requests-mem")
        .default("the webhook's")
        .effect("The agent's memory."),
    Annotation::pod(Name::MemoryLimit, "memory-limit", Kind::Quantity)
        .original("agent-limits-mem")
        .default("the webhook's")
        .effect("The most that it gets; the files in memory count."),
    Annotation::pod(
        Name::EphemeralRequest,
        "ephemeral-storage-request",
        Kind::Quantity,
    )
    .original("agent-requests-ephemeral")
    .default("the webhook's")
    .effect("The agent's storage on the node."),
    Annotation::pod(
        Name::EphemeralLimit,
        "ephemeral-storage-limit",
        Kind::Quantity,
    )
    .original("agent-limits-ephemeral")
    .default("the webhook's")
    .effect("The most that it gets."),
    Annotation::pod(Name::CopyVolumeMounts, "copy-volume-mounts", Kind::Text)
        .original("agent-copy-volume-mounts")
        .values("a container of the pod")
        .effect("The agent gets the volume mounts of this container too."),
    Annotation::pod(Name::ExtraSecret, "extra-secret", Kind::Text)
        .original("agent-extra-secret")
        .values("a Secret of the pod's namespace")
        .effect("Its keys are files below /vault/custom in the agent's container."),
    Annotation::pod(Name::JsonPatch, "json-patch", Kind::JsonPatch)
        .original("agent-json-patch")
        .effect("Changes the finished container that runs beside the app."),
    Annotation::pod(Name::InitJsonPatch, "init-json-patch", Kind::JsonPatch)
        .original("agent-init-json-patch")
        .effect("Changes the finished container that runs before the app."),
];
