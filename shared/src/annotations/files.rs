//! Which files a pod asks for, and where the content of each comes from.

use std::collections::BTreeMap;

use super::{
    collect::Setting,
    parse::{Reader, bad_value, quoted},
    spec::{DefaultTemplate, Dialect, FileSource, FileSpec, TemplateOrigin},
    table::{Name, Prefix},
    template::TEMPLATE_ONLY,
};
use crate::{
    config::SecretSource,
    diagnostic::{Code, Diagnostic},
    value::{DirectoryPath, FileMode, FileName, OutputFormat, SecretReference, ValueError},
};

pub(super) type About<'a> = BTreeMap<Name, Setting<'a>>;

/// What holds for all secrets of a pod.
#[derive(Clone, Copy)]
pub(super) struct Defaults {
    pub(super) dialect: Dialect,
    /// What the pod says, if it says something.
    pub(super) template: Option<DefaultTemplate>,
}

impl Defaults {
    /// Whether a secret with nothing but its path is rendered by a default template: where the pod
    /// asks for one, and where the original injector would have done so.
    fn hold_for(self, reference: &Setting<'_>, is_asked: bool) -> bool {
        is_asked || self.dialect == Dialect::Original && reference.prefix != Prefix::Vouchsafe
    }
}

/// The settings that make a secret exist, those that hold something.
pub(super) struct Origin<'s, 'a> {
    pub(super) secret: Option<&'s Setting<'a>>,
    template: Option<&'s Setting<'a>>,
    file: Option<&'s Setting<'a>>,
}

enum Existence<'s, 'a> {
    Named(Origin<'s, 'a>, &'s Setting<'a>),
    /// Only with nothing in it.
    Blank(&'s Setting<'a>),
    No,
}

impl<'s, 'a> Existence<'s, 'a> {
    /// As the original injector has it: blank annotations name nothing, and then a template wins
    /// over a file of one unless it is empty, be it blank.
    fn of(settings: &'s About<'a>) -> Self {
        let all = [Name::Secret, Name::Template, Name::TemplateFile];
        let is_blank = |setting: &&Setting<'_>| setting.value.trim().is_empty();
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

impl Reader<'_> {
    pub(super) fn files<'s>(
        &mut self,
        dialect: Dialect,
        secrets: &BTreeMap<&'s str, About<'_>>,
    ) -> Vec<(&'s str, FileSpec)> {
        let defaults = Defaults {
            dialect,
            template: self.value(Name::DefaultTemplate),
        };
        let mut files: Vec<(&str, FileSpec)> = Vec::new();
        let mut named = 0;
        for (secret, settings) in secrets {
            let (origin, first) = match Existence::of(settings) {
                Existence::Named(origin, first) => (origin, first),
                Existence::Blank(setting) => {
                    named += usize::from(dialect == Dialect::Own);
                    self.blank(dialect, setting);
                    continue;
                }
                Existence::No => {
                    self.orphans(secret, settings);
                    continue;
                }
            };
            named += 1;
            let Some(file) = self.file(defaults, secret, settings, &origin, first) else {
                continue;
            };
            if let Some((other, _)) = files
                .iter()
                .find(|(_, other)| clash(&other.name, &file.name))
            {
                self.problems.push(duplicate(first, secret, other, &file));
                continue;
            }
            files.push((secret, file));
        }
        if named == 0 {
            self.problems.push(Diagnostic::error(
                Code::NoSecrets,
                "annotation vouchsafe.dev/inject",
                "asks for secrets but none is named",
                "add vouchsafe.dev/secret-FILE with the path of a secret",
            ));
        }
        files
    }

    fn file(
        &mut self,
        defaults: Defaults,
        secret: &str,
        settings: &About<'_>,
        origin: &Origin<'_, '_>,
        first: &Setting<'_>,
    ) -> Option<FileSpec> {
        let name: Option<FileName> = if let Some(setting) = settings.get(&Name::File) {
            self.parsed(setting)
        } else {
            // The original injector lower-cases names.
            let name = match defaults.dialect {
                Dialect::Own => secret.to_owned(),
                Dialect::Original => secret.to_lowercase(),
            };
            name.parse()
                .map_err(|error| self.problems.push(bad_value(first, &error)))
                .ok()
        };
        let mode: Option<FileMode> = match settings.get(&Name::Mode) {
            Some(setting) => self.parsed(setting),
            None => Some(FileMode::DEFAULT),
        };
        let source = match (origin.template, origin.file, origin.secret) {
            (Some(template), _, _) => {
                let text = TemplateOrigin::Inline(template.value.to_owned());
                self.template(settings, origin, template, text)
            }
            (None, Some(file), _) => {
                let text = self.template_file(settings, file)?;
                self.template(settings, origin, file, text)
            }
            (None, None, Some(reference)) => {
                let alone = !settings.contains_key(&Name::Format) && !reference.value.contains('#');
                if alone && defaults.hold_for(reference, self.has(Name::DefaultTemplate)) {
                    self.default_template(defaults, secret, settings, reference)
                } else {
                    self.without_template(secret, settings, &TEMPLATE_ONLY);
                    self.formatted(settings, reference, name.as_ref())
                }
            }
            (None, None, None) => None,
        };
        Some(FileSpec {
            annotation: first.key.to_owned(),
            directory: DirectoryPath::secrets(),
            name: name?,
            mode: mode?,
            source: source?,
            containers: None,
            command: None,
        })
    }

    /// A secret or one value of it, in a format.
    fn formatted(
        &mut self,
        settings: &About<'_>,
        setting: &Setting<'_>,
        name: Option<&FileName>,
    ) -> Option<FileSource> {
        let reference: Option<SecretReference> = self.parsed(setting);
        let asked: Option<OutputFormat> = match settings.get(&Name::Format) {
            Some(setting) => Some(self.parsed(setting)?),
            None => None,
        };
        let SecretReference { path, key } = reference?;
        let format = asked
            .or_else(|| OutputFormat::from_file_name(name?.as_str()))
            .unwrap_or(match key {
                Some(_) => OutputFormat::Raw,
                None => OutputFormat::Json,
            });
        if format == OutputFormat::Raw && key.is_none() {
            self.problems.push(Diagnostic::error(
                Code::RawNeedsKey,
                format!("annotation {}", setting.key),
                format!(
                    "{}: format raw writes one value, but no key is named",
                    quoted(setting.value)
                ),
                format!("write {path}#KEY, or choose another format"),
            ));
            return None;
        }
        Some(FileSource::Secret(SecretSource {
            secret: path,
            key,
            format,
        }))
    }

    /// The original injector passes over blank annotations.
    fn blank(&mut self, dialect: Dialect, setting: &Setting<'_>) {
        let problem = bad_value(
            setting,
            &ValueError::new(
                "names nothing; expected for example secret/data/db, or the text of a template",
            ),
        );
        self.problems.push(match dialect {
            Dialect::Own => problem,
            Dialect::Original => problem.as_warning(),
        });
    }

    fn orphans(&mut self, secret: &str, settings: &About<'_>) {
        for setting in settings.values() {
            self.problems.push(Diagnostic::error(
                Code::OrphanAnnotation,
                format!("annotation {}", setting.key),
                format!("is about the secret {secret}, which no annotation names"),
                format!("add {}secret-{secret}, or correct the name", setting.prefix),
            ));
        }
    }
}

fn duplicate(setting: &Setting<'_>, secret: &str, other: &str, file: &FileSpec) -> Diagnostic {
    let help = if secret.to_lowercase() == other.to_lowercase() {
        "write NAME alike if both are about one secret; else name the file with file-NAME"
    } else {
        "give one of them another name with vouchsafe.dev/file-NAME"
    };
    Diagnostic::error(
        Code::DuplicateFile,
        format!("annotation {}", setting.key),
        format!(
            "writes the file {} that secret {other} writes too",
            file.name
        ),
        help,
    )
}

/// Two files that cannot both be there: the same name, or one where the other needs a directory.
fn clash(left: &FileName, right: &FileName) -> bool {
    let below = |file: &str, directory: &str| {
        file.strip_prefix(directory)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    below(left.as_str(), right.as_str()) || below(right.as_str(), left.as_str())
}
