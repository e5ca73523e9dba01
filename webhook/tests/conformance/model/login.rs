//! How the agent logs in, and to what.

use std::collections::BTreeMap;

use super::{Model, values};
use crate::{
    case::ADDRESS,
    causes,
    container::token_of,
    effective::{Lines, duration, say_parameters},
    pod::items,
};

/// Where a token is and what it is.
pub(super) struct Token {
    path: String,
    described: String,
}

impl Model<'_> {
    /// The pod's own, as the original looks for it.
    pub(super) fn token(&mut self) -> Option<Token> {
        if let Some(name) = self.filled("agent-service-account-token-volume-name") {
            return self.named_token(name);
        }
        let path = "/var/run/vouchsafe/token".to_owned();
        if self.is_ours() {
            // A token of the agent's own, so that the pod needs none.
            return Some(Token {
                path,
                described: "service account token for the API server".to_owned(),
            });
        }
        let mount = items(&self.pod["spec"], "containers")
            .flat_map(|container| items(container, "volumeMounts"))
            .find(|mount| {
                mount["mountPath"]
                    .as_str()
                    .unwrap()
                    .contains("serviceaccount")
            });
        let Some(mount) = mount else {
            self.deny(causes::NO_SERVICE_ACCOUNT);
            return None;
        };
        let path = format!("{}/token", mount["mountPath"].as_str().unwrap());
        let volume =
            items(&self.pod["spec"], "volumes").find(|volume| volume["name"] == mount["name"])?;
        let described = match token_of(volume) {
            Some(("token", described)) => described,
            _ => path.clone(),
        };
        Some(Token { path, described })
    }

    fn named_token(&mut self, name: &str) -> Option<Token> {
        let mut volumes = items(&self.pod["spec"], "volumes");
        let Some(volume) = volumes.find(|volume| volume["name"] == name) else {
            self.deny(causes::NO_TOKEN_VOLUME);
            return None;
        };
        let Some((file, described)) = token_of(volume) else {
            self.deny(causes::NO_TOKEN_PATH);
            return None;
        };
        let mount = items(&self.pod["spec"], "containers")
            .flat_map(|container| items(container, "volumeMounts"))
            .find(|mount| mount["name"] == name);
        let directory = mount.map_or(
            "/var/run/secrets/vault.hashicorp.com/serviceaccount",
            |mount| mount["mountPath"].as_str().unwrap(),
        );
        Some(Token {
            path: format!("{directory}/{file}"),
            described,
        })
    }

    pub(super) fn say_login(&mut self, lines: &mut Lines<'_>, token: Option<&Token>) {
        let method = self.get("auth-type").unwrap_or("kubernetes");
        if method.is_empty() {
            self.deny(causes::NO_AUTH_TYPE);
        }
        let mount = self.get("auth-path").unwrap_or("auth/kubernetes");
        if mount.is_empty() {
            self.deny(causes::NO_AUTH_PATH);
        }
        let mut parameters = BTreeMap::new();
        if let Some(token) = token {
            parameters.insert("token_path".to_owned(), token.path.clone());
        }
        for (name, value) in self.named("auth-config-") {
            parameters.insert(name.replace('-', "_"), value.to_owned());
        }
        if let Some(role) = self.filled("role") {
            parameters.insert("role".to_owned(), role.to_owned());
        }
        if method == "kubernetes" && !parameters.contains_key("role") {
            self.deny(causes::NO_ROLE);
        }
        if self.is_ours() {
            self.check_method(method, &mut parameters, token);
        }
        lines.say("auth.method", method);
        lines.say("auth.mount", mount);
        say_parameters(lines, method, &parameters, &|path| match token {
            Some(token) if token.path == path => token.described.clone(),
            _ => path.to_owned(),
        });
        let flag = self
            .flags
            .get("VaultNamespace")
            .and_then(|flag| flag.as_str());
        let namespace = self.get("namespace").or(flag);
        lines.maybe("auth.namespace", namespace.filter(|text| !text.is_empty()));
        for key in ["min", "max"] {
            let text = self.filled(&format!("auth-{key}-backoff"));
            lines.maybe(format!("auth.{key}_backoff"), text.map(duration));
        }
        lines.flag(
            "auth.exit_on_error",
            self.boolean("agent-auto-auth-exit-on-err", false),
        );
    }

    /// The original leaves it to its agent to fail.
    fn check_method(
        &mut self,
        method: &str,
        parameters: &mut BTreeMap<String, String>,
        token: Option<&Token>,
    ) {
        match method {
            "jwt" => {
                if !parameters.contains_key("path")
                    && let Some(token) = token
                {
                    // The agent's own token will do, and cannot be removed.
                    let own = parameters.get("token_path").unwrap_or(&token.path).clone();
                    parameters.insert("path".to_owned(), own);
                    let key = "remove_jwt_after_reading".to_owned();
                    parameters.entry(key).or_insert_with(|| "false".to_owned());
                }
            }
            "approle" if !parameters.contains_key("role_id_file_path") => {
                self.deny(causes::NO_PARAMETER);
            }
            "approle" | "kubernetes" | "cert" => {}
            _ => self.deny(causes::NO_METHOD),
        }
    }

    pub(super) fn check_backoffs(&mut self) {
        for key in ["auth-min-backoff", "auth-max-backoff"] {
            if self.get(key).is_some_and(|text| !values::is_duration(text)) {
                self.deny(causes::NO_DURATION);
            }
        }
    }

    pub(super) fn address(&mut self) -> &str {
        let address = self.get("service").unwrap_or(ADDRESS);
        if address.is_empty() {
            self.deny(causes::NO_ADDRESS);
        }
        address
    }
}
