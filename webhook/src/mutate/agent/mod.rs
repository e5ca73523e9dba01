//! The agent's own containers.

mod image;
mod mounts;
mod resources;

use std::mem::take;

use serde_json::{Value, json};
use vouchsafe_shared::{annotations::InjectSpec, config::AgentConfig, diagnostic::Diagnostic};

pub use self::image::is_original_image;
use super::{
    Settings,
    comparison::{expectation, without_nulls},
    config, container_patch,
    edits::Edits,
    environment,
    identity::AgentUser,
    layout::Layout,
    names::CONFIG_DIRECTORY,
    node::Node,
    pod::{Pod, name_taken},
    shape::{self, Part},
    token::Token,
};

/// The probe runs once a second and stops at its first success; the kubelet kills the container
/// after this many failures in a row. 315 360 000 s are ten years of 365 days: a pod waits for a
/// store that is away and is never restarted for it. The product of both numbers stays below 2^31,
/// for programs that compute it.
/// Source: <https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#define-startup-probes>.
const STARTUP_FAILURES: u32 = 10 * 365 * 24 * 60 * 60;

/// All that the containers are made of.
#[derive(Debug)]
pub(super) struct Agent<'a> {
    pub(super) spec: &'a InjectSpec,
    pub(super) settings: &'a Settings,
    pub(super) pod: &'a Pod<'a>,
    pub(super) layout: &'a Layout<'a>,
    pub(super) token: &'a Token,
    /// `None` for a configuration of the user's own.
    pub(super) config: Option<&'a AgentConfig>,
    /// `None` for no security context.
    pub(super) user: Option<AgentUser>,
}

impl Agent<'_> {
    /// Adds the containers, or puts them right in a pod that bears our label. One that stands
    /// elsewhere in its list than it would be put stays: whoever moved it may rely on it.
    pub(super) fn edit(
        &self,
        parts: &[Part],
        edits: &mut Edits,
        problems: &mut Vec<Diagnostic>,
        warnings: &mut Vec<Diagnostic>,
    ) {
        let Some(mut common) = self.common(problems, warnings) else {
            return;
        };
        // The init containers last: one that is put among them moves the others, and with them the
        // places of their edits.
        let mut rest = parts.iter().rev().peekable();
        while let Some(part) = rest.next() {
            let common = match rest.peek() {
                Some(_) => common.clone(),
                None => take(&mut common),
            };
            let container = self.container(*part, common);
            let Some(container) = container_patch::apply(self.spec, *part, container, problems)
            else {
                continue;
            };
            self.edit_part(*part, container, edits, problems);
        }
    }

    fn edit_part(
        &self,
        part: Part,
        container: Value,
        edits: &mut Edits,
        problems: &mut Vec<Diagnostic>,
    ) {
        let pod = self.pod;
        let (list, present) = if part.is_init_container() {
            ("initContainers", &pod.init_agent)
        } else {
            ("containers", &pod.app_agent)
        };
        match present {
            Some(present) if is_right(present, &container) => {}
            Some(present) if pod.is_ours => edits.replace(&present.place, container),
            Some(_) => {
                let name = container["name"].as_str().unwrap_or_default();
                problems.push(name_taken("container", name));
            }
            None if part.is_init_container() => {
                let index = shape::index(part, &self.spec.placement, pod, problems);
                edits.insert(&pod.spec, list, index, container);
            }
            None => edits.append(&pod.spec, list, vec![container]),
        }
    }

    /// What the containers have in common. `None` when a problem was told.
    fn common(
        &self,
        problems: &mut Vec<Diagnostic>,
        warnings: &mut Vec<Diagnostic>,
    ) -> Option<Value> {
        let (spec, settings) = (self.spec, self.settings);
        let mut variables = environment::of_pod();
        match self.config {
            Some(config) => {
                config::check_ports(config, problems);
                variables.extend(environment::configuration(config, problems)?);
            }
            None => variables.extend(environment::of_original(spec, settings, self.layout)),
        }
        let policy = settings.agent_image_pull_policy;
        // Moved in one by one: `json!` would copy each.
        let members = [
            (
                "image",
                Some(image::choose(spec, settings, warnings).into()),
            ),
            (
                "imagePullPolicy",
                policy.map(|policy| policy.as_str().into()),
            ),
            ("env", Some(variables.into())),
            ("resources", resources::resolve(spec, settings, problems)),
            ("securityContext", self.user.map(security_context)),
            (
                "terminationMessagePolicy",
                Some("FallbackToLogsOnError".into()),
            ),
            (
                "volumeMounts",
                Some(mounts::resolve(self, problems, warnings).into()),
            ),
        ];
        let members = members
            .into_iter()
            .filter_map(|(key, value)| Some((key.to_owned(), value?)));
        Some(without_nulls(Value::Object(members.collect())))
    }

    fn container(&self, part: Part, common: Value) -> Value {
        let mut container = common;
        container["name"] = json!(part.name());
        let source = self.source(part);
        let command = |words: &[&str]| -> Vec<String> {
            let words = words.iter().map(|word| (*word).to_owned());
            words.chain(source.iter().cloned()).collect()
        };
        container["args"] = command(&[part.command()]).into();
        if matches!(part, Part::Gate | Part::Companion) {
            // What makes an init container a sidecar.
            // Source: <https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/>.
            container["restartPolicy"] = json!("Always");
        }
        if part == Part::Gate {
            container["startupProbe"] = json!({
                "exec": { "command": command(&["/vouchsafe-agent", "ready"]) },
                "periodSeconds": 1,
                "timeoutSeconds": 5,
                "failureThreshold": STARTUP_FAILURES,
            });
        }
        container
    }

    /// What the command line says of the configuration: nothing where it is in the environment.
    fn source(&self, part: Part) -> Vec<String> {
        if self.config.is_some() {
            return Vec::new();
        }
        let file = if part.ends() {
            "config-init.hcl"
        } else {
            "config.hcl"
        };
        vec![
            "--vault-agent-config".to_owned(),
            format!("{CONFIG_DIRECTORY}/{file}"),
        ]
    }
}

/// Whether what is there says what makes the container the agent. Image, pull policy and resources
/// are not among it: registry mirrors, limit ranges and autoscalers change them on purpose, and
/// changing them back when the API server calls again would undo that.
/// Source: <https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#reinvocation-policy>.
fn is_right(present: &Node<'_>, container: &Value) -> bool {
    let mut essence = expectation(container.clone());
    if let Value::Object(members) = &mut essence {
        members.retain(|key, _| !["image", "imagePullPolicy", "resources"].contains(&key.as_str()));
    }
    present.contains(&essence)
}

/// Passes Pod Security `restricted` by itself, whatever the pod's own context says.
/// Source: <https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted>.
fn security_context(user: AgentUser) -> Value {
    json!({
        "allowPrivilegeEscalation": false,
        "capabilities": { "drop": ["ALL"] },
        "readOnlyRootFilesystem": true,
        "runAsNonRoot": user.must_not_be_root,
        "runAsUser": user.identity.user,
        "runAsGroup": user.identity.group,
        "seccompProfile": { "type": "RuntimeDefault" },
    })
}
