use json_patch::{Patch, PatchOperation};
use serde_json::Value;

use crate::mutate::AGENT_CONTAINER;

/// In which phases of its life a pod gets an agent.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Injection {
    InitAndSidecar,
    InitOnly,
    SidecarOnly,
}

impl Injection {
    /// What a patch adds, if it adds an agent. A native sidecar that holds the pod up until all
    /// files are there is both.
    pub(super) fn of(patch: &Patch) -> Option<Self> {
        let (mut before, mut beside) = (false, false);
        for operation in &patch.0 {
            let PatchOperation::Add(added) = operation else {
                continue;
            };
            let containers = match &added.value {
                Value::Array(items) => items.as_slice(),
                item => std::slice::from_ref(item),
            };
            for container in containers {
                if container.get("image").is_none() {
                    continue;
                }
                let name = container["name"].as_str().unwrap_or_default();
                if name == AGENT_CONTAINER {
                    beside = true;
                    before |= container.get("startupProbe").is_some();
                } else if name.strip_prefix(AGENT_CONTAINER) == Some("-init") {
                    before = true;
                }
            }
        }
        match (before, beside) {
            (true, true) => Some(Self::InitAndSidecar),
            (true, false) => Some(Self::InitOnly),
            (false, true) => Some(Self::SidecarOnly),
            (false, false) => None,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::InitAndSidecar => "init_and_sidecar",
            Self::InitOnly => "init_only",
            Self::SidecarOnly => "sidecar_only",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_containers_tell_the_phases() {
        let sidecar = json!({ "name": "vouchsafe-agent", "image": "a" });
        let native = json!({ "name": "vouchsafe-agent", "image": "a", "startupProbe": {} });
        let init = json!({ "name": "vouchsafe-agent-init", "image": "a" });
        let app = json!({ "name": "vouchsafe-agent-init-app", "image": "a" });
        let volume = json!({ "name": "vouchsafe-agent" });
        for (values, expected) in [
            (vec![json!([native])], Some(Injection::InitAndSidecar)),
            (
                vec![json!([app, init]), sidecar.clone()],
                Some(Injection::InitAndSidecar),
            ),
            (vec![init], Some(Injection::InitOnly)),
            (vec![sidecar], Some(Injection::SidecarOnly)),
            (vec![app, volume], None),
        ] {
            let operations: Vec<Value> = values
                .iter()
                .map(|value| json!({ "op": "add", "path": "/x", "value": value }))
                .collect();
            let patch: Patch = serde_json::from_value(json!(operations)).unwrap();
            assert_eq!(Injection::of(&patch), expected, "{values:?}");
        }
    }
}
