//! Whom the agent tells of changes, and what that needs of the pod.

mod place;

use std::collections::BTreeMap;

use vouchsafe_shared::{
    annotations::{InjectSpec, Phases, ReloadOptions, ReloadSpec},
    config::{
        CommandLine, CommandReload, FileInVolume, HttpReload, ReloadAction, ReloadConfig,
        ReloadFile, SignalReload, SignalTarget, TouchReload,
    },
    diagnostic::{Code, Diagnostic},
    value::{Addressee, HttpAddress, ReloadRequest},
};

use self::place::Places;
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
    /// Whether processes of other containers are signalled, be it known of which or not.
    pub(super) needs_processes: bool,
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
            needs_processes: false,
            user: None,
        };
        if let Some(reason) = nothing_to_tell(spec) {
            let told = spec.reloads.iter();
            warnings.extend(told.map(|reload| no_effect(&reload.annotation, reason)));
            return reloads;
        }
        let running = running_containers(pod);
        let places = Places::of(spec, layout, pod);
        // Processes that are looked for in all containers.
        let mut anywhere: Option<&str> = None;
        for reload in &spec.reloads {
            let on = files(reload, spec, layout);
            match &reload.request {
                ReloadRequest::Http {
                    method,
                    address,
                    path,
                } => {
                    if let HttpAddress::Socket(socket) = address {
                        places.check(reload, socket, problems);
                    }
                    let action = ReloadAction::Http(HttpReload {
                        method: *method,
                        address: address.clone(),
                        path: path.clone(),
                        headers: reload.options.headers.clone(),
                        expect_status: reload.options.expect_status.clone().unwrap_or_default(),
                    });
                    reloads.add(on, action, &reload.options);
                }
                ReloadRequest::Command(line) => {
                    let run = CommandLine::Shell(line.clone());
                    let action = ReloadAction::Command(CommandReload { run });
                    reloads.add(on, action, &reload.options);
                }
                ReloadRequest::Touch(path) => {
                    for path in places.of_agent(reload, path, problems) {
                        let action = ReloadAction::Touch(TouchReload { path });
                        reloads.add(on.clone(), action, &reload.options);
                    }
                }
                ReloadRequest::Signal { signal, to } => {
                    reloads.needs_processes = true;
                    let target = match to {
                        Addressee::Process(name) => {
                            anywhere.get_or_insert(&reload.annotation);
                            SignalTarget::Process(name.clone())
                        }
                        Addressee::PidFile(path) => {
                            anywhere.get_or_insert(&reload.annotation);
                            places.check(reload, path, problems);
                            SignalTarget::PidFile(path.clone())
                        }
                        Addressee::OnlyContainer | Addressee::Container(_) => {
                            let Some(target) = container(reload, to, pod, &running, problems)
                            else {
                                continue;
                            };
                            reloads.signalled.insert(target.name, target);
                            SignalTarget::Container(target.name.to_owned())
                        }
                    };
                    let signal = *signal;
                    let action = ReloadAction::Signal(SignalReload { signal, target });
                    reloads.add(on, action, &reload.options);
                }
            }
        }
        if reloads.needs_processes {
            check_namespace(pod, problems);
            reloads.user = reloads.common_user(pod, problems);
        }
        if let Some(annotation) = anywhere
            && reloads.user.is_none()
            && reloads.signalled.is_empty()
        {
            reloads.user = user_of_app(annotation, spec, pod, problems);
        }
        reloads
    }

    /// `signal:SIGHUP` and `signal:SIGHUP@web` may turn out to be the same, which is then sent once.
    fn add(&mut self, on: Vec<ReloadFile>, action: ReloadAction, options: &ReloadOptions) {
        let mut config = ReloadConfig::new(on, action);
        config.timeout = options.timeout.unwrap_or(config.timeout);
        config.retries = options.retries.unwrap_or(config.retries);
        config.debounce = options.debounce.unwrap_or(config.debounce);
        config.on_first = options.on_first;
        let is_same = |other: &&mut ReloadConfig| {
            let on = other.on.clone();
            **other
                == ReloadConfig {
                    on,
                    ..config.clone()
                }
        };
        match self.configs.iter_mut().find(is_same) {
            Some(present) => {
                for file in config.on {
                    if !present.on.contains(&file) {
                        present.on.push(file);
                    }
                }
            }
            None => self.configs.push(config),
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

/// Whose process it will be is not known, but it must be of one user: the one asked for, or else the
/// one that all of the app's containers have.
fn user_of_app(
    annotation: &str,
    spec: &InjectSpec,
    pod: &Pod<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Option<Identity> {
    let asks = &spec.container;
    if asks.user.is_some() || asks.same_user.as_ref().is_some_and(|same| same.value) {
        return None;
    }
    let mut identities = pod
        .app_containers
        .iter()
        .map(|container| container.identity.or(pod.identity));
    let first = identities.next()?;
    let is_one = identities.all(|other| other.user == first.user);
    if is_one && first.user.is_some_and(|user| user != 0) {
        return Some(first);
    }
    problems.push(Diagnostic::error(
        Code::ReloadUser,
        format!("annotation {annotation}"),
        "signals a process, but the containers of the pod do not all run as one user that is known \
         and not root",
        "set securityContext.runAsUser of the pod to a number above 0, name the container to signal \
         with @CONTAINER, or say the process's user with vouchsafe.dev/run-as-user",
    ));
    None
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

/// The files as the agent's configuration has them: once for each volume that shows one, and with
/// the volume where the name alone says too little.
fn files(reload: &ReloadSpec, spec: &InjectSpec, layout: &Layout<'_>) -> Vec<ReloadFile> {
    let copies = |index: usize| {
        layout
            .written()
            .enumerate()
            .filter(move |(_, volume)| volume.files.contains(&index))
            .map(|(place, _)| place)
    };
    let is_alone = |index: usize| {
        let others =
            (0..spec.files.len()).filter(|other| layout.names[*other] == layout.names[index]);
        others.flat_map(copies).count() == 1
    };
    let mut files = Vec::new();
    for index in &reload.on {
        let name = &layout.names[*index];
        if is_alone(*index) {
            files.push(ReloadFile::Named(name.clone()));
            continue;
        }
        files.extend(copies(*index).map(|volume| {
            ReloadFile::In(FileInVolume {
                volume,
                file: name.clone(),
            })
        }));
    }
    files
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

fn container<'a>(
    reload: &ReloadSpec,
    to: &Addressee,
    pod: &'a Pod<'a>,
    running: &BTreeMap<&'a str, &'a Container<'a>>,
    problems: &mut Vec<Diagnostic>,
) -> Option<&'a Container<'a>> {
    let message = match (to, pod.app_containers.as_slice()) {
        (Addressee::Container(name), _) => match running.get(name.as_str()) {
            Some(container) => return Some(container),
            None => format!("no container {} runs in this pod", quoted(name)),
        },
        (_, [only]) => return Some(only),
        _ => "names no container, and the pod has not just one".to_owned(),
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
