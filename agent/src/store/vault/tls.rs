use std::{io, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use vouchsafe_shared::{config::TlsConfig, diagnostic::Code, value::StoreAddress};

use crate::fault::{Fault, Retry, Whose};

/// Whom to trust and how to speak: TLS 1.2 or 1.3, the server's certificate always verified.
pub(super) fn client_config(config: &TlsConfig) -> Result<Arc<ClientConfig>, Fault> {
    let unusable =
        |message: String| Fault::new(Code::StoreUntrusted, Whose::User, Retry::Rarely, message);
    let mut roots = RootCertStore::empty();
    if let Some(pem) = &config.ca_pem {
        add(&mut roots, pem.as_bytes())
            .map_err(|reason| unusable(format!("the CA given as ca_pem {reason}")))?;
    }
    if let Some(file) = &config.ca_file {
        let pem = std::fs::read(file)
            .map_err(|error| unusable(format!("the CA file {file} cannot be read: {error}")))?;
        add(&mut roots, &pem).map_err(|reason| unusable(format!("the CA file {file} {reason}")))?;
    }
    if config.ca_pem.is_none() && config.ca_file.is_none() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(format!("TLS cannot be set up: {error}")))?;
    Ok(Arc::new(
        builder.with_root_certificates(roots).with_no_client_auth(),
    ))
}

/// Says what is wrong with a TLS handshake: distrust is for people to mend, the rest is weather.
pub(super) fn fault(address: &StoreAddress, error: &io::Error) -> Fault {
    let distrust = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
        .is_some_and(|error| matches!(error, rustls::Error::InvalidCertificate(_)));
    let message = format!("no TLS connection to {address}: {error}");
    if distrust {
        Fault::new(Code::StoreUntrusted, Whose::User, Retry::Rarely, message)
    } else {
        Fault::new(
            Code::StoreUnreachable,
            Whose::Network,
            Retry::Backoff,
            message,
        )
    }
}

fn add(roots: &mut RootCertStore, pem: &[u8]) -> Result<(), String> {
    let mut found = 0;
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| format!("is not PEM: {error}"))?;
        roots
            .add(certificate)
            .map_err(|error| format!("holds an unusable certificate: {error}"))?;
        found += 1;
    }
    if found == 0 {
        Err("holds no certificate".to_owned())
    } else {
        Ok(())
    }
}
