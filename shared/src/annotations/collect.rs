//! First step: which settings are made, under which prefix and in which layer, whatever their
//! spelling.

use std::collections::BTreeMap;

use super::{
    layers::{Layers, Source},
    setting::{Key, Setting, Settings},
    spelling::identify,
    table::{Name, Prefix, Scope},
    unknown::unknown,
};
use crate::diagnostic::{Code, Diagnostic};

/// All settings, each with those that it goes before, the strongest first.
#[derive(Debug, Default)]
pub(super) struct Collected<'a> {
    pub(super) settings: BTreeMap<Key<'a>, Vec<Setting<'a>>>,
    /// An annotation of the pod under our own prefix, if there is one.
    pub(super) any_own: Option<&'a str>,
}

impl<'a> Collected<'a> {
    pub(super) fn of(layers: &Layers<'a>, problems: &mut Vec<Diagnostic>) -> Self {
        let mut collected = Self::default();
        let stack = layers.stack(problems);
        let is_layered = stack.len() > 1;
        for (rank, layer) in stack.into_iter().enumerate() {
            for (key, value) in layer.pairs {
                let Some((prefix, rest)) = Prefix::split(key) else {
                    continue;
                };
                if prefix == Prefix::Vouchsafe && layer.source == Source::Pod {
                    collected.any_own.get_or_insert(key);
                }
                let Some((row, spelling, about)) = identify(prefix, rest) else {
                    problems.push(unknown(layer.source, prefix, key, rest));
                    continue;
                };
                if row.name == Name::Profile && matches!(layer.source, Source::Profile(_)) {
                    problems.push(profile_in_profile(&layer.source.label(key)));
                    continue;
                }
                let setting = Setting {
                    row,
                    prefix,
                    source: layer.source,
                    rank,
                    spelling,
                    key,
                    value,
                    shadows: false,
                };
                collected
                    .settings
                    .entry((row.name, about))
                    .or_default()
                    .push(setting);
            }
        }
        for candidates in collected.settings.values_mut() {
            candidates.sort_by_key(Setting::strength);
            problems.extend(passed_over(candidates));
        }
        if is_layered {
            collected.settle();
        }
        for candidates in collected.settings.values_mut() {
            if let [winner, others @ ..] = candidates.as_mut_slice() {
                winner.shadows = !others.is_empty();
            }
        }
        collected
    }

    /// The settings that count.
    pub(super) fn into_effective(self) -> Settings<'a> {
        let mut settings = Settings::default();
        for ((name, about), candidates) in self.settings {
            let Some(winner) = candidates.into_iter().next() else {
                continue;
            };
            match (winner.row.scope, about) {
                (Scope::Secret, Some(secret)) => {
                    settings
                        .secrets
                        .entry(secret)
                        .or_default()
                        .insert(name, winner);
                }
                (Scope::Parameter, Some(parameter)) => {
                    settings
                        .parameters
                        .entry(name)
                        .or_default()
                        .push((parameter, winner));
                }
                _ => {
                    settings.pod.insert(name, winner);
                }
            }
        }
        settings
    }
}

/// Within one layer the same is said twice and differently. That one layer goes before another is
/// what layers are for.
fn passed_over(candidates: &[Setting<'_>]) -> Vec<Diagnostic> {
    let Some((winner, others)) = candidates.split_first() else {
        return Vec::new();
    };
    others
        .iter()
        .filter(|other| other.rank == winner.rank && other.value != winner.value)
        .map(|other| {
            Diagnostic::error(
                Code::Shadowed,
                format!("annotation {}", other.label()),
                format!("is passed over in favour of {}", winner.label()),
                "keep one of them",
            )
            .as_warning()
        })
        .collect()
}

fn profile_in_profile(label: &str) -> Diagnostic {
    Diagnostic::error(
        Code::NoEffect,
        format!("annotation {label}"),
        "has no effect: a profile names no further profiles",
        "remove it, and name all profiles in one place",
    )
    .as_warning()
}
