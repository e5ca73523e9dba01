//! What of a pod the decision looks at, read once, with everything that cannot be read.

use vouchsafe_shared::diagnostic::{Code, Diagnostic};

use super::{
    names::INJECTED_LABEL,
    node::{Node, not_a_pod},
    shape::OwnNames,
};
use crate::json::Json;

#[derive(Debug)]
pub(super) struct Pod<'a> {
    pub(super) metadata: Node<'a>,
    pub(super) spec: Node<'a>,
    /// Whether the pod carries our label: what bears our names may then be put right.
    pub(super) is_ours: bool,
    pub(super) volumes: Vec<Volume<'a>>,
    /// Without the agent.
    pub(super) app_containers: Vec<Container<'a>>,
    /// Without the agent.
    pub(super) init_containers: Vec<Container<'a>>,
    /// The agent's own container of each of the two lists, where there is to be one.
    pub(super) app_agent: Option<Node<'a>>,
    pub(super) init_agent: Option<Node<'a>>,
    pub(super) identity: Identity,
    /// Whether the kubelet gives the files of volumes to a group of the pod's.
    pub(super) has_fs_group: bool,
    pub(super) share_process_namespace: Option<bool>,
    pub(super) host_process_namespace: bool,
    pub(super) operating_system: Option<&'a str>,
}

#[derive(Debug)]
pub(super) struct Volume<'a> {
    pub(super) name: &'a str,
    pub(super) node: Node<'a>,
}

#[derive(Debug)]
pub(super) struct Container<'a> {
    pub(super) name: &'a str,
    /// Its place in the pod's list.
    pub(super) index: usize,
    pub(super) node: Node<'a>,
    pub(super) mounts: Vec<Mount<'a>>,
    pub(super) environment: Vec<Node<'a>>,
    pub(super) identity: Identity,
    pub(super) restarts_always: bool,
}

#[derive(Debug)]
pub(super) struct Mount<'a> {
    pub(super) path: &'a str,
    pub(super) name: Option<&'a str>,
    pub(super) node: Node<'a>,
}

/// The numeric user and group that a `securityContext` sets.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Identity {
    pub(super) user: Option<u64>,
    pub(super) group: Option<u64>,
}

impl<'a> Pod<'a> {
    /// Reads a pod that asks for secrets. `None` when there is nothing to go on with; every
    /// problem is told in either case.
    pub(super) fn read(
        pod: &'a Json<'a>,
        own: &OwnNames,
        problems: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let root = Node::root(pod).ok()?;
        let metadata = root.object("metadata", problems)?;
        let is_ours = metadata
            .object("labels", problems)
            .is_some_and(|labels| labels.value(INJECTED_LABEL) == Some(&Json::from("true")));
        if !root.has("spec") {
            problems.push(not_a_pod("spec", "is missing".to_owned()));
        }
        let spec = root.object("spec", problems)?;
        if !spec.has("containers") {
            problems.push(not_a_pod("spec.containers", "is missing".to_owned()));
        }
        let mut app_containers = Container::read_all(&spec, "containers", problems);
        let mut init_containers = Container::read_all(&spec, "initContainers", problems);
        let app_agent = take(&mut app_containers, own.app.as_deref());
        let init_agent = take(&mut init_containers, own.init.as_deref());
        for name in own.reserved() {
            let mut others = app_containers.iter().chain(&init_containers);
            if others.any(|container| container.name == name) {
                problems.push(name_taken("container", name));
            }
        }
        Some(Self {
            is_ours,
            volumes: Volume::read_all(&spec, problems),
            app_containers,
            init_containers,
            app_agent,
            init_agent,
            identity: Identity::read(&spec, problems),
            has_fs_group: spec
                .object("securityContext", problems)
                .is_some_and(|context| context.has("fsGroup")),
            share_process_namespace: spec.boolean("shareProcessNamespace", problems),
            host_process_namespace: spec.boolean("hostPID", problems) == Some(true),
            operating_system: spec
                .object("os", problems)
                .and_then(|system| system.text("name", problems)),
            metadata,
            spec,
        })
    }
}

/// The agent's container, out of those of the pod.
fn take<'a>(containers: &mut Vec<Container<'a>>, name: Option<&str>) -> Option<Node<'a>> {
    let index = containers
        .iter()
        .position(|container| Some(container.name) == name)?;
    Some(containers.remove(index).node)
}

pub(super) fn name_taken(kind: &str, name: &str) -> Diagnostic {
    Diagnostic::error(
        Code::NameTaken,
        format!("{kind} {name}"),
        "is the pod's own, but the agent needs this name",
        format!("give the pod's own {kind} another name"),
    )
}

impl<'a> Volume<'a> {
    fn read_all(spec: &Node<'a>, problems: &mut Vec<Diagnostic>) -> Vec<Self> {
        let nodes = spec.list("volumes", problems);
        nodes
            .into_iter()
            .filter_map(|node| {
                Some(Self {
                    name: node.required_text("name", problems)?,
                    node,
                })
            })
            .collect()
    }
}

impl<'a> Container<'a> {
    fn read_all(spec: &Node<'a>, key: &'static str, problems: &mut Vec<Diagnostic>) -> Vec<Self> {
        let nodes = spec.list(key, problems);
        nodes
            .into_iter()
            .enumerate()
            .filter_map(|(index, node)| {
                let name = node.required_text("name", problems);
                let restart_policy = node.text("restartPolicy", problems);
                Some(Self {
                    mounts: Mount::read_all(&node, problems),
                    environment: node.list("env", problems),
                    identity: Identity::read(&node, problems),
                    restarts_always: restart_policy == Some("Always"),
                    index,
                    name: name?,
                    node,
                })
            })
            .collect()
    }
}

impl<'a> Mount<'a> {
    fn read_all(container: &Node<'a>, problems: &mut Vec<Diagnostic>) -> Vec<Self> {
        let nodes = container.list("volumeMounts", problems);
        nodes
            .into_iter()
            .filter_map(|node| {
                Some(Self {
                    name: node.text("name", problems),
                    path: node.required_text("mountPath", problems)?,
                    node,
                })
            })
            .collect()
    }
}

impl Identity {
    fn read(parent: &Node<'_>, problems: &mut Vec<Diagnostic>) -> Self {
        let Some(context) = parent.object("securityContext", problems) else {
            return Self::default();
        };
        Self {
            user: context.number("runAsUser", problems),
            group: context.number("runAsGroup", problems),
        }
    }

    /// What holds where this one says nothing.
    pub(super) fn or(self, fallback: Self) -> Self {
        Self {
            user: self.user.or(fallback.user),
            group: self.group.or(fallback.group),
        }
    }
}
