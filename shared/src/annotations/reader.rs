//! How a setting's value is got at, and what is said when it is wrong.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use super::{
    existence::Existence,
    kind::Kind,
    setting::{Setting, Settings},
    spec::{Asked, Dialect, Override, TemplateSpec},
    table::{Name, Prefix},
    values,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    value::ValueError,
};

/// Reads the settings that count. That a value is of its kind is told by
/// [`Reader::check_values`] for all settings; to the other methods a wrong one is as good as none.
pub(super) struct Reader<'r, 'a> {
    pub(super) settings: &'r Settings<'a>,
    /// Of the annotation that asks for injection.
    pub(super) prefix: Prefix,
    pub(super) problems: Vec<Diagnostic>,
    pub(super) check: &'r mut dyn FnMut(&TemplateSpec) -> Vec<Diagnostic>,
}

impl<'r, 'a> Reader<'r, 'a> {
    pub(super) fn dialect(&self) -> Dialect {
        self.prefix.dialect()
    }

    pub(super) fn check_values(&mut self) {
        let is_configured = self.text(Name::ConfigMap).is_some();
        let unread: BTreeSet<&str> = self.unread().collect();
        for setting in self.settings.all() {
            let dialect = setting.dialect();
            if let Some(missing) = missing(setting) {
                // A configuration of the user's own brings these itself.
                if !is_configured {
                    self.problems
                        .push(bad_value(setting, &ValueError::new(missing)));
                }
                continue;
            }
            match setting.row.kind.check(dialect, setting.value) {
                Err(error) => {
                    let problem = bad_value(setting, &error);
                    self.problems.push(if unread.contains(setting.key) {
                        problem.as_warning()
                    } else {
                        problem
                    });
                }
                Ok(()) if setting.row.kind == Kind::LooseBoolean => {
                    if let Err(error) = values::boolean(dialect, setting.value) {
                        let problem = bad_value(setting, &error);
                        self.problems.push(problem.as_warning());
                    }
                }
                Ok(()) => {}
            }
        }
    }

    /// The annotations under the original prefixes about secrets that there are not, which the
    /// original injector never looks at.
    fn unread(&self) -> impl Iterator<Item = &'a str> {
        let secrets = self.settings.secrets.values();
        secrets
            .filter(|settings| !matches!(Existence::of(settings), Existence::Named(..)))
            .flat_map(BTreeMap::values)
            .filter(|setting| setting.dialect() == Dialect::Original)
            .map(|setting| setting.key)
    }

    pub(super) fn get(&self, name: Name) -> Option<&'r Setting<'a>> {
        self.settings.pod.get(&name)
    }

    pub(super) fn read<T>(
        &self,
        name: Name,
        parse: impl FnOnce(Dialect, &str) -> Result<T, ValueError>,
    ) -> Option<T> {
        read(self.get(name)?, parse)
    }

    /// What is written alike under every prefix.
    pub(super) fn plain<T: FromStr<Err = ValueError>>(&self, name: Name) -> Option<T> {
        self.read(name, |_, text| text.parse())
    }

    pub(super) fn asked<T>(
        &self,
        name: Name,
        parse: impl FnOnce(Dialect, &str) -> Result<T, ValueError>,
    ) -> Option<Asked<T>> {
        let setting = self.get(name)?;
        Some(Asked {
            annotation: setting.label(),
            value: read(setting, parse)?,
        })
    }

    /// What reads as nothing is kept too: the webhook's own does not count then.
    pub(super) fn overriding<T>(
        &self,
        name: Name,
        parse: impl FnOnce(Dialect, &str) -> Result<Option<T>, ValueError>,
    ) -> Override<T> {
        match self.read(name, parse) {
            None => Override::Inherit,
            Some(None) => Override::Unset,
            Some(Some(value)) => Override::Value(value),
        }
    }

    pub(super) fn boolean(&self, name: Name) -> Option<bool> {
        self.read(name, values::boolean)
    }

    /// The text of a setting that takes any; blank is as good as absent.
    pub(super) fn text(&self, name: Name) -> Option<String> {
        self.get(name).and_then(text_of)
    }

    /// As [`Reader::text`], but under the original prefixes nothing is kept too: the webhook's own
    /// does not count then.
    pub(super) fn kept(&self, name: Name) -> Option<String> {
        let setting = self.get(name)?;
        if setting.dialect() == Dialect::Original && setting.is_blank() {
            return Some(String::new());
        }
        text_of(setting)
    }

    pub(super) fn asked_text(&self, name: Name) -> Option<Asked<String>> {
        self.get(name).and_then(asked_text_of)
    }

    /// Two settings that cannot both be. The original passes over one of them in silence.
    pub(super) fn conflict(
        &mut self,
        code: Code,
        settings: [&Setting<'_>; 2],
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let subject = format!("annotation {}", settings[0].label());
        let problem = Diagnostic::error(code, subject, message, help);
        let dialect = if settings
            .iter()
            .any(|setting| setting.dialect() == Dialect::Own)
        {
            Dialect::Own
        } else {
            Dialect::Original
        };
        self.problems.push(by_rules_of(dialect, problem));
    }

    pub(super) fn no_effect(
        &mut self,
        setting: &Setting<'_>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let subject = format!("annotation {}", setting.label());
        let problem = Diagnostic::error(Code::NoEffect, subject, message, help);
        self.problems.push(problem.as_warning());
    }
}

/// What the original injector does not find then, for it takes a default only where there is no
/// annotation at all.
fn missing(setting: &Setting<'_>) -> Option<&'static str> {
    if setting.dialect() == Dialect::Own || !setting.is_blank() {
        return None;
    }
    match setting.row.name {
        Name::Address => Some("no store address found; write one, or remove the annotation"),
        Name::AuthPath => Some("no auth path found; write one, or remove the annotation"),
        Name::AuthType => Some("no auth type found; write one, or remove the annotation"),
        _ => None,
    }
}

pub(super) fn read<T>(
    setting: &Setting<'_>,
    parse: impl FnOnce(Dialect, &str) -> Result<T, ValueError>,
) -> Option<T> {
    parse(setting.dialect(), setting.value).ok()
}

pub(super) fn text_of(setting: &Setting<'_>) -> Option<String> {
    let value = setting.value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

pub(super) fn asked_text_of(setting: &Setting<'_>) -> Option<Asked<String>> {
    Some(Asked {
        annotation: setting.label(),
        value: text_of(setting)?,
    })
}

/// An error under our own prefix, a warning where the original injector would say nothing.
pub(super) fn by_rules_of(dialect: Dialect, problem: Diagnostic) -> Diagnostic {
    match dialect {
        Dialect::Own => problem,
        Dialect::Original => problem.as_warning(),
    }
}

pub(super) fn bad_value(setting: &Setting<'_>, error: &ValueError) -> Diagnostic {
    Diagnostic::error(
        Code::BadValue,
        format!("annotation {}", setting.label()),
        format!("{}: {}", quoted(setting.value), error.problem()),
        error.expected().unwrap_or("correct the value"),
    )
}

/// A value as it is shown in a message: quoted, and cut when it is long.
pub(super) fn quoted(value: &str) -> String {
    const LIMIT: usize = 100;
    match value.char_indices().nth(LIMIT) {
        Some((cut, _)) => format!("{:?}…", &value[..cut]),
        None => format!("{value:?}"),
    }
}
