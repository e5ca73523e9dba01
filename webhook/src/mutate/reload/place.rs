//! Where the agent sees what a reload names as the app's containers see it.

use std::borrow::Cow;

use vouchsafe_shared::{
    annotations::{InjectSpec, ReloadSpec},
    diagnostic::{Code, Diagnostic},
    value::FilePath,
};

use crate::mutate::{
    container_patch,
    containers::clean,
    layout::Layout,
    pod::Pod,
    wording::{listed, quoted},
};

/// The volumes that both see.
pub(super) struct Places<'p> {
    layout: &'p Layout<'p>,
    pod: &'p Pod<'p>,
    /// Where the agent mounts what the app's container does.
    copied: Vec<Cow<'p, str>>,
    /// The agent's mounts are changed by hand: it may have any volume.
    is_patched: bool,
}

impl<'p> Places<'p> {
    pub(super) fn of(spec: &InjectSpec, layout: &'p Layout<'p>, pod: &'p Pod<'p>) -> Self {
        let asked = spec.container.copy_volume_mounts.as_ref();
        let mut containers = pod.app_containers.iter().chain(&pod.init_containers);
        let copied = asked
            .and_then(|asked| containers.find(|container| container.name == asked.value))
            .map(|container| container.mounts.iter().map(|mount| clean(mount.path)));
        Self {
            layout,
            pod,
            copied: copied.into_iter().flatten().collect(),
            is_patched: container_patch::may_mount(spec),
        }
    }

    /// Where the agent finds a file: a volume with secrets may be elsewhere in its container, and
    /// there is one for each set of files that containers see at a path.
    pub(super) fn of_agent(
        &self,
        reload: &ReloadSpec,
        path: &FilePath,
        problems: &mut Vec<Diagnostic>,
    ) -> Vec<FilePath> {
        let volumes = self.layout.volumes.iter().filter_map(|volume| {
            let below = path.below(volume.path.as_str())?;
            Some((volume, below))
        });
        let mut paths = Vec::new();
        for (volume, below) in volumes {
            let mut files = volume
                .files
                .iter()
                .map(|file| self.layout.names[*file].as_str());
            // The links to the files are there, and what the agent writes begins with two dots.
            let top = below.split('/').next().unwrap_or_default();
            if top.starts_with("..") || files.any(|name| name.split('/').next() == Some(top)) {
                problems.push(Diagnostic::error(
                    Code::ReloadPath,
                    format!("annotation {}", reload.annotation),
                    format!(
                        "{} is where the agent has files of its own",
                        quoted(path.as_str())
                    ),
                    "give the marker file another name",
                ));
                return Vec::new();
            }
            let is_told = reload.on.iter().any(|file| volume.files.contains(file));
            if is_told || volume.files.is_empty() {
                paths.extend(format!("{}/{below}", volume.agent_path).parse());
            }
        }
        if paths.is_empty() {
            self.check(reload, path, problems);
            paths.push(path.clone());
        }
        paths
    }

    /// Whether the agent sees the directory of a file at all.
    pub(super) fn check(
        &self,
        reload: &ReloadSpec,
        path: &FilePath,
        problems: &mut Vec<Diagnostic>,
    ) {
        let own = self
            .layout
            .volumes
            .iter()
            .map(|volume| volume.agent_path.as_str());
        let mut all = self.copied.iter().map(AsRef::as_ref).chain(own);
        if self.is_patched || all.any(|directory| path.below(directory).is_some()) {
            return;
        }
        let containers: Vec<_> = self
            .pod
            .app_containers
            .iter()
            .filter(|container| {
                let mut mounts = container.mounts.iter();
                mounts.any(|mount| path.below(&clean(mount.path)).is_some())
            })
            .map(|container| container.name)
            .collect();
        let help = if containers.is_empty() {
            "mount a volume there in the app's container, and name that container with \
             vouchsafe.dev/copy-volume-mounts"
                .to_owned()
        } else {
            let containers = listed(containers.iter().copied());
            format!(
                "name a container that mounts it with vouchsafe.dev/copy-volume-mounts: {containers}"
            )
        };
        problems.push(Diagnostic::error(
            Code::ReloadPath,
            format!("annotation {}", reload.annotation),
            format!(
                "{} is in no volume of the agent's container",
                quoted(path.as_str())
            ),
            help,
        ));
    }
}
