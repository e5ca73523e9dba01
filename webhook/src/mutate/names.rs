use vouchsafe_shared::config::AgentConfig;

/// The agent's container, a native sidecar.
pub const AGENT_CONTAINER: &str = "vouchsafe-agent";
/// The rendered files.
pub const SECRETS_VOLUME: &str = "vouchsafe-secrets";
/// The token that the agent logs in with.
pub const TOKEN_VOLUME: &str = "vouchsafe-token";
/// The agent's own directory: its state, and later its socket.
pub const RUN_VOLUME: &str = "vouchsafe-run";

/// Where the files appear; the original injector's default, which applications have written down.
pub const SECRETS_PATH: &str = "/vault/secrets";
pub const TOKEN_DIRECTORY: &str = "/var/run/vouchsafe";
pub(super) const TOKEN_FILE: &str = "/var/run/vouchsafe/token";
pub(super) const RUN_DIRECTORY: &str = AgentConfig::RUN_DIRECTORY;

/// Set to `true` on every pod that has an agent, so that operators can select them.
pub const INJECTED_LABEL: &str = "vouchsafe.dev/injected";

/// Where the API server's ServiceAccount admission mounts the application's own token.
/// Source: <https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/#bound-service-account-token-volume>.
pub(super) const SERVICE_ACCOUNT_DIRECTORY: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
