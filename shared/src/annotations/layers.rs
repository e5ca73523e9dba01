//! Where settings come from: the pod, and the defaults around it.
//!
//! The strongest first: the pod's own annotations, the profiles that it names, the annotations of
//! its namespace, the profiles that those name, the cluster's defaults, the profiles that those
//! name. Of several profiles named in one place the later ones win, as with files of defaults that
//! are read one after the other. Within one layer `vouchsafe.dev/` wins over `openbao.org/`, and
//! that over `vault.hashicorp.com/`.

use std::{collections::BTreeMap, fmt};

use super::{
    suggest::nearest,
    table::{Name, Prefix, TABLE},
    values::names,
};
use crate::diagnostic::{Code, Diagnostic};

/// Annotations by their full key.
pub type Pairs = BTreeMap<String, String>;

/// Everything that says something about one pod. Keys under other prefixes than ours are passed
/// over.
#[derive(Clone, Debug, Default)]
pub struct Layers<'a> {
    /// The pod's annotations, as pairs of key and value.
    pub pod: Vec<(&'a str, &'a str)>,
    pub namespace: Option<NamespaceLayer<'a>>,
    /// For every pod.
    pub cluster: Option<&'a Pairs>,
    /// For pods, namespaces and clusters that name them.
    pub profiles: Option<&'a BTreeMap<String, Pairs>>,
    /// The webhook's own auth method, which decides whether a role is needed; kubernetes when
    /// absent.
    pub auth_method: Option<&'a str>,
}

/// The defaults for the pods of one namespace.
#[derive(Clone, Copy, Debug)]
pub struct NamespaceLayer<'a> {
    pub name: &'a str,
    pub annotations: &'a Pairs,
}

/// One layer, as messages name it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source<'a> {
    Pod,
    Profile(&'a str),
    Namespace(&'a str),
    Cluster,
}

impl fmt::Display for Source<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pod => formatter.write_str("pod"),
            Self::Profile(name) => write!(formatter, "profile {name}"),
            Self::Namespace(name) => write!(formatter, "namespace {name}"),
            Self::Cluster => formatter.write_str("cluster default"),
        }
    }
}

impl Source<'_> {
    /// What messages call a setting of this layer.
    pub(super) fn label(self, key: &str) -> String {
        match self {
            Self::Pod => key.to_owned(),
            _ => format!("{key} ({self})"),
        }
    }

    /// Whether whoever makes the pod chose this layer.
    pub(super) fn is_chosen(self) -> bool {
        matches!(self, Self::Pod | Self::Profile(_))
    }
}

/// One layer with what it says.
pub(super) struct Layer<'a> {
    pub(super) source: Source<'a>,
    pub(super) pairs: Vec<(&'a str, &'a str)>,
}

impl<'a> Layers<'a> {
    /// A pod without anything around it.
    pub fn of_pod(annotations: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self {
            pod: annotations.into_iter().collect(),
            ..Self::default()
        }
    }

    /// All layers, the strongest first.
    pub(super) fn stack(&self, problems: &mut Vec<Diagnostic>) -> Vec<Layer<'a>> {
        let mut stack = Vec::new();
        self.push(&mut stack, Source::Pod, self.pod.clone(), problems);
        if let Some(namespace) = self.namespace {
            let source = Source::Namespace(namespace.name);
            self.push(&mut stack, source, pairs(namespace.annotations), problems);
        }
        if let Some(cluster) = self.cluster {
            self.push(&mut stack, Source::Cluster, pairs(cluster), problems);
        }
        stack
    }

    /// A layer, and below it the profiles that it names.
    fn push(
        &self,
        stack: &mut Vec<Layer<'a>>,
        source: Source<'a>,
        said: Vec<(&'a str, &'a str)>,
        problems: &mut Vec<Diagnostic>,
    ) {
        let named = profiles_named(&said);
        stack.push(Layer {
            source,
            pairs: said,
        });
        let Some((key, value)) = named else { return };
        for name in names(value).collect::<Vec<_>>().into_iter().rev() {
            let Some((name, found)) = self
                .profiles
                .and_then(|profiles| profiles.get_key_value(name))
            else {
                problems.push(self.unknown(&source.label(key), name));
                continue;
            };
            let profile = Source::Profile(name);
            // Further down it could only say what it said already.
            if !stack.iter().any(|layer| layer.source == profile) {
                stack.push(Layer {
                    source: profile,
                    pairs: pairs(found),
                });
            }
        }
    }

    fn unknown(&self, label: &str, name: &str) -> Diagnostic {
        let known: Vec<&str> = self
            .profiles
            .into_iter()
            .flatten()
            .map(|(name, _)| name.as_str())
            .collect();
        let list = match known.as_slice() {
            [] => "there are no profiles in this cluster".to_owned(),
            known => format!("there are these: {}", known.join(", ")),
        };
        let help = match nearest(name, known.iter().copied()) {
            Some((_, near)) => format!("did you mean {near}? {list}"),
            None => list,
        };
        Diagnostic::error(
            Code::UnknownProfile,
            format!("annotation {label}"),
            format!("there is no profile {name:?}"),
            help,
        )
    }
}

fn pairs(annotations: &Pairs) -> Vec<(&str, &str)> {
    annotations
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect()
}

/// The strongest annotation of these that names profiles.
fn profiles_named<'a>(pairs: &[(&'a str, &'a str)]) -> Option<(&'a str, &'a str)> {
    let spelling = TABLE.iter().find(|row| row.name == Name::Profile)?.short;
    Prefix::ALL.into_iter().find_map(|prefix| {
        pairs
            .iter()
            .copied()
            .find(|(key, _)| key.strip_prefix(prefix.as_str()) == Some(spelling))
    })
}
