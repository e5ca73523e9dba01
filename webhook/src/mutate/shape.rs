//! Which containers does the agent have, and where among the pod's?
//!
//! | asked for | with native sidecars | without |
//! |---|---|---|
//! | before the app and beside it | one init container that stays, with a startup probe | an init container that ends, and a container |
//! | before the app alone | an init container that ends | the same |
//! | beside the app alone | one init container that stays, without a probe, the last one | a container |

use std::collections::BTreeSet;

use vouchsafe_shared::{
    annotations::{InjectSpec, Phases, Placement},
    diagnostic::{Code, Diagnostic},
};

use super::{
    Context, container_patch,
    names::{AGENT_CONTAINER, INIT_CONTAINER},
    node::Node,
    pod::Pod,
    wording::{listed, quoted},
};
use crate::json::Json;

/// One of the agent's containers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Part {
    /// A native sidecar that the app waits for.
    Gate,
    /// A native sidecar that nothing waits for.
    Companion,
    /// Renders once and leaves nothing behind.
    Once,
    /// Renders once and leaves to the container beside the app what it needs.
    Init,
    /// A container among the app's.
    Sidecar,
}

/// The names of the agent's containers, of which each list of the pod has one at most.
#[derive(Debug, Default)]
pub(super) struct OwnNames {
    pub(super) init: Option<String>,
    pub(super) app: Option<String>,
}

pub(super) fn parts(spec: &InjectSpec, context: &Context<'_>) -> &'static [Part] {
    let native = spec.native_sidecar.unwrap_or(context.native_sidecars);
    match (spec.phases, native) {
        (Phases::InitAndRun, true) => &[Part::Gate],
        (Phases::InitAndRun, false) => &[Part::Init, Part::Sidecar],
        (Phases::Init, _) => &[Part::Once],
        (Phases::Run, true) => &[Part::Companion],
        (Phases::Run, false) => &[Part::Sidecar],
    }
}

impl Part {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Gate | Self::Companion | Self::Sidecar => AGENT_CONTAINER,
            Self::Once | Self::Init => INIT_CONTAINER,
        }
    }

    /// The agent's own name for what it does there.
    pub(super) const fn command(self) -> &'static str {
        match self {
            Self::Gate | Self::Companion | Self::Sidecar => "run",
            Self::Once => "once",
            Self::Init => "init",
        }
    }

    pub(super) const fn is_init_container(self) -> bool {
        !matches!(self, Self::Sidecar)
    }

    /// Whether it ends before the app starts.
    pub(super) const fn ends(self) -> bool {
        matches!(self, Self::Once | Self::Init)
    }
}

impl OwnNames {
    /// Names that no container of the pod's own may have: those of all shapes, by which people and
    /// programs know an agent.
    pub(super) fn reserved(&self) -> BTreeSet<&str> {
        let own = [&self.init, &self.app].into_iter().flatten();
        let own = own.map(String::as_str);
        own.chain([AGENT_CONTAINER, INIT_CONTAINER]).collect()
    }

    /// What the containers will be called, which their patches may change.
    pub(super) fn of(spec: &InjectSpec, parts: &[Part]) -> Self {
        let mut names = Self::default();
        for part in parts {
            let name = container_patch::name(spec, *part);
            if part.is_init_container() {
                names.init = Some(name);
            } else {
                names.app = Some(name);
            }
        }
        names
    }
}

/// The index among the init containers where one of the agent's is to stand that is not there yet.
pub(super) fn index(
    part: Part,
    placement: &Placement,
    pod: &Pod<'_>,
    problems: &mut Vec<Diagnostic>,
) -> usize {
    let last = length(&pod.spec, "initContainers");
    let (asked, offset) = match placement {
        // What nothing waits for must not hold up the others either: the kubelet starts it when
        // they are done.
        _ if part == Part::Companion => return last,
        Placement::First => return 0,
        Placement::Last => return last,
        Placement::Before(asked) => (asked, 0),
        Placement::After(asked) => (asked, 1),
    };
    let mut containers = pod.init_containers.iter();
    if let Some(container) = containers.find(|container| container.name == asked.value) {
        return container.index + offset;
    }
    let names = pod.init_containers.iter().map(|container| container.name);
    let help = if names.len() == 0 {
        "the pod has none; remove it".to_owned()
    } else {
        format!("the pod has these: {}", listed(names))
    };
    problems.push(Diagnostic::error(
        Code::UnknownContainer,
        format!("annotation {}", asked.annotation),
        format!("the pod has no init container {}", quoted(&asked.value)),
        help,
    ));
    last
}

fn length(spec: &Node<'_>, key: &str) -> usize {
    spec.value(key)
        .and_then(Json::as_list)
        .map_or(0, <[_]>::len)
}
