use crate::{
    config::{LogFormat, LogLevel},
    value::{
        AuthMount, FileMode, FileName, HumanDuration, OutputFormat, ReloadRequest, SecretKey,
        SecretPath, StoreAddress,
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
    pub path: SecretPath,
    pub key: Option<SecretKey>,
    pub format: OutputFormat,
    pub mode: FileMode,
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
