//! The one list of the keys that a configuration can have, and what becomes of each.

/// What becomes of a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Treatment {
    /// It does what it does in the original, or what the note says.
    Used,
    /// Nothing, because nothing is lost by it.
    Ignored,
    /// Nothing, and a warning says so.
    Warned,
    /// A configuration that has it is refused, unless the value is `false`, `0` or empty.
    Refused,
}

/// One key of one block.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub block: &'static str,
    pub key: &'static str,
    pub treatment: Treatment,
    /// For [`Treatment::Refused`]: the reason, then `; ` and what to do. Otherwise what a reader of
    /// the documentation must know; may be empty.
    pub note: &'static str,
}

const fn used(block: &'static str, key: &'static str, note: &'static str) -> Row {
    row(block, key, Treatment::Used, note)
}

const fn ignored(block: &'static str, key: &'static str, note: &'static str) -> Row {
    row(block, key, Treatment::Ignored, note)
}

const fn warned(block: &'static str, key: &'static str, note: &'static str) -> Row {
    row(block, key, Treatment::Warned, note)
}

const fn refused(block: &'static str, key: &'static str, note: &'static str) -> Row {
    row(block, key, Treatment::Refused, note)
}

const fn row(
    block: &'static str,
    key: &'static str,
    treatment: Treatment,
    note: &'static str,
) -> Row {
    Row {
        block,
        key,
        treatment,
        note,
    }
}

pub(crate) const TOP: &str = "";
pub(crate) const AUTO_AUTH: &str = "auto_auth";
pub(crate) const METHOD: &str = "auto_auth.method";
pub(crate) const KUBERNETES: &str = "auto_auth.method \"kubernetes\".config";
pub(crate) const JWT: &str = "auto_auth.method \"jwt\".config";
pub(crate) const APPROLE: &str = "auto_auth.method \"approle\".config";
pub(crate) const CERT: &str = "auto_auth.method \"cert\".config";
pub(crate) const TOKEN_FILE: &str = "auto_auth.method \"token_file\".config";
pub(crate) const SINK: &str = "auto_auth.sink";
pub(crate) const SINK_CONFIG: &str = "auto_auth.sink.config";
pub(crate) const VAULT: &str = "vault";
pub(crate) const RETRY: &str = "vault.retry";
pub(crate) const TEMPLATE: &str = "template";
pub(crate) const TEMPLATE_EXEC: &str = "template.exec";
pub(crate) const TEMPLATE_CONFIG: &str = "template_config";
pub(crate) const LISTENER: &str = "listener";
pub(crate) const AGENT_API: &str = "listener.agent_api";
pub(crate) const CACHE: &str = "cache";
pub(crate) const PERSIST: &str = "cache.persist";
pub(crate) const API_PROXY: &str = "api_proxy";

/// The blocks in the order of the documentation.
pub const BLOCKS: &[&str] = &[
    TOP,
    AUTO_AUTH,
    METHOD,
    KUBERNETES,
    JWT,
    APPROLE,
    CERT,
    TOKEN_FILE,
    SINK,
    SINK_CONFIG,
    VAULT,
    RETRY,
    TEMPLATE,
    TEMPLATE_EXEC,
    TEMPLATE_CONFIG,
    LISTENER,
    AGENT_API,
    CACHE,
    PERSIST,
    API_PROXY,
];

const WRAPPING: &str = "the token is never written response-wrapped; remove it, or keep this pod with the original agent";
const ENCRYPTED: &str =
    "sinks are not encrypted; remove it: the volume is in memory and seen by this pod alone";
const TLS_LISTENER: &str = "the agent serves plain HTTP; remove it and set tls_disable = true";
const SUPERVISOR: &str = "the agent starts no processes of the application; write a file with template, and start the application in its own container";

/// Every key that is known, by block.
pub const KEYS: &[Row] = &[
    used(TOP, "auto_auth", "needed; one block"),
    used(TOP, "vault", "one block; environment variables win over it"),
    used(TOP, "template", "one block for each file"),
    used(TOP, "template_config", "one block"),
    used(TOP, "exit_after_auth", "true or false"),
    used(TOP, "pid_file", "a path"),
    used(TOP, "listener", "any number of blocks"),
    used(
        TOP,
        "cache",
        "one block; answers are passed on and not kept",
    ),
    used(TOP, "api_proxy", "one block"),
    used(
        TOP,
        "log_level",
        "trace, debug, info, notice, warn or error",
    ),
    used(TOP, "log_format", "standard or json"),
    used(
        TOP,
        "disable_idle_connections",
        "a list, or a text with commas",
    ),
    used(TOP, "disable_keep_alives", "a list, or a text with commas"),
    ignored(TOP, "telemetry", "metrics are served for Prometheus"),
    ignored(TOP, "disable_mlock", "the agent never locks memory"),
    warned(
        TOP,
        "log_file",
        "logs go to standard error, where the kubelet collects them",
    ),
    ignored(TOP, "log_rotate_duration", "there is no log file"),
    ignored(TOP, "log_rotate_bytes", "there is no log file"),
    ignored(TOP, "log_rotate_max_files", "there is no log file"),
    refused(TOP, "exec", SUPERVISOR),
    refused(TOP, "env_template", SUPERVISOR),
    used(
        AUTO_AUTH,
        "method",
        "needed; one block, its type as label or as key type",
    ),
    used(
        AUTO_AUTH,
        "sink",
        "one block for each file that gets the token",
    ),
    warned(
        AUTO_AUTH,
        "enable_reauth_on_new_credentials",
        "credentials are read from their files at each login",
    ),
    used(
        METHOD,
        "type",
        "kubernetes, jwt, approle, cert or token_file",
    ),
    used(METHOD, "mount_path", "auth/TYPE unless set"),
    used(METHOD, "namespace", "also the namespace of everything else"),
    used(METHOD, "min_backoff", "1s, or a number of seconds"),
    used(METHOD, "max_backoff", "5m, or a number of seconds"),
    used(METHOD, "exit_on_err", "true or false"),
    used(METHOD, "config", "by type, see below"),
    refused(METHOD, "wrap_ttl", WRAPPING),
    used(KUBERNETES, "role", "needed"),
    used(
        KUBERNETES,
        "token_path",
        "the service account's token unless set; read again at each login",
    ),
    used(JWT, "role", "needed"),
    used(JWT, "path", "needed; the file of the token"),
    used(JWT, "remove_jwt_after_reading", "true unless set"),
    ignored(
        JWT,
        "remove_jwt_follows_symlinks",
        "a link is removed, never what it leads to",
    ),
    ignored(JWT, "jwt_read_period", "the file is read at each login"),
    used(APPROLE, "role_id_file_path", "needed"),
    used(APPROLE, "secret_id_file_path", ""),
    used(
        APPROLE,
        "remove_secret_id_file_after_reading",
        "true unless set",
    ),
    used(
        APPROLE,
        "secret_id_response_wrapping_path",
        "where the wrapped secret id must come from",
    ),
    used(CERT, "name", "the role"),
    used(
        CERT,
        "ca_cert",
        "a file; the same as ca_cert of vault, or instead of it",
    ),
    used(
        CERT,
        "client_cert",
        "a file; client_cert of vault unless set",
    ),
    used(CERT, "client_key", "a file; client_key of vault unless set"),
    ignored(CERT, "reload", "the files are read at each login"),
    used(TOKEN_FILE, "token_file_path", "needed"),
    used(SINK, "type", "file"),
    used(SINK, "config", "needed"),
    refused(SINK, "wrap_ttl", WRAPPING),
    refused(SINK, "dh_type", ENCRYPTED),
    refused(SINK, "dh_path", ENCRYPTED),
    refused(SINK, "derive_key", ENCRYPTED),
    refused(SINK, "aad", ENCRYPTED),
    refused(SINK, "aad_env_var", ENCRYPTED),
    used(
        SINK_CONFIG,
        "path",
        "needed; below a volume of the agent's container",
    ),
    used(
        SINK_CONFIG,
        "mode",
        "0640 unless set; octal with a leading 0 in HCL, decimal in JSON, always octal in quotes",
    ),
    used(SINK_CONFIG, "uid", "−1 for the agent's own"),
    used(SINK_CONFIG, "gid", "−1 for the agent's own"),
    used(VAULT, "address", "needed here or as VAULT_ADDR"),
    used(VAULT, "ca_cert", "a file"),
    used(VAULT, "ca_path", "a directory"),
    used(VAULT, "client_cert", "a file"),
    used(VAULT, "client_key", "a file"),
    used(
        VAULT,
        "tls_skip_verify",
        "true or false; \"false\" is false",
    ),
    used(VAULT, "tls_server_name", ""),
    used(
        VAULT,
        "namespace",
        "the same as that of auto_auth.method, or instead of it",
    ),
    used(VAULT, "retry", "one block"),
    warned(
        RETRY,
        "num_retries",
        "the agent keeps trying, with growing pauses",
    ),
    used(TEMPLATE, "source", "a file; this or contents"),
    used(TEMPLATE, "contents", "the template; this or source"),
    used(
        TEMPLATE,
        "destination",
        "needed; below a volume of the agent's container",
    ),
    used(
        TEMPLATE,
        "perms",
        "octal in quotes; in HCL also 0644, in JSON also 420",
    ),
    used(
        TEMPLATE,
        "user",
        "a number: the agent knows no names of users",
    ),
    used(
        TEMPLATE,
        "group",
        "a number: the agent knows no names of groups",
    ),
    used(TEMPLATE, "uid", "the same as user"),
    used(TEMPLATE, "gid", "the same as group"),
    used(
        TEMPLATE,
        "command",
        "a text or a list; a text with commas stays one text",
    ),
    used(
        TEMPLATE,
        "command_timeout",
        "30s unless set; a text with a unit",
    ),
    used(TEMPLATE, "exec", "the last block counts"),
    used(TEMPLATE, "error_on_missing_key", "true or false"),
    used(TEMPLATE, "error_fatal", "true unless set"),
    used(TEMPLATE, "left_delimiter", "{{ unless set"),
    used(TEMPLATE, "right_delimiter", "}} unless set"),
    ignored(
        TEMPLATE,
        "create_dest_dirs",
        "directories are always created",
    ),
    warned(TEMPLATE, "backup", "no copy of the old file is made"),
    warned(
        TEMPLATE,
        "wait",
        "files that change together are always written together",
    ),
    refused(
        TEMPLATE,
        "sandbox_path",
        "the function file is not confined to a directory; remove it, and name files by their whole path",
    ),
    refused(
        TEMPLATE,
        "function_denylist",
        "functions of templates cannot be forbidden; remove it",
    ),
    refused(
        TEMPLATE,
        "function_blacklist",
        "functions of templates cannot be forbidden; remove it",
    ),
    used(TEMPLATE_EXEC, "command", "a text or a list"),
    used(
        TEMPLATE_EXEC,
        "timeout",
        "30s unless set, 0s for no end; a text with a unit",
    ),
    warned(TEMPLATE_EXEC, "enabled", "a command that is there is run"),
    refused(
        TEMPLATE_EXEC,
        "env",
        "a command gets the agent's environment; set variables within the command",
    ),
    warned(
        TEMPLATE_EXEC,
        "kill_signal",
        "a command that takes too long is killed",
    ),
    warned(
        TEMPLATE_EXEC,
        "kill_timeout",
        "a command that takes too long is killed",
    ),
    ignored(
        TEMPLATE_EXEC,
        "reload_signal",
        "a command is run anew at each change",
    ),
    ignored(TEMPLATE_EXEC, "splay", "a command is run at once"),
    used(TEMPLATE_CONFIG, "exit_on_retry_failure", "true or false"),
    used(
        TEMPLATE_CONFIG,
        "static_secret_render_interval",
        "5m unless set, or a number of seconds",
    ),
    used(
        TEMPLATE_CONFIG,
        "lease_renewal_threshold",
        "above 0 and below 1, 0.9 unless set",
    ),
    ignored(
        TEMPLATE_CONFIG,
        "max_connections_per_host",
        "the agent has one connection",
    ),
    used(LISTENER, "type", "tcp"),
    used(
        LISTENER,
        "address",
        "127.0.0.1 or localhost, and a port; one listener at most",
    ),
    used(
        LISTENER,
        "tls_disable",
        "needed, true: the agent serves plain HTTP",
    ),
    used(LISTENER, "agent_api", "one block"),
    refused(
        LISTENER,
        "require_request_header",
        "requests are not asked for the header X-Vault-Request; remove it: the listener is reachable within the pod alone",
    ),
    used(LISTENER, "role", "default or metrics_only"),
    refused(LISTENER, "tls_cert_file", TLS_LISTENER),
    refused(LISTENER, "tls_key_file", TLS_LISTENER),
    refused(LISTENER, "tls_client_ca_file", TLS_LISTENER),
    refused(LISTENER, "tls_require_and_verify_client_cert", TLS_LISTENER),
    ignored(LISTENER, "tls_min_version", "there is no TLS"),
    ignored(LISTENER, "tls_max_version", "there is no TLS"),
    ignored(LISTENER, "tls_cipher_suites", "there is no TLS"),
    ignored(
        LISTENER,
        "tls_prefer_server_cipher_suites",
        "there is no TLS",
    ),
    ignored(LISTENER, "tls_disable_client_certs", "there is no TLS"),
    ignored(LISTENER, "max_request_size", "requests have no body"),
    ignored(
        LISTENER,
        "max_request_duration",
        "requests are answered at once",
    ),
    ignored(LISTENER, "http_idle_timeout", "the agent has its own"),
    ignored(LISTENER, "http_read_timeout", "the agent has its own"),
    ignored(
        LISTENER,
        "http_read_header_timeout",
        "the agent has its own",
    ),
    ignored(LISTENER, "http_write_timeout", "the agent has its own"),
    ignored(LISTENER, "telemetry", "metrics need no token"),
    refused(
        LISTENER,
        "proxy_api",
        "this is no Vault Proxy; write agent_api",
    ),
    used(AGENT_API, "enable_quit", "true or false"),
    used(CACHE, "use_auto_auth_token", "true, false or force"),
    used(CACHE, "persist", "one block"),
    refused(
        CACHE,
        "cache_static_secrets",
        "static secrets are not cached; remove it",
    ),
    ignored(
        CACHE,
        "disable_caching_dynamic_secrets",
        "nothing is cached",
    ),
    ignored(CACHE, "static_secret_token_capability_refresh_interval", ""),
    ignored(
        CACHE,
        "enforce_consistency",
        "for performance standbys of Vault Enterprise",
    ),
    ignored(
        CACHE,
        "when_inconsistent",
        "for performance standbys of Vault Enterprise",
    ),
    used(PERSIST, "type", "kubernetes"),
    ignored(PERSIST, "path", "nothing is kept in a file"),
    ignored(PERSIST, "keep_after_import", "nothing is kept in a file"),
    ignored(PERSIST, "exit_on_err", "nothing is kept in a file"),
    ignored(
        PERSIST,
        "service_account_token_file",
        "nothing is kept in a file",
    ),
    used(API_PROXY, "use_auto_auth_token", "true, false or force"),
    ignored(
        API_PROXY,
        "enforce_consistency",
        "for performance standbys of Vault Enterprise",
    ),
    ignored(
        API_PROXY,
        "when_inconsistent",
        "for performance standbys of Vault Enterprise",
    ),
    ignored(API_PROXY, "prepend_configured_namespace", ""),
];

/// The rows of one block.
pub fn rows(block: &str) -> impl Iterator<Item = &'static Row> {
    KEYS.iter().filter(move |row| row.block == block)
}
