//! Second step: what the settings mean.

use super::{
    collect::Collected,
    layers::Layers,
    reader::{Reader, bad_value},
    setting::Settings,
    spec::{InjectSpec, RefreshSpec, TemplateSpec},
    table::{Name, Prefix},
    time, values,
};
use crate::diagnostic::{Code, Diagnostic, Severity};

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

/// Reads a pod's annotations, given as pairs of key and value, without any defaults around it.
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
    parse_layers(&Layers::of_pod(annotations), check)
}

/// As [`parse_checking()`], with the defaults around the pod.
///
/// # Errors
/// As [`parse()`].
pub fn parse_layers(
    layers: &Layers<'_>,
    check: &mut dyn FnMut(&TemplateSpec) -> Vec<Diagnostic>,
) -> Result<Intent, Rejection> {
    let mut problems = Vec::new();
    let collected = Collected::of(layers, &mut problems);
    let any_own = collected.any_own;
    let settings = collected.into_effective();
    let Some(prefix) = asked_under(&settings, &mut problems) else {
        return left_alone(any_own, &settings, problems);
    };
    let mut reader = Reader {
        settings: &settings,
        prefix,
        problems,
        check,
    };
    reader.check_values();
    let spec = reader.spec(layers.auth_method);
    finish(reader.problems, |warnings| Intent::Inject {
        spec: Box::new(spec),
        warnings,
    })
}

/// The prefix of the `inject` that counts, if it says yes.
fn asked_under(settings: &Settings<'_>, problems: &mut Vec<Diagnostic>) -> Option<Prefix> {
    let setting = settings.pod.get(&Name::Inject)?;
    match values::boolean(setting.dialect(), setting.value) {
        Ok(asked) => asked.then_some(setting.prefix),
        Err(error) => {
            problems.push(bad_value(setting, &error));
            None
        }
    }
}

/// A pod that does not ask for injection is never denied for its other annotations, only for an
/// `inject` that cannot be read: it may have meant yes.
fn left_alone(
    any_own: Option<&str>,
    settings: &Settings<'_>,
    mut problems: Vec<Diagnostic>,
) -> Result<Intent, Rejection> {
    let unreadable = problems
        .iter()
        .any(|problem| problem.code == Code::BadValue);
    if !unreadable {
        problems = problems.into_iter().map(Diagnostic::as_warning).collect();
        if let (None, Some(key)) = (settings.pod.get(&Name::Inject), any_own) {
            problems.push(
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
    finish(problems, |warnings| Intent::LeaveAlone { warnings })
}

fn finish(
    problems: Vec<Diagnostic>,
    intent: impl FnOnce(Vec<Diagnostic>) -> Intent,
) -> Result<Intent, Rejection> {
    if problems
        .iter()
        .any(|problem| problem.severity == Severity::Error)
    {
        return Err(Rejection(problems));
    }
    Ok(intent(problems))
}

impl Reader<'_, '_> {
    fn spec(&mut self, auth_method: Option<&str>) -> InjectSpec {
        let config_map = self.asked_text(Name::ConfigMap);
        let directory = self.directory();
        let files = self.files(&directory, config_map.as_ref());
        let reloads = self.reloads(&files);
        InjectSpec {
            dialect: self.dialect(),
            auth: self.auth(auth_method, config_map.is_some()),
            connection: self.connection(),
            reloads,
            files: files.into_iter().map(|(_, file)| file).collect(),
            directory,
            containers: self.containers(),
            init_containers: self.init_containers(),
            mounts_read_only: self.boolean(Name::MountsReadOnly).unwrap_or(true),
            volume_size: self.plain(Name::VolumeSize),
            phases: self.phases(),
            native_sidecar: self.boolean(Name::NativeSidecar),
            placement: self.placement(),
            share_process_namespace: self.asked(Name::ShareProcessNamespace, values::boolean),
            identity_token: self.identity_token(),
            container: self.container(),
            config_map,
            api: self.api(),
            refresh: RefreshSpec {
                interval: self.refresh_interval(),
                adaptive: self.read(Name::RefreshAdaptive, time::range),
            },
            refresh_version_first: self.boolean(Name::RefreshVersionFirst).unwrap_or(true),
            events: self.boolean(Name::Events).unwrap_or(false),
            keep_previous: self.read(Name::KeepPrevious, time::duration).flatten(),
            lease_renewal_threshold: self.lease_renewal_threshold(),
            exit_on_retry_failure: self.boolean(Name::ExitOnRetryFailure),
            revoke_on_shutdown: self.boolean(Name::RevokeOnShutdown),
            revoke_grace: self.read(Name::RevokeGrace, time::grace),
            log_level: self
                .read(Name::LogLevel, values::log_level)
                .unwrap_or_default(),
            log_format: self
                .read(Name::LogFormat, values::log_format)
                .unwrap_or_default(),
        }
    }
}
