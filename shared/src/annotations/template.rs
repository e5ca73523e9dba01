//! What the annotations say about one template.

use super::{
    existence::Origin,
    files::{About, Defaults},
    reader::{Reader, bad_value, by_rules_of, quoted, read},
    remarks::spelled,
    setting::Setting,
    spec::{Dialect, FileSource, TemplateOrigin, TemplateSpec},
    table::Name,
    values,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    value::{SecretPath, ValueError},
};

/// The delimiters first.
pub(super) const TEMPLATE_ONLY: [Name; 4] = [
    Name::LeftDelimiter,
    Name::RightDelimiter,
    Name::ErrorOnMissingKey,
    Name::ErrorFatal,
];

impl Reader<'_, '_> {
    /// The pod's own template. A format and a key have no place beside it; the path of the secret is
    /// of no meaning.
    pub(super) fn template(
        &mut self,
        settings: &About<'_>,
        origin: &Origin<'_, '_>,
        setting: &Setting<'_>,
        text: TemplateOrigin,
    ) -> Option<FileSource> {
        let mut conflicts = false;
        if let Some(format) = settings.get(&Name::Format) {
            conflicts = true;
            self.problems.push(Diagnostic::error(
                Code::TemplateConflict,
                format!("annotation {}", format.label()),
                format!(
                    "asks for a format beside the template of {}",
                    setting.label()
                ),
                "remove one of the two",
            ));
        }
        if let Some(secret) = origin.secret
            && let Some((path, _)) = secret.value.split_once('#')
        {
            let problem = Diagnostic::error(
                Code::TemplateConflict,
                format!("annotation {}", secret.label()),
                format!(
                    "{}: names one value beside the template of {}",
                    quoted(secret.value),
                    setting.label()
                ),
                format!(
                    "write {} and take the value in the template, or remove the template",
                    quoted(path.trim())
                ),
            );
            // The original passes over the path beside a template.
            conflicts |= secret.dialect() == Dialect::Own;
            self.problems.push(by_rules_of(secret.dialect(), problem));
        }
        let spec = TemplateSpec {
            annotation: setting.label(),
            text,
            left_delimiter: text_of(settings, Name::LeftDelimiter),
            right_delimiter: text_of(settings, Name::RightDelimiter),
            error_on_missing_key: boolean_of(settings, Name::ErrorOnMissingKey),
            error_fatal: boolean_of(settings, Name::ErrorFatal),
        };
        let found = (self.check)(&spec);
        self.problems.extend(found);
        (!conflicts).then_some(FileSource::Template(spec))
    }

    /// `agent-inject-template-file-x` is the file of a template for `x`. The original injector takes
    /// it for the text of one for `file-x` too, so somebody may have meant that.
    pub(super) fn template_file(
        &mut self,
        settings: &About<'_>,
        setting: &Setting<'_>,
    ) -> Option<TemplateOrigin> {
        let path = setting.value.trim();
        let left = match text_of(settings, Name::LeftDelimiter) {
            left if left.is_empty() => "{{".to_owned(),
            left => left,
        };
        if path.contains(&left) || path.chars().any(char::is_control) {
            self.problems.push(bad_value(
                setting,
                &ValueError::new(
                    "not a path; expected a path in the agent's container; the text of a template \
                     stands in template-NAME, whose NAME cannot begin with file-",
                ),
            ));
            return None;
        }
        Some(TemplateOrigin::File(path.to_owned()))
    }

    /// Under the original prefixes the delimiters hold for the default template as well, which is
    /// written with the usual ones.
    pub(super) fn default_template(
        &mut self,
        defaults: Defaults<'_>,
        secret: &str,
        settings: &About<'_>,
        setting: &Setting<'_>,
    ) -> Option<FileSource> {
        let error_on_missing_key = boolean_of(settings, Name::ErrorOnMissingKey);
        let error_fatal = boolean_of(settings, Name::ErrorFatal);
        let path = match path_with_query(setting.value) {
            Ok(path) => Some(path),
            Err(error) => {
                self.problems.push(bad_value(setting, &error));
                None
            }
        };
        let mut delimiters = [String::new(), String::new()];
        if defaults.dialect == Dialect::Own {
            self.without_template(secret, settings, &TEMPLATE_ONLY[..2]);
        } else {
            delimiters =
                [Name::LeftDelimiter, Name::RightDelimiter].map(|name| text_of(settings, name));
            self.foreign_delimiters(settings);
        }
        let [left_delimiter, right_delimiter] = delimiters;
        let spec = TemplateSpec {
            annotation: setting.label(),
            text: TemplateOrigin::Default {
                path: path?,
                template: defaults.template,
            },
            left_delimiter,
            right_delimiter,
            error_on_missing_key,
            error_fatal,
        };
        let problems = (self.check)(&spec);
        self.problems.extend(problems);
        Some(FileSource::Template(spec))
    }

    fn foreign_delimiters(&mut self, settings: &About<'_>) {
        for (name, usual) in [(Name::LeftDelimiter, "{{"), (Name::RightDelimiter, "}}")] {
            if let Some(setting) = settings.get(&name)
                && !["", usual].contains(&setting.value)
            {
                let problem = Diagnostic::error(
                    Code::TemplateDoubtful,
                    format!("annotation {}", setting.label()),
                    format!("the default template is written with {usual}, so it is not run"),
                    "remove the annotation",
                );
                self.problems.push(problem.as_warning());
            }
        }
    }

    /// Settings that only a template has a use for.
    pub(super) fn without_template(&mut self, secret: &str, settings: &About<'_>, names: &[Name]) {
        for name in names {
            let Some(setting) = settings.get(name) else {
                continue;
            };
            let asks = match name {
                Name::ErrorOnMissingKey | Name::ErrorFatal => boolean_of(settings, *name),
                _ => !setting.value.is_empty(),
            };
            if !asks {
                continue;
            }
            self.problems.push(Diagnostic::error(
                Code::NoTemplate,
                format!("annotation {}", setting.label()),
                format!("is about a template, but the secret {secret} has none of its own"),
                format!(
                    "add {}-{secret}, or remove the annotation",
                    spelled(setting.prefix, "template")
                ),
            ));
        }
    }
}

fn boolean_of(settings: &About<'_>, name: Name) -> bool {
    settings
        .get(&name)
        .and_then(|setting| read(setting, values::boolean))
        .unwrap_or(false)
}

fn text_of(settings: &About<'_>, name: Name) -> String {
    settings
        .get(&name)
        .map(|setting| setting.value.to_owned())
        .unwrap_or_default()
}

/// A path that may end in a query, which templates can ask with and formats cannot, and that may have
/// several slashes in a row, of which the original's client makes one.
fn path_with_query(text: &str) -> Result<String, ValueError> {
    let (path, query) = match text.trim().split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (text, None),
    };
    let segments: Vec<_> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let path: SecretPath = segments.join("/").parse()?;
    match query {
        None => Ok(path.to_string()),
        Some(query) if query.chars().any(char::is_control) => {
            Err(ValueError::new("a path cannot hold control characters"))
        }
        Some(query) => Ok(format!("{path}?{query}")),
    }
}
