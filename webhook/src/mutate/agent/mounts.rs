//! What is mounted in the agent's containers.

use vouchsafe_shared::{
    annotations::Asked,
    diagnostic::{Code, Diagnostic},
};

use super::Agent;
use crate::json::{Json, object};
use crate::mutate::{
    containers::clean,
    names::{
        CONFIG_DIRECTORY, CONFIG_VOLUME, EXTRA_DIRECTORY, EXTRA_VOLUME, HOME_DIRECTORY,
        HOME_VOLUME, RUN_DIRECTORY, RUN_VOLUME, SERVICE_ACCOUNT_DIRECTORY, TLS_DIRECTORY,
        TLS_VOLUME,
    },
    volumes,
    wording::{listed, quoted, shortened},
};

/// What would not start with something else there.
const PROGRAM: &str = "/vouchsafe-agent";

pub(super) fn resolve<'e>(
    agent: &Agent<'e>,
    problems: &mut Vec<Diagnostic>,
    warnings: &mut Vec<Diagnostic>,
) -> Vec<Json<'e>> {
    let (spec, token) = (agent.spec, agent.token);
    let mut mounts = Mounts::default();
    for volume in &agent.layout.volumes {
        mounts.own(&volume.name, &volume.agent_path, false, problems);
    }
    mounts.own(&token.volume, &token.directory, true, problems);
    // The API server runs its own admission again after a webhook's patch and would mount the
    // application's token here, which the agent has no use for, unless the place is taken: "existing
    // mounts at the default mount path prevent mounting of the API token".
    // Source: <https://github.com/kubernetes/kubernetes/blob/v1.33.0/plugin/pkg/admission/serviceaccount/admission.go>.
    if !mounts.has(SERVICE_ACCOUNT_DIRECTORY) {
        mounts.own(&token.volume, SERVICE_ACCOUNT_DIRECTORY, true, problems);
    }
    mounts.own(RUN_VOLUME, RUN_DIRECTORY, false, problems);
    if spec.config_map.is_some() {
        mounts.own(HOME_VOLUME, HOME_DIRECTORY, false, problems);
        mounts.own(CONFIG_VOLUME, CONFIG_DIRECTORY, true, problems);
    }
    if spec.container.extra_secret.is_some() {
        mounts.own(EXTRA_VOLUME, EXTRA_DIRECTORY, true, problems);
    }
    if spec.connection.tls_secret.is_some() {
        mounts.own(TLS_VOLUME, TLS_DIRECTORY, true, problems);
    }
    if let Some(asked) = &spec.container.copy_volume_mounts {
        copy(agent, asked, &mut mounts, warnings);
    }
    mounts.mounts
}

#[derive(Debug, Default)]
struct Mounts<'e> {
    mounts: Vec<Json<'e>>,
    /// Where they are.
    paths: Vec<String>,
}

impl<'e> Mounts<'e> {
    /// Whether something is mounted at a clean path.
    fn has(&self, place: &str) -> bool {
        self.paths.iter().any(|taken| taken == place)
    }

    fn own(
        &mut self,
        volume: &'e str,
        path: &'e str,
        read_only: bool,
        problems: &mut Vec<Diagnostic>,
    ) {
        let place = clean(path);
        if self.has(&place) || place == PROGRAM {
            problems.push(Diagnostic::error(
                Code::PathTaken,
                format!("directory {}", shortened(path)),
                "is asked for, but the agent needs this place in its own container",
                "choose another directory",
            ));
            return;
        }
        self.paths.push(place.into_owned());
        self.mounts.push(object([
            ("name", volume.into()),
            ("mountPath", path.into()),
            ("readOnly", read_only.then_some(true).into()),
        ]));
    }
}

/// All mounts of a container of the pod but those of a service account and our own.
fn copy<'e>(
    agent: &Agent<'e>,
    asked: &Asked<String>,
    mounts: &mut Mounts<'e>,
    warnings: &mut Vec<Diagnostic>,
) {
    let subject = format!("annotation {}", asked.annotation);
    let pod = agent.pod;
    let mut containers = pod.app_containers.iter().chain(&pod.init_containers);
    let Some(container) = containers.find(|container| container.name == asked.value) else {
        let names = pod.app_containers.iter().map(|container| container.name);
        let diagnostic = Diagnostic::error(
            Code::UnknownContainer,
            subject,
            format!("the pod has no container {}", quoted(&asked.value)),
            format!("the pod has these: {}", listed(names)),
        );
        warnings.push(diagnostic.as_warning());
        return;
    };
    for mount in &container.mounts {
        let is_token = mount.path.to_ascii_lowercase().contains("serviceaccount");
        let is_own = mount
            .name
            .is_some_and(|name| volumes::is_own(name, agent.layout));
        if is_token || is_own {
            continue;
        }
        let place = clean(mount.path);
        if mounts.has(&place) || place == PROGRAM {
            let diagnostic = Diagnostic::error(
                Code::MountHidden,
                subject.clone(),
                format!(
                    "leaves out {}: the agent has something else there",
                    quoted(mount.path)
                ),
                "mount it elsewhere in that container, or remove the annotation",
            );
            warnings.push(diagnostic.as_warning());
            continue;
        }
        mounts.paths.push(place.into_owned());
        mounts.mounts.push(Json::Object(mount.node.members.clone()));
    }
}
