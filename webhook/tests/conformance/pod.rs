//! What was put into a pod, and what of its own is left.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use vouchsafe_shared::config::AgentConfig;

use crate::effective::{Effective, Lines};

/// A pod before and after.
#[derive(Clone, Copy)]
pub(crate) struct Pair<'p> {
    pub(crate) submitted: &'p Value,
    pub(crate) mutated: &'p Value,
}

/// The lists of containers, and what the lines about each begin with.
const LISTS: [(&str, &str); 2] = [("containers", "app"), ("initContainers", "before")];

impl<'p> Pair<'p> {
    /// Containers that were not there before.
    pub(crate) fn added(self, list: &str) -> impl Iterator<Item = &'p Value> {
        let own = |name: &Value| {
            items(&self.submitted["spec"], list).any(|container| container["name"] == *name)
        };
        items(&self.mutated["spec"], list).filter(move |container| !own(&container["name"]))
    }

    pub(crate) fn volume(self, name: &str) -> Option<&'p Value> {
        items(&self.mutated["spec"], "volumes").find(|volume| volume["name"] == name)
    }

    /// A volume of the pod's own.
    pub(crate) fn is_own(self, name: &str) -> bool {
        items(&self.submitted["spec"], "volumes").any(|volume| volume["name"] == name)
    }

    /// The pod's own containers, with the list they stand in and themselves as they were before.
    fn own(self) -> impl Iterator<Item = (&'static str, &'p Value, &'p Value)> {
        LISTS.into_iter().flat_map(move |(list, prefix)| {
            items(&self.submitted["spec"], list).map(move |before| {
                let mut after = items(&self.mutated["spec"], list);
                let after = after.find(|container| container["name"] == before["name"]);
                (prefix, before, after.expect("no container is lost"))
            })
        })
    }

    /// Where files of the agent's container are to the pod's own containers.
    pub(crate) fn say_views<'f>(
        self,
        agent: &Value,
        files: &(impl Iterator<Item = &'f String> + Clone),
        effective: &mut Effective,
    ) {
        for (prefix, before, after) in self.own() {
            let name = after["name"].as_str().unwrap();
            let mut lines = Lines::new(effective, format!("{prefix}.{name}"));
            for mount in items(after, "volumeMounts") {
                if items(before, "volumeMounts").any(|old| old == mount) {
                    continue;
                }
                lines.say(format!("mount.{}", path_of(mount)), "yes");
                let line = format!("is_read_only.{}", path_of(mount));
                lines.flag(line, mount["readOnly"] == true);
            }
            for file in files.clone() {
                if let Some(path) = seen(after, agent, file) {
                    lines.say(format!("file.{path}"), "yes");
                }
            }
        }
    }

    /// Where the pod's own containers see a file of the agent's; the agent's own place for it when
    /// none does.
    pub(crate) fn place(self, agent: &Value, file: &str) -> String {
        self.own()
            .find_map(|(_, _, container)| seen(container, agent, file))
            .unwrap_or_else(|| clean(file))
    }

    /// The order of the init containers, the agent's among them.
    pub(crate) fn say_order(self, effective: &mut Effective) {
        let agents: Vec<_> = self.added("initContainers").collect();
        let waits = agents
            .iter()
            .any(|agent| agent["restartPolicy"] != "Always" || !agent["startupProbe"].is_null());
        if !waits {
            return;
        }
        let names: Vec<_> = items(&self.mutated["spec"], "initContainers")
            .map(|container| {
                if agents.iter().any(|agent| std::ptr::eq(*agent, container)) {
                    "AGENT"
                } else {
                    container["name"].as_str().unwrap()
                }
            })
            .collect();
        effective.insert("order".to_owned(), names.join(", "));
    }

    /// Everything that no injector put there. Sharing of processes is a line of its own.
    pub(crate) fn say_rest(self, effective: &mut Effective) {
        let share = &self.mutated["spec"]["shareProcessNamespace"];
        if !share.is_null() {
            effective.insert("share_processes".to_owned(), share.to_string());
        }
        say_json(effective, "rest", &self.rest());
    }

    fn rest(self) -> Value {
        let mut pod = self.mutated.clone();
        let added: Vec<Vec<Value>> = LISTS
            .iter()
            .map(|(list, _)| self.added(list).map(|item| item["name"].clone()).collect())
            .collect();
        for ((list, _), added) in LISTS.iter().zip(added) {
            retain(&mut pod["spec"], list, &|item| {
                !added.contains(&item["name"])
            });
            let before: BTreeMap<_, _> = items(&self.submitted["spec"], list)
                .map(|container| (container["name"].as_str(), container))
                .collect();
            for container in pod["spec"][list].as_array_mut().into_iter().flatten() {
                let before = before[&container["name"].as_str()];
                retain(container, "volumeMounts", &|mount| {
                    items(before, "volumeMounts").any(|old| old == mount)
                });
                // By which the agent finds the processes that it signals.
                retain(container, "env", &|variable| {
                    variable["name"] != AgentConfig::CONTAINER_VARIABLE
                });
            }
        }
        retain(&mut pod["spec"], "volumes", &|volume| {
            self.is_own(volume["name"].as_str().unwrap())
        });
        let spec = pod["spec"].as_object_mut().unwrap();
        spec.remove("shareProcessNamespace");
        let metadata = &mut pod["metadata"];
        for (key, name) in [
            ("annotations", "vault.hashicorp.com/agent-inject-status"),
            ("annotations", "openbao.org/agent-inject-status"),
            ("annotations", "vouchsafe.dev/status"),
            ("labels", "vouchsafe.dev/injected"),
        ] {
            if let Some(members) = metadata[key].as_object_mut() {
                members.remove(name);
            }
        }
        prune(&mut pod);
        pod
    }
}

/// What stays of a pod that nobody changed.
pub(crate) fn say_own(pod: &Value, effective: &mut Effective) {
    let pair = Pair {
        submitted: pod,
        mutated: pod,
    };
    say_json(effective, "rest", &pair.rest());
}

pub(crate) fn items<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value[key].as_array().into_iter().flatten()
}

/// The mount that decides what stands at a path of a container.
pub(crate) fn mount_of<'c>(container: &'c Value, path: &str) -> Option<&'c Value> {
    items(container, "volumeMounts")
        .filter(|mount| below(&path_of(mount), path).is_some())
        .max_by_key(|mount| path_of(mount).len())
}

/// What of a path lies below a directory.
pub(crate) fn below<'t>(directory: &str, path: &'t str) -> Option<&'t str> {
    let rest = path.strip_prefix(directory)?;
    if rest.is_empty() {
        return Some(rest);
    }
    rest.strip_prefix('/')
}

pub(crate) fn path_of(mount: &Value) -> String {
    clean(mount["mountPath"].as_str().unwrap_or_default())
}

/// As Go's `path.Clean` has it for absolute paths.
pub(crate) fn clean(path: &str) -> String {
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

/// Where a container sees a file of the agent's, if it does.
fn seen(container: &Value, agent: &Value, file: &str) -> Option<String> {
    let file = clean(file);
    let written = mount_of(agent, &file)?;
    let root = path_of(written);
    let rest = below(&root, &file)?;
    let mount = items(container, "volumeMounts")
        .find(|mount| mount["name"] == written["name"] && mount["subPath"].is_null())?;
    let path = clean(&format!("{}/{rest}", path_of(mount)));
    let is_hidden = mount_of(container, &path)?["name"] != mount["name"];
    (!is_hidden).then_some(path)
}

fn retain(parent: &mut Value, key: &str, keeps: &dyn Fn(&Value) -> bool) {
    if let Some(items) = parent[key].as_array_mut() {
        items.retain(|item| keeps(item));
    }
}

/// Without what is empty: where there was no list, an empty one is no difference.
fn prune(value: &mut Value) {
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    match value {
        Value::Array(items) => items.iter_mut().for_each(prune),
        Value::Object(members) => {
            members.values_mut().for_each(prune);
            *members = std::mem::take(members)
                .into_iter()
                .filter(|(_, value)| !is_empty(value))
                .collect::<Map<_, _>>();
        }
        _ => {}
    }
}

pub(crate) fn say_json(effective: &mut Effective, path: &str, value: &Value) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (key, value) in members {
                say_json(effective, &format!("{path}.{key}"), value);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, value) in items.iter().enumerate() {
                say_json(effective, &format!("{path}[{index}]"), value);
            }
        }
        _ => {
            effective.insert(path.to_owned(), value.to_string());
        }
    }
}
