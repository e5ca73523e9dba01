//! The pod's other containers: which see the files, and which the agent must find.

use std::borrow::Cow;

use vouchsafe_shared::{
    annotations::{Dialect, InjectSpec},
    config::AgentConfig,
    diagnostic::{Code, Diagnostic},
    value::FileName,
};

use super::{
    edits::Edits,
    layout::{Layout, SecretsVolume},
    pod::{Container, Mount, Pod},
    reload::Reloads,
    selection::viewers,
    volumes,
    wording::{quoted, shortened},
};
use crate::json::{Json, object};

/// Sources of volumes in which no runtime can make the place for another mount.
const READ_ONLY_SOURCES: [&str; 4] = ["configMap", "secret", "projected", "downwardAPI"];

pub(super) fn edit(
    spec: &InjectSpec,
    layout: &Layout<'_>,
    reloads: &Reloads<'_>,
    pod: &Pod<'_>,
    edits: &mut Edits,
    problems: &mut Vec<Diagnostic>,
    warnings: &mut Vec<Diagnostic>,
) {
    for viewer in viewers(pod) {
        let container = viewer.container;
        let mut missing = Vec::new();
        for volume in &layout.volumes {
            let mut viewers = volume.viewers.iter();
            if !viewers.any(|viewer| std::ptr::eq(viewer.container, container)) {
                continue;
            }
            let view = View {
                container,
                volume,
                read_only: spec.mounts_read_only && !is_opened(spec, container, volume),
                files: volume.files.iter().map(|file| &layout.names[*file]),
            };
            if !view.is_there(layout, pod, edits, problems, warnings) {
                missing.push(view.desired());
            }
        }
        edits.append(&container.node, "volumeMounts", missing);
    }
    for container in reloads.signalled.values() {
        edit_environment(container, pod, edits, problems);
    }
}

/// Where the pod mounts something below, which needs a place made for it: the original injector's
/// volumes can be written to, and such pods ran.
fn is_opened(spec: &InjectSpec, container: &Container<'_>, volume: &SecretsVolume<'_>) -> bool {
    let mut mounts = container.mounts.iter();
    spec.dialect == Dialect::Original
        && mounts.any(|mount| is_below(&clean(mount.path), volume.path.as_str()))
}

/// One volume as one container is to see it.
struct View<'v, F> {
    container: &'v Container<'v>,
    volume: &'v SecretsVolume<'v>,
    read_only: bool,
    files: F,
}

impl<'v, F: Iterator<Item = &'v FileName> + Clone> View<'v, F> {
    fn desired(&self) -> Json<'v> {
        object([
            ("name", self.volume.name.as_str().into()),
            ("mountPath", self.volume.path.as_str().into()),
            ("readOnly", self.read_only.then_some(true).into()),
            ("subPath", Json::Null),
            ("subPathExpr", Json::Null),
        ])
    }

    /// Looks at what the container mounts there, above and below.
    fn is_there(
        &self,
        layout: &Layout<'_>,
        pod: &Pod<'_>,
        edits: &mut Edits,
        problems: &mut Vec<Diagnostic>,
        warnings: &mut Vec<Diagnostic>,
    ) -> bool {
        let (mut is_there, root) = (false, self.volume.path.as_str());
        for mount in &self.container.mounts {
            let path = clean(mount.path);
            if path == root {
                is_there = true;
                if mount.node.contains(&self.desired()) {
                    continue;
                }
                let is_own = |name| volumes::is_own(name, layout);
                if pod.is_ours && mount.name.is_some_and(is_own) {
                    edits.replace(&mount.node.place, &self.desired());
                    continue;
                }
                problems.push(self.path_taken(mount));
            } else if let Some(below) = path
                .strip_prefix(root)
                .and_then(|rest| rest.strip_prefix('/'))
            {
                let top = below.split('/').next().unwrap_or_default();
                let hides = self.files.clone().any(|name| name.top_segment() == top);
                if self.read_only || hides {
                    // No runtime can make the place for it in what is read-only in this container.
                    problems.push(self.path_taken(mount));
                } else {
                    warnings.push(self.within(mount));
                }
            } else if is_below(root, &path) && is_read_only(mount, pod) {
                warnings.push(self.above(mount));
            }
        }
        is_there
    }

    fn path_taken(&self, mount: &Mount<'_>) -> Diagnostic {
        Diagnostic::error(
            Code::PathTaken,
            format!("container {}", shortened(self.container.name)),
            format!(
                "mounts volume {} at {}, where its secrets belong",
                quoted(mount.name.unwrap_or_default()),
                quoted(mount.path),
            ),
            "mount the pod's own volume elsewhere",
        )
    }

    fn within(&self, mount: &Mount<'_>) -> Diagnostic {
        self.hidden(
            mount,
            "within the directory of its secrets",
            "mount one of the two elsewhere",
        )
    }

    fn above(&self, mount: &Mount<'_>) -> Diagnostic {
        self.hidden(
            mount,
            "above the directory of its secrets, and it is read-only",
            "make sure that it holds this directory, or mount one of the two elsewhere",
        )
    }

    fn hidden(&self, mount: &Mount<'_>, relation: &str, help: &str) -> Diagnostic {
        Diagnostic::error(
            Code::MountHidden,
            format!("container {}", shortened(self.container.name)),
            format!(
                "mounts volume {} at {}, {relation}",
                quoted(mount.name.unwrap_or_default()),
                quoted(mount.path),
            ),
            help,
        )
        .as_warning()
    }
}

fn is_below(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory)
        .is_some_and(|rest| rest.starts_with('/'))
}

fn is_read_only(mount: &Mount<'_>, pod: &Pod<'_>) -> bool {
    let mut volumes = pod.volumes.iter();
    mount.node.value("readOnly") == Some(&Json::Bool(true))
        || volumes
            .find(|volume| Some(volume.name) == mount.name)
            .is_some_and(|volume| READ_ONLY_SOURCES.iter().any(|key| volume.node.has(key)))
}

/// Marks the container's processes: each inherits the variable, and the agent reads it through
/// `/proc/PID/environ`. Kubernetes itself tells no process the name of its container.
fn edit_environment(
    container: &Container<'_>,
    pod: &Pod<'_>,
    edits: &mut Edits,
    problems: &mut Vec<Diagnostic>,
) {
    let name = AgentConfig::CONTAINER_VARIABLE;
    let desired = object([
        ("name", name.into()),
        ("value", container.name.into()),
        ("valueFrom", Json::Null),
    ]);
    let mut present = false;
    for variable in &container.environment {
        if variable.value("name") != Some(&Json::from(name)) {
            continue;
        }
        present = true;
        if variable.contains(&desired) {
            continue;
        }
        if pod.is_ours {
            edits.replace(&variable.place, &desired);
            continue;
        }
        problems.push(Diagnostic::error(
            Code::NameTaken,
            format!("container {}", shortened(container.name)),
            format!("sets {name} itself, by which the agent finds the processes to signal"),
            "remove the variable, or reload by HTTP",
        ));
    }
    if !present {
        edits.append(&container.node, "env", vec![desired]);
    }
}

/// A path as the kernel would take it: one slash between segments, no `.` and no `..`.
pub(super) fn clean(path: &str) -> Cow<'_, str> {
    let bytes = path.as_bytes();
    let is_slash = |byte| byte == Some(&b'/');
    // Nearly all are: nothing to be done follows a slash, or else a name that begins with a dot.
    let may_not_be = |pair: &[u8; 2]| pair[0] == b'/' && matches!(pair[1], b'/' | b'.');
    if is_slash(bytes.first()) && !is_slash(bytes.last()) && !bytes.array_windows().any(may_not_be)
    {
        return Cow::Borrowed(path);
    }
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    Cow::Owned(format!("/{}", segments.join("/")))
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn paths_are_compared_by_where_they_lead() {
        for (path, expected) in [
            ("/vault/secrets", "/vault/secrets"),
            ("//vault/./secrets/", "/vault/secrets"),
            ("/vault/other/../secrets", "/vault/secrets"),
            ("vault/secrets", "/vault/secrets"),
            ("/../..", "/"),
            ("/", "/"),
            ("", "/"),
            ("/vault/.secrets/..a", "/vault/.secrets/..a"),
            ("/vault/secrets/.", "/vault/secrets"),
        ] {
            assert_eq!(clean(path), expected, "{path}");
        }
    }
}
