//! TLS as the webhook speaks it.

use std::sync::Arc;

use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    server::ResolvesServerCert,
};
use tokio_rustls::TlsAcceptor;

pub use super::tls_options::{TlsMistake, TlsOptions};

/// The one crypto provider of this program, named wherever it is needed: nothing relies on a
/// process-wide default.
pub fn provider() -> CryptoProvider {
    aws_lc_rs::default_provider()
}

/// HTTP/2 and HTTP/1.1 over TLS 1.2 and 1.3 as the options say, without client certificates.
///
/// # Errors
/// Never with options that were read.
pub fn acceptor(
    certificate: Arc<dyn ResolvesServerCert>,
    options: &TlsOptions,
) -> Result<TlsAcceptor, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(options.provider()))
        .with_protocol_versions(options.versions())?
        .with_no_client_auth()
        .with_cert_resolver(certificate);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
