use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, ValueEnum};
use tracing::level_filters::LevelFilter;

use crate::{
    args::{certificate::CertificateFlags, listen},
    log::{LogFormat, LogOptions},
};

#[derive(Args, Debug)]
#[command(next_help_heading = "The server")]
pub(super) struct ServerArguments {
    /// Where admissions are served, over TLS, as POST /mutate.
    #[arg(
        long,
        env = "VOUCHSAFE_LISTEN",
        value_name = "ADDRESS",
        default_value = "0.0.0.0:8443",
        value_parser = listen::address
    )]
    pub(super) listen: SocketAddr,

    /// Where /live, /ready and /metrics are served, over plain HTTP.
    #[arg(
        long,
        env = "VOUCHSAFE_HEALTH_LISTEN",
        value_name = "ADDRESS",
        default_value = "0.0.0.0:8080",
        value_parser = listen::address
    )]
    pub(super) health_listen: SocketAddr,

    /// The certificate and its chain in PEM; read again when it changes.
    #[arg(long, env = "VOUCHSAFE_TLS_CERT_FILE", value_name = "FILE")]
    tls_cert_file: Option<PathBuf>,

    /// The certificate's private key in PEM; read again when it changes.
    #[arg(long, env = "VOUCHSAFE_TLS_KEY_FILE", value_name = "FILE")]
    tls_key_file: Option<PathBuf>,

    /// The certificate's authority in PEM, for --tls-auto with files.
    #[arg(long, env = "VOUCHSAFE_TLS_CA_CERT_FILE", value_name = "FILE")]
    tls_ca_cert_file: Option<PathBuf>,

    /// The MutatingWebhookConfiguration to write the certificate's authority to; without files, the
    /// certificate is made here.
    #[arg(long, env = "VOUCHSAFE_TLS_AUTO", value_name = "NAME")]
    tls_auto: Option<String>,

    /// The names that the certificate is for, separated by commas.
    #[arg(
        long,
        env = "VOUCHSAFE_TLS_AUTO_HOSTS",
        value_name = "HOSTS",
        default_value = "",
        hide_default_value = true
    )]
    tls_auto_hosts: String,

    /// The oldest version of TLS: tls12 or tls13.
    #[arg(
        long,
        env = "VOUCHSAFE_TLS_MIN_VERSION",
        value_name = "VERSION",
        default_value = "tls12"
    )]
    pub(super) tls_min_version: String,

    /// The cipher suites of TLS 1.2, separated by commas [default: all that are good].
    #[arg(
        long,
        env = "VOUCHSAFE_TLS_CIPHER_SUITES",
        value_name = "NAMES",
        default_value = "",
        hide_default_value = true
    )]
    pub(super) tls_cipher_suites: String,

    /// How much to log.
    #[arg(
        long,
        env = "VOUCHSAFE_LOG_LEVEL",
        value_name = "LEVEL",
        default_value = "info"
    )]
    log_level: Level,

    /// How to log.
    #[arg(
        long,
        env = "VOUCHSAFE_LOG_FORMAT",
        value_name = "FORMAT",
        default_value = "text"
    )]
    log_format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Level {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl ServerArguments {
    pub(super) fn log_options(&self) -> LogOptions {
        LogOptions {
            level: match self.log_level {
                Level::Error => LevelFilter::ERROR,
                Level::Warn => LevelFilter::WARN,
                Level::Info => LevelFilter::INFO,
                Level::Debug => LevelFilter::DEBUG,
                Level::Trace => LevelFilter::TRACE,
            },
            format: match self.log_format {
                Format::Text => LogFormat::Text,
                Format::Json => LogFormat::Json,
            },
        }
    }

    pub(super) fn certificate_flags(&self) -> CertificateFlags {
        let file =
            |path: &Option<PathBuf>| path.clone().filter(|path| !path.as_os_str().is_empty());
        CertificateFlags {
            auto: crate::args::own::non_empty(self.tls_auto.clone()),
            hosts: self.tls_auto_hosts.clone(),
            certificate: file(&self.tls_cert_file),
            key: file(&self.tls_key_file),
            authority: file(&self.tls_ca_cert_file),
        }
    }
}
