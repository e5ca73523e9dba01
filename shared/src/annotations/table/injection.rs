//! Whether a pod gets an agent, and where in it.

use super::{Annotation, Name};
use crate::annotations::kind::Kind;

pub(super) const ROWS: &[Annotation] = &[
    Annotation::pod(Name::Inject, "inject", Kind::Boolean)
        .original("agent-inject")
        .default("false")
        .effect("Adds the agent to this pod."),
    Annotation::pod(Name::Status, "status", Kind::Text)
        .original("agent-inject-status")
        .values("injected")
        .effect("Written by the webhook; what a user writes there has no effect."),
    Annotation::pod(Name::RequestNamespace, "request-namespace", Kind::Filled)
        .original("agent-request-namespace")
        .values("a namespace of Kubernetes")
        .default("that of the request")
        .effect("Has no effect: the pod's own namespace counts."),
    Annotation::pod(Name::Profile, "profile", Kind::Names)
        .values("names of profiles, separated by commas")
        .effect("Takes over the annotations of these profiles where the pod has none of its own; later ones win over earlier ones."),
    Annotation::pod(Name::Containers, "containers", Kind::Names)
        .original("agent-inject-containers")
        .values("container names, separated by commas; under vouchsafe.dev/ `all` too")
        .default("all")
        .effect("The app containers that see the files."),
    Annotation::pod(Name::InitContainers, "init-containers", Kind::Names)
        .values("container names, separated by commas, `all` or `none`")
        .default("all")
        .effect("The init containers that see the files, of those that run after the agent."),
    Annotation::pod(Name::Placement, "placement", Kind::Placement)
        .default("first under vouchsafe.dev/, last under the other prefixes")
        .effect("Where the agent stands among the pod's init containers. Those after it see the files."),
    Annotation::pod(Name::InitFirst, "init-first", Kind::Boolean)
        .original("agent-init-first")
        .default("as `placement`")
        .effect("The same in fewer words: `true` is first, `false` is last."),
    Annotation::pod(Name::PrePopulate, "pre-populate", Kind::Boolean)
        .original("agent-pre-populate")
        .default("true")
        .effect("Whether the app waits for its files. With `false` the agent starts beside it."),
    Annotation::pod(Name::PrePopulateOnly, "pre-populate-only", Kind::Boolean)
        .original("agent-pre-populate-only")
        .default("false")
        .effect("Whether the agent ends once the files are there."),
    Annotation::pod(Name::NativeSidecar, "native-sidecar", Kind::Boolean)
        .proposed("agent-native-sidecar")
        .default("by the version of the cluster")
        .effect("One native sidecar (`true`), or an init container and a sidecar."),
    Annotation::pod(Name::MountsReadOnly, "mounts-read-only", Kind::Boolean)
        .default("true")
        .effect("Whether the pod's containers can only read their files. Under the original prefixes a directory is writable all the same where the pod mounts something below it."),
    Annotation::pod(Name::VolumeSize, "volume-size", Kind::Size)
        .default("the webhook's --secrets-volume-size")
        .effect("How much all files together may hold."),
    Annotation::pod(
        Name::ShareProcessNamespace,
        "share-process-namespace",
        Kind::Boolean,
    )
    .original("agent-share-process-namespace")
    .default("as the pod has it")
    .effect("Whether the pod's containers see each other's processes, so that a command can signal them."),
];
