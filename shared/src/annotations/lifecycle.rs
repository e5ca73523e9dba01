//! When the agent runs, where it stands, who sees the files, and what the agent serves.

use super::{
    number,
    reader::{Reader, bad_value},
    spec::{
        ApiSpec, Asked, ContainerSelection, Dialect, InitContainerSelection, Phases, Placement,
    },
    table::Name,
    time,
    values::{self, Place},
};
use crate::{
    config::ProxyToken,
    diagnostic::{Code, Diagnostic},
    value::{DirectoryPath, HumanDuration, ValueError},
};

/// How often the original's agent looks where its injector says nothing.
/// Source: <https://developer.hashicorp.com/vault/docs/agent-and-proxy/agent/template>.
const ORIGINAL_INTERVAL: HumanDuration = HumanDuration::from_secs(5 * 60);

impl Reader<'_, '_> {
    pub(super) fn phases(&mut self) -> Phases {
        let (before, alone) = (Name::PrePopulate, Name::PrePopulateOnly);
        match (
            self.boolean(before).unwrap_or(true),
            self.boolean(alone).unwrap_or(false),
        ) {
            (true, false) => Phases::InitAndRun,
            (true, true) => Phases::Init,
            (false, false) => Phases::Run,
            (false, true) => {
                let (Some(one), Some(other)) = (self.get(before), self.get(alone)) else {
                    return Phases::InitAndRun;
                };
                // A default cannot gainsay the stronger of the two.
                match one.rank.cmp(&other.rank) {
                    std::cmp::Ordering::Less => return Phases::Run,
                    std::cmp::Ordering::Greater => return Phases::Init,
                    std::cmp::Ordering::Equal => {}
                }
                self.problems.push(Diagnostic::error(
                    Code::NoPhase,
                    format!("annotation {}", one.label()),
                    format!(
                        "leaves the agent no time to run, together with {}",
                        other.label()
                    ),
                    "remove one of the two",
                ));
                Phases::InitAndRun
            }
        }
    }

    pub(super) fn placement(&mut self) -> Placement {
        let of_first = |first| if first { Place::First } else { Place::Last };
        let by_word = self.get(Name::Placement).and_then(|setting| {
            Some((
                setting,
                values::place(setting.dialect(), setting.value).ok()?,
            ))
        });
        let by_switch = self.get(Name::InitFirst).and_then(|setting| {
            let first = values::boolean(setting.dialect(), setting.value).ok()?;
            Some((setting, of_first(first)))
        });
        if let (Some((one, place)), Some((other, switched))) = (by_word, by_switch)
            && place != switched
        {
            self.problems.push(Diagnostic::error(
                Code::PlacementConflict,
                format!("annotation {}", one.label()),
                format!("names another place than {}", other.label()),
                "remove one of the two",
            ));
        }
        let Some((setting, place)) = by_word.or(by_switch) else {
            return match self.dialect() {
                Dialect::Own => Placement::First,
                Dialect::Original => Placement::Last,
            };
        };
        let asked = |name: &str| Asked {
            annotation: setting.label(),
            value: name.to_owned(),
        };
        match place {
            Place::First => Placement::First,
            Place::Last => Placement::Last,
            Place::Before(name) => Placement::Before(asked(name)),
            Place::After(name) => Placement::After(asked(name)),
        }
    }

    /// Under the original prefixes names alone count, so that nothing means no container.
    pub(super) fn containers(&self) -> ContainerSelection {
        let Some(setting) = self.get(Name::Containers) else {
            return ContainerSelection::All;
        };
        if setting.dialect() == Dialect::Own && setting.value.trim() == "all" {
            return ContainerSelection::All;
        }
        ContainerSelection::Named {
            annotation: setting.label(),
            names: values::names(setting.value).map(str::to_owned).collect(),
        }
    }

    pub(super) fn init_containers(&self) -> InitContainerSelection {
        let Some(setting) = self.get(Name::InitContainers) else {
            return InitContainerSelection::All;
        };
        let names = match setting.value.trim() {
            "all" => return InitContainerSelection::All,
            "none" => Vec::new(),
            value => values::names(value).map(str::to_owned).collect(),
        };
        InitContainerSelection::Named(Asked {
            annotation: setting.label(),
            value: names,
        })
    }

    pub(super) fn directory(&mut self) -> DirectoryPath {
        let directory = self.read(Name::Directory, values::directory);
        if let (Some(None), Some(setting)) = (&directory, self.get(Name::Directory)) {
            let error = ValueError::new("is blank; expected for example /vault/secrets");
            self.problems.push(bad_value(setting, &error));
        }
        directory.flatten().unwrap_or_else(DirectoryPath::secrets)
    }

    /// Under the original prefixes nothing and zero mean the original agent's, whatever the webhook's
    /// is.
    pub(super) fn refresh_interval(&self) -> Option<HumanDuration> {
        let interval = self.read(Name::RefreshInterval, time::duration)?;
        Some(interval.unwrap_or(ORIGINAL_INTERVAL))
    }

    pub(super) fn lease_renewal_threshold(&mut self) -> Option<f64> {
        let setting = self.get(Name::LeaseRenewalThreshold)?;
        let share = number::share(setting.dialect(), setting.value).ok()?;
        if share.is_none() {
            let error = ValueError::new(
                "is passed over, for it is no share of a life; expected a number above 0 and below 1",
            );
            let problem = bad_value(setting, &error);
            self.problems.push(problem.as_warning());
        }
        share
    }

    pub(super) fn api(&mut self) -> ApiSpec {
        let caches = self.boolean(Name::CacheEnable).unwrap_or(false);
        let quit = self.boolean(Name::EnableQuit).unwrap_or(false);
        if let (true, Some(setting)) = (caches, self.get(Name::CacheEnable)) {
            self.no_effect(
                setting,
                "passes requests on to the store, and keeps no answers",
                "nothing is to be done unless the app relies on answers being kept",
            );
        }
        let telemetry = self.settings.parameters.get(&Name::Telemetry);
        if let Some((_, setting)) = telemetry.and_then(|all| all.first()) {
            let (message, help) = if caches || quit {
                let message =
                    "shows the agent's metrics at /agent/v1/metrics and does nothing else";
                (
                    message,
                    "nothing is to be done unless something else is meant".to_owned(),
                )
            } else {
                let help = format!("add {}agent-enable-quit, or remove it", setting.prefix);
                ("has no effect: the agent listens nowhere", help)
            };
            self.no_effect(setting, message, help);
        }
        ApiSpec {
            port: self
                .read(Name::CachePort, number::port)
                .flatten()
                .unwrap_or_else(|| ApiSpec::default().port),
            quit,
            proxy: caches.then(|| {
                self.read(Name::CacheToken, values::proxy_token)
                    .unwrap_or(ProxyToken::Offer)
            }),
            metrics: telemetry.is_some(),
        }
    }
}
