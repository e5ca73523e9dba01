//! How the agent logs in, and with which token of the pod.

use std::collections::BTreeMap;

use super::{
    reader::{Reader, quoted},
    spec::{Asked, AuthSpec, IdentityTokenSpec, Override},
    table::Name,
    time,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    value::HumanDuration,
};

impl Reader<'_, '_> {
    /// `fallback` is the webhook's own method. A configuration of the user's own brings its login.
    pub(super) fn auth(&mut self, fallback: Option<&str>, is_configured: bool) -> AuthSpec {
        let method = self.asked_text(Name::AuthType);
        let role = self.asked_text(Name::Role);
        let parameters = self.auth_parameters();
        let has_role = role.is_some()
            || parameters
                .get("role")
                .is_some_and(|role| !role.value.trim().is_empty());
        let effective = method
            .as_ref()
            .map(|method| method.value.as_str())
            .or(fallback)
            .unwrap_or("kubernetes");
        if !has_role && !is_configured && effective == "kubernetes" {
            self.problems.push(Diagnostic::error(
                Code::MissingRole,
                format!("annotation {}role", self.prefix),
                "is missing: no role found to log in as",
                "add it with the name of the role in the store",
            ));
        }
        let (min_backoff, max_backoff) = self.backoff();
        AuthSpec {
            method,
            mount: self.plain(Name::AuthPath),
            role,
            parameters,
            min_backoff,
            max_backoff,
            exit_on_error: self.boolean(Name::AuthExitOnError).unwrap_or(false),
        }
    }

    fn auth_parameters(&mut self) -> BTreeMap<String, Asked<String>> {
        let mut parameters: BTreeMap<String, Asked<String>> = BTreeMap::new();
        let said = self.settings.parameters.get(&Name::AuthConfig);
        for (parameter, setting) in said.into_iter().flatten() {
            // A blank one of a stronger layer takes a default away.
            if setting.is_blank() && setting.shadows {
                continue;
            }
            let name = parameter.replace('-', "_");
            if let Some(other) = parameters.get(&name) {
                let problem = Diagnostic::error(
                    Code::Shadowed,
                    format!("annotation {}", setting.label()),
                    format!("is passed over in favour of {}", other.annotation),
                    "keep one of them",
                );
                self.problems.push(problem.as_warning());
                continue;
            }
            let asked = Asked {
                annotation: setting.label(),
                value: setting.value.to_owned(),
            };
            parameters.insert(name, asked);
        }
        parameters
    }

    /// The longest wait is never below the shortest.
    fn backoff(&mut self) -> (Override<HumanDuration>, Override<HumanDuration>) {
        let shortest = self.overriding(Name::AuthMinBackoff, time::backoff);
        let longest = self.overriding(Name::AuthMaxBackoff, time::backoff);
        if let (Override::Value(from), Override::Value(to)) = (shortest, longest)
            && from > to
            && let (Some(one), Some(other)) = (
                self.get(Name::AuthMinBackoff),
                self.get(Name::AuthMaxBackoff),
            )
        {
            self.conflict(
                Code::BackoffConflict,
                [one, other],
                format!(
                    "{}: is longer than the longest wait, {} of {}",
                    quoted(one.value),
                    quoted(other.value),
                    other.label()
                ),
                "lengthen the longest wait, or shorten this one",
            );
            return (shortest, shortest);
        }
        (shortest, longest)
    }

    pub(super) fn identity_token(&mut self) -> IdentityTokenSpec {
        let mut token = IdentityTokenSpec {
            audience: self.text(Name::TokenAudience),
            expiration: self.asked(Name::TokenExpiration, time::lifetime),
            volume: self.asked_text(Name::TokenVolume),
        };
        if let Some(volume) = token
            .volume
            .as_ref()
            .and_then(|_| self.get(Name::TokenVolume))
        {
            for name in [Name::TokenAudience, Name::TokenExpiration] {
                if let Some(setting) = self.get(name).filter(|setting| !setting.is_blank()) {
                    self.conflict(
                        Code::TokenConflict,
                        [setting, volume],
                        format!(
                            "is about a token of our own, but {} names another",
                            volume.label()
                        ),
                        "remove one of the two, and say it where that volume is defined",
                    );
                }
            }
            (token.audience, token.expiration) = (None, None);
        }
        token
    }
}
