//! The server's certificate, and how it is read from files and replaced when they change.

use std::{
    convert::Infallible,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use arc_swap::ArcSwapOption;
use rustls::{
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio::time::{MissedTickBehavior, interval};
use tracing::{info, warn};

use vouchsafe_cluster::validity::validity;

use super::tls::provider;
use crate::metrics::Metrics;

/// A certificate with its chain, and its key, both in PEM.
#[derive(Clone, Debug)]
pub struct CertificateFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// The certificate in use, if there is one; connections under way keep the one that they began
/// with.
#[derive(Debug, Default)]
pub struct Certificate(ArcSwapOption<CertifiedKey>);

/// Files that a certificate was read from.
#[derive(Debug)]
pub struct Source {
    files: CertificateFiles,
    /// Of the files' content when they were first read.
    first: Fingerprint,
}

#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    #[error("{path}: {source}")]
    Read { path: PathBuf, source: io::Error },
    #[error("{path}: no certificate in PEM")]
    NoCertificate { path: PathBuf },
    /// Without the parser's words, which may quote the file.
    #[error("{path}: no private key in PEM")]
    NoKey { path: PathBuf },
    #[error("{certificate} and {key}: {source}")]
    Pair {
        certificate: PathBuf,
        key: PathBuf,
        source: rustls::Error,
    },
}

/// Tells contents apart without keeping a second copy of the key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Fingerprint(u64);

struct Content {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Certificate {
    /// Uses that one from now on; tells when it ends, in Unix time.
    pub fn show(&self, certified: CertifiedKey, metrics: &Metrics) -> Option<i64> {
        let expires = certified
            .end_entity_cert()
            .ok()
            .and_then(|certificate| validity(certificate))
            .map(|validity| validity.not_after);
        if let Some(expires) = expires {
            metrics.certificate_expires(expires);
        }
        self.0.store(Some(Arc::new(certified)));
        expires
    }

    /// What a client is shown now.
    pub fn current(&self) -> Option<Arc<CertifiedKey>> {
        self.0.load_full()
    }

    /// From now on, handshakes fail.
    pub fn withdraw(&self) {
        self.0.store(None);
    }
}

impl Source {
    /// # Errors
    /// When the files cannot be read, or do not hold a certificate and its key.
    pub fn load(
        files: CertificateFiles,
        certificate: &Certificate,
        metrics: &Metrics,
    ) -> Result<Self, CertificateError> {
        let content = Content::read(&files)?;
        certificate.show(content.parse(&files)?, metrics);
        Ok(Self {
            first: content.fingerprint(),
            files,
        })
    }

    /// Looks at the files again and again, and takes what is new if it is good.
    ///
    /// Reads them by path each time: the kubelet swaps a symbolic link above them, which a watch on
    /// a file does not see. Source: <https://github.com/kubernetes/kubernetes/issues/111947>.
    pub async fn watch(
        &self,
        certificate: &Certificate,
        every: Duration,
        metrics: &Metrics,
    ) -> Infallible {
        let mut seen = Ok(self.first);
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let content = Content::read(&self.files);
            let found = match &content {
                Ok(content) => Ok(content.fingerprint()),
                Err(failure) => Err(failure.to_string()),
            };
            if found == seen {
                continue;
            }
            seen = found;
            // A pair read in the middle of a swap does not match: the next look sees it whole.
            match content.and_then(|content| content.parse(&self.files)) {
                Ok(certified) => {
                    let expires = certificate.show(certified, metrics);
                    metrics.count_certificate_reload("success");
                    info!(expires, "certificate_reloaded");
                }
                Err(failure) => {
                    metrics.count_certificate_reload("failure");
                    warn!(%failure, "certificate_not_reloaded");
                }
            }
        }
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.current()
    }
}

impl Content {
    fn read(files: &CertificateFiles) -> Result<Self, CertificateError> {
        let read = |path: &Path| {
            fs::read(path).map_err(|source| CertificateError::Read {
                path: path.to_owned(),
                source,
            })
        };
        Ok(Self {
            certificate: read(&files.certificate)?,
            key: read(&files.key)?,
        })
    }

    fn parse(&self, files: &CertificateFiles) -> Result<CertifiedKey, CertificateError> {
        let CertificateFiles {
            certificate: certificate_path,
            key: key_path,
        } = files;
        let chain: Vec<_> = CertificateDer::pem_slice_iter(&self.certificate)
            .collect::<Result<_, _>>()
            .unwrap_or_default();
        if chain.is_empty() {
            return Err(CertificateError::NoCertificate {
                path: certificate_path.clone(),
            });
        }
        let key =
            PrivateKeyDer::from_pem_slice(&self.key).map_err(|_| CertificateError::NoKey {
                path: key_path.clone(),
            })?;
        CertifiedKey::from_der(chain, key, &provider()).map_err(|source| CertificateError::Pair {
            certificate: certificate_path.clone(),
            key: key_path.clone(),
            source,
        })
    }

    fn fingerprint(&self) -> Fingerprint {
        let mut hasher = DefaultHasher::new();
        (&self.certificate, &self.key).hash(&mut hasher);
        Fingerprint(hasher.finish())
    }
}
