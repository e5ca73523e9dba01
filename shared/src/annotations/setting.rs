//! One setting, and all that count.

use std::collections::BTreeMap;

use super::{
    layers::Source,
    spec::Dialect,
    table::{Annotation, Name, Prefix},
};

/// What a setting is about: the pod, or what stands after its spelling.
pub(super) type Key<'a> = (Name, Option<&'a str>);

/// One setting as written.
#[derive(Clone, Debug)]
pub(super) struct Setting<'a> {
    pub(super) row: &'static Annotation,
    pub(super) prefix: Prefix,
    pub(super) source: Source<'a>,
    /// The place of its layer, the strongest first.
    pub(super) rank: usize,
    /// The place of its spelling among those of its prefix.
    pub(super) spelling: usize,
    /// The annotation's full key.
    pub(super) key: &'a str,
    pub(super) value: &'a str,
    /// Whether it goes before another of a weaker layer.
    pub(super) shadows: bool,
}

impl Setting<'_> {
    /// By whose rules the value is read.
    pub(super) fn dialect(&self) -> Dialect {
        self.prefix.dialect()
    }

    /// What messages call it: the key, and where it stands if that is not the pod.
    pub(super) fn label(&self) -> String {
        self.source.label(self.key)
    }

    pub(super) fn is_blank(&self) -> bool {
        self.value.trim().is_empty()
    }

    pub(super) fn strength(&self) -> (usize, Prefix, usize) {
        (self.rank, self.prefix, self.spelling)
    }
}

/// What counts, by name and, where it is about a secret, by that one's NAME.
#[derive(Debug, Default)]
pub(super) struct Settings<'a> {
    pub(super) pod: BTreeMap<Name, Setting<'a>>,
    pub(super) secrets: BTreeMap<&'a str, BTreeMap<Name, Setting<'a>>>,
    pub(super) parameters: BTreeMap<Name, Vec<(&'a str, Setting<'a>)>>,
}

impl<'a> Settings<'a> {
    pub(super) fn all(&self) -> impl Iterator<Item = &Setting<'a>> {
        let secrets = self.secrets.values().flat_map(BTreeMap::values);
        let parameters = self.parameters.values().flatten();
        self.pod
            .values()
            .chain(secrets)
            .chain(parameters.map(|(_, setting)| setting))
    }
}
