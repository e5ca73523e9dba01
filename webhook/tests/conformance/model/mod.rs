//! The original injector, written down once more from what it is known to do, and nothing of ours.
//!
//! That it is right shows in the recorded pods. With [`Rules::Ours`] it does what we do otherwise
//! on purpose, each at the place where it matters.

mod agent;
mod files;
mod login;
mod security;
mod values;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use self::files::Files;
use crate::{
    causes,
    effective::{Effective, denied, injected, untouched},
    pod::{items, say_own},
};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Rules {
    Original,
    Ours {
        /// Whether one container of the agent does all.
        native_sidecars: bool,
    },
}

/// A pod and all that its annotations say.
pub(crate) struct Model<'m> {
    pub(crate) pod: &'m Value,
    pub(crate) flags: &'m Map<String, Value>,
    pub(crate) rules: Rules,
    annotations: BTreeMap<&'m str, &'m str>,
    /// Every reason to deny the pod.
    causes: Vec<&'static str>,
}

/// The causes of a denial, any of which may be told, or the effective pod.
pub(crate) fn decide(
    pod: &Value,
    namespace: &str,
    flags: &Map<String, Value>,
    rules: Rules,
) -> Result<Effective, Vec<&'static str>> {
    let annotations = pod["metadata"]["annotations"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| {
            Some((key.strip_prefix("vault.hashicorp.com/")?, value.as_str()?))
        })
        .collect();
    Model {
        pod,
        flags,
        rules,
        annotations,
        causes: Vec::new(),
    }
    .decide(namespace)
}

/// As [`decide`], in the form that a recorded pod has.
pub(crate) fn effective(
    pod: &Value,
    namespace: &str,
    flags: &Map<String, Value>,
    rules: Rules,
    expected: Option<&str>,
) -> Effective {
    decide(pod, namespace, flags, rules).unwrap_or_else(|causes| {
        let told = causes.iter().find(|cause| Some(**cause) == expected);
        denied(*told.unwrap_or(&causes[0]))
    })
}

impl<'m> Model<'m> {
    pub(crate) fn is_ours(&self) -> bool {
        self.rules != Rules::Original
    }

    pub(crate) fn get(&self, name: &str) -> Option<&'m str> {
        self.annotations.get(name).copied()
    }

    /// Where nothing is as good as the empty text.
    pub(crate) fn filled(&self, name: &str) -> Option<&'m str> {
        self.get(name).filter(|text| !text.is_empty())
    }

    /// What follows `prefix` in the names of annotations, and their values.
    pub(crate) fn named(&self, prefix: &str) -> impl Iterator<Item = (&'m str, &'m str)> {
        self.annotations
            .iter()
            .filter_map(move |(key, value)| Some((key.strip_prefix(prefix)?, *value)))
            .collect::<Vec<_>>()
            .into_iter()
    }

    pub(crate) fn deny(&mut self, cause: &'static str) {
        self.causes.push(cause);
    }

    pub(crate) fn boolean(&mut self, name: &str, default: bool) -> bool {
        let Some(text) = self.get(name) else {
            return default;
        };
        values::boolean(text).unwrap_or_else(|| {
            self.deny(causes::NO_BOOL);
            default
        })
    }

    /// What is read and has no effect on what is compared.
    fn read_the_rest(&mut self) {
        self.boolean("agent-cache-exit-on-err", false);
        if let Some(text) = self.get("template-max-connections-per-host")
            && values::integer(text).is_none()
        {
            self.deny(causes::NO_NUMBER);
        }
    }

    fn decide(mut self, namespace: &str) -> Result<Effective, Vec<&'static str>> {
        let asks = self.boolean("agent-inject", false);
        if !self.causes.is_empty() {
            return Err(self.causes);
        }
        let is_done = self.get("agent-inject-status") == Some("injected");
        // Everybody who may create pods may write that.
        if !asks || is_done && !self.is_ours() {
            return Ok(untouched());
        }
        if ["kube-system", "kube-public"].contains(&namespace) {
            self.deny(causes::SYSTEM_NAMESPACE);
        }
        let mut effective = injected();
        let before = self.boolean("agent-pre-populate", true);
        let beside = !self.boolean("agent-pre-populate-only", false);
        if self.is_ours() && !before && !beside {
            self.deny(causes::NO_PHASE);
        }
        let files = Files::resolve(&mut self);
        self.say_agents(&mut effective, &files, before, beside);
        self.say_views(&mut effective, &files, before, before || beside);
        let first = self.boolean("agent-init-first", false);
        if before {
            self.say_order(&mut effective, first);
        }
        self.share_processes(&mut effective, before);
        self.read_the_rest();
        say_own(self.pod, &mut effective);
        if self.causes.is_empty() {
            Ok(effective)
        } else {
            Err(self.causes)
        }
    }

    fn say_order(&self, effective: &mut Effective, first: bool) {
        let mut names: Vec<_> = items(&self.pod["spec"], "initContainers")
            .map(|container| container["name"].as_str().unwrap())
            .collect();
        names.insert(if first { 0 } else { names.len() }, "AGENT");
        effective.insert("order".to_owned(), names.join(", "));
    }

    fn share_processes(&mut self, effective: &mut Effective, before: bool) {
        let asked = self
            .get("agent-share-process-namespace")
            .map(|_| self.boolean("agent-share-process-namespace", false));
        let present = self.pod["spec"]["shareProcessNamespace"].as_bool();
        if asked == Some(true) && present == Some(false) {
            self.deny(causes::NOT_SHARED);
        }
        let shared = asked.filter(|_| before).or(present);
        if let Some(shared) = shared {
            effective.insert("share_processes".to_owned(), shared.to_string());
        }
    }
}
