//! Which of the pod's containers see which files?

use std::collections::BTreeSet;

use vouchsafe_shared::{
    annotations::{
        ContainerSelection, Dialect, FileSpec, InitContainerSelection, InjectSpec, Phases,
    },
    diagnostic::{Code, Diagnostic},
};

use super::{
    pod::{Container, Pod},
    wording::{listed, quoted},
};

/// What the annotations say of containers, with names that the pod has.
#[derive(Debug)]
pub(super) struct Selection<'a> {
    app: Option<BTreeSet<&'a str>>,
    /// `None`: all.
    init: Option<BTreeSet<&'a str>>,
}

/// A container of the pod, and in which of its lists it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Viewer<'a> {
    pub(super) container: &'a Container<'a>,
    pub(super) is_init: bool,
}

impl<'a> Selection<'a> {
    pub(super) fn resolve(
        spec: &'a InjectSpec,
        pod: &Pod<'_>,
        problems: &mut Vec<Diagnostic>,
        warnings: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut check = Check {
            dialect: spec.dialect,
            app: names(&pod.app_containers),
            init: names(&pod.init_containers),
            problems,
            warnings,
        };
        let app = named(&spec.containers).map(|(annotation, names)| {
            let names = set(names);
            check.app(annotation, &names);
            names
        });
        let init = match &spec.init_containers {
            InitContainerSelection::All if spec.phases == Phases::Run => Some(BTreeSet::new()),
            InitContainerSelection::All => None,
            InitContainerSelection::Named(asked) => {
                let names = set(&asked.value);
                check.init(&asked.annotation, &names);
                Some(names)
            }
        };
        let mut checked = BTreeSet::new();
        for file in &spec.files {
            if let Some((annotation, names)) = file.containers.as_ref().and_then(named)
                && checked.insert(annotation)
            {
                check.app(annotation, &set(names));
            }
        }
        Self { app, init }
    }

    /// Whether a container is among those that see files at all, where a file does not say itself
    /// which do.
    pub(super) fn includes(&self, viewer: Viewer<'_>) -> bool {
        let names = if viewer.is_init {
            &self.init
        } else {
            &self.app
        };
        names
            .as_ref()
            .is_none_or(|names| names.contains(viewer.container.name))
    }

    pub(super) fn shows(&self, file: &FileSpec, viewer: Viewer<'_>) -> bool {
        match &file.containers {
            None => self.includes(viewer),
            Some(ContainerSelection::All) => !viewer.is_init || self.includes(viewer),
            Some(ContainerSelection::Named { names, .. }) => {
                names.iter().any(|name| name == viewer.container.name)
            }
        }
    }
}

pub(super) fn viewers<'p>(pod: &'p Pod<'p>) -> impl Iterator<Item = Viewer<'p>> {
    let app = pod.app_containers.iter().map(|container| Viewer {
        container,
        is_init: false,
    });
    let init = pod.init_containers.iter().map(|container| Viewer {
        container,
        is_init: true,
    });
    app.chain(init)
}

struct Check<'c> {
    dialect: Dialect,
    app: Vec<&'c str>,
    init: Vec<&'c str>,
    problems: &'c mut Vec<Diagnostic>,
    warnings: &'c mut Vec<Diagnostic>,
}

impl Check<'_> {
    /// Init containers may be named too where the app's are: they see the files in any case.
    fn app(&mut self, annotation: &str, names: &BTreeSet<&str>) {
        if names.is_empty() {
            self.tell(
                annotation,
                "names no container".to_owned(),
                &self.app.clone(),
            );
        }
        for name in names {
            if !self.app.contains(name) && !self.init.contains(name) {
                let message = format!("the pod has no container {}", quoted(name));
                self.tell(annotation, message, &self.app.clone());
            }
        }
    }

    fn init(&mut self, annotation: &str, names: &BTreeSet<&str>) {
        for name in names {
            if !self.init.contains(name) {
                let message = format!("the pod has no init container {}", quoted(name));
                self.tell(annotation, message, &self.init.clone());
            }
        }
    }

    /// The original injector takes any name and mounts nothing for those that it does not find.
    fn tell(&mut self, annotation: &str, message: String, known: &[&str]) {
        let help = if known.is_empty() {
            "the pod has none; remove it".to_owned()
        } else {
            format!("the pod has these: {}", listed(known.iter().copied()))
        };
        let diagnostic = Diagnostic::error(
            Code::UnknownContainer,
            format!("annotation {annotation}"),
            message,
            help,
        );
        match self.dialect {
            Dialect::Own => self.problems.push(diagnostic),
            Dialect::Original => self.warnings.push(diagnostic.as_warning()),
        }
    }
}

fn names<'c>(containers: &[Container<'c>]) -> Vec<&'c str> {
    containers.iter().map(|container| container.name).collect()
}

fn named(selection: &ContainerSelection) -> Option<(&str, &[String])> {
    match selection {
        ContainerSelection::All => None,
        ContainerSelection::Named { annotation, names } => Some((annotation, names)),
    }
}

fn set(names: &[String]) -> BTreeSet<&str> {
    names.iter().map(String::as_str).collect()
}
