//! What the agent's containers are told.

use serde_json::Value;

use super::{Files, Model, Rules, login::Token, security::Security, values};
use crate::{
    case::ADDRESS,
    causes,
    container::token_of,
    effective::{Effective, Lines, duration},
    pod::{clean, items},
};

/// All that both containers have.
struct Common<'c> {
    files: &'c Files,
    token: Option<Token>,
    security: Security,
    before: bool,
    beside: bool,
}

impl Model<'_> {
    pub(super) fn say_agents(
        &mut self,
        effective: &mut Effective,
        files: &Files,
        before: bool,
        beside: bool,
    ) {
        self.check_backoffs();
        self.check_amounts();
        let common = Common {
            files,
            token: self.token(),
            security: self.security(),
            before,
            beside,
        };
        let revoke = self.grace();
        let is_configured = self.filled("agent-configmap").is_some();
        if !before && !beside && !is_configured {
            // Denied for what is wrong with it even where no agent is told.
            self.say_config(&mut Lines::new(&mut Effective::new(), "none"), &common);
        }
        for (phase, is_there) in [("init", before), ("run", beside)] {
            if !is_there {
                continue;
            }
            let mut lines = Lines::new(effective, phase);
            self.say_container(&mut lines, &common);
            if is_configured {
                self.say_configmap(&mut lines, &common);
            } else {
                self.say_config(&mut lines, &common);
            }
            // A configuration of the user's own says itself what is given back.
            let is_heard = !(is_configured && self.is_ours());
            lines.maybe(
                "revoke_after",
                revoke.as_ref().filter(|_| phase == "run" && is_heard),
            );
        }
        self.patches(effective, before, beside);
    }

    fn grace(&mut self) -> Option<String> {
        let seconds = self.get("agent-revoke-grace").map(values::unsigned);
        if seconds == Some(None) {
            self.deny(causes::NO_UNSIGNED);
        }
        let flag = self.flags.get("RevokeOnShutdown").and_then(Value::as_bool);
        let revokes = self.boolean("agent-revoke-on-shutdown", flag.unwrap_or(false));
        let seconds = seconds.flatten().unwrap_or(5);
        revokes.then(|| duration(&format!("{seconds}s")))
    }

    fn say_container(&self, lines: &mut Lines<'_>, common: &Common<'_>) {
        lines.maybe("image", self.get("agent-image"));
        self.say_amounts(lines);
        self.say_security(lines, &common.security);
        for (name, path) in [
            ("NAMESPACE", "metadata.namespace"),
            ("HOST_IP", "status.hostIP"),
            ("POD_IP", "status.podIP"),
        ] {
            let value = format!(r#"{{"fieldRef":{{"fieldPath":"{path}"}}}}"#);
            lines.say(format!("env.{name}"), value);
        }
        for (annotation, kind, path) in [
            ("agent-extra-secret", "secret", "/vault/custom"),
            ("tls-secret", "secret", "/vault/tls"),
            ("agent-configmap", "config map", "/vault/configs"),
        ] {
            if let Some(name) = self.filled(annotation) {
                lines.say(format!("mount.{path}"), format!("{kind} {name:?}"));
            }
        }
        let Some(copied) = self.filled("agent-copy-volume-mounts") else {
            return;
        };
        let spec = &self.pod["spec"];
        let mut containers = items(spec, "containers").chain(items(spec, "initContainers"));
        let container = containers.find(|container| container["name"] == copied);
        for mount in container
            .into_iter()
            .flat_map(|container| items(container, "volumeMounts"))
        {
            let path = mount["mountPath"].as_str().unwrap();
            let volume = items(spec, "volumes").find(|volume| volume["name"] == mount["name"]);
            let is_token = volume.is_some_and(|volume| token_of(volume).is_some());
            if !is_token && !path.to_lowercase().contains("serviceaccount") {
                let name = mount["name"].as_str().unwrap();
                lines.say(format!("mount.{}", clean(path)), format!("volume {name}"));
            }
        }
    }

    fn say_config(&mut self, lines: &mut Lines<'_>, common: &Common<'_>) {
        let level = self.filled("log-level").unwrap_or("info");
        lines.say("log.level", level);
        lines.say(
            "log.format",
            self.filled("log-format").unwrap_or("standard"),
        );
        self.say_login(lines, common.token.as_ref());
        let address = self.address().to_owned();
        lines.say("address", crate::effective::address(&address));
        for (line, annotation) in [
            ("ca_cert", "ca-cert"),
            ("ca_path", "ca-key"),
            ("client_cert", "client-cert"),
            ("client_key", "client-key"),
            ("tls_server_name", "tls-server-name"),
        ] {
            lines.maybe(format!("tls.{line}"), self.filled(annotation));
        }
        lines.flag("tls.skip_verify", self.boolean("tls-skip-verify", false));
        lines.maybe(
            "tls.ca_bytes",
            self.ca_bytes().filter(|_| self.filled("ca-cert").is_none()),
        );
        lines.maybe("proxy", self.filled("proxy-address"));
        lines.maybe("timeout", self.filled("client-timeout").map(duration));
        lines.maybe("retries", self.filled("client-max-retries"));
        self.say_api(lines, common);
        self.say_templates(lines);
        for (path, alternatives) in &common.files.files {
            let alternatives: Vec<_> = alternatives.iter().map(String::as_str).collect();
            lines.say(format!("file.{path}"), alternatives.join(" or "));
        }
    }

    fn ca_bytes(&self) -> Option<&str> {
        self.flags.get("VaultCACertBytes").and_then(Value::as_str)
    }

    fn say_templates(&mut self, lines: &mut Lines<'_>) {
        let interval = self.filled("template-static-secret-render-interval");
        lines.say("refresh_interval", duration(interval.unwrap_or("5m")));
        let exits = self.boolean("template-config-exit-on-retry-failure", true);
        lines.flag("exit_on_retry_failure", exits);
        if let Some(text) = self.get("template-lease-renewal-threshold") {
            match text.parse::<f64>() {
                Ok(threshold) => lines.say("lease_threshold", threshold),
                Err(_) => self.deny(causes::NO_FLOAT),
            }
        }
        let parts = self.get("agent-disable-keep-alives").unwrap_or_default();
        let mut parts = parts.split(',');
        let closes = parts.any(|part| ["auto-auth", "templating"].contains(&part));
        lines.flag("closes_after_answer", closes);
    }

    fn say_api(&mut self, lines: &mut Lines<'_>, common: &Common<'_>) {
        let caches = self.boolean("agent-cache-enable", false) && (common.beside || !common.before);
        let quits = self.boolean("agent-enable-quit", false);
        if !caches && !quits {
            return;
        }
        lines.say(
            "api.port",
            self.get("agent-cache-listener-port").unwrap_or("8200"),
        );
        lines.flag("api.quit", quits);
        let lent = self
            .get("agent-cache-use-auto-auth-token")
            .unwrap_or("true");
        // Of quitting alone we make no way to the store: nobody asked for that.
        if !caches && self.is_ours() {
            return;
        }
        let proxy = match lent {
            "true" if caches => "offer",
            "force" if caches => "force",
            _ => "own",
        };
        lines.say("api.proxy", proxy);
    }

    fn say_configmap(&mut self, lines: &mut Lines<'_>, common: &Common<'_>) {
        let native = self.rules
            == Rules::Ours {
                native_sidecars: true,
            };
        let file = match lines.prefix.as_str() {
            // One container does all, with the configuration that stays.
            "init" if native && common.beside => None,
            "init" => Some("/vault/configs/config-init.hcl"),
            _ => Some("/vault/configs/config.hcl"),
        };
        lines.maybe("configuration", file);
        let skips = self.boolean("tls-skip-verify", false);
        // There are agents for which any text here is a yes.
        let skips = (skips || !self.is_ours()).then(|| skips.to_string());
        let bytes = self
            .ca_bytes()
            .filter(|_| !self.is_ours() || self.filled("ca-cert").is_none());
        let bytes = bytes.map(str::to_owned);
        let service = self.get("service").unwrap_or(ADDRESS);
        let address = Some(service).filter(|text| !text.is_empty());
        let text = |name: &str| self.filled(name).map(str::to_owned);
        for (name, value) in [
            ("VAULT_CLIENT_TIMEOUT", text("client-timeout")),
            ("VAULT_MAX_RETRIES", text("client-max-retries")),
            (
                "VAULT_LOG_LEVEL",
                text("log-level").or_else(|| Some("info".to_owned())),
            ),
            (
                "VAULT_LOG_FORMAT",
                text("log-format").or_else(|| Some("standard".to_owned())),
            ),
            ("HTTPS_PROXY", text("proxy-address")),
            ("VAULT_CACERT_BYTES", bytes),
            ("VAULT_ADDR", address.map(crate::effective::address)),
            ("VAULT_CACERT", text("ca-cert")),
            ("VAULT_CAPATH", text("ca-key")),
            ("VAULT_CLIENT_CERT", text("client-cert")),
            ("VAULT_CLIENT_KEY", text("client-key")),
            ("VAULT_SKIP_VERIFY", skips),
            ("VAULT_TLS_SERVER_NAME", text("tls-server-name")),
        ] {
            lines.maybe(format!("env.{name}"), value);
        }
        // Read in any case.
        let mut unused = Effective::new();
        let mut unused = Lines::new(&mut unused, "unused");
        self.say_api(&mut unused, common);
        self.say_templates(&mut unused);
        self.boolean("agent-auto-auth-exit-on-err", false);
    }

    /// Of patches, those that the catalogue has.
    fn patches(&mut self, effective: &mut Effective, before: bool, beside: bool) {
        let native = self.rules
            == Rules::Ours {
                native_sidecars: true,
            };
        for (annotation, phase, is_there) in [
            ("agent-json-patch", "run", beside),
            ("agent-init-json-patch", "init", before),
        ] {
            let Some(text) = self.filled(annotation) else {
                continue;
            };
            let operations = match serde_json::from_str(text) {
                Ok(Value::Array(operations)) if operations.iter().all(Value::is_object) => {
                    operations
                }
                Ok(Value::Null) => continue,
                _ => {
                    self.deny(causes::PATCH_NO_LIST);
                    continue;
                }
            };
            for operation in operations {
                let known = operation["op"] == "add" || operation["op"] == "replace";
                if !known && is_there {
                    self.deny(causes::PATCH_FAILS);
                }
                if operation["path"] != "/env/-" || !is_there {
                    continue;
                }
                // A native sidecar stands for both containers.
                let phases = if native && before && beside {
                    vec!["init", "run"]
                } else {
                    vec![phase]
                };
                for phase in phases {
                    let mut lines = Lines::new(effective, phase);
                    let (name, value) = (&operation["value"]["name"], &operation["value"]["value"]);
                    let name = name.as_str().unwrap();
                    lines.say(format!("env.{name}"), value.as_str().unwrap());
                }
            }
        }
    }
}
