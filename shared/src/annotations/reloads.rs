//! Whom the agent tells when files changed.

use std::ops::Range;

use super::{
    existence::Existence,
    files::About,
    layers::Source,
    number,
    reader::{Reader, by_rules_of, read},
    setting::Setting,
    spec::{FileSpec, ReloadOptions, ReloadSpec},
    table::Name,
    time, values,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    value::{Headers, ReloadRequest, ReloadRequests},
};

/// What refines reloads: of the pod, and of one secret.
const OPTIONS: [(Name, Name); 6] = [
    (Name::ReloadTimeout, Name::ReloadTimeoutOfSecret),
    (Name::ReloadRetries, Name::ReloadRetriesOfSecret),
    (Name::ReloadDebounce, Name::ReloadDebounceOfSecret),
    (Name::ReloadOnFirst, Name::ReloadOnFirstOfSecret),
    (Name::ReloadHeaders, Name::ReloadHeadersOfSecret),
    (Name::ReloadExpectStatus, Name::ReloadExpectStatusOfSecret),
];

/// The options of HTTP requests, as the others come first.
const HTTP_OPTIONS: usize = 4;

impl Reader<'_, '_> {
    pub(super) fn reloads(&mut self, files: &[(&str, FileSpec)]) -> Vec<ReloadSpec> {
        let mut reloads: Vec<ReloadSpec> = Vec::new();
        if let Some(setting) = self.get(Name::Reload)
            && let Some(ReloadRequests(requests)) = read(setting, |_, text| text.parse())
        {
            let options = self.options(None);
            for request in requests {
                add(&mut reloads, setting, 0..files.len(), request, &options);
            }
        }
        for (secret, settings) in &self.settings.secrets {
            if let Some(setting) = settings.get(&Name::ReloadFile)
                && let Some(ReloadRequests(requests)) = read(setting, |_, text| text.parse())
                && let Some(file) = files.iter().position(|(name, _)| name == secret)
            {
                let options = self.options(Some(settings));
                for request in requests {
                    add(&mut reloads, setting, file..file + 1, request, &options);
                }
            }
        }
        self.check_options();
        reloads
    }

    /// What a secret's annotations say, or else the pod's.
    fn options(&self, secret: Option<&About<'_>>) -> ReloadOptions {
        let setting = |(of_pod, of_secret): (Name, Name)| {
            let own = secret.and_then(|settings| settings.get(&of_secret));
            own.or_else(|| self.get(of_pod))
        };
        let [timeout, retries, debounce, on_first, headers, expect_status] = OPTIONS.map(setting);
        ReloadOptions {
            timeout: timeout.and_then(|setting| read(setting, time::duration).flatten()),
            retries: retries.and_then(|setting| read(setting, number::count).flatten()),
            debounce: debounce.and_then(|setting| read(setting, time::grace)),
            on_first: on_first
                .and_then(|setting| read(setting, values::boolean))
                .unwrap_or(false),
            headers: headers
                .and_then(|setting| read(setting, |_, text| text.parse()))
                .unwrap_or_default(),
            expect_status: expect_status.and_then(|setting| read(setting, |_, text| text.parse())),
        }
    }

    /// Options of reloads that there are not.
    fn check_options(&mut self) {
        let mut problems = Vec::new();
        let of_pod = self.get(Name::Reload);
        let of_secrets = || {
            let secrets = self.settings.secrets.iter();
            secrets
                .filter_map(|(secret, settings)| Some((*secret, settings.get(&Name::ReloadFile)?)))
        };
        let all = || {
            of_pod
                .into_iter()
                .chain(of_secrets().map(|(_, setting)| setting))
        };
        for (index, (name, name_of_secret)) in OPTIONS.into_iter().enumerate() {
            let needs_http = index >= HTTP_OPTIONS;
            let fits = |setting: &Setting<'_>| !needs_http || may_be_http(setting);
            let kind = if needs_http { "HTTP reload" } else { "reload" };
            if let Some(setting) = self.get(name)
                && !all().any(fits)
            {
                problems.push(unused(
                    setting,
                    &format!("is about the {kind}s of the pod"),
                    "reload",
                ));
            }
            for (secret, settings) in &self.settings.secrets {
                if let Some(setting) = settings.get(&name_of_secret)
                    && !settings.get(&Name::ReloadFile).is_some_and(fits)
                    // That there is no such secret is told already.
                    && matches!(Existence::of(settings), Existence::Named(..))
                {
                    let message = format!("is about the {kind} of {secret}");
                    problems.push(unused(setting, &message, &format!("reload-{secret}")));
                }
            }
        }
        self.problems.extend(problems);
    }
}

/// Files with the same request are told of together, once.
fn add(
    reloads: &mut Vec<ReloadSpec>,
    setting: &Setting<'_>,
    on: Range<usize>,
    request: ReloadRequest,
    options: &ReloadOptions,
) {
    let mut options = options.clone();
    if !matches!(request, ReloadRequest::Http { .. }) {
        options.headers = Headers::default();
        options.expect_status = None;
    }
    let mut present = reloads.iter_mut();
    let is_same = |reload: &&mut ReloadSpec| reload.request == request && reload.options == options;
    match present.find(is_same) {
        Some(reload) => {
            reload.on.extend(on);
            reload.on.sort_unstable();
            reload.on.dedup();
        }
        None => reloads.push(ReloadSpec {
            annotation: setting.label(),
            on: on.collect(),
            request,
            options,
        }),
    }
}

/// One that cannot be read may have been meant so; that is told anyway.
fn may_be_http(setting: &Setting<'_>) -> bool {
    let is_http = |request: &ReloadRequest| matches!(request, ReloadRequest::Http { .. });
    match setting.value.parse() {
        Ok(ReloadRequests(requests)) => requests.iter().any(is_http),
        Err(_) => true,
    }
}

fn unused(setting: &Setting<'_>, message: &str, missing: &str) -> Diagnostic {
    let problem = Diagnostic::error(
        Code::ReloadOption,
        format!("annotation {}", setting.label()),
        format!("{message}, and there is none"),
        format!("add {}{missing}, or remove it", setting.prefix),
    );
    // Defaults around the pod may be meant for others.
    if setting.source == Source::Pod {
        by_rules_of(setting.dialect(), problem)
    } else {
        problem.as_warning()
    }
}
