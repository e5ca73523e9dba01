use std::fmt;

/// Which setting an annotation makes, whatever its spelling.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Name {
    Address,
    AuthPath,
    Containers,
    DefaultTemplate,
    ErrorFatal,
    ErrorOnMissingKey,
    File,
    Format,
    InitFirst,
    Inject,
    LeftDelimiter,
    LogFormat,
    LogLevel,
    Mode,
    Namespace,
    RefreshInterval,
    Reload,
    ReloadFile,
    RevokeOnShutdown,
    RightDelimiter,
    Role,
    Secret,
    Status,
    Template,
    TemplateFile,
    TokenAudience,
}

/// One annotation, for the parser and for people.
#[derive(Clone, Copy, Debug)]
pub struct Annotation {
    pub name: Name,
    /// Our own short spelling, without prefix and without `-NAME`.
    pub short: &'static str,
    /// The original injector's spelling, where it has one.
    pub original: Option<&'static str>,
    pub scope: Scope,
    /// The values it takes.
    pub values: &'static str,
    pub default: &'static str,
    pub effect: &'static str,
}

/// Whether an annotation is about the pod, or about one secret and carries its `-NAME`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scope {
    Pod,
    Secret,
}

/// The prefixes, the strongest first.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Prefix {
    Vouchsafe,
    OpenBao,
    Vault,
}

impl Prefix {
    pub const ALL: [Self; 3] = [Self::Vouchsafe, Self::OpenBao, Self::Vault];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vouchsafe => "vouchsafe.dev/",
            Self::OpenBao => "openbao.org/",
            Self::Vault => "vault.hashicorp.com/",
        }
    }

    /// Splits a key such as `vouchsafe.dev/role` into its prefix and the rest.
    pub fn split(key: &str) -> Option<(Self, &str)> {
        Self::ALL
            .into_iter()
            .find_map(|prefix| Some((prefix, key.strip_prefix(prefix.as_str())?)))
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Annotation {
    /// Both spellings, without prefix.
    pub fn spellings(&self) -> impl Iterator<Item = &'static str> {
        [Some(self.short), self.original].into_iter().flatten()
    }

    /// Whether the short spelling is understood under our own prefix alone.
    pub fn is_short_under_ours_only(&self) -> bool {
        self.scope == Scope::Secret && self.short.starts_with("template")
    }

    /// The spellings that count under a prefix. The original injector has settings of the pod that
    /// begin with `template-`, so there that is no short spelling of ours.
    pub fn spellings_under(&self, prefix: Prefix) -> impl Iterator<Item = &'static str> {
        let short = prefix == Prefix::Vouchsafe || !self.is_short_under_ours_only();
        [short.then_some(self.short), self.original]
            .into_iter()
            .flatten()
    }
}

/// Every annotation there is.
pub const TABLE: &[Annotation] = &[
    Annotation {
        name: Name::Inject,
        short: "inject",
        original: Some("agent-inject"),
        scope: Scope::Pod,
        values: "true or false",
        default: "false",
        effect: "Adds the agent to this pod.",
    },
    Annotation {
        name: Name::Role,
        short: "role",
        original: None,
        scope: Scope::Pod,
        values: "a role of the store's Kubernetes auth method",
        default: "none; required",
        effect: "The role to log in as.",
    },
    Annotation {
        name: Name::Secret,
        short: "secret",
        original: Some("agent-inject-secret"),
        scope: Scope::Secret,
        values: "PATH or PATH#KEY",
        default: "none",
        effect: "Renders the secret at PATH, or one value of it, to the file NAME.",
    },
    Annotation {
        name: Name::Format,
        short: "format",
        original: None,
        scope: Scope::Secret,
        values: "raw, env, json, yaml or properties",
        default: "by the file's extension; else raw with #KEY, json without; under the other prefixes without #KEY the default template",
        effect: "How the secret becomes text, without a template.",
    },
    Annotation {
        name: Name::Template,
        short: "template",
        original: Some("agent-inject-template"),
        scope: Scope::Secret,
        values: "a template in Go's language",
        default: "none",
        effect: "Renders this text to the file NAME; `secret-NAME` is not needed then.",
    },
    Annotation {
        name: Name::TemplateFile,
        short: "template-file",
        original: Some("agent-inject-template-file"),
        scope: Scope::Secret,
        values: "a path in the agent's container",
        default: "none",
        effect: "Renders the template in this file; `template-NAME` goes before it.",
    },
    Annotation {
        name: Name::LeftDelimiter,
        short: "template-left-delimiter",
        original: Some("agent-template-left-delim"),
        scope: Scope::Secret,
        values: "any text",
        default: "`{{`",
        effect: "What opens an action in the template of this file.",
    },
    Annotation {
        name: Name::RightDelimiter,
        short: "template-right-delimiter",
        original: Some("agent-template-right-delim"),
        scope: Scope::Secret,
        values: "any text",
        default: "`}}`",
        effect: "What closes an action in the template of this file.",
    },
    Annotation {
        name: Name::ErrorOnMissingKey,
        short: "error-on-missing-key",
        original: None,
        scope: Scope::Secret,
        values: "true or false",
        default: "false",
        effect: "Makes a key that a map does not have an error of the template instead of `<no value>`.",
    },
    Annotation {
        name: Name::ErrorFatal,
        short: "error-fatal",
        original: None,
        scope: Scope::Secret,
        values: "true or false",
        default: "false",
        effect: "Ends the agent, for Kubernetes to start it again, when the template of this file fails although all it asks for is there; otherwise the file keeps its last good content and others go on.",
    },
    Annotation {
        name: Name::File,
        short: "file",
        original: Some("agent-inject-file"),
        scope: Scope::Secret,
        values: "a relative path",
        default: "NAME",
        effect: "The file's name below the volume.",
    },
    Annotation {
        name: Name::Mode,
        short: "mode",
        original: Some("agent-inject-perms"),
        scope: Scope::Secret,
        values: "octal permissions",
        default: "0644",
        effect: "The file's permissions.",
    },
    Annotation {
        name: Name::ReloadFile,
        short: "reload",
        original: None,
        scope: Scope::Secret,
        values: "signal:SIGNAL@CONTAINER or http:METHOD:PORT/PATH",
        default: "none",
        effect: "Tells the application when this file changed.",
    },
    Annotation {
        name: Name::Reload,
        short: "reload",
        original: None,
        scope: Scope::Pod,
        values: "signal:SIGNAL@CONTAINER or http:METHOD:PORT/PATH",
        default: "none",
        effect: "Tells the application when any file changed, once per change.",
    },
    Annotation {
        name: Name::Containers,
        short: "containers",
        original: Some("agent-inject-containers"),
        scope: Scope::Pod,
        values: "container names, separated by commas",
        default: "all",
        effect: "The app containers that see the files.",
    },
    Annotation {
        name: Name::Address,
        short: "address",
        original: Some("service"),
        scope: Scope::Pod,
        values: "a URL",
        default: "the webhook's --vault-address",
        effect: "The store's address.",
    },
    Annotation {
        name: Name::AuthPath,
        short: "auth-path",
        original: None,
        scope: Scope::Pod,
        values: "a mount path",
        default: "the webhook's --vault-auth-mount, auth/kubernetes",
        effect: "Where the Kubernetes auth method is mounted.",
    },
    Annotation {
        name: Name::Namespace,
        short: "namespace",
        original: None,
        scope: Scope::Pod,
        values: "a namespace of the store",
        default: "the webhook's --vault-namespace",
        effect: "The store's namespace for all requests.",
    },
    Annotation {
        name: Name::TokenAudience,
        short: "token-audience",
        original: None,
        scope: Scope::Pod,
        values: "an audience",
        default: "vouchsafe under vouchsafe.dev/, the API server's under the other prefixes",
        effect: "The audience of the token that the agent logs in with.",
    },
    Annotation {
        name: Name::RefreshInterval,
        short: "refresh-interval",
        original: Some("template-static-secret-render-interval"),
        scope: Scope::Pod,
        values: "a duration",
        default: "60s",
        effect: "How often secrets without a lease are read again.",
    },
    Annotation {
        name: Name::DefaultTemplate,
        short: "default-template",
        original: Some("agent-inject-default-template"),
        scope: Scope::Pod,
        values: "map or json",
        default: "the webhook's --default-template, map; under vouchsafe.dev/ none: formats are used",
        effect: "The template of secrets that have neither a template nor a format nor #KEY.",
    },
    Annotation {
        name: Name::RevokeOnShutdown,
        short: "revoke-on-shutdown",
        original: Some("agent-revoke-on-shutdown"),
        scope: Scope::Pod,
        values: "true or false",
        default: "false",
        effect: "Gives the store's token back when the pod stops.",
    },
    Annotation {
        name: Name::InitFirst,
        short: "init-first",
        original: Some("agent-init-first"),
        scope: Scope::Pod,
        values: "true or false",
        default: "true under vouchsafe.dev/, false under the other prefixes",
        effect: "Starts the agent before the pod's own init containers, so that they see the files.",
    },
    Annotation {
        name: Name::LogLevel,
        short: "log-level",
        original: None,
        scope: Scope::Pod,
        values: "error, warn, info, debug or trace",
        default: "info",
        effect: "How much the agent logs.",
    },
    Annotation {
        name: Name::LogFormat,
        short: "log-format",
        original: None,
        scope: Scope::Pod,
        values: "text (or standard) or json",
        default: "text",
        effect: "How the agent logs.",
    },
    Annotation {
        name: Name::Status,
        short: "status",
        original: Some("agent-inject-status"),
        scope: Scope::Pod,
        values: "injected",
        default: "none",
        effect: "Written by the webhook; what a user writes there has no effect.",
    },
];
