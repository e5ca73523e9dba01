//! Second step: what the settings mean.

use std::{collections::BTreeMap, str::FromStr};

use super::{
    collect::{Setting, Settings},
    spec::{
        ApiSpec, Asked, AuthSpec, ConnectionSpec, ContainerSelection, ContainerSpec, Dialect,
        FileSpec, IdentityTokenSpec, InitContainerSelection, InjectSpec, Phases, Placement,
        ReloadSpec, TemplateSpec,
    },
    table::{Name, Prefix},
};
use crate::{
    config::{LogFormat, LogLevel},
    diagnostic::{Code, Diagnostic, Severity},
    value::{DirectoryPath, FileName, ReloadRequest, ValueError},
};

/// What is to be done with a pod.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// Nothing: it does not ask for secrets.
    LeaveAlone { warnings: Vec<Diagnostic> },
    Inject {
        spec: Box<InjectSpec>,
        warnings: Vec<Diagnostic>,
    },
}

/// Every problem found; at least one is an error.
#[derive(Clone, Debug, PartialEq)]
pub struct Rejection(pub Vec<Diagnostic>);

/// Reads a pod's annotations, given as pairs of key and value.
///
/// # Errors
/// All problems at once, warnings included, if at least one of them is an error.
pub fn parse<'a>(
    annotations: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<Intent, Rejection> {
    parse_checking(annotations, &mut |_| Vec::new())
}

/// As [`parse()`], with what `check` says of each template told among the problems.
///
/// # Errors
/// As [`parse()`].
pub fn parse_checking<'a>(
    annotations: impl IntoIterator<Item = (&'a str, &'a str)>,
    check: &mut dyn FnMut(&TemplateSpec) -> Vec<Diagnostic>,
) -> Result<Intent, Rejection> {
    let mut problems = Vec::new();
    let settings = Settings::collect(annotations, &mut problems);
    let mut reader = Reader {
        settings: &settings.pod,
        problems,
        check,
    };
    let Some(dialect) = reader.inject() else {
        return reader.left_alone(&settings);
    };
    let role = reader.role();
    let files = reader.files(dialect, &settings.secrets);
    let reloads = reader.reloads(&files, &settings.secrets);
    let placement = match (reader.boolean(Name::InitFirst), dialect) {
        (Some(true), _) | (None, Dialect::Own) => Placement::First,
        (Some(false), _) | (None, Dialect::Original) => Placement::Last,
    };
    let spec = InjectSpec {
        dialect,
        auth: AuthSpec {
            mount: reader.value(Name::AuthPath),
            role,
            ..AuthSpec::default()
        },
        connection: ConnectionSpec {
            address: reader.value(Name::Address),
            namespace: reader.text(Name::Namespace),
            ..ConnectionSpec::default()
        },
        files: files.into_iter().map(|(_, file)| file).collect(),
        directory: DirectoryPath::secrets(),
        reloads,
        containers: reader.containers(),
        init_containers: InitContainerSelection::All,
        mounts_read_only: true,
        volume_size: None,
        phases: Phases::InitAndRun,
        native_sidecar: None,
        placement,
        share_process_namespace: None,
        identity_token: IdentityTokenSpec {
            audience: reader.text(Name::TokenAudience),
            ..IdentityTokenSpec::default()
        },
        container: ContainerSpec::default(),
        config_map: None,
        api: ApiSpec::default(),
        refresh_interval: reader.refresh_interval(),
        lease_renewal_threshold: None,
        exit_on_retry_failure: None,
        revoke_on_shutdown: reader.boolean(Name::RevokeOnShutdown),
        revoke_grace: None,
        log_level: reader
            .value::<Level>(Name::LogLevel)
            .map_or_else(LogLevel::default, |level| level.0),
        log_format: reader
            .value::<Format>(Name::LogFormat)
            .map_or_else(LogFormat::default, |format| format.0),
    };
    reader.finish(|warnings| Intent::Inject {
        spec: Box::new(spec),
        warnings,
    })
}

pub(super) struct Reader<'a> {
    settings: &'a BTreeMap<Name, Setting<'a>>,
    pub(super) problems: Vec<Diagnostic>,
    pub(super) check: &'a mut dyn FnMut(&TemplateSpec) -> Vec<Diagnostic>,
}

impl Reader<'_> {
    fn inject(&mut self) -> Option<Dialect> {
        let setting = self.settings.get(&Name::Inject)?;
        match parse_boolean(setting.value) {
            Ok(true) if setting.prefix == Prefix::Vouchsafe => Some(Dialect::Own),
            Ok(true) => Some(Dialect::Original),
            Ok(false) => None,
            Err(error) => {
                self.problems.push(bad_value(setting, &error));
                None
            }
        }
    }

    /// A pod that does not ask for injection is never denied for its other annotations, only for
    /// an `inject` that cannot be read: it may have meant yes.
    fn left_alone(mut self, settings: &Settings<'_>) -> Result<Intent, Rejection> {
        let unreadable = self
            .problems
            .iter()
            .any(|problem| problem.code == Code::BadValue);
        if !unreadable {
            self.problems = std::mem::take(&mut self.problems)
                .into_iter()
                .map(Diagnostic::as_warning)
                .collect();
            if let (None, Some(key)) = (self.settings.get(&Name::Inject), settings.any_own) {
                self.problems.push(
                    Diagnostic::error(
                        Code::NotRequested,
                        format!("annotation {key}"),
                        "has no effect without vouchsafe.dev/inject",
                        "add vouchsafe.dev/inject: \"true\", or remove it",
                    )
                    .as_warning(),
                );
            }
        }
        self.finish(|warnings| Intent::LeaveAlone { warnings })
    }

    fn finish(self, intent: impl FnOnce(Vec<Diagnostic>) -> Intent) -> Result<Intent, Rejection> {
        if self
            .problems
            .iter()
            .any(|problem| problem.severity == Severity::Error)
        {
            return Err(Rejection(self.problems));
        }
        Ok(intent(self.problems))
    }

    fn role(&mut self) -> Option<Asked<String>> {
        let role = self.text(Name::Role).map(|value| Asked {
            annotation: self
                .settings
                .get(&Name::Role)
                .map(|setting| setting.key.to_owned())
                .unwrap_or_default(),
            value,
        });
        if role.is_none() {
            self.problems.push(Diagnostic::error(
                Code::MissingRole,
                "annotation vouchsafe.dev/role",
                "is missing, so the agent cannot log in",
                "add it with the name of the role in the store",
            ));
        }
        role
    }

    fn reloads(
        &mut self,
        files: &[(&str, FileSpec)],
        secrets: &BTreeMap<&str, BTreeMap<Name, Setting<'_>>>,
    ) -> Vec<ReloadSpec> {
        let mut reloads: Vec<ReloadSpec> = Vec::new();
        let mut add = |setting: &Setting<'_>, on: Vec<FileName>, request: ReloadRequest| {
            // Files with the same request are told of together, once.
            match reloads.iter_mut().find(|reload| reload.request == request) {
                Some(reload) => reload.on.extend(
                    on.into_iter()
                        .filter(|name| !reload.on.contains(name))
                        .collect::<Vec<_>>(),
                ),
                None => reloads.push(ReloadSpec {
                    annotation: setting.key.to_owned(),
                    on,
                    request,
                }),
            }
        };
        if let Some(setting) = self.settings.get(&Name::Reload)
            && let Some(request) = self.parsed(setting)
        {
            add(
                setting,
                files.iter().map(|(_, file)| file.name.clone()).collect(),
                request,
            );
        }
        for (secret, settings) in secrets {
            if let Some(setting) = settings.get(&Name::ReloadFile)
                && let Some(request) = self.parsed(setting)
                && let Some((_, file)) = files.iter().find(|(name, _)| name == secret)
            {
                add(setting, vec![file.name.clone()], request);
            }
        }
        reloads
    }

    fn containers(&mut self) -> ContainerSelection {
        let Some(setting) = self.settings.get(&Name::Containers) else {
            return ContainerSelection::All;
        };
        ContainerSelection::Named {
            annotation: setting.key.to_owned(),
            names: setting
                .value
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
        }
    }

    fn refresh_interval(&mut self) -> Option<crate::value::HumanDuration> {
        let setting = self.settings.get(&Name::RefreshInterval)?;
        let interval: crate::value::HumanDuration = self.parsed(setting)?;
        if interval.as_duration().is_zero() {
            self.problems.push(bad_value(
                setting,
                &ValueError::new("must be longer than zero; expected for example 30s"),
            ));
            return None;
        }
        Some(interval)
    }

    fn boolean(&mut self, name: Name) -> Option<bool> {
        let setting = self.settings.get(&name)?;
        parse_boolean(setting.value)
            .map_err(|error| self.problems.push(bad_value(setting, &error)))
            .ok()
    }

    /// The text of a setting that takes any; blank is as good as absent.
    fn text(&mut self, name: Name) -> Option<String> {
        let value = self.settings.get(&name)?.value.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    pub(super) fn has(&self, name: Name) -> bool {
        self.settings.contains_key(&name)
    }

    pub(super) fn value<T: FromStr<Err = ValueError>>(&mut self, name: Name) -> Option<T> {
        let setting = self.settings.get(&name)?;
        self.parsed(setting)
    }

    pub(super) fn parsed<T: FromStr<Err = ValueError>>(
        &mut self,
        setting: &Setting<'_>,
    ) -> Option<T> {
        setting
            .value
            .parse()
            .map_err(|error| self.problems.push(bad_value(setting, &error)))
            .ok()
    }
}

pub(super) fn bad_value(setting: &Setting<'_>, error: &ValueError) -> Diagnostic {
    Diagnostic::error(
        Code::BadValue,
        format!("annotation {}", setting.key),
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

/// Go's `strconv.ParseBool`, which the original injector uses; the empty text means false there.
pub(super) fn parse_boolean(text: &str) -> Result<bool, ValueError> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "" | "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => Err(ValueError::new(
            "not a yes or no; expected \"true\" or \"false\"",
        )),
    }
}

struct Level(LogLevel);

impl FromStr for Level {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        match text.trim().to_ascii_lowercase().as_str() {
            "error" | "err" => Ok(Self(LogLevel::Error)),
            "warn" | "warning" => Ok(Self(LogLevel::Warn)),
            "info" | "notice" | "" => Ok(Self(LogLevel::Info)),
            "debug" => Ok(Self(LogLevel::Debug)),
            "trace" => Ok(Self(LogLevel::Trace)),
            _ => Err(ValueError::new(
                "not a log level; expected error, warn, info, debug or trace",
            )),
        }
    }
}

struct Format(LogFormat);

impl FromStr for Format {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        match text.trim().to_ascii_lowercase().as_str() {
            "text" | "standard" | "" => Ok(Self(LogFormat::Text)),
            "json" => Ok(Self(LogFormat::Json)),
            _ => Err(ValueError::new("not a log format; expected text or json")),
        }
    }
}
