//! The certificates that every pod is told to trust.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use rustls::{
    RootCertStore,
    pki_types::{
        CertificateDer,
        pem::{PemObject as _, SectionKind},
    },
};

use base64::{Engine as _, engine::general_purpose::STANDARD};

#[derive(Debug, thiserror::Error)]
pub enum AuthoritiesError {
    #[error("{path}: {source}")]
    Read { path: PathBuf, source: io::Error },
    #[error("{path}: not PEM")]
    Syntax { path: PathBuf },
    #[error("{path}: no certificate in it")]
    Empty { path: PathBuf },
    /// Everybody who may read pods would read it.
    #[error("{path}: holds something else than certificates, which would be copied into pods")]
    NotOnlyCertificates { path: PathBuf },
    #[error("{path}: certificate {number}: {source}")]
    Certificate {
        path: PathBuf,
        number: usize,
        source: rustls::Error,
    },
    #[error("{path}: {length} bytes of certificates, of {LIMIT} at most, would go into every pod")]
    TooLong { path: PathBuf, length: usize },
}

/// Half of what an agent's configuration can hold, in bytes; the other half is for the secrets. A
/// certificate takes one to two thousand.
const LIMIT: usize = 64 * 1024;

/// Reads a file of certificates and writes them anew, without the comments between them.
///
/// # Errors
/// When the file holds no certificate, or anything else.
pub(super) fn read(path: &Path) -> Result<String, AuthoritiesError> {
    let path = || path.to_owned();
    let bytes = fs::read(path()).map_err(|source| AuthoritiesError::Read {
        path: path(),
        source,
    })?;
    let mut store = RootCertStore::empty();
    let mut pem = String::new();
    for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(&bytes) {
        let (kind, der) = section.map_err(|_| AuthoritiesError::Syntax { path: path() })?;
        if kind != SectionKind::Certificate {
            return Err(AuthoritiesError::NotOnlyCertificates { path: path() });
        }
        append(&mut pem, &der);
        store
            .add(CertificateDer::from(der))
            .map_err(|source| AuthoritiesError::Certificate {
                path: path(),
                number: store.len() + 1,
                source,
            })?;
    }
    if store.is_empty() {
        return Err(AuthoritiesError::Empty { path: path() });
    }
    if pem.len() > LIMIT {
        return Err(AuthoritiesError::TooLong {
            path: path(),
            length: pem.len(),
        });
    }
    Ok(pem)
}

/// Source: <https://www.rfc-editor.org/rfc/rfc7468#section-5>.
fn append(pem: &mut String, der: &[u8]) {
    pem.push_str("-----BEGIN CERTIFICATE-----\n");
    // 48 bytes make a line of 64 characters.
    for line in der.chunks(48) {
        STANDARD.encode_string(line, pem);
        pem.push('\n');
    }
    pem.push_str("-----END CERTIFICATE-----\n");
}
