//! What is said of secrets that are none.

use super::{
    files::About,
    layers::Source,
    reader::{Reader, bad_value, by_rules_of},
    setting::Setting,
    spec::{Asked, Dialect, FileSpec},
    table::{Name, Prefix},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    value::ValueError,
};

impl Reader<'_, '_> {
    /// The original injector passes over blank annotations.
    pub(super) fn blank(&mut self, dialect: Dialect, setting: &Setting<'_>) {
        let problem = bad_value(
            setting,
            &ValueError::new(
                "names nothing; expected for example secret/data/db, or the text of a template",
            ),
        );
        let problem = by_rules_of(dialect, problem);
        self.problems.push(problem);
    }

    /// Defaults may be about secrets that this pod does not have, and the original injector passes
    /// over such annotations.
    pub(super) fn orphans(&mut self, secret: &str, settings: &About<'_>) {
        for setting in settings.values() {
            if setting.source != Source::Pod {
                continue;
            }
            let problem = Diagnostic::error(
                Code::OrphanAnnotation,
                format!("annotation {}", setting.label()),
                format!("is about the secret {secret}, which no annotation names"),
                format!(
                    "add {}-{secret}, or correct the name",
                    spelled(setting.prefix, "secret")
                ),
            );
            let problem = by_rules_of(setting.dialect(), problem);
            self.problems.push(problem);
        }
    }

    pub(super) fn no_secrets(&mut self) {
        let problem = Diagnostic::error(
            Code::NoSecrets,
            match self.get(Name::Inject) {
                Some(setting) => format!("annotation {}", setting.label()),
                None => format!("annotation {}inject", self.prefix),
            },
            "asks for secrets but none is named",
            format!(
                "add {}-FILE with the path of a secret",
                spelled(self.prefix, "secret")
            ),
        );
        let problem = by_rules_of(self.dialect(), problem);
        self.problems.push(problem);
    }

    /// The user's own configuration says what is in files; only their directories count then.
    pub(super) fn configured(&mut self, files: &[(&str, FileSpec)], config_map: &Asked<String>) {
        let list: Vec<&str> = files
            .iter()
            .map(|(_, file)| file.annotation.as_str())
            .collect();
        let problem = Diagnostic::error(
            Code::NoEffect,
            format!("annotation {}", config_map.annotation),
            format!(
                "names a configuration that decides what is in files, so these only mount their \
                 directories: {}",
                list.join(", ")
            ),
            "say in the configuration what is to be written, or remove one of the two",
        );
        self.problems.push(problem.as_warning());
    }
}

/// Our spelling, or the original's where that is the prefix.
pub(super) fn spelled(prefix: Prefix, name: &str) -> String {
    match prefix {
        Prefix::Vouchsafe => format!("{prefix}{name}"),
        Prefix::OpenBao | Prefix::Vault => format!("{prefix}agent-inject-{name}"),
    }
}
