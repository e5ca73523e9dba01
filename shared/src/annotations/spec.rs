use std::{collections::BTreeMap, fmt, str::FromStr};

use crate::{
    config::{AdaptiveRange, LogFormat, LogLevel, ProxyToken, SecretSource},
    value::{
        AuthMount, ByteSize, DirectoryPath, FileMode, FileName, Headers, HumanDuration, Quantity,
        ReloadRequest, Statuses, StoreAddress, ValueError,
    },
};

/// What a pod asks for, as far as its annotations and the defaults for them alone can say it. What
/// is `None` is left to the webhook's own settings.
///
/// Files are distinct, none lies where another needs a directory, `raw` files have a key, and
/// reloads are about files that exist. Under our own prefix there is at least one file, unless the agent
/// has a configuration of the user's own.
#[derive(Clone, Debug, PartialEq)]
pub struct InjectSpec {
    pub dialect: Dialect,
    pub auth: AuthSpec,
    pub connection: ConnectionSpec,
    pub files: Vec<FileSpec>,
    /// Where files are that name no directory of their own.
    pub directory: DirectoryPath,
    pub reloads: Vec<ReloadSpec>,
    pub containers: ContainerSelection,
    pub init_containers: InitContainerSelection,
    /// Whether the pod's containers can only read their secrets.
    pub mounts_read_only: bool,
    /// How much all files may hold; the webhook's own when absent.
    pub volume_size: Option<ByteSize>,
    pub phases: Phases,
    /// One native sidecar instead of an init container and a sidecar; by the cluster's version when
    /// absent.
    pub native_sidecar: Option<bool>,
    pub placement: Placement,
    pub share_process_namespace: Option<Asked<bool>>,
    pub identity_token: IdentityTokenSpec,
    pub container: ContainerSpec,
    /// The `ConfigMap` with the user's own agent configuration (`config.hcl`, `config-init.hcl`).
    pub config_map: Option<Asked<String>>,
    pub api: ApiSpec,
    pub refresh: RefreshSpec,
    /// Whether the version of a secret is asked for before its data.
    pub refresh_version_first: bool,
    /// Whether the store is to tell of changes.
    pub events: bool,
    /// How long the files before a change are kept.
    pub keep_previous: Option<HumanDuration>,
    pub lease_renewal_threshold: Option<f64>,
    pub exit_on_retry_failure: Option<bool>,
    pub revoke_on_shutdown: Option<bool>,
    pub revoke_grace: Option<HumanDuration>,
    pub log_level: LogLevel,
    pub log_format: LogFormat,
}

/// A value and the annotation that asks for it, as messages name it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Asked<T> {
    pub annotation: String,
    pub value: T,
}

/// How the agent logs in. Which parameters a method needs and knows is not checked yet: the method
/// may be the webhook's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuthSpec {
    pub method: Option<Asked<String>>,
    pub mount: Option<AuthMount>,
    pub role: Option<Asked<String>>,
    /// `auth-config-NAME`, with `_` for `-` in NAME, as in the original agent's configuration.
    pub parameters: BTreeMap<String, Asked<String>>,
    /// Unset: the agent's own, whatever the webhook's is.
    pub min_backoff: Override<HumanDuration>,
    pub max_backoff: Override<HumanDuration>,
    pub exit_on_error: bool,
}

/// How the store is reached.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConnectionSpec {
    pub address: Override<StoreAddress>,
    /// Empty: none, whatever the webhook's own is.
    pub namespace: Option<String>,
    /// Paths in the agent's container.
    pub ca_file: Option<String>,
    pub ca_directory: Option<String>,
    pub client_certificate_file: Option<String>,
    pub client_key_file: Option<String>,
    pub server_name: Option<String>,
    pub skip_verify: bool,
    /// A secret of the pod's namespace, to be found at `/vault/tls` in the agent's container.
    pub tls_secret: Option<Asked<String>>,
    /// Empty: none, whatever the webhook's own is.
    pub proxy: Option<String>,
    pub timeout: Option<HumanDuration>,
    pub retries: Option<u32>,
    /// Of the original: which of its parts keep no connections. None of them when empty.
    pub close_after_answer: Option<bool>,
}

/// When the agent runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Phases {
    /// Before the app starts, and on beside it.
    InitAndRun,
    /// Before the app starts alone.
    Init,
    /// Beside the app alone, which does not wait for it.
    Run,
}

/// Which service-account token the agent logs in with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IdentityTokenSpec {
    pub audience: Option<String>,
    /// From 10 minutes.
    pub expiration: Option<Asked<HumanDuration>>,
    /// A volume of the pod instead of one of our own.
    pub volume: Option<Asked<String>>,
}

/// The agent's containers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContainerSpec {
    pub image: Option<Asked<String>>,
    pub user: Option<Asked<u64>>,
    pub group: Option<Asked<u64>>,
    /// Run as the user of the pod's first container.
    pub same_user: Option<Asked<bool>>,
    /// Whether to say a security context at all.
    pub set_security_context: Option<Asked<bool>>,
    pub cpu_request: Override<Quantity>,
    pub cpu_limit: Override<Quantity>,
    pub memory_request: Override<Quantity>,
    pub memory_limit: Override<Quantity>,
    pub ephemeral_storage_request: Override<Quantity>,
    pub ephemeral_storage_limit: Override<Quantity>,
    /// The name of a container of the pod whose mounts the agent gets too.
    pub copy_volume_mounts: Option<Asked<String>>,
    /// A secret of the pod's namespace, to be found at `/vault/custom`.
    pub extra_secret: Option<Asked<String>>,
    /// RFC 6902 in JSON, applied to the finished container that runs beside the app.
    pub json_patch: Option<Asked<String>>,
    /// The same for the container that runs before the app.
    pub init_json_patch: Option<Asked<String>>,
}

/// What goes before a setting of the webhook.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Override<T> {
    /// The webhook's own.
    #[default]
    Inherit,
    /// None at all.
    Unset,
    Value(T),
}

impl<T> Override<T> {
    /// What counts where this is the webhook's own.
    pub fn over<'a>(&'a self, inherited: Option<&'a T>) -> Option<&'a T> {
        match self {
            Self::Inherit => inherited,
            Self::Unset => None,
            Self::Value(value) => Some(value),
        }
    }
}

/// What the agent serves to the pod on its loopback address.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ApiSpec {
    pub port: u16,
    pub quit: bool,
    pub proxy: Option<ProxyToken>,
    pub metrics: bool,
}

impl Default for ApiSpec {
    fn default() -> Self {
        Self {
            port: 8200,
            quit: false,
            proxy: None,
            metrics: false,
        }
    }
}

/// Whose defaults hold where compatibility and safety disagree.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Dialect {
    /// `vouchsafe.dev/`: the safer default.
    Own,
    /// `vault.hashicorp.com/` and `openbao.org/`: the original's default.
    Original,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FileSpec {
    /// The annotation that asks for it, for messages.
    pub annotation: String,
    pub directory: DirectoryPath,
    pub name: FileName,
    pub mode: FileMode,
    pub source: FileSource,
    /// The containers that see it, where not all do that see any.
    pub containers: Option<ContainerSelection>,
    /// Run for the shell after each change, in the agent's container.
    pub command: Option<Asked<String>>,
    pub refresh: RefreshSpec,
    /// Nothing waits for it while its secret does not exist.
    pub optional: bool,
    /// What stands in it then.
    pub fallback: Option<String>,
    /// The name of those files that change together with it.
    pub bundle: Option<String>,
}

/// How often secrets are looked at; what is absent is said elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RefreshSpec {
    pub interval: Option<HumanDuration>,
    pub adaptive: Option<AdaptiveRange>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum FileSource {
    /// A secret or one value of it, in a format.
    Secret(SecretSource),
    Template(TemplateSpec),
    /// The store's token.
    Token,
}

#[derive(Clone, Debug, PartialEq)]
pub struct TemplateSpec {
    /// The annotation that asks for it, for messages about the template.
    pub annotation: String,
    pub text: TemplateOrigin,
    /// Empty: `{{`.
    pub left_delimiter: String,
    /// Empty: `}}`.
    pub right_delimiter: String,
    pub error_on_missing_key: bool,
    pub error_fatal: bool,
}

/// Where a template's text comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum TemplateOrigin {
    /// The annotation, byte for byte.
    Inline(String),
    /// A file in the agent's container.
    File(String),
    /// The default template for the secret at a path, which may end in a query (`?version=3`).
    Default {
        path: String,
        /// The webhook's own when the pod does not say.
        template: Option<DefaultTemplate>,
    },
}

/// What the original injector renders a secret with that has no template.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum DefaultTemplate {
    /// A line `key: value` for each field of the answer's data.
    #[default]
    Map,
    /// The answer's data as JSON.
    Json,
}

impl DefaultTemplate {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Map => "map",
            Self::Json => "json",
        }
    }
}

impl FromStr for DefaultTemplate {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        [Self::Map, Self::Json]
            .into_iter()
            .find(|template| template.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| ValueError::new("not a default template; expected map or json"))
    }
}

impl fmt::Display for DefaultTemplate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct ReloadSpec {
    /// The annotation that asks for it, for messages about containers.
    pub annotation: String,
    /// Indices into [`InjectSpec::files`], in rising order.
    pub on: Vec<usize>,
    pub request: ReloadRequest,
    pub options: ReloadOptions,
}

/// What is said about a reload beside what it is; what is absent is left to the contract's defaults.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReloadOptions {
    pub timeout: Option<HumanDuration>,
    pub retries: Option<u32>,
    pub debounce: Option<HumanDuration>,
    pub on_first: bool,
    /// Of HTTP requests only.
    pub headers: Headers,
    /// Of HTTP requests only.
    pub expect_status: Option<Statuses>,
}

/// Which of the pod's app containers see the files.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ContainerSelection {
    All,
    Named {
        /// The annotation that names them, for messages.
        annotation: String,
        names: Vec<String>,
    },
}

/// Which of the pod's init containers see the files, of those that run after the agent.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum InitContainerSelection {
    All,
    Named(Asked<Vec<String>>),
}

/// Where the agent stands among the pod's init containers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Placement {
    /// Before all others, which then see the files too.
    First,
    /// After all others, as the original injector does.
    Last,
    /// Right before the init container of this name.
    Before(Asked<String>),
    /// Right after the init container of this name.
    After(Asked<String>),
}
