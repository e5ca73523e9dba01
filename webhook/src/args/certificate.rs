//! Where the server's certificate comes from.

use std::{path::PathBuf, time::Duration};

use vouchsafe_cluster::options::{
    AuthorityFile, Certificate, HostsError, Options, OwnCertificate, hosts,
};

use super::{Variables, own::ClusterArguments};
use crate::{
    app::{CertificateSource, NativeSidecar},
    server::certificate::CertificateFiles,
};

/// The kubelet takes about a minute to write a changed secret: this adds little.
pub(super) const CERTIFICATE_INTERVAL: Duration = Duration::from_secs(10);

/// What flags and variables say about it.
pub(super) struct CertificateFlags {
    /// The name of a `MutatingWebhookConfiguration`.
    pub(super) auto: Option<String>,
    pub(super) hosts: String,
    pub(super) certificate: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
    pub(super) authority: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub enum CertificateMistake {
    #[error("tls-cert-file and tls-key-file go together; one of them is missing")]
    Half,
    #[error("no certificate: set tls-cert-file and tls-key-file, or tls-auto and tls-auto-hosts")]
    None,
    #[error("tls-auto-hosts: {0}")]
    Hosts(#[from] HostsError),
}

/// # Errors
/// When there is no certificate, or half of one.
pub(super) fn certificate(
    flags: CertificateFlags,
    cluster: &ClusterArguments,
    native_sidecar: NativeSidecar,
    variables: Variables<'_>,
) -> Result<(CertificateSource, Options), CertificateMistake> {
    let files = match (flags.certificate, flags.key) {
        (Some(certificate), Some(key)) => Some(CertificateFiles { certificate, key }),
        (None, None) => None,
        _ => return Err(CertificateMistake::Half),
    };
    let (source, certificate) = match (files, flags.auto, flags.authority) {
        // The original writes the authority nowhere without its file, too.
        (Some(files), None, _) | (Some(files), _, None) => {
            (CertificateSource::Files(files), Certificate::Elsewhere)
        }
        (Some(files), Some(configuration), Some(path)) => {
            let file = AuthorityFile {
                configuration,
                hosts: hosts(&flags.hosts)?,
                path,
            };
            (CertificateSource::Files(files), Certificate::File(file))
        }
        (None, Some(configuration), _) => {
            let own = OwnCertificate {
                configuration,
                hosts: hosts(&flags.hosts)?,
                secret: cluster.tls_secret.clone(),
            };
            (CertificateSource::Automatic, Certificate::Own(own))
        }
        (None, None, _) => return Err(CertificateMistake::None),
    };
    let options = Options {
        namespace: cluster.namespace(variables),
        certificate,
        defaults: cluster.defaults(),
        version: native_sidecar == NativeSidecar::Auto,
    };
    Ok((source, options))
}
