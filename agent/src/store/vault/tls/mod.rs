//! Whom to trust, as whom to connect, and what a failure of TLS means.

mod identity;
mod trust;
mod unverified;

use std::{error::Error, io, sync::Arc};

use rustls::{AlertDescription, ClientConfig, client::Resumption};
use vouchsafe_shared::{config::TlsConfig, diagnostic::Code};

use crate::fault::{Fault, Retry, Whose};

/// Whether connections depend on files, which may be replaced at any time.
pub(super) fn reads_files(config: &TlsConfig) -> bool {
    [
        &config.ca_file,
        &config.ca_directory,
        &config.client_certificate_file,
    ]
    .into_iter()
    .any(Option::is_some)
}

/// TLS 1.2 or 1.3; the server's certificate is verified at every connection unless the configuration
/// forbids it.
pub(super) fn client_config(config: &TlsConfig) -> Result<Arc<ClientConfig>, Fault> {
    let unusable = |error: rustls::Error| {
        let message = format!("TLS cannot be set up: {error}");
        Fault::new(Code::StoreUntrusted, Whose::User, Retry::Rarely, message)
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?;
    let builder = if config.skip_verify {
        let verifier = Arc::new(unverified::Believer::new(&provider));
        builder
            .dangerous()
            .with_custom_certificate_verifier(verifier)
    } else {
        builder.with_root_certificates(trust::roots(config)?)
    };
    // A resumed session shows no certificate, so one that has ended, or is of an authority that is
    // trusted no longer, would be good for as long as the server resumes it.
    // Source: <https://www.rfc-editor.org/rfc/rfc8446#section-2.2>.
    let verified_always = |mut ready: ClientConfig| {
        ready.resumption = Resumption::disabled();
        Arc::new(ready)
    };
    let Some(certificate_file) = &config.client_certificate_file else {
        return Ok(verified_always(builder.with_no_client_auth()));
    };
    // A file may hold both.
    let key_file = config.client_key_file.as_ref().unwrap_or(certificate_file);
    let (chain, key) = identity::read(certificate_file, key_file)?;
    let ready = builder.with_client_auth_cert(chain, key);
    let ready = ready.map_err(|error| identity::unusable(certificate_file, key_file, &error))?;
    Ok(verified_always(ready))
}

/// What a failed connection has to do with certificates, if anything: distrust and refusal are for
/// people to mend, the rest is weather.
pub(super) fn fault(error: &(dyn Error + 'static), message: String) -> Option<Fault> {
    let code = match tls_error(error)? {
        rustls::Error::InvalidCertificate(_) => Code::StoreUntrusted,
        rustls::Error::AlertReceived(alert) if is_about_our_certificate(*alert) => {
            Code::CertificateRefused
        }
        _ => return None,
    };
    Some(Fault::new(code, Whose::User, Retry::Rarely, message))
}

fn tls_error<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<rustls::Error>() {
            return Some(found);
        }
        // The source of an I/O error is that of the error inside of it, which it leaves out.
        next = match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

/// What servers say when they miss a certificate or do not take the one they got.
/// Source: <https://www.rfc-editor.org/rfc/rfc8446#section-6.2>.
fn is_about_our_certificate(alert: AlertDescription) -> bool {
    matches!(
        alert,
        AlertDescription::CertificateRequired
            | AlertDescription::NoCertificate
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied
    )
}
