//! As whom the agent runs, and who can therefore read its files.

use vouchsafe_shared::{
    annotations::InjectSpec,
    diagnostic::{Code, Diagnostic},
};

use super::{
    containers::Selection,
    pod::{Container, Identity, Pod},
    wording::shortened,
};

/// The user of the agent's image: any but root.
const IMAGE_USER: u64 = 65_532;

/// Read permission of a file's group, and of everybody.
const GROUP_MAY_READ: u32 = 0o040;
const ALL_MAY_READ: u32 = 0o004;

/// What the agent's `securityContext` says: the user of the process that it must signal, or else
/// the one that all containers with the files share, so that they may read what is the owner's
/// alone. Where that is the pod's own user nothing is said: it holds anyway.
pub(super) fn of_agent(
    signal_user: Option<Identity>,
    selection: &Selection<'_>,
    pod: &Pod<'_>,
) -> Identity {
    let asked = signal_user.or_else(|| {
        let shared = shared_identity(selection, pod)?;
        (shared.user != pod.identity.user).then_some(shared)
    });
    match asked {
        Some(identity) => Identity {
            group: identity.group.filter(|group| *group != 0),
            ..identity
        },
        None if pod.identity.user == Some(0) => Identity {
            user: Some(IMAGE_USER),
            group: None,
        },
        None => Identity::default(),
    }
}

/// Warns of files whose mode keeps out a container that is to read them.
pub(super) fn check_readable(
    spec: &InjectSpec,
    agent: Identity,
    selection: &Selection<'_>,
    pod: &Pod<'_>,
    warnings: &mut Vec<Diagnostic>,
) {
    let owner = agent.or(pod.identity).user.unwrap_or(IMAGE_USER);
    for file in &spec.files {
        let mode = file.mode.bits();
        let by_group = pod.has_fs_group && mode & GROUP_MAY_READ != 0;
        if mode & ALL_MAY_READ != 0 || by_group {
            continue;
        }
        let mut containers = selection.app_containers(pod);
        let shut_out = containers.find(|container| match user(container, pod) {
            // Root without the capability to pass over modes is shut out like everybody.
            Some(user) => user != owner,
            None => true,
        });
        let Some(container) = shut_out else { continue };
        let name = shortened(container.name);
        warnings.push(
            Diagnostic::error(
                Code::UnreadableFile,
                format!("file {}", shortened(file.name.as_str())),
                format!(
                    "mode {} may keep container {name} from reading it",
                    file.mode
                ),
                "set runAsUser or fsGroup, or mode 0444",
            )
            .as_warning(),
        );
    }
}

fn shared_identity(selection: &Selection<'_>, pod: &Pod<'_>) -> Option<Identity> {
    let mut containers = selection.app_containers(pod);
    let first = containers.next()?.identity.or(pod.identity);
    let shared = first.user.filter(|user| *user != 0)?;
    containers
        .all(|container| user(container, pod) == Some(shared))
        .then_some(first)
}

fn user(container: &Container<'_>, pod: &Pod<'_>) -> Option<u64> {
    container.identity.or(pod.identity).user
}
