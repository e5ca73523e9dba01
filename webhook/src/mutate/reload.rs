//! Whom the agent tells of changes, and what a signal needs of the pod.

use std::collections::BTreeMap;

use vouchsafe_shared::{
    annotations::{InjectSpec, Phases, ReloadSpec},
    config::{HttpReload, ReloadAction, ReloadConfig, SignalReload},
    diagnostic::{Code, Diagnostic},
    value::{FileName, ReloadRequest},
};

use super::{
    layout::Layout,
    pod::{Container, Identity, Pod},
    wording::{listed, no_effect, quoted, shortened},
};

#[derive(Debug)]
pub(super) struct Reloads<'a> {
    pub(super) configs: Vec<ReloadConfig>,
    /// The containers to signal, by name.
    pub(super) signalled: BTreeMap<&'a str, &'a Container<'a>>,
    /// As whom the agent must run: a process may signal those of its own user only.
    /// Source: <https://man7.org/linux/man-pages/man2/kill.2.html>.
    pub(super) user: Option<Identity>,
}

impl<'a> Reloads<'a> {
    pub(super) fn resolve(
        spec: &InjectSpec,
        layout: &Layout<'_>,
        pod: &'a Pod<'a>,
        problems: &mut Vec<Diagnostic>,
        warnings: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut reloads = Self {
            configs: Vec::new(),
            signalled: BTreeMap::new(),
            user: None,
        };
        if let Some(reason) = nothing_to_tell(spec) {
            let told = spec.reloads.iter();
            warnings.extend(told.map(|reload| no_effect(&reload.annotation, reason)));
            return reloads;
        }
        let running = running_containers(pod);
        for reload in &spec.reloads {
            let action = match &reload.request {
                ReloadRequest::Http { method, port, path } => ReloadAction::Http(HttpReload {
                    method: *method,
                    port: *port,
                    path: path.clone(),
                    timeout: HttpReload::DEFAULT_TIMEOUT,
                }),
                ReloadRequest::Signal { signal, container } => {
                    let target = target(reload, container.as_deref(), pod, &running, problems);
                    let Some(target) = target else { continue };
                    reloads.signalled.insert(target.name, target);
                    ReloadAction::Signal(SignalReload {
                        container: target.name.to_owned(),
                        signal: *signal,
                    })
                }
            };
            reloads.add(names(reload, spec, layout), action);
        }
        if !reloads.signalled.is_empty() {
            check_namespace(pod, problems);
            reloads.user = reloads.common_user(pod, problems);
        }
        reloads
    }

    /// `signal:SIGHUP` and `signal:SIGHUP@web` may turn out to be the same, which is then sent once.
    fn add(&mut self, on: Vec<FileName>, action: ReloadAction) {
        let Some(config) = self
            .configs
            .iter_mut()
            .find(|config| config.action == action)
        else {
            self.configs.push(ReloadConfig { on, action });
            return;
        };
        for name in on {
            if !config.on.contains(&name) {
                config.on.push(name);
            }
        }
    }

    fn common_user(&self, pod: &Pod<'_>, problems: &mut Vec<Diagnostic>) -> Option<Identity> {
        let mut found: Option<(&str, Identity, u64)> = None;
        for (name, container) in &self.signalled {
            let identity = container.identity.or(pod.identity);
            let mut problem = |message: String, help: &str| {
                let subject = format!("container {}", shortened(name));
                let help = format!("{help}, or reload by HTTP");
                problems.push(Diagnostic::error(Code::ReloadUser, subject, message, help));
            };
            match (identity.user, found) {
                (None, _) => problem(
                    "is to be signalled, but nothing says as which user it runs".to_owned(),
                    "set securityContext.runAsUser of the container or the pod",
                ),
                (Some(0), _) => problem(
                    "is to be signalled but runs as root, as which the agent must not run"
                        .to_owned(),
                    "set securityContext.runAsUser to a number above 0",
                ),
                (Some(user), Some((other, _, other_user))) if user != other_user => problem(
                    format!(
                        "is to be signalled and runs as user {user}, but container {} as {other_user}",
                        shortened(other)
                    ),
                    "let them run as the same user",
                ),
                (Some(user), None) => found = Some((name, identity, user)),
                (Some(_), Some(_)) => {}
            }
        }
        found.map(|(_, identity, _)| identity)
    }
}

/// Why an agent has nobody to tell of changes.
fn nothing_to_tell(spec: &InjectSpec) -> Option<&'static str> {
    if spec.config_map.is_some() {
        Some("has no effect: the agent has a configuration of your own")
    } else if spec.phases == Phases::Init {
        Some("has no effect: the agent ends before the app starts")
    } else {
        None
    }
}

/// The files' names below their volumes.
fn names(reload: &ReloadSpec, spec: &InjectSpec, layout: &Layout<'_>) -> Vec<FileName> {
    let mut names: Vec<FileName> = Vec::new();
    for asked in &reload.on {
        let files = spec.files.iter().zip(&layout.names);
        for (_, name) in files.filter(|(file, _)| &file.name == asked) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    names
}

/// The containers that run beside the agent: those of the app, and sidecars among the init
/// containers. The others have ended before anything changes.
fn running_containers<'a>(pod: &'a Pod<'a>) -> BTreeMap<&'a str, &'a Container<'a>> {
    let sidecars = pod
        .init_containers
        .iter()
        .filter(|container| container.restarts_always);
    pod.app_containers
        .iter()
        .chain(sidecars)
        .map(|container| (container.name, container))
        .collect()
}

fn target<'a>(
    reload: &ReloadSpec,
    asked: Option<&str>,
    pod: &'a Pod<'a>,
    running: &BTreeMap<&'a str, &'a Container<'a>>,
    problems: &mut Vec<Diagnostic>,
) -> Option<&'a Container<'a>> {
    let message = match (asked, pod.app_containers.as_slice()) {
        (None, [only]) => return Some(only),
        (None, _) => "names no container, and the pod has not just one".to_owned(),
        (Some(name), _) => match running.get(name) {
            Some(container) => return Some(container),
            None => format!("no container {} runs in this pod", quoted(name)),
        },
    };
    problems.push(Diagnostic::error(
        Code::ReloadContainer,
        format!("annotation {}", reload.annotation),
        message,
        format!(
            "write one of these after @: {}",
            listed(running.keys().copied())
        ),
    ));
    None
}

/// The agent finds and signals processes of other containers: only in a namespace that they share.
fn check_namespace(pod: &Pod<'_>, problems: &mut Vec<Diagnostic>) {
    let mut problem = |field: &str, message: &str| {
        problems.push(Diagnostic::error(
            Code::ReloadNamespace,
            field,
            message,
            "remove it, or reload by HTTP",
        ));
    };
    if pod.share_process_namespace == Some(false) {
        problem(
            "spec.shareProcessNamespace",
            "is false, but a signal needs the containers to share their processes",
        );
    }
    if pod.host_process_namespace {
        problem(
            "spec.hostPID",
            "is true, but a signal needs the pod to have its own processes",
        );
    }
}
