//! As whom does the agent run?

use vouchsafe_shared::{
    annotations::{Asked, Dialect, InjectSpec},
    diagnostic::{Code, Diagnostic},
};

use super::{
    Settings,
    layout::Layout,
    pod::{Container, Identity, Pod},
    reload::Reloads,
    wording::{no_effect, shortened},
};

/// The user of the agent's image: any but root.
pub(super) const IMAGE_USER: u64 = 65_532;

/// What the agent's `securityContext` says of users.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct AgentUser {
    pub(super) identity: Identity,
    /// Whether Kubernetes is to refuse an image that would run as root.
    pub(super) must_not_be_root: bool,
}

/// `None` when the agent is to have no security context.
///
/// The user is the one of the process that the agent must signal, or else the one asked for, or
/// else the one that all containers with the files share, so that they may read what is the owner's
/// alone. Where that is the pod's own user nothing is said: it holds anyway.
pub(super) fn of_agent(
    spec: &InjectSpec,
    settings: &Settings,
    reloads: &Reloads<'_>,
    layout: &Layout<'_>,
    pod: &Pod<'_>,
    problems: &mut Vec<Diagnostic>,
    warnings: &mut Vec<Diagnostic>,
) -> Option<AgentUser> {
    let asked = asked_user(spec, settings, pod, problems);
    if let (Some((annotation, user)), Some(signal)) = (&asked, reloads.user)
        && signal.user != Some(*user)
        && let Some(name) = reloads.signalled.keys().next()
    {
        let signal_user = signal.user.unwrap_or_default();
        problems.push(Diagnostic::error(
            Code::AgentUser,
            annotation.clone(),
            format!(
                "makes the agent run as user {user}, but container {}, which it is to signal, runs \
                 as {signal_user}",
                shortened(name)
            ),
            "remove it, or reload by HTTP",
        ));
    }
    if !sets_security_context(spec, settings) {
        without_context(spec, reloads, pod, problems, warnings);
        return None;
    }
    let asked_group = spec.container.group.as_ref().map(|asked| asked.value);
    let asked = asked.map(|(_, user)| user).or(settings.run_as_user);
    let shared = |asked: Option<u64>| match (reloads.user, asked) {
        (Some(signal), _) => Some(signal),
        (None, Some(user)) => Some(Identity {
            user: Some(user),
            group: None,
        }),
        (None, None) => {
            let shared = shared_identity(layout, pod)?;
            (shared.user != pod.identity.user).then_some(shared)
        }
    };
    let identity = match shared(asked) {
        Some(identity) => identity,
        None if pod.identity.user == Some(0) => Identity {
            user: Some(IMAGE_USER),
            group: None,
        },
        None => Identity::default(),
    };
    let identity = Identity {
        user: identity.user,
        // The group of root is not taken over from others, only when it is asked for.
        group: asked_group
            .or_else(|| identity.group.filter(|group| *group != 0))
            .or(settings.run_as_group),
    };
    Some(AgentUser {
        identity,
        must_not_be_root: match spec.dialect {
            Dialect::Own => identity.user != Some(0),
            Dialect::Original => identity.user != Some(0) && identity.group != Some(0),
        },
    })
}

/// As the original injector: a pod that says something about the user wants it said.
fn sets_security_context(spec: &InjectSpec, settings: &Settings) -> bool {
    let container = &spec.container;
    let says_user =
        container.user.is_some() || container.group.is_some() || container.same_user.is_some();
    container
        .set_security_context
        .as_ref()
        .map_or(settings.set_security_context || says_user, |asked| {
            asked.value
        })
}

fn without_context(
    spec: &InjectSpec,
    reloads: &Reloads<'_>,
    pod: &Pod<'_>,
    problems: &mut Vec<Diagnostic>,
    warnings: &mut Vec<Diagnostic>,
) {
    let context = &spec.container.set_security_context;
    let subject = match context {
        Some(asked) => format!("annotation {}", asked.annotation),
        None => "the webhook".to_owned(),
    };
    if let Some(signal) = reloads.user
        && signal.user != pod.identity.user
    {
        problems.push(Diagnostic::error(
            Code::AgentUser,
            subject,
            "leaves the agent without a security context, but a signal needs it to run as the \
             container's user",
            "set runAsUser for the whole pod, or reload by HTTP",
        ));
    }
    for asked in [&spec.container.user, &spec.container.group]
        .into_iter()
        .flatten()
    {
        warnings.push(no_effect(
            &asked.annotation,
            "has no effect: the agent is to have no security context",
        ));
    }
}

/// What says so, for messages, and the user.
fn asked_user(
    spec: &InjectSpec,
    settings: &Settings,
    pod: &Pod<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Option<(String, u64)> {
    let same = &spec.container.same_user;
    if same
        .as_ref()
        .map_or(settings.run_as_same_user, |asked| asked.value)
    {
        let subject = match same {
            Some(asked) => format!("annotation {}", asked.annotation),
            None => "the webhook".to_owned(),
        };
        return same_user(spec.dialect, &subject, pod, problems).map(|user| (subject, user));
    }
    let Asked { annotation, value } = spec.container.user.as_ref()?;
    Some((format!("annotation {annotation}"), *value))
}

/// The original injector looks at the first container alone; under our own prefix what holds for
/// the pod holds for it too.
fn same_user(
    dialect: Dialect,
    subject: &str,
    pod: &Pod<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Option<u64> {
    let help = "set securityContext.runAsUser of the first container to a number above 0, or let \
                the webhook choose the user";
    let mut problem = |message: String| {
        problems.push(Diagnostic::error(Code::AgentUser, subject, message, help));
        None
    };
    let Some(first) = pod.app_containers.first() else {
        return problem("asks for the user of the first container, but no containers found".into());
    };
    let name = shortened(first.name);
    let of_pod = match dialect {
        Dialect::Own => pod.identity.user,
        Dialect::Original => None,
    };
    match first.identity.user.or(of_pod) {
        Some(0) => problem(format!(
            "asks for the user of container {name}, which is root: the agent's container is not \
             allowed to run as root by that"
        )),
        Some(user) => Some(user),
        None if first.node.has("securityContext") => problem(format!(
            "asks for the user of container {name}, whose securityContext has no runAsUser"
        )),
        None => problem(format!(
            "asks for the user of container {name}, which has no securityContext"
        )),
    }
}

fn shared_identity(layout: &Layout<'_>, pod: &Pod<'_>) -> Option<Identity> {
    let mut containers = layout
        .volumes
        .iter()
        .flat_map(|volume| &volume.viewers)
        .filter(|viewer| !viewer.is_init)
        .map(|viewer| viewer.container);
    let first = containers.next()?.identity.or(pod.identity);
    let shared = first.user.filter(|user| *user != 0)?;
    containers
        .all(|container| user(container, pod) == Some(shared))
        .then_some(first)
}

pub(super) fn user(container: &Container<'_>, pod: &Pod<'_>) -> Option<u64> {
    container.identity.or(pod.identity).user
}
