//! TLS as the webhook speaks it.

use std::sync::Arc;

use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    server::ResolvesServerCert,
    version::{TLS12, TLS13},
};
use tokio_rustls::TlsAcceptor;

/// The one crypto provider of this program, named wherever it is needed: nothing relies on a
/// process-wide default.
pub fn provider() -> CryptoProvider {
    aws_lc_rs::default_provider()
}

/// TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1, without client certificates.
///
/// # Errors
/// Never with [`provider`], which supports both versions.
pub fn acceptor(certificate: Arc<dyn ResolvesServerCert>) -> Result<TlsAcceptor, rustls::Error> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_no_client_auth()
        .with_cert_resolver(certificate);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
