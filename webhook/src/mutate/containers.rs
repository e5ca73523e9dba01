//! The pod's other containers: which see the files, and which the agent must find.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use vouchsafe_shared::{
    annotations::{ContainerSelection, InjectSpec},
    config::AgentConfig,
    diagnostic::{Code, Diagnostic},
};

use super::{
    comparison::without_nulls,
    edits::Edits,
    names::{SECRETS_PATH, SECRETS_VOLUME},
    pod::{Container, Mount, Pod},
    reload::Reloads,
    wording::{listed, quoted, shortened},
};

/// The app containers that see the files. The pod's init containers always do, if they run after
/// the agent.
#[derive(Debug)]
pub(super) enum Selection<'a> {
    All,
    Named(BTreeSet<&'a str>),
}

impl<'a> Selection<'a> {
    pub(super) fn resolve(
        spec: &'a InjectSpec,
        pod: &Pod<'_>,
        problems: &mut Vec<Diagnostic>,
    ) -> Self {
        let ContainerSelection::Named { annotation, names } = &spec.containers else {
            return Self::All;
        };
        let names: BTreeSet<_> = names.iter().map(String::as_str).collect();
        let known: BTreeSet<_> = pod
            .app_containers
            .iter()
            .chain(&pod.init_containers)
            .map(|container| container.name)
            .collect();
        let mut problem = |message: String| {
            let app_containers = pod.app_containers.iter().map(|container| container.name);
            problems.push(Diagnostic::error(
                Code::UnknownContainer,
                format!("annotation {annotation}"),
                message,
                format!("the pod has these: {}", listed(app_containers)),
            ));
        };
        if names.is_empty() {
            problem("names no container".to_owned());
        }
        for name in names.difference(&known) {
            problem(format!("the pod has no container {}", quoted(name)));
        }
        Self::Named(names)
    }

    /// The app containers that see the files.
    pub(super) fn app_containers<'p>(
        &self,
        pod: &'p Pod<'p>,
    ) -> impl Iterator<Item = &'p Container<'p>> {
        let containers = pod.app_containers.iter();
        containers.filter(|container| self.includes(container))
    }

    fn includes(&self, container: &Container<'_>) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.contains(container.name),
        }
    }
}

pub(super) fn edit(
    selection: &Selection<'_>,
    reloads: &Reloads<'_>,
    pod: &Pod<'_>,
    edits: &mut Edits,
    problems: &mut Vec<Diagnostic>,
) {
    for container in selection.app_containers(pod).chain(&pod.init_containers) {
        edit_mounts(container, pod, edits, problems);
    }
    for container in reloads.signalled.values() {
        edit_environment(container, pod, edits, problems);
    }
}

fn edit_mounts(
    container: &Container<'_>,
    pod: &Pod<'_>,
    edits: &mut Edits,
    problems: &mut Vec<Diagnostic>,
) {
    let desired = json!({
        "name": SECRETS_VOLUME,
        "mountPath": SECRETS_PATH,
        "readOnly": true,
        "subPath": null,
        "subPathExpr": null,
    });
    let mut present = false;
    for mount in &container.mounts {
        let path = clean(mount.path);
        let below = path.strip_prefix(SECRETS_PATH);
        if below.is_some_and(str::is_empty) {
            present = true;
            if mount.node.contains(&desired) {
                continue;
            }
            if pod.is_ours && mount.name == Some(SECRETS_VOLUME) {
                edits.replace(&mount.node.place, without_nulls(desired.clone()));
                continue;
            }
            problems.push(path_taken(container, mount));
        } else if below.is_some_and(|rest| rest.starts_with('/')) {
            // No runtime can make the place for it: what lies above is read-only in this container.
            problems.push(path_taken(container, mount));
        }
    }
    if !present {
        edits.append(
            &container.node,
            "volumeMounts",
            vec![without_nulls(desired)],
        );
    }
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
    let desired = json!({ "name": name, "value": container.name, "valueFrom": null });
    let mut present = false;
    for variable in &container.environment {
        if variable.value("name") != Some(&Value::from(name)) {
            continue;
        }
        present = true;
        if variable.contains(&desired) {
            continue;
        }
        if pod.is_ours {
            edits.replace(&variable.place, without_nulls(desired.clone()));
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
        edits.append(&container.node, "env", vec![without_nulls(desired)]);
    }
}

fn path_taken(container: &Container<'_>, mount: &Mount<'_>) -> Diagnostic {
    Diagnostic::error(
        Code::PathTaken,
        format!("container {}", shortened(container.name)),
        format!(
            "mounts volume {} at {}, where its secrets belong",
            quoted(mount.name.unwrap_or_default()),
            quoted(mount.path),
        ),
        "mount the pod's own volume elsewhere",
    )
}

/// A path as the kernel would take it: one slash between segments, no `.` and no `..`.
fn clean(path: &str) -> String {
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
    format!("/{}", segments.join("/"))
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
        ] {
            assert_eq!(clean(path), expected, "{path}");
        }
    }
}
