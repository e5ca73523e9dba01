//! What the original injector was given, and what it made of it.

use serde::Deserialize;
use serde_json::{Map, Value};
use vouchsafe_webhook::mutate::Settings;

/// The store's address that the original was started with.
pub(crate) const ADDRESS: &str = "https://vault.vault.svc:8200";
/// Stands for the agent's image that is not asked for.
pub(crate) const OUR_IMAGE: &str = "agent:1";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// Of the request.
    pub(crate) namespace: String,
    /// How the original was started, where it was not with its defaults.
    #[serde(default)]
    pub(crate) flags: Map<String, Value>,
    pub(crate) pod: Value,
    pub(crate) allowed: bool,
    /// Of a denial.
    pub(crate) message: Option<String>,
    /// Absent when the pod was left alone.
    pub(crate) mutated: Option<Value>,
}

pub(crate) fn all() -> Vec<Case> {
    include_str!("cases.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

/// Ours, as the original was started.
pub(crate) fn settings(flags: &Map<String, Value>) -> Settings {
    let mut settings = Settings {
        vault_address: ADDRESS.parse().ok(),
        ..Settings::original(OUR_IMAGE)
    };
    for (flag, value) in flags {
        let text = || value.as_str().unwrap().to_owned();
        match flag.as_str() {
            "DefaultTemplate" => settings.default_template = text().parse().unwrap(),
            "SetSecurityContext" => settings.set_security_context = value.as_bool().unwrap(),
            "RevokeOnShutdown" => settings.revoke_on_shutdown = value.as_bool().unwrap(),
            "VaultNamespace" => settings.vault_namespace = Some(text()),
            "VaultCACertBytes" => settings.vault_ca_pem = Some(text()),
            other => panic!("unknown flag {other}"),
        }
    }
    settings
}
