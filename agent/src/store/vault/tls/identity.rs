use std::fs;

use rustls::pki_types::{
    CertificateDer, PrivateKeyDer,
    pem::{self, PemObject},
};
use vouchsafe_shared::diagnostic::Code;
use zeroize::Zeroizing;

use crate::fault::{Fault, Retry, Whose};

/// The agent's own certificate with its chain, and its key. Messages never show what is in the
/// files.
pub(super) fn read(
    certificate_file: &str,
    key_file: &str,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), Fault> {
    let pem = content("certificate", certificate_file)?;
    let chain = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>();
    let chain = chain.map_err(|_| {
        fault(format!(
            "the certificate file {certificate_file} is not PEM"
        ))
    })?;
    if chain.is_empty() {
        return Err(fault(format!(
            "the certificate file {certificate_file} holds no certificate"
        )));
    }
    let pem = content("key", key_file)?;
    let key = PrivateKeyDer::from_pem_slice(&pem).map_err(|error| {
        let reason = match error {
            pem::Error::NoItemsFound => "holds no key that can be used without a password",
            _ => "is not PEM",
        };
        fault(format!("the key file {key_file} {reason}"))
    })?;
    Ok((chain, key))
}

/// Whoever replaces two files does it one after the other, so trying again soon is worth it.
pub(super) fn unusable(certificate_file: &str, key_file: &str, error: &rustls::Error) -> Fault {
    let reason = match error {
        rustls::Error::InconsistentKeys(_) => {
            format!("the key {key_file} is not that of the certificate {certificate_file}")
        }
        error => {
            format!(
                "the certificate {certificate_file} with the key {key_file} is unusable: {error}"
            )
        }
    };
    fault(reason)
}

fn content(what: &str, file: &str) -> Result<Zeroizing<Vec<u8>>, Fault> {
    let content = fs::read(file).map(Zeroizing::new);
    content.map_err(|error| fault(format!("the {what} file {file} cannot be read: {error}")))
}

fn fault(message: String) -> Fault {
    Fault::new(
        Code::TokenFileUnreadable,
        Whose::Pod,
        Retry::Backoff,
        message,
    )
}
