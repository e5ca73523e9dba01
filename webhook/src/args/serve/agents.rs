use clap::Args;
use vouchsafe_shared::{
    annotations::DefaultTemplate,
    value::{HumanDuration, Quantity},
};

use super::ConfigError;
use crate::mutate::{Resources, Settings};

/// What agents are where neither annotations nor defaults of the cluster say otherwise.
#[derive(Args, Debug)]
#[command(next_help_heading = "The agents in the pods")]
pub(super) struct AgentDefaultArguments {
    /// The processor share that an agent requests.
    #[arg(
        long,
        env = "VOUCHSAFE_AGENT_CPU_REQUEST",
        value_name = "CPU",
        default_value = "5m"
    )]
    agent_cpu_request: Quantity,

    /// The processor share that an agent may use [default: any].
    #[arg(long, env = "VOUCHSAFE_AGENT_CPU_LIMIT", value_name = "CPU")]
    agent_cpu_limit: Option<Quantity>,

    /// The memory that an agent requests.
    #[arg(
        long,
        env = "VOUCHSAFE_AGENT_MEMORY_REQUEST",
        value_name = "SIZE",
        default_value = "16Mi"
    )]
    agent_memory_request: Quantity,

    /// The memory that an agent may use, its files included: they are held in memory.
    #[arg(
        long,
        env = "VOUCHSAFE_AGENT_MEMORY_LIMIT",
        value_name = "SIZE",
        default_value = "64Mi"
    )]
    agent_memory_limit: Quantity,

    /// The ephemeral storage that an agent requests [default: none].
    #[arg(
        long,
        env = "VOUCHSAFE_AGENT_EPHEMERAL_STORAGE_REQUEST",
        value_name = "SIZE"
    )]
    agent_ephemeral_storage_request: Option<Quantity>,

    /// The ephemeral storage that an agent may use [default: any].
    #[arg(
        long,
        env = "VOUCHSAFE_AGENT_EPHEMERAL_STORAGE_LIMIT",
        value_name = "SIZE"
    )]
    agent_ephemeral_storage_limit: Option<Quantity>,

    /// The user that agents run as [default: as it suits the pod].
    #[arg(long, env = "VOUCHSAFE_RUN_AS_USER", value_name = "UID")]
    run_as_user: Option<u64>,

    /// The group that agents run as [default: as it suits the pod].
    #[arg(long, env = "VOUCHSAFE_RUN_AS_GROUP", value_name = "GID")]
    run_as_group: Option<u64>,

    /// Whether agents run as the user of the pod's first container.
    #[arg(long, env = "VOUCHSAFE_RUN_AS_SAME_USER")]
    run_as_same_user: bool,

    /// Whether agents get a security context; without one, Pod Security may refuse the pod.
    #[arg(long, env = "VOUCHSAFE_SET_SECURITY_CONTEXT", value_name = "BOOLEAN", default_value = "true",
          action = clap::ArgAction::Set)]
    set_security_context: bool,

    /// What secrets without a template are rendered with, map or json, in pods with annotations of
    /// the original injector.
    #[arg(long, env = "VOUCHSAFE_DEFAULT_TEMPLATE", value_name = "TEMPLATE", default_value_t = DefaultTemplate::Map)]
    default_template: DefaultTemplate,

    /// Whether an agent ends, to be started again, that gets nothing from the store for long.
    #[arg(long, env = "VOUCHSAFE_EXIT_ON_RETRY_FAILURE")]
    exit_on_retry_failure: bool,

    /// How often secrets without a lease are read again [default: the agent's own].
    #[arg(long, env = "VOUCHSAFE_REFRESH_INTERVAL", value_name = "DURATION")]
    refresh_interval: Option<HumanDuration>,

    /// After which share of its life a lease is renewed, above 0 and at most 1 [default: the
    /// agent's own].
    #[arg(long, env = "VOUCHSAFE_LEASE_RENEWAL_THRESHOLD", value_name = "SHARE", value_parser = share)]
    lease_renewal_threshold: Option<f64>,
}

impl AgentDefaultArguments {
    pub(super) fn apply(self, settings: Settings) -> Result<Settings, ConfigError> {
        let resources = Resources {
            cpu_request: Some(self.agent_cpu_request),
            cpu_limit: self.agent_cpu_limit,
            memory_request: Some(self.agent_memory_request),
            memory_limit: Some(self.agent_memory_limit),
            ephemeral_storage_request: self.agent_ephemeral_storage_request,
            ephemeral_storage_limit: self.agent_ephemeral_storage_limit,
        };
        within(
            "cpu",
            resources.cpu_request.as_ref(),
            resources.cpu_limit.as_ref(),
        )?;
        within(
            "memory",
            resources.memory_request.as_ref(),
            resources.memory_limit.as_ref(),
        )?;
        within(
            "ephemeral-storage",
            resources.ephemeral_storage_request.as_ref(),
            resources.ephemeral_storage_limit.as_ref(),
        )?;
        Ok(Settings {
            resources,
            run_as_user: self.run_as_user,
            run_as_group: self.run_as_group,
            run_as_same_user: self.run_as_same_user,
            set_security_context: self.set_security_context,
            default_template: self.default_template,
            exit_on_retry_failure: self.exit_on_retry_failure,
            refresh_interval: self.refresh_interval,
            lease_renewal_threshold: self.lease_renewal_threshold,
            ..settings
        })
    }
}

fn within(
    resource: &'static str,
    request: Option<&Quantity>,
    limit: Option<&Quantity>,
) -> Result<(), ConfigError> {
    match (request, limit) {
        (Some(request), Some(limit)) if request.thousandths() > limit.thousandths() => {
            Err(ConfigError::Resources {
                resource,
                request: request.clone(),
                limit: limit.clone(),
            })
        }
        _ => Ok(()),
    }
}

fn share(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|share| *share > 0.0 && *share <= 1.0)
        .ok_or_else(|| "not a share above 0 and at most 1; expected for example 0.8".to_owned())
}
