//! One file: its path, its permissions and where its content comes from.

use super::{
    existence::Origin,
    files::{About, Defaults},
    layers::Source,
    reader::{Reader, bad_value, quoted, read},
    setting::Setting,
    spec::{Asked, ContainerSelection, FileSource, FileSpec, RefreshSpec, TemplateOrigin},
    table::Name,
    template::TEMPLATE_ONLY,
    time, values,
};
use crate::{
    config::SecretSource,
    diagnostic::{Code, Diagnostic},
    value::{DirectoryPath, FileMode, FileName, OutputFormat, SecretReference},
};

impl Reader<'_, '_> {
    pub(super) fn file(
        &mut self,
        defaults: Defaults<'_>,
        secret: &str,
        settings: &About<'_>,
        origin: &Origin<'_, '_>,
        first: &Setting<'_>,
    ) -> Option<FileSpec> {
        let name = self.file_name(defaults, secret, settings, first);
        let mode = match settings.get(&Name::Mode) {
            Some(setting) => {
                read(setting, values::mode).map(|mode| mode.unwrap_or(FileMode::DEFAULT))
            }
            None => Some(FileMode::DEFAULT),
        };
        let directory = match settings.get(&Name::DirectoryOfSecret) {
            Some(setting) => read(setting, values::directory)?,
            None => None,
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
                if alone && defaults.hold_for(reference) {
                    self.default_template(defaults, secret, settings, reference)
                } else {
                    self.without_template(secret, settings, &TEMPLATE_ONLY);
                    self.formatted(settings, reference, name.as_ref())
                }
            }
            (None, None, None) => None,
        };
        Some(FileSpec {
            annotation: first.label(),
            directory: directory.unwrap_or_else(|| defaults.directory.clone()),
            name: name?,
            mode: mode?,
            source: source?,
            containers: settings.get(&Name::SecretContainers).and_then(seen_by),
            command: settings
                .get(&Name::Command)
                .filter(|setting| !setting.is_blank())
                .map(|setting| Asked {
                    annotation: setting.label(),
                    value: setting.value.to_owned(),
                }),
            refresh: refresh_of(settings),
            optional: settings
                .get(&Name::Optional)
                .and_then(|setting| read(setting, values::boolean))
                .unwrap_or(false),
            fallback: settings
                .get(&Name::Fallback)
                .map(|setting| setting.value.to_owned()),
            bundle: settings
                .get(&Name::Bundle)
                .map(|setting| setting.value.trim().to_owned()),
        })
    }

    /// The original injector lower-cases names.
    fn file_name(
        &mut self,
        defaults: Defaults<'_>,
        secret: &str,
        settings: &About<'_>,
        first: &Setting<'_>,
    ) -> Option<FileName> {
        if let Some(setting) = settings.get(&Name::File)
            && let Some(name) = read(setting, values::file_name)?
        {
            return Some(name);
        }
        let preserve_case = settings
            .get(&Name::PreserveCaseOfSecret)
            .map_or(defaults.preserve_case, preserves_case);
        let name = if preserve_case {
            secret.to_owned()
        } else {
            secret.to_lowercase()
        };
        name.parse()
            .map_err(|error| self.problems.push(bad_value(first, &error)))
            .ok()
    }

    /// The store's token, as the original's agent writes it: for its owner and group.
    pub(super) fn token(&mut self, directory: &DirectoryPath) -> Option<FileSpec> {
        let asked = self.boolean(Name::Token).unwrap_or(false);
        let Some(setting) = self.get(Name::Token).filter(|_| asked) else {
            for name in [Name::TokenFile, Name::TokenMode] {
                if let Some(setting) = self
                    .get(name)
                    .filter(|setting| setting.source == Source::Pod)
                {
                    let help = format!("add {}agent-inject-token, or remove it", setting.prefix);
                    self.no_effect(
                        setting,
                        "is about the token's file, which no annotation asks for",
                        help,
                    );
                }
            }
            return None;
        };
        let name = match self.read(Name::TokenFile, values::file_name).flatten() {
            Some(name) => name,
            None => "token".parse().ok()?,
        };
        let mode = match self.read(Name::TokenMode, values::mode).flatten() {
            Some(mode) => mode,
            None => "0640".parse().ok()?,
        };
        Some(FileSpec {
            annotation: setting.label(),
            directory: directory.clone(),
            name,
            mode,
            source: FileSource::Token,
            containers: None,
            command: None,
            refresh: RefreshSpec::default(),
            optional: false,
            fallback: None,
            bundle: None,
        })
    }

    /// A secret or one value of it, in a format.
    fn formatted(
        &mut self,
        settings: &About<'_>,
        setting: &Setting<'_>,
        name: Option<&FileName>,
    ) -> Option<FileSource> {
        let reference = setting
            .value
            .parse::<SecretReference>()
            .map_err(|error| self.problems.push(bad_value(setting, &error)))
            .ok();
        let asked: Option<OutputFormat> = match settings.get(&Name::Format) {
            Some(setting) => Some(read(setting, |_, text| text.parse())?),
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
                format!("annotation {}", setting.label()),
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
}

/// What the original injector cannot read is false there.
pub(super) fn preserves_case(setting: &Setting<'_>) -> bool {
    read(setting, values::boolean).unwrap_or(false)
}

fn refresh_of(settings: &About<'_>) -> RefreshSpec {
    let interval = settings.get(&Name::RefreshIntervalOfSecret);
    let adaptive = settings.get(&Name::RefreshAdaptiveOfSecret);
    RefreshSpec {
        interval: interval.and_then(|setting| read(setting, time::duration).flatten()),
        adaptive: adaptive.and_then(|setting| read(setting, time::range)),
    }
}

fn seen_by(setting: &Setting<'_>) -> Option<ContainerSelection> {
    (setting.value.trim() != "all").then(|| ContainerSelection::Named {
        annotation: setting.label(),
        names: values::names(setting.value).map(str::to_owned).collect(),
    })
}
