use vouchsafe_shared::config::AgentConfig;

/// The agent's container beside the app: a native sidecar, or a container of the app's own kind.
pub const AGENT_CONTAINER: &str = "vouchsafe-agent";
/// The agent's container that ends before the app starts.
pub const INIT_CONTAINER: &str = "vouchsafe-agent-init";

/// The rendered files; further volumes of them are `vouchsafe-secrets-2` and so on.
pub const SECRETS_VOLUME: &str = "vouchsafe-secrets";
/// The token that the agent logs in with.
pub const TOKEN_VOLUME: &str = "vouchsafe-token";
/// The agent's own directory: what it must remember, and its socket.
pub const RUN_VOLUME: &str = "vouchsafe-run";
/// What a configuration of the user's own may write to.
pub const HOME_VOLUME: &str = "vouchsafe-home";
/// The `ConfigMap` with a configuration of the user's own.
pub const CONFIG_VOLUME: &str = "vouchsafe-config";
/// A Secret that the user has for the agent.
pub const EXTRA_VOLUME: &str = "vouchsafe-extra";
/// A Secret with the certificates for the store.
pub const TLS_VOLUME: &str = "vouchsafe-tls";

/// Where the files appear; the original injector's default, which applications have written down.
pub const SECRETS_PATH: &str = "/vault/secrets";
/// Where the agent alone finds the second and further volumes for one path.
pub(super) const MORE_SECRETS_DIRECTORY: &str = "/vouchsafe";
pub const TOKEN_DIRECTORY: &str = "/var/run/vouchsafe";
pub(super) const RUN_DIRECTORY: &str = AgentConfig::RUN_DIRECTORY;
/// The original injector's places, which configurations and annotations of users name.
pub(super) const HOME_DIRECTORY: &str = "/home/vault";
pub(super) const CONFIG_DIRECTORY: &str = "/vault/configs";
/// Of the agent that stays, and of the one that ends before the app starts.
pub(super) const CONFIG_FILE: &str = "/vault/configs/config.hcl";
pub(super) const INIT_CONFIG_FILE: &str = "/vault/configs/config-init.hcl";
pub(super) const EXTRA_DIRECTORY: &str = "/vault/custom";
pub(super) const TLS_DIRECTORY: &str = "/vault/tls";
pub(super) const ORIGINAL_TOKEN_DIRECTORY: &str =
    "/var/run/secrets/vault.hashicorp.com/serviceaccount";

/// Set to `true` on every pod that has an agent, so that operators can select them.
pub const INJECTED_LABEL: &str = "vouchsafe.dev/injected";

/// Where the API server's ServiceAccount admission mounts the application's own token.
/// Source: <https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-token-volume>.
pub(super) const SERVICE_ACCOUNT_DIRECTORY: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
