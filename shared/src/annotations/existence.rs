//! Whether a secret exists, and what makes it.

use super::{files::About, setting::Setting, table::Name};

/// The settings that make a secret exist, those that hold something.
pub(super) struct Origin<'s, 'a> {
    pub(super) secret: Option<&'s Setting<'a>>,
    pub(super) template: Option<&'s Setting<'a>>,
    pub(super) file: Option<&'s Setting<'a>>,
}

pub(super) enum Existence<'s, 'a> {
    Named(Origin<'s, 'a>, &'s Setting<'a>),
    /// Only with nothing in it.
    Blank(&'s Setting<'a>),
    No,
}

impl<'s, 'a> Existence<'s, 'a> {
    /// As the original injector has it: blank annotations name nothing, and then a template wins
    /// over a file of one unless it is empty, be it blank.
    pub(super) fn of(settings: &'s About<'a>) -> Self {
        let all = [Name::Secret, Name::Template, Name::TemplateFile];
        let is_blank = |setting: &&Setting<'_>| setting.is_blank();
        let present = || all.iter().filter_map(|name| settings.get(name));
        let origin = Origin {
            secret: settings
                .get(&Name::Secret)
                .filter(|setting| !is_blank(setting)),
            template: settings
                .get(&Name::Template)
                .filter(|setting| !setting.value.is_empty()),
            file: settings
                .get(&Name::TemplateFile)
                .filter(|setting| !is_blank(setting)),
        };
        match (
            present().find(|setting| !is_blank(setting)),
            present().next(),
        ) {
            (Some(setting), _) => Self::Named(origin, setting),
            (None, Some(setting)) => Self::Blank(setting),
            (None, None) => Self::No,
        }
    }
}
