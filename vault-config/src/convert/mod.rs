//! From a configuration of Vault Agent to what our agent does.

mod api;
mod environment;
mod files;
mod proxy;
mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use vouchsafe_shared::{
    config::{AgentConfig, LogConfig, RefreshConfig, VolumeConfig},
    diagnostic::{Code, Diagnostic, Severity},
    value::{DirectoryPath, HumanDuration},
};

use self::environment::Environment;
pub use self::environment::variables;
use crate::{
    config::VaultAgentConfig,
    read::{LOG_FORMATS, LOG_LEVELS},
    syntax::Position,
};

/// What is around the file: the container that the agent runs in.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// Environment variables, those of [`variables`] at least; they win over the file.
    pub environment: BTreeMap<String, String>,
    /// Where the volumes are mounted that the agent can write to.
    pub volumes: Vec<DirectoryPath>,
}

impl Context {
    /// The environment variable that names the volumes, separated by colons.
    pub const VOLUMES_VARIABLE: &'static str = "VOUCHSAFE_VOLUMES";
}

/// What the agent is to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversion {
    pub config: AgentConfig,
    /// End when everything is written once.
    pub exit_after_auth: bool,
    /// What has no effect, those of reading the file not among them.
    pub warnings: Vec<Diagnostic>,
}

/// By which files name the only store.
const STORE: &str = "vault";

/// How often the original reads secrets without a lease.
/// Source: <https://developer.hashicorp.com/vault/docs/agent-and-proxy/agent/template#static_secret_render_interval>.
const REFRESH_INTERVAL: HumanDuration = HumanDuration::from_secs(300);

impl VaultAgentConfig {
    /// The same in our agent's terms.
    ///
    /// # Errors
    /// All that the file and the environment lack, all that cannot be done, and all files to write
    /// that are in none of the volumes.
    pub fn into_agent_config(self, context: &Context) -> Result<Conversion, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        let environment = Environment::new(&context.environment, &self.source);
        let store = store::convert(&self, &environment, &mut problems);
        let (volumes, files) = files::convert(&self, &context.volumes, &mut problems);
        let api = api::convert(&self, &mut problems);
        if files.is_empty() && api.is_none() && problems.is_empty() {
            problems.push(self.source.diagnostic(
                Code::VaultConfigIncomplete,
                Position::START,
                "there is nothing to do: no template, no sink and no listener",
                "add a template",
            ));
        }
        let log = LogConfig {
            level: environment
                .choice("LOG_LEVEL", LOG_LEVELS, &mut problems)
                .or(self.log_level)
                .unwrap_or_default(),
            format: environment
                .choice("LOG_FORMAT", LOG_FORMATS, &mut problems)
                .or(self.log_format)
                .unwrap_or_default(),
        };
        let (errors, warnings): (Vec<_>, Vec<_>) = problems
            .into_iter()
            .partition(|problem| problem.severity == Severity::Error);
        let store = match store {
            Some(store) if errors.is_empty() => store,
            _ => return Err(errors),
        };
        let interval = self.template_config.static_secret_render_interval;
        let config = AgentConfig {
            version: AgentConfig::VERSION,
            stores: vec![store],
            volumes: volumes
                .into_iter()
                .map(|volume| VolumeConfig {
                    path: volume.to_string(),
                    keep_previous: None,
                })
                .collect(),
            files,
            reload: Vec::new(),
            refresh: RefreshConfig::every(interval.unwrap_or(REFRESH_INTERVAL)),
            log,
            run_directory: AgentConfig::RUN_DIRECTORY.to_owned(),
            listen: None,
            api,
            pid_file: self.pid_file.map(|path| path.value),
            exit_on_retry_failure: self.template_config.exit_on_retry_failure,
        };
        Ok(Conversion {
            config,
            exit_after_auth: self.exit_after_auth,
            warnings,
        })
    }
}
