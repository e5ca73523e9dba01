//! What the annotations say about one template.

use super::{
    collect::Setting,
    files::{About, Defaults, Origin},
    parse::{Reader, bad_value, parse_boolean, quoted},
    spec::{Dialect, FileSource, TemplateOrigin, TemplateSpec},
    table::{Name, Prefix},
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

impl Reader<'_> {
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
        let mut conflict = |problem: Diagnostic| {
            self.problems.push(problem);
            conflicts = true;
        };
        if let Some(format) = settings.get(&Name::Format) {
            conflict(Diagnostic::error(
                Code::TemplateConflict,
                format!("annotation {}", format.key),
                format!("asks for a format beside the template of {}", setting.key),
                "remove one of the two",
            ));
        }
        if let Some(secret) = origin.secret
            && let Some((path, _)) = secret.value.split_once('#')
        {
            conflict(Diagnostic::error(
                Code::TemplateConflict,
                format!("annotation {}", secret.key),
                format!(
                    "{}: names one value beside the template of {}",
                    quoted(secret.value),
                    setting.key
                ),
                format!(
                    "write {} and take the value in the template, or remove the template",
                    quoted(path.trim())
                ),
            ));
        }
        let spec = TemplateSpec {
            annotation: setting.key.to_owned(),
            text,
            left_delimiter: text_of(settings, Name::LeftDelimiter),
            right_delimiter: text_of(settings, Name::RightDelimiter),
            error_on_missing_key: self.boolean_of(settings, Name::ErrorOnMissingKey),
            error_fatal: self.boolean_of(settings, Name::ErrorFatal),
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
        defaults: Defaults,
        secret: &str,
        settings: &About<'_>,
        setting: &Setting<'_>,
    ) -> Option<FileSource> {
        let error_on_missing_key = self.boolean_of(settings, Name::ErrorOnMissingKey);
        let error_fatal = self.boolean_of(settings, Name::ErrorFatal);
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
        Some(FileSource::Template(TemplateSpec {
            annotation: setting.key.to_owned(),
            text: TemplateOrigin::Default {
                path: path?,
                template: defaults.template,
            },
            left_delimiter,
            right_delimiter,
            error_on_missing_key,
            error_fatal,
        }))
    }

    fn foreign_delimiters(&mut self, settings: &About<'_>) {
        for (name, usual) in [(Name::LeftDelimiter, "{{"), (Name::RightDelimiter, "}}")] {
            if let Some(setting) = settings.get(&name)
                && !["", usual].contains(&setting.value)
            {
                let problem = Diagnostic::error(
                    Code::TemplateDoubtful,
                    format!("annotation {}", setting.key),
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
                Name::ErrorOnMissingKey | Name::ErrorFatal => self.boolean_of(settings, *name),
                _ => !setting.value.is_empty(),
            };
            if !asks {
                continue;
            }
            let spelling = match setting.prefix {
                Prefix::Vouchsafe => "template",
                Prefix::OpenBao | Prefix::Vault => "agent-inject-template",
            };
            self.problems.push(Diagnostic::error(
                Code::NoTemplate,
                format!("annotation {}", setting.key),
                format!("is about a template, but the secret {secret} has none of its own"),
                format!(
                    "add {}{spelling}-{secret}, or remove the annotation",
                    setting.prefix
                ),
            ));
        }
    }

    fn boolean_of(&mut self, settings: &About<'_>, name: Name) -> bool {
        let Some(setting) = settings.get(&name) else {
            return false;
        };
        parse_boolean(setting.value).unwrap_or_else(|error| {
            self.problems.push(bad_value(setting, &error));
            false
        })
    }
}

fn text_of(settings: &About<'_>, name: Name) -> String {
    settings
        .get(&name)
        .map(|setting| setting.value.to_owned())
        .unwrap_or_default()
}

/// A path that may end in a query, which templates can ask with and formats cannot.
fn path_with_query(text: &str) -> Result<String, ValueError> {
    let Some((path, query)) = text.trim().split_once('?') else {
        return Ok(text.parse::<SecretPath>()?.to_string());
    };
    if query.chars().any(char::is_control) {
        return Err(ValueError::new("a path cannot hold control characters"));
    }
    Ok(format!("{}?{query}", path.parse::<SecretPath>()?))
}
