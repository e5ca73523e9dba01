//! What a configuration of Vault Agent says, as far as this agent does it.
//!
//! Values are read with the coercions of the original; what is absent, or there an empty text, is
//! `None` where the original has no default.

use vouchsafe_shared::{
    config::{LogFormat, LogLevel},
    value::{FileMode, HumanDuration},
};

use crate::{source::Source, syntax::Position};

/// A value, and the place that it was read from.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Located<T> {
    pub value: T,
    pub position: Position,
}

/// A whole file.
#[derive(Clone, Debug, PartialEq)]
pub struct VaultAgentConfig {
    pub auto_auth: Option<AutoAuth>,
    pub vault: Vault,
    pub templates: Vec<Template>,
    pub template_config: TemplateConfig,
    /// End when everything is written once: what the original's init container does.
    pub exit_after_auth: bool,
    pub pid_file: Option<Located<String>>,
    pub listeners: Vec<Listener>,
    pub cache: Option<Cache>,
    pub api_proxy: Option<ApiProxy>,
    pub log_level: Option<LogLevel>,
    pub log_format: Option<LogFormat>,
    /// Of `auto-auth`, `caching`, `proxying` and `templating`.
    pub disable_idle_connections: Vec<String>,
    pub disable_keep_alives: Vec<String>,
    pub source: Source,
}

#[derive(Clone, Debug, PartialEq)]
pub struct AutoAuth {
    pub position: Position,
    pub method: Method,
    pub sinks: Vec<Sink>,
}

/// How to log in.
#[derive(Clone, Debug, PartialEq)]
pub struct Method {
    pub position: Position,
    /// `auth/TYPE` unless set, without a slash at its end.
    pub mount_path: Located<String>,
    /// Without slashes at its ends; also the default namespace of everything else.
    pub namespace: Option<String>,
    pub min_backoff: Option<HumanDuration>,
    pub max_backoff: Option<HumanDuration>,
    /// End at the first login that fails.
    pub exit_on_error: bool,
    pub login: Login,
}

/// What a login shows, by the method's type.
#[derive(Clone, Debug, PartialEq)]
pub enum Login {
    Kubernetes {
        role: Located<String>,
        /// `/var/run/secrets/kubernetes.io/serviceaccount/token` unless set.
        token_path: String,
    },
    Jwt {
        role: Located<String>,
        path: String,
        /// Default true.
        remove_after_reading: bool,
    },
    AppRole {
        role_id_file_path: String,
        secret_id_file_path: Option<String>,
        /// Default true.
        remove_secret_id_file_after_reading: bool,
        /// Where the response-wrapped secret id must have been made.
        secret_id_response_wrapping_path: Option<String>,
    },
    Cert {
        name: Option<String>,
        ca_cert: Option<Located<String>>,
        client_cert: Option<String>,
        client_key: Option<String>,
    },
    TokenFile {
        token_file_path: String,
    },
}

/// A file that the token is written to.
#[derive(Clone, Debug, PartialEq)]
pub struct Sink {
    pub path: Located<String>,
    /// 0640 unless set.
    pub mode: FileMode,
    pub user: Option<u32>,
    pub group: Option<u32>,
}

/// Where the store is and whom to trust.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vault {
    pub address: Option<Located<String>>,
    pub ca_cert: Option<Located<String>>,
    pub ca_path: Option<Located<String>>,
    pub client_cert: Option<Located<String>>,
    pub client_key: Option<Located<String>>,
    pub tls_skip_verify: Option<Located<bool>>,
    pub tls_server_name: Option<String>,
    pub namespace: Option<String>,
}

/// A file that is rendered.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    pub position: Position,
    pub text: TemplateText,
    pub destination: Located<String>,
    /// As the original has it: the mode of the file that is there, otherwise 0644.
    pub mode: Option<FileMode>,
    pub user: Option<u32>,
    pub group: Option<u32>,
    pub command: Option<Located<Command>>,
    /// Empty: `{{`.
    pub left_delimiter: String,
    /// Empty: `}}`.
    pub right_delimiter: String,
    pub error_on_missing_key: bool,
    /// Default true.
    pub error_fatal: bool,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum TemplateText {
    Contents(String),
    /// The path of a file in the agent's container.
    Source(Located<String>),
}

/// What runs after a file changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Command {
    pub run: Run,
    /// 30 seconds unless set; zero is without end.
    pub timeout: HumanDuration,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Run {
    /// By `sh -c`: one text of several words.
    Shell(String),
    /// A program and its arguments.
    Program(Vec<String>),
}

/// What holds for all templates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TemplateConfig {
    pub exit_on_retry_failure: bool,
    /// 5 minutes unless set.
    pub static_secret_render_interval: Option<HumanDuration>,
    /// The share of a lease after which it is renewed, above 0 and below 1; 0.9 unless set.
    pub lease_renewal_threshold: Option<f64>,
}

/// Where the agent serves, over plain HTTP.
#[derive(Clone, Debug, PartialEq)]
pub struct Listener {
    pub position: Position,
    pub address: Located<String>,
    /// Serve `POST /agent/v1/quit`.
    pub enable_quit: bool,
    /// Serve metrics and nothing else.
    pub metrics_only: bool,
}

/// The proxy's cache.
#[derive(Clone, Debug, PartialEq)]
pub struct Cache {
    pub position: Position,
    pub use_auto_auth_token: AutoAuthToken,
    /// Whether tokens and leases are handed from the init container to the sidecar.
    pub persist: bool,
}

/// The proxy's way to the store.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiProxy {
    pub position: Position,
    pub use_auto_auth_token: AutoAuthToken,
}

/// Whether the proxy adds the agent's token to requests.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum AutoAuthToken {
    #[default]
    No,
    /// To requests that have none.
    Yes,
    /// In place of the one they have.
    Force,
}
