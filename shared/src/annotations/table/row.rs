use super::{Name, Prefix};
use crate::annotations::kind::Kind;

/// One annotation, for the parser and for people.
#[derive(Clone, Copy, Debug)]
pub struct Annotation {
    pub name: Name,
    /// Our own short spelling, without prefix and without `-NAME`.
    pub short: &'static str,
    /// The original injector's spelling, where it is another.
    pub original: Option<&'static str>,
    pub origin: Origin,
    pub scope: Scope,
    pub kind: Kind,
    /// The values it takes, for people.
    pub values: &'static str,
    pub default: &'static str,
    pub effect: &'static str,
    /// The first version of ours that understands it.
    pub since: &'static str,
}

/// Whether an annotation is about the pod, about one secret, or is one of many parameters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scope {
    Pod,
    /// Carries the secret's `-NAME`.
    Secret,
    /// Carries the parameter's `-PARAM`.
    Parameter,
}

/// Who has this annotation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Origin {
    /// The original injector.
    Original,
    /// A proposal for the original injector that is not taken up yet.
    Proposed,
    Ours,
}

impl Scope {
    /// What follows the spelling.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Pod => "",
            Self::Secret => "-NAME",
            Self::Parameter => "-PARAM",
        }
    }
}

impl Annotation {
    const fn new(name: Name, scope: Scope, short: &'static str, kind: Kind) -> Self {
        Self {
            name,
            short,
            original: None,
            origin: Origin::Ours,
            scope,
            kind,
            values: kind.values(),
            default: "none",
            effect: "",
            since: "0.1.0",
        }
    }

    pub(super) const fn pod(name: Name, short: &'static str, kind: Kind) -> Self {
        Self::new(name, Scope::Pod, short, kind)
    }

    pub(super) const fn secret(name: Name, short: &'static str, kind: Kind) -> Self {
        Self::new(name, Scope::Secret, short, kind)
    }

    pub(super) const fn parameter(name: Name, short: &'static str, kind: Kind) -> Self {
        Self::new(name, Scope::Parameter, short, kind)
    }

    /// The original injector has it under another spelling.
    pub(super) const fn original(mut self, spelling: &'static str) -> Self {
        self.original = Some(spelling);
        self.origin = Origin::Original;
        self
    }

    /// The original injector has it under the same spelling.
    pub(super) const fn same(mut self) -> Self {
        self.origin = Origin::Original;
        self
    }

    pub(super) const fn proposed(mut self, spelling: &'static str) -> Self {
        self.original = Some(spelling);
        self.origin = Origin::Proposed;
        self
    }

    pub(super) const fn values(mut self, values: &'static str) -> Self {
        self.values = values;
        self
    }

    pub(super) const fn default(mut self, default: &'static str) -> Self {
        self.default = default;
        self
    }

    pub(super) const fn effect(mut self, effect: &'static str) -> Self {
        self.effect = effect;
        self
    }

    /// Both spellings, without prefix.
    pub fn spellings(&self) -> impl Iterator<Item = &'static str> {
        [Some(self.short), self.original].into_iter().flatten()
    }

    /// Whether the short spelling is understood under our own prefix alone.
    pub fn is_short_under_ours_only(&self) -> bool {
        self.scope == Scope::Secret && self.short.starts_with("template")
    }

    /// The spellings that count under a prefix, the stronger first. The original injector has
    /// settings of the pod that begin with `template-`, so there that is no short spelling of ours.
    pub fn spellings_under(&self, prefix: Prefix) -> impl Iterator<Item = &'static str> {
        let all = if prefix == Prefix::Vouchsafe {
            [Some(self.short), self.original]
        } else if self.is_short_under_ours_only() {
            [self.original, None]
        } else {
            [self.original, Some(self.short)]
        };
        all.into_iter().flatten()
    }
}
