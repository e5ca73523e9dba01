//! The agent's own containers.

mod image;
mod mounts;
mod resources;

use std::{mem::take, sync::LazyLock};

use vouchsafe_shared::{annotations::InjectSpec, config::AgentConfig, diagnostic::Diagnostic};

pub use self::image::is_original_image;
use super::{
    PullPolicy, Settings,
    comparison::expectation,
    config, container_patch,
    edits::Edits,
    environment,
    identity::AgentUser,
    injection::Injection,
    layout::Layout,
    names::{CONFIG_FILE, INIT_CONFIG_FILE},
    node::Node,
    pod::{Pod, name_taken},
    shape::{self, Part},
    token::Token,
};
use crate::json::{Constant, Json, Object, object};

/// The probe runs once a second and stops at its first success; the kubelet kills the container
/// after this many failures in a row. 315 360 000 s are ten years of 365 days: a pod waits for a
/// store that is away and is never restarted for it. The product of both numbers stays below 2^31,
/// for programs that compute it.
/// Source: <https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#define-startup-probes>.
const STARTUP_FAILURES: u64 = 10 * 365 * 24 * 60 * 60;

const PROBE_COMMAND: [&str; 2] = ["/vouchsafe-agent", "ready"];

/// Where nothing is to be said of the configuration.
static STARTUP_PROBE: LazyLock<Constant> = LazyLock::new(|| {
    let command = PROBE_COMMAND.map(Json::from).to_vec();
    Constant::of(startup_probe(command.into()))
});
static NO_CAPABILITIES: LazyLock<Constant> =
    LazyLock::new(|| Constant::of(object([("drop", vec!["ALL".into()].into())])));
static SECCOMP_PROFILE: LazyLock<Constant> =
    LazyLock::new(|| Constant::of(object([("type", "RuntimeDefault".into())])));

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

impl<'e> Agent<'e> {
    /// Adds the containers, or puts them right in a pod that bears our label. One that stands
    /// elsewhere in its list than it would be put stays: whoever moved it may rely on it.
    ///
    /// Says what is added.
    pub(super) fn edit(
        &self,
        parts: &[Part],
        edits: &mut Edits,
        problems: &mut Vec<Diagnostic>,
        warnings: &mut Vec<Diagnostic>,
    ) -> Option<Injection> {
        let mut common = self.common(problems, warnings)?;
        let mut added = None;
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
            if self.edit_part(*part, container, edits, problems) {
                added = Some(Injection::of(*part).with(added));
            }
        }
        added
    }

    /// Whether the container is added.
    fn edit_part(
        &self,
        part: Part,
        container: Object<'e>,
        edits: &mut Edits,
        problems: &mut Vec<Diagnostic>,
    ) -> bool {
        let pod = self.pod;
        let (list, present) = if part.is_init_container() {
            ("initContainers", &pod.init_agent)
        } else {
            ("containers", &pod.app_agent)
        };
        match present {
            Some(present) if is_right(present, &container) => {}
            Some(present) if pod.is_ours => {
                edits.replace(&present.place, &Json::Object(container));
            }
            Some(_) => {
                let name = container.get("name").and_then(Json::as_text);
                problems.push(name_taken("container", name.unwrap_or_default()));
            }
            None if part.is_init_container() => {
                let index = shape::index(part, &self.spec.placement, pod, problems);
                edits.insert(&pod.spec, list, index, Json::Object(container));
            }
            None => edits.append(&pod.spec, list, vec![Json::Object(container)]),
        }
        present.is_none()
    }

    /// What the containers have in common. `None` when a problem was told.
    fn common(
        &self,
        problems: &mut Vec<Diagnostic>,
        warnings: &mut Vec<Diagnostic>,
    ) -> Option<Object<'e>> {
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
        Some(Object::of([
            ("name", Json::Null),
            ("image", image::choose(spec, settings, warnings).into()),
            ("imagePullPolicy", policy.map(PullPolicy::as_str).into()),
            ("args", Json::Null),
            ("restartPolicy", Json::Null),
            ("startupProbe", Json::Null),
            ("env", variables.into()),
            (
                "resources",
                resources::resolve(spec, settings, problems).into(),
            ),
            ("securityContext", self.user.map(security_context).into()),
            ("terminationMessagePolicy", "FallbackToLogsOnError".into()),
            (
                "volumeMounts",
                mounts::resolve(self, problems, warnings).into(),
            ),
        ]))
    }

    fn container(&self, part: Part, common: Object<'e>) -> Object<'e> {
        let mut container = common;
        let source = self.source(part);
        let command = |words: &[&'static str]| -> Json<'e> {
            let words = words.iter().chain(source.iter());
            Json::List(words.map(|word| (*word).into()).collect())
        };
        container.set("name", part.name().into());
        container.set("args", command(&[part.command()]));
        if matches!(part, Part::Gate | Part::Companion) {
            // What makes an init container a sidecar.
            // Source: <https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/>.
            container.set("restartPolicy", "Always".into());
        }
        if part == Part::Gate {
            let probe = match source {
                [] => Json::Constant(&STARTUP_PROBE),
                _ => startup_probe(command(&PROBE_COMMAND)),
            };
            container.set("startupProbe", probe);
        }
        container
    }

    /// What the command line says of the configuration: nothing where it is in the environment.
    fn source(&self, part: Part) -> &'static [&'static str] {
        match (self.config, part.ends()) {
            (Some(_), _) => &[],
            (None, true) => &["--vault-agent-config", INIT_CONFIG_FILE],
            (None, false) => &["--vault-agent-config", CONFIG_FILE],
        }
    }
}

fn startup_probe(command: Json<'_>) -> Json<'_> {
    object([
        ("exec", object([("command", command)])),
        ("periodSeconds", 1_u64.into()),
        ("timeoutSeconds", 5_u64.into()),
        ("failureThreshold", STARTUP_FAILURES.into()),
    ])
}

/// Whether what is there says what makes the container the agent. Image, pull policy and resources
/// are not among it: registry mirrors, limit ranges and autoscalers change them on purpose, and
/// changing them back when the API server calls again would undo that.
/// Source: <https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#reinvocation-policy>.
fn is_right(present: &Node<'_>, container: &Object<'_>) -> bool {
    let mut essence = expectation(container.clone());
    essence.retain(|key| !["image", "imagePullPolicy", "resources"].contains(&key));
    present.contains(&Json::Object(essence))
}

/// Passes Pod Security `restricted` by itself, whatever the pod's own context says.
/// Source: <https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted>.
fn security_context<'e>(user: AgentUser) -> Json<'e> {
    object([
        ("allowPrivilegeEscalation", false.into()),
        ("capabilities", Json::Constant(&NO_CAPABILITIES)),
        ("readOnlyRootFilesystem", true.into()),
        ("runAsNonRoot", user.must_not_be_root.into()),
        ("runAsUser", user.identity.user.into()),
        ("runAsGroup", user.identity.group.into()),
        ("seccompProfile", Json::Constant(&SECCOMP_PROFILE)),
    ])
}
