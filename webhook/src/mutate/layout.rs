//! Which volumes hold the files, and where does each container see them?
//!
//! The directories that the annotations name may lie in each other: those become one volume at the
//! outermost one, because a volume mounted within another would hide what that has at this place.
//! Where not all containers are to see the same files of a directory, each set of files is a volume
//! of its own and the agent writes a file into each volume that shows it: a container can read
//! nothing that it is not meant to read.

use std::collections::{BTreeMap, BTreeSet};

use vouchsafe_shared::{
    annotations::{Dialect, InjectSpec},
    diagnostic::{Code, Diagnostic},
    value::{DirectoryPath, FileName},
};

use super::{
    names::{MORE_SECRETS_DIRECTORY, SECRETS_VOLUME},
    pod::Pod,
    selection::{Selection, Viewer, viewers},
    wording::quoted,
};

#[derive(Debug)]
pub(super) struct Layout<'p> {
    /// In an order that depends on nothing but the pod and its annotations.
    pub(super) volumes: Vec<SecretsVolume<'p>>,
    /// The name of each of the annotations' files below its volumes.
    pub(super) names: Vec<FileName>,
}

#[derive(Debug)]
pub(super) struct SecretsVolume<'p> {
    pub(super) name: String,
    /// Where the pod's containers see it.
    pub(super) path: DirectoryPath,
    /// Where the agent does.
    pub(super) agent_path: String,
    /// Indices of the files in it, in rising order.
    pub(super) files: Vec<usize>,
    pub(super) viewers: Vec<Viewer<'p>>,
}

/// The volumes of one directory: the files of each and who sees them.
type Views<'p> = BTreeMap<Vec<usize>, Vec<Viewer<'p>>>;

impl<'p> Layout<'p> {
    pub(super) fn resolve(
        spec: &InjectSpec,
        selection: &Selection<'_>,
        pod: &'p Pod<'p>,
        problems: &mut Vec<Diagnostic>,
    ) -> Self {
        let directories = directories(spec);
        let outermost = |directory: &DirectoryPath| {
            directories
                .iter()
                .copied()
                .find(|other| other.relative(directory).is_some())
        };
        let (mut files, mut names) = (BTreeMap::<_, Vec<_>>::new(), Vec::new());
        for (index, file) in spec.files.iter().enumerate() {
            let root = outermost(&file.directory).unwrap_or(&file.directory);
            files.entry(root).or_default().push(index);
            names.push(match root.relative(&file.directory) {
                None => file.name.clone(),
                Some(between) => below(between, spec, index, problems),
            });
        }
        let mut roots: Vec<_> = directories
            .iter()
            .copied()
            .filter(|directory| outermost(directory).is_none())
            .collect();
        // The pod's own directory first, so that its volume has the plainest name.
        roots.sort_by_key(|root| {
            let holds_default =
                *root == &spec.directory || root.relative(&spec.directory).is_some();
            (!holds_default, *root)
        });
        let mut volumes = Vec::new();
        for root in roots {
            let files = files.remove(root).unwrap_or_default();
            let views = views(&files, spec, selection, pod);
            let mut views: Vec<_> = views.into_iter().collect();
            // Stable: the others stay in the order of their files.
            views.sort_by_key(|(files, _)| std::cmp::Reverse(files.len()));
            for (position, (files, viewers)) in views.into_iter().enumerate() {
                let name = match volumes.len() {
                    0 => SECRETS_VOLUME.to_owned(),
                    others => format!("{SECRETS_VOLUME}-{}", others + 1),
                };
                volumes.push(SecretsVolume {
                    path: root.clone(),
                    agent_path: match position {
                        0 => root.to_string(),
                        _ => format!("{MORE_SECRETS_DIRECTORY}/{name}"),
                    },
                    name,
                    files,
                    viewers,
                });
            }
        }
        let layout = Self { volumes, names };
        layout.check(spec, problems);
        layout
    }

    /// The volumes that the agent has something to do with, in the order of its configuration.
    pub(super) fn written(&self) -> impl Iterator<Item = &SecretsVolume<'p>> {
        let volumes = self.volumes.iter();
        volumes.filter(|volume| !volume.files.is_empty())
    }

    pub(super) fn viewers(&self, file: usize) -> impl Iterator<Item = Viewer<'p>> {
        self.volumes
            .iter()
            .filter(move |volume| volume.files.contains(&file))
            .flat_map(|volume| volume.viewers.iter().copied())
    }

    /// Files that had names of their own in directories of their own may meet in one volume.
    fn check(&self, spec: &InjectSpec, problems: &mut Vec<Diagnostic>) {
        for volume in &self.volumes {
            let files: BTreeMap<_, _> = volume
                .files
                .iter()
                .map(|index| (self.names[*index].as_str(), *index))
                .collect();
            let mut clash = |index: usize, other: usize| {
                problems.push(Diagnostic::error(
                    Code::DuplicateFile,
                    format!("annotation {}", spec.files[index].annotation),
                    format!(
                        "writes {}/{}, which is in the way of {}",
                        volume.path, self.names[index], spec.files[other].annotation
                    ),
                    "give one of them another name or directory",
                ));
            };
            for index in &volume.files {
                let name = self.names[*index].as_str();
                if files.get(name).is_some_and(|other| other != index) {
                    clash(*index, files[name]);
                }
                for (slash, _) in name.match_indices('/') {
                    if let Some(other) = files.get(&name[..slash]) {
                        clash(*index, *other);
                    }
                }
            }
        }
    }
}

/// All directories that are to be seen. The original injector mounts the pod's own directory be
/// there a file in it or not, and a configuration of the user's own writes there what it likes.
fn directories(spec: &InjectSpec) -> BTreeSet<&DirectoryPath> {
    let always = spec.dialect == Dialect::Original || spec.config_map.is_some();
    let own = (always || spec.files.is_empty()).then_some(&spec.directory);
    let files = spec.files.iter().map(|file| &file.directory);
    files.chain(own).collect()
}

fn below(
    between: &str,
    spec: &InjectSpec,
    index: usize,
    problems: &mut Vec<Diagnostic>,
) -> FileName {
    let file = &spec.files[index];
    let name = format!("{between}/{}", file.name);
    name.parse().unwrap_or_else(|error| {
        problems.push(Diagnostic::error(
            Code::BadValue,
            format!("annotation {}", file.annotation),
            format!("{}: {error}", quoted(&name)),
            "choose another directory or name",
        ));
        file.name.clone()
    })
}

fn views<'p>(
    files: &[usize],
    spec: &InjectSpec,
    selection: &Selection<'_>,
    pod: &'p Pod<'p>,
) -> Views<'p> {
    let mut views = Views::new();
    let mut unseen: BTreeSet<_> = files.iter().copied().collect();
    for viewer in viewers(pod) {
        let seen: Vec<_> = files
            .iter()
            .copied()
            .filter(|index| selection.shows(&spec.files[*index], viewer))
            .collect();
        // A directory without files is seen as such.
        if seen.is_empty() && !(files.is_empty() && selection.includes(viewer)) {
            continue;
        }
        for index in &seen {
            unseen.remove(index);
        }
        views.entry(seen).or_default().push(viewer);
    }
    // Written nevertheless: the agent's commands may use them.
    if !unseen.is_empty() || views.is_empty() {
        views.entry(unseen.into_iter().collect()).or_default();
    }
    views
}
