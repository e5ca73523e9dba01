//! The templates of a pod: what is wrong with them, and what the agent is told of them.

use std::borrow::Cow;

use vouchsafe_shared::{
    annotations::{DefaultTemplate, TemplateOrigin, TemplateSpec},
    config::{TemplateSource, TemplateText},
    diagnostic::{Code, Diagnostic},
    secret::SecretBuffer,
};
use vouchsafe_template::{Options, Place, Template, fault::ErrorClass, go::quote::append_quote};

use super::{Settings, environment, wording::cut};

/// Nobody reads more of them, and the API server passes on 4096 characters of warnings in all.
const WARNINGS: usize = 10;

/// What is wrong or doubtful. Of a template in a file nothing is known here, and the default ones
/// are our own; with other delimiters they need not be templates.
pub(super) fn check(spec: &TemplateSpec) -> Vec<Diagnostic> {
    let is_usual = spec.left_delimiter.is_empty() && spec.right_delimiter.is_empty();
    let text = match &spec.text {
        TemplateOrigin::Inline(text) => Cow::Borrowed(text.as_str()),
        // With other delimiters it may be no template any more.
        TemplateOrigin::Default { path, template } if !is_usual => {
            Cow::Owned(default_text(template.unwrap_or_default(), path))
        }
        TemplateOrigin::Default { .. } | TemplateOrigin::File(_) => return Vec::new(),
    };
    if text.len() > environment::TOTAL_LIMIT {
        // No pod can have it, as is told when the configuration is written.
        return Vec::new();
    }
    let options = Options {
        left_delimiter: spec.left_delimiter.clone(),
        right_delimiter: spec.right_delimiter.clone(),
        error_on_missing_key: spec.error_on_missing_key,
        ..Options::new(spec.annotation.as_str())
    };
    match Template::parse(text.as_bytes(), options) {
        // That it is not run is told where the delimiters are read.
        Ok(_) if matches!(spec.text, TemplateOrigin::Default { .. }) => Vec::new(),
        Ok(template) => {
            let warnings = template.warnings().into_iter().take(WARNINGS);
            let warnings = warnings.map(|warning| {
                let help = warning.hint.as_deref().unwrap_or("look at this place");
                let code = Code::TemplateDoubtful;
                diagnostic(code, spec, &warning.place, &warning.message, help).as_warning()
            });
            warnings.collect()
        }
        Err(error) => {
            let (code, help) = match error.class {
                ErrorClass::UndefinedFunction | ErrorClass::UnsupportedFunction => {
                    (Code::TemplateFunction, "do without this function")
                }
                _ => (Code::TemplateInvalid, "correct the template at this place"),
            };
            let help = error.hint.as_deref().unwrap_or(help);
            vec![diagnostic(code, spec, &error.place, &error.message, help)]
        }
    }
}

fn diagnostic(
    code: Code,
    spec: &TemplateSpec,
    place: &Place,
    message: &str,
    help: &str,
) -> Diagnostic {
    /// A message may quote a name of the template, which may be of any length.
    const LIMIT: usize = 300;
    let (line, column) = (place.line, place.column);
    let margin = " ".repeat(line.to_string().len());
    let indent = " ".repeat(place.caret);
    Diagnostic::error(
        code,
        format!("annotation {}", spec.annotation),
        format!("line {line}, column {column}: {}", cut(message, LIMIT)),
        cut(help, LIMIT),
    )
    .with_excerpt(vec![
        format!("  {line} | {}", place.source_line),
        format!("  {margin} | {indent}^"),
    ])
}

pub(super) fn source(spec: &TemplateSpec, settings: &Settings) -> TemplateSource {
    TemplateSource {
        text: match &spec.text {
            TemplateOrigin::Inline(text) => TemplateText::Inline(text.clone()),
            TemplateOrigin::File(path) => TemplateText::File(path.clone()),
            TemplateOrigin::Default { path, template } => {
                let template = template.unwrap_or(settings.default_template);
                TemplateText::Inline(default_text(template, path))
            }
        },
        left_delimiter: spec.left_delimiter.clone(),
        right_delimiter: spec.right_delimiter.clone(),
        error_on_missing_key: spec.error_on_missing_key,
        error_fatal: spec.error_fatal,
    }
}

/// As the original injector writes it, except that a quote or backslash in the path does not end
/// or change its text.
fn default_text(template: DefaultTemplate, path: &str) -> String {
    let mut quoted = SecretBuffer::default();
    append_quote(&mut quoted, path.as_bytes());
    let path = String::from_utf8_lossy(quoted.expose_secret());
    match template {
        DefaultTemplate::Map => format!(
            "{{{{ with secret {path} }}}}{{{{ range $k, $v := .Data }}}}{{{{ $k }}}}: {{{{ $v }}}}\n{{{{ end }}}}{{{{ end }}}}"
        ),
        DefaultTemplate::Json => {
            format!("{{{{ with secret {path} }}}}{{{{ .Data | toJSON }}}}\n{{{{ end }}}}")
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use vouchsafe_template::scope::Dependency;

    use super::*;

    #[test]
    fn the_default_templates_are_the_original_injectors() {
        assert_eq!(
            default_text(DefaultTemplate::Map, "secret/data/db"),
            "{{ with secret \"secret/data/db\" }}{{ range $k, $v := .Data }}{{ $k }}: {{ $v }}\n{{ end }}{{ end }}"
        );
        assert_eq!(
            default_text(DefaultTemplate::Json, "secret/data/db"),
            "{{ with secret \"secret/data/db\" }}{{ .Data | toJSON }}\n{{ end }}"
        );
    }

    proptest! {
        #[test]
        fn a_default_template_reads_its_path_whatever_is_in_it(path in "[^\\p{Cc}\\s/]{1,20}", json: bool) {
            let template = if json { DefaultTemplate::Json } else { DefaultTemplate::Map };
            let text = default_text(template, &path);
            let template = Template::parse(text.as_bytes(), Options::new("x")).unwrap();
            prop_assert_eq!(template.requests().constant, [Dependency::Read { path }]);
            prop_assert!(template.warnings().is_empty() || text.contains("/data/"));
        }
    }
}
