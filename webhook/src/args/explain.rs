use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// What to explain, and how.
#[derive(Args, Debug)]
pub struct ExplainArguments {
    /// A Pod, Deployment, StatefulSet, DaemonSet, ReplicaSet, Job or CronJob in YAML or JSON; - for
    /// standard input.
    #[arg(short = 'f', long, value_name = "FILE", default_value = "-")]
    pub file: PathBuf,

    /// Annotations of the pod's namespace: a flat map, or the Namespace itself.
    #[arg(long, value_name = "FILE")]
    pub namespace_annotations: Option<PathBuf>,

    /// The ConfigMap of defaults.
    #[arg(long, value_name = "FILE")]
    pub defaults: Option<PathBuf>,

    /// The namespace that the pod is created in [default: the manifest's].
    #[arg(short = 'n', long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,

    /// The store's URL, for pods that name none.
    #[arg(long, env = "VOUCHSAFE_VAULT_ADDRESS", value_name = "URL")]
    pub vault_address: Option<vouchsafe_shared::value::StoreAddress>,

    /// Whether the webhook has the original injector's settings, as with agent-inject.
    #[arg(long)]
    pub original: bool,

    /// How to print.
    #[arg(short = 'o', long, value_name = "FORMAT", default_value = "table")]
    pub output: Format,

    /// Print the JSON patch instead.
    #[arg(long)]
    pub patch: bool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Format {
    Table,
    Json,
}
