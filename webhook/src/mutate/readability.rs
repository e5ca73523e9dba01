//! Who can read the agent's files?

use vouchsafe_shared::{
    annotations::{FileSpec, InjectSpec},
    diagnostic::{Code, Diagnostic},
};

use super::{
    identity::{AgentUser, IMAGE_USER, user},
    layout::Layout,
    pod::{Container, Pod},
    wording::shortened,
};

/// Read permission of a file's group, and of everybody.
const GROUP_MAY_READ: u32 = 0o040;
const ALL_MAY_READ: u32 = 0o004;

/// Warns of files whose mode keeps out a container that is to read them.
pub(super) fn check(
    spec: &InjectSpec,
    agent: Option<AgentUser>,
    layout: &Layout<'_>,
    pod: &Pod<'_>,
    warnings: &mut Vec<Diagnostic>,
) {
    let agent = agent.unwrap_or_default().identity;
    let owner = agent.or(pod.identity).user.unwrap_or(IMAGE_USER);
    for (index, file) in spec.files.iter().enumerate() {
        let mode = file.mode.bits();
        let by_group = pod.has_fs_group && mode & GROUP_MAY_READ != 0;
        if mode & ALL_MAY_READ != 0 || by_group {
            continue;
        }
        let shut_out = app_viewers(layout, index).find(|container| match user(container, pod) {
            // Root without the capability to pass over modes is shut out like everybody.
            Some(user) => user != owner,
            None => true,
        });
        if let Some(container) = shut_out {
            warnings.push(unreadable(file, container));
        }
    }
}

fn unreadable(file: &FileSpec, container: &Container<'_>) -> Diagnostic {
    Diagnostic::error(
        Code::UnreadableFile,
        format!("file {}", shortened(file.name.as_str())),
        format!(
            "mode {} may keep container {} from reading it",
            file.mode,
            shortened(container.name)
        ),
        "set runAsUser or fsGroup, or mode 0444",
    )
    .as_warning()
}

fn app_viewers<'p>(layout: &Layout<'p>, file: usize) -> impl Iterator<Item = &'p Container<'p>> {
    layout
        .viewers(file)
        .filter(|viewer| !viewer.is_init)
        .map(|viewer| viewer.container)
}
