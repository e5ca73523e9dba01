use std::path::PathBuf;

use clap::Args;
use vouchsafe_shared::value::{AuthMount, HumanDuration, StoreAddress};

use crate::{
    args::{
        authorities::{self, AuthoritiesError},
        own::non_empty,
    },
    mutate::Settings,
};

#[derive(Args, Debug)]
#[command(next_help_heading = "The store")]
pub(super) struct StoreArguments {
    /// The store's URL, for pods that name none.
    #[arg(long, env = "VOUCHSAFE_VAULT_ADDRESS", value_name = "URL")]
    vault_address: Option<StoreAddress>,

    /// The auth method that agents log in by, for pods that do not say.
    #[arg(
        long,
        env = "VOUCHSAFE_VAULT_AUTH_METHOD",
        value_name = "METHOD",
        default_value = "kubernetes"
    )]
    vault_auth_method: String,

    /// Where it is mounted, for pods that do not say.
    #[arg(
        long,
        env = "VOUCHSAFE_VAULT_AUTH_MOUNT",
        value_name = "PATH",
        default_value = "auth/kubernetes"
    )]
    vault_auth_mount: AuthMount,

    /// The store's namespace, for pods that name none.
    #[arg(long, env = "VOUCHSAFE_VAULT_NAMESPACE", value_name = "NAMESPACE")]
    vault_namespace: Option<String>,

    /// Certificates in PEM of the authorities that agents trust for the store's certificate, read
    /// once [default: the public authorities].
    #[arg(long, env = "VOUCHSAFE_VAULT_CA_CERT_FILE", value_name = "FILE")]
    vault_ca_cert_file: Option<PathBuf>,

    /// The HTTP proxy by which agents reach the store [default: none].
    #[arg(long, env = "VOUCHSAFE_VAULT_PROXY", value_name = "URL")]
    vault_proxy: Option<String>,

    /// The shortest pause between two attempts to log in [default: the agent's own].
    #[arg(long, env = "VOUCHSAFE_LOGIN_MIN_BACKOFF", value_name = "DURATION")]
    login_min_backoff: Option<HumanDuration>,

    /// The longest one [default: the agent's own].
    #[arg(long, env = "VOUCHSAFE_LOGIN_MAX_BACKOFF", value_name = "DURATION")]
    login_max_backoff: Option<HumanDuration>,

    /// Whether agents close their connection to the store after each answer.
    #[arg(long, env = "VOUCHSAFE_CLOSE_AFTER_ANSWER")]
    close_after_answer: bool,

    /// Whether agents give their token back when they stop.
    #[arg(long, env = "VOUCHSAFE_REVOKE_ON_SHUTDOWN")]
    revoke_on_shutdown: bool,
}

impl StoreArguments {
    pub(super) fn apply(self, settings: Settings) -> Result<Settings, AuthoritiesError> {
        let vault_ca_pem = self
            .vault_ca_cert_file
            .filter(|path| !path.as_os_str().is_empty())
            .map(|path| authorities::read(&path))
            .transpose()?;
        Ok(Settings {
            vault_address: self.vault_address,
            auth_method: self.vault_auth_method,
            vault_auth_mount: self.vault_auth_mount,
            vault_namespace: non_empty(self.vault_namespace),
            vault_ca_pem,
            proxy: non_empty(self.vault_proxy),
            min_backoff: self.login_min_backoff,
            max_backoff: self.login_max_backoff,
            close_after_answer: self.close_after_answer,
            revoke_on_shutdown: self.revoke_on_shutdown,
            ..settings
        })
    }
}
