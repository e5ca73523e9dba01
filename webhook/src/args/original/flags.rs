//! The flags of the original injector.
//!
//! Source: <https://github.com/hashicorp/vault-k8s/blob/v1.7.6/subcommand/injector/flags.go>; of
//! the variables with `BAO` in them,
//! <https://github.com/openbao/openbao-k8s/blob/main/subcommand/injector/flags.go>.

use clap::Arg;

pub(super) struct Flag {
    pub(super) name: &'static str,
    /// Any of them goes before the flag; the first that is not empty before the others.
    pub(super) variables: &'static [&'static str],
    /// What the value is called; empty for a switch.
    value: &'static str,
    pub(super) default: &'static str,
    help: &'static str,
    heading: &'static str,
}

impl Flag {
    pub(super) fn argument(&self) -> Arg {
        let variables = self.variables.join(", ");
        let mut help = format!("{} [env: {variables}]", self.help);
        if !self.default.is_empty() {
            help = format!("{help} [default: {}]", self.default);
        }
        let argument = Arg::new(self.name)
            .long(self.name)
            .help(help)
            .help_heading(self.heading);
        if self.value.is_empty() {
            argument
                .num_args(0..=1)
                .require_equals(true)
                .default_missing_value("true")
                .value_name("BOOLEAN")
        } else {
            argument.value_name(self.value)
        }
    }
}

const SERVER: &str = "The server";
const CERTIFICATE: &str = "Its certificate";
const STORE: &str = "The store";
const AGENT: &str = "The agents in the pods";
const NOTHING: &str = "Accepted, without effect";

macro_rules! flags {
    ($($heading:ident: $name:literal [$($variable:literal),+] $value:literal = $default:literal, $help:literal;)+) => {
        /// All of them, in the order of the help.
        pub(super) const FLAGS: &[Flag] = &[$(Flag {
            name: $name,
            variables: &[$($variable),+],
            value: $value,
            default: $default,
            help: $help,
            heading: $heading,
        }),+];
    };
}

flags! {
    SERVER: "listen" ["AGENT_INJECT_LISTEN"] "ADDRESS" = ":8080",
        "Where admissions are served, over TLS";
    SERVER: "telemetry-path" ["AGENT_INJECT_TELEMETRY_PATH"] "PATH" = "",
        "Where metrics are served, on the same port";
    SERVER: "log-level" ["AGENT_INJECT_LOG_LEVEL"] "LEVEL" = "info",
        "How much to log: trace, debug, info, warn or error";
    SERVER: "log-format" ["AGENT_INJECT_LOG_FORMAT"] "FORMAT" = "standard",
        "How to log: standard or json";

    CERTIFICATE: "tls-auto" ["AGENT_INJECT_TLS_AUTO", "TLS_AUTO"] "NAME" = "",
        "The MutatingWebhookConfiguration to write the certificate's authority to; without files, the certificate is made here";
    CERTIFICATE: "tls-auto-hosts" ["AGENT_INJECT_TLS_AUTO_HOSTS", "TLS_AUTO_HOSTS"] "HOSTS" = "",
        "The names that the certificate is for, separated by commas";
    CERTIFICATE: "tls-cert-file" ["AGENT_INJECT_TLS_CERT_FILE", "TLS_CERT_FILE"] "FILE" = "",
        "The certificate and its chain in PEM; read again when it changes";
    CERTIFICATE: "tls-key-file" ["AGENT_INJECT_TLS_KEY_FILE", "TLS_KEY_FILE"] "FILE" = "",
        "The certificate's private key in PEM; read again when it changes";
    CERTIFICATE: "tls-ca-cert-file" ["AGENT_INJECT_TLS_CA_CERT_FILE", "TLS_CA_CERT_FILE"] "FILE" = "",
        "The certificate's authority in PEM, for --tls-auto with files";
    CERTIFICATE: "tls-min-version" ["AGENT_INJECT_TLS_MIN_VERSION", "TLS_MIN_VERSION"] "VERSION" = "tls12",
        "The oldest version of TLS: tls12 or tls13; tls10 and tls11 mean tls12";
    CERTIFICATE: "tls-cipher-suites" ["AGENT_INJECT_TLS_CIPHER_SUITES", "TLS_CIPHER_SUITES"] "NAMES" = "",
        "The cipher suites of TLS 1.2, separated by commas";

    STORE: "vault-address" ["AGENT_INJECT_VAULT_ADDR", "AGENT_INJECT_BAO_ADDR"] "URL" = "",
        "The store's URL, for pods that name none; required";
    STORE: "vault-cacert-bytes" ["AGENT_INJECT_VAULT_CACERT_BYTES", "AGENT_INJECT_BAO_CACERT_BYTES"] "PEM" = "",
        "The authorities that agents trust for the store's certificate, in PEM or in base64 of it";
    STORE: "proxy-address" ["AGENT_INJECT_PROXY_ADDR"] "URL" = "",
        "The HTTP proxy by which agents reach the store";
    STORE: "vault-auth-type" ["AGENT_INJECT_VAULT_AUTH_TYPE", "AGENT_INJECT_BAO_AUTH_TYPE"] "METHOD" = "kubernetes",
        "The auth method that agents log in by";
    STORE: "vault-auth-path" ["AGENT_INJECT_VAULT_AUTH_PATH", "AGENT_INJECT_BAO_AUTH_PATH"] "PATH" = "auth/kubernetes",
        "Where it is mounted";
    STORE: "vault-namespace" ["AGENT_INJECT_VAULT_NAMESPACE", "AGENT_INJECT_BAO_NAMESPACE"] "NAMESPACE" = "",
        "The store's namespace";
    STORE: "auth-min-backoff" ["AGENT_INJECT_AUTH_MIN_BACKOFF"] "DURATION" = "",
        "The shortest pause between two attempts to log in";
    STORE: "auth-max-backoff" ["AGENT_INJECT_AUTH_MAX_BACKOFF"] "DURATION" = "",
        "The longest one";
    STORE: "disable-keep-alives" ["AGENT_INJECT_DISABLE_KEEP_ALIVES"] "FEATURES" = "",
        "With auto-auth or templating among them, agents close their connection after each answer";
    STORE: "revoke-on-shutdown" ["AGENT_INJECT_REVOKE_ON_SHUTDOWN"] "" = "false",
        "Whether agents give their token back when they stop";

    AGENT: "vault-image" ["AGENT_INJECT_VAULT_IMAGE", "AGENT_INJECT_BAO_IMAGE"] "IMAGE" = "",
        "The agent's image, unless it is named like the original's (vault, openbao), which cannot be used";
    AGENT: "default-template" ["AGENT_INJECT_DEFAULT_TEMPLATE"] "TEMPLATE" = "map",
        "What secrets without a template are rendered with: map or json";
    AGENT: "template-config-exit-on-retry-failure" ["AGENT_INJECT_TEMPLATE_CONFIG_EXIT_ON_RETRY_FAILURE"] "" = "true",
        "Whether an agent ends that gets nothing from the store for long";
    AGENT: "template-static-secret-render-interval" ["AGENT_INJECT_TEMPLATE_STATIC_SECRET_RENDER_INTERVAL"] "DURATION" = "",
        "How often secrets without a lease are read again";
    AGENT: "template-lease-renewal-threshold" ["AGENT_INJECT_TEMPLATE_LEASE_RENEWAL_THRESHOLD"] "SHARE" = "",
        "After which share of its life a lease is renewed, above 0 and at most 1";
    AGENT: "run-as-user" ["AGENT_INJECT_RUN_AS_USER"] "UID" = "100",
        "The user that agents run as";
    AGENT: "run-as-group" ["AGENT_INJECT_RUN_AS_GROUP"] "GID" = "1000",
        "The group that agents run as";
    AGENT: "run-as-same-user" ["AGENT_INJECT_RUN_AS_SAME_USER"] "" = "false",
        "Whether agents run as the user of the pod's first container";
    AGENT: "set-security-context" ["AGENT_INJECT_SET_SECURITY_CONTEXT"] "" = "true",
        "Whether agents get a security context";
    AGENT: "cpu-request" ["AGENT_INJECT_CPU_REQUEST"] "CPU" = "250m",
        "The processor share that an agent requests; empty for none, as below";
    AGENT: "cpu-limit" ["AGENT_INJECT_CPU_LIMIT"] "CPU" = "500m",
        "The processor share that an agent may use";
    AGENT: "memory-request" ["AGENT_INJECT_MEM_REQUEST"] "SIZE" = "64Mi",
        "The memory that an agent requests";
    AGENT: "memory-limit" ["AGENT_INJECT_MEM_LIMIT"] "SIZE" = "128Mi",
        "The memory that an agent may use, its files included";
    AGENT: "ephemeral-storage-request" ["AGENT_INJECT_EPHEMERAL_REQUEST"] "SIZE" = "",
        "The ephemeral storage that an agent requests";
    AGENT: "ephemeral-storage-limit" ["AGENT_INJECT_EPHEMERAL_LIMIT"] "SIZE" = "",
        "The ephemeral storage that an agent may use";

    NOTHING: "use-leader-elector" ["AGENT_INJECT_USE_LEADER_ELECTOR"] "" = "false",
        "Replicas share their certificate without a leader";
    NOTHING: "rewrite-vault-annotations" ["AGENT_INJECT_REWRITE_VAULT_ANNOTATIONS"] "" = "true",
        "All prefixes are read as they are";
    NOTHING: "template-max-connections-per-host" ["AGENT_INJECT_TEMPLATE_MAX_CONNECTIONS_PER_HOST"] "NUMBER" = "0",
        "An agent has one connection";
    NOTHING: "disable-idle-connections" ["AGENT_INJECT_DISABLE_IDLE_CONNECTIONS"] "FEATURES" = "",
        "An agent has one connection";
}
