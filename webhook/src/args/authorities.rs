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
    #[error("{path}: {problem}")]
    File { path: PathBuf, problem: Problem },
    #[error(transparent)]
    Text(Problem),
}

/// What is wrong with certificates, without quoting them.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("not PEM")]
    Syntax,
    #[error("no certificate in it")]
    Empty,
    /// Everybody who may read pods would read it.
    #[error("holds something else than certificates, which would be copied into pods")]
    NotOnlyCertificates,
    #[error("certificate {number}: {source}")]
    Certificate {
        number: usize,
        source: rustls::Error,
    },
    #[error("{length} bytes of certificates, of {LIMIT} at most, would go into every pod")]
    TooLong { length: usize },
}

/// Half of what an agent's configuration can hold, in bytes; the other half is for the secrets. A
/// certificate takes one to two thousand.
const LIMIT: usize = 64 * 1024;

/// Reads a file of certificates and writes them anew, without the comments between them.
///
/// # Errors
/// When the file holds no certificate, or anything else.
pub(super) fn read(path: &Path) -> Result<String, AuthoritiesError> {
    let bytes = fs::read(path).map_err(|source| AuthoritiesError::Read {
        path: path.to_owned(),
        source,
    })?;
    rewritten(&bytes).map_err(|problem| AuthoritiesError::File {
        path: path.to_owned(),
        problem,
    })
}

/// The same for a text in PEM, or in base64 of it.
///
/// # Errors
/// As [`read`].
pub(super) fn from_text(text: &str) -> Result<String, AuthoritiesError> {
    let packed: String = text.split_whitespace().collect();
    let bytes = STANDARD
        .decode(packed)
        .unwrap_or_else(|_| text.as_bytes().to_vec());
    rewritten(&bytes).map_err(AuthoritiesError::Text)
}

fn rewritten(bytes: &[u8]) -> Result<String, Problem> {
    let mut store = RootCertStore::empty();
    let mut pem = String::new();
    for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(bytes) {
        let (kind, der) = section.map_err(|_| Problem::Syntax)?;
        if kind != SectionKind::Certificate {
            return Err(Problem::NotOnlyCertificates);
        }
        append(&mut pem, &der);
        store
            .add(CertificateDer::from(der))
            .map_err(|source| Problem::Certificate {
                number: store.len() + 1,
                source,
            })?;
    }
    if store.is_empty() {
        return Err(Problem::Empty);
    }
    if pem.len() > LIMIT {
        return Err(Problem::TooLong { length: pem.len() });
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
