use std::{fmt, str::FromStr};

use crate::{
    config::{LogFormat, LogLevel, SecretSource},
    value::{
        AuthMount, FileMode, FileName, HumanDuration, ReloadRequest, StoreAddress, ValueError,
    },
};

/// What a pod asks for, as far as its annotations alone can say it.
///
/// There is at least one file, file names are distinct, `raw` files have a key, and reloads name
/// files that exist.
#[derive(Clone, Debug, PartialEq)]
pub struct InjectSpec {
    pub dialect: Dialect,
    pub role: String,
    pub files: Vec<FileSpec>,
    pub reloads: Vec<ReloadSpec>,
    pub containers: ContainerSelection,
    pub placement: Placement,
    pub address: Option<StoreAddress>,
    pub auth_mount: Option<AuthMount>,
    pub namespace: Option<String>,
    pub token_audience: Option<String>,
    pub refresh_interval: Option<HumanDuration>,
    pub revoke_on_shutdown: bool,
    pub log_level: LogLevel,
    pub log_format: LogFormat,
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
    pub name: FileName,
    pub mode: FileMode,
    pub source: FileSource,
}

#[derive(Clone, Debug, PartialEq)]
pub enum FileSource {
    /// A secret or one value of it, in a format.
    Secret(SecretSource),
    Template(TemplateSpec),
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
    pub on: Vec<FileName>,
    pub request: ReloadRequest,
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

/// Where the agent stands among the pod's init containers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Placement {
    /// Before all others, which then see the files too.
    First,
    /// After all others, as the original injector does.
    Last,
}
