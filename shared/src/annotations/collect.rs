//! First step: which settings are made, under which prefix, whatever their spelling.

use std::collections::BTreeMap;

use super::{
    suggest::nearest,
    table::{Name, Prefix, Scope, TABLE},
};
use crate::diagnostic::{Code, Diagnostic};

/// Annotations of the original injector that change what is rendered or how it logs in: passing
/// over them silently would start an application with the wrong secrets.
const UNSUPPORTED: &[&str] = &[
    "agent-inject-command",
    "agent-inject-token",
    "agent-configmap",
    "agent-pre-populate-only",
    "auth-type",
    "auth-config",
    "secret-volume-path",
    "tls-secret",
    "ca-cert",
    "client-cert",
    "client-key",
    "tls-server-name",
    "tls-skip-verify",
    "proxy-address",
];

/// Settings of the original injector about the pod that look like our `template-NAME` and change
/// nothing here.
const NOT_A_TEMPLATE: &[&str] = &[
    "template-config-exit-on-retry-failure",
    "template-lease-renewal-threshold",
    "template-max-connections-per-host",
];

/// One setting as written: the strongest prefix that makes it.
#[derive(Clone, Debug)]
pub(super) struct Setting<'a> {
    pub(super) prefix: Prefix,
    /// The annotation's full key, for messages.
    pub(super) key: &'a str,
    pub(super) value: &'a str,
}

/// All settings, by name and (for [`Scope::Secret`]) by the secret's NAME.
#[derive(Debug, Default)]
pub(super) struct Settings<'a> {
    pub(super) pod: BTreeMap<Name, Setting<'a>>,
    pub(super) secrets: BTreeMap<&'a str, BTreeMap<Name, Setting<'a>>>,
    /// Whether any annotation under our own prefix is there.
    pub(super) any_own: Option<&'a str>,
}

impl<'a> Settings<'a> {
    pub(super) fn collect(
        annotations: impl IntoIterator<Item = (&'a str, &'a str)>,
        problems: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut settings = Self::default();
        for (key, value) in annotations {
            let Some((prefix, rest)) = Prefix::split(key) else {
                continue;
            };
            if prefix == Prefix::Vouchsafe {
                settings.any_own.get_or_insert(key);
            }
            let setting = Setting { prefix, key, value };
            match identify(prefix, rest) {
                Some((name, None)) => insert(&mut settings.pod, name, setting, problems),
                Some((name, Some(secret))) => {
                    insert(
                        settings.secrets.entry(secret).or_default(),
                        name,
                        setting,
                        problems,
                    );
                }
                None => problems.push(unknown(prefix, key, rest)),
            }
        }
        settings
    }
}

/// Which setting a key's rest makes: the longest spelling that fits, so that
/// `agent-inject-secret-x` is not a setting `agent-inject` with a remainder, and
/// `agent-inject-template-file-x` never the text of a template for `file-x`.
fn identify(prefix: Prefix, rest: &str) -> Option<(Name, Option<&str>)> {
    if let Some(annotation) = TABLE.iter().find(|row| {
        row.scope == Scope::Pod && row.spellings_under(prefix).any(|spelling| spelling == rest)
    }) {
        return Some((annotation.name, None));
    }
    if is_unsupported(rest) || NOT_A_TEMPLATE.contains(&rest) {
        return None;
    }
    TABLE
        .iter()
        .filter(|row| row.scope == Scope::Secret)
        .flat_map(|row| {
            row.spellings_under(prefix)
                .map(move |spelling| (row.name, spelling))
        })
        .filter_map(|(name, spelling)| {
            let secret = rest.strip_prefix(spelling)?.strip_prefix('-')?;
            (!secret.is_empty()).then_some((name, spelling.len(), secret))
        })
        .max_by_key(|(_, length, _)| *length)
        .map(|(name, _, secret)| (name, Some(secret)))
}

fn is_unsupported(rest: &str) -> bool {
    UNSUPPORTED.iter().any(|name| {
        rest.strip_prefix(name)
            .is_some_and(|tail| tail.is_empty() || tail.starts_with('-'))
    })
}

fn insert<'a>(
    settings: &mut BTreeMap<Name, Setting<'a>>,
    name: Name,
    setting: Setting<'a>,
    problems: &mut Vec<Diagnostic>,
) {
    let Some(present) = settings.get(&name) else {
        settings.insert(name, setting);
        return;
    };
    let (winner, loser) = if setting.prefix < present.prefix {
        (setting.clone(), present.clone())
    } else {
        (present.clone(), setting)
    };
    if winner.value != loser.value {
        problems.push(
            Diagnostic::error(
                Code::Shadowed,
                format!("annotation {}", loser.key),
                format!("is passed over in favour of {}", winner.key),
                "keep one of them",
            )
            .as_warning(),
        );
    }
    settings.insert(name, winner);
}

fn unknown(prefix: Prefix, key: &str, rest: &str) -> Diagnostic {
    let subject = format!("annotation {key}");
    if is_unsupported(rest) {
        return Diagnostic::error(
            Code::Unsupported,
            subject,
            "is not supported yet and would change what the application gets",
            "remove the annotation, or keep this pod with the original injector for now",
        );
    }
    let (message, help) = if NOT_A_TEMPLATE.contains(&rest) {
        let message = "is a setting of the original injector that has no effect here";
        (message, "remove it".to_owned())
    } else {
        let help = match nearest_spelling(prefix, rest) {
            Some(suggestion) => format!("did you mean {prefix}{suggestion}?"),
            None => "see docs/annotations.md for the names there are".to_owned(),
        };
        ("is not an annotation we know", help)
    };
    let diagnostic = Diagnostic::error(Code::UnknownAnnotation, subject, message, help);
    if prefix == Prefix::Vouchsafe {
        diagnostic
    } else {
        // The original injector passes over names that it does not know, and other programs may
        // use its prefix.
        diagnostic.as_warning()
    }
}

/// The nearest spelling; of a per-secret annotation only the part before the NAME is compared.
fn nearest_spelling(prefix: Prefix, rest: &str) -> Option<String> {
    let spellings = |scope| {
        TABLE
            .iter()
            .filter(move |row| row.scope == scope)
            .flat_map(move |row| row.spellings_under(prefix))
    };
    let about_pod = nearest(rest, spellings(Scope::Pod))
        .map(|(distance, spelling)| (distance, spelling.to_owned()));
    let about_secret = rest.match_indices('-').filter_map(|(dash, _)| {
        let (head, secret) = rest.split_at(dash);
        nearest(head, spellings(Scope::Secret))
            .map(|(distance, spelling)| (distance, format!("{spelling}{secret}")))
    });
    about_pod
        .into_iter()
        .chain(about_secret)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, spelling)| spelling)
}
