use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};

/// Signs certificates for `localhost`.
pub(super) struct Authority(CertifiedIssuer<'static, KeyPair>);

pub(super) struct Pair {
    pub(super) certificate: Vec<u8>,
    pub(super) certificate_pem: String,
    pub(super) key_pem: String,
}

/// Whether a server asks for the client's certificate.
pub(super) enum Clients {
    Anonymous,
    /// It takes one of this authority's.
    Perhaps(CertificateDer<'static>),
    Required(CertificateDer<'static>),
}

impl Authority {
    pub(super) fn new() -> Self {
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // Of authorities with one name a server takes the wrong one for the right one.
        let name = format!("authority {}", fastrand::u64(..));
        parameters.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(parameters, key).unwrap())
    }

    pub(super) fn certificate(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    pub(super) fn pem(&self) -> String {
        self.0.pem()
    }

    pub(super) fn sign(&self) -> Pair {
        let key = KeyPair::generate().unwrap();
        let parameters = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = parameters.signed_by(&key, &self.0).unwrap();
        Pair {
            certificate: certificate.der().to_vec(),
            certificate_pem: certificate.pem(),
            key_pem: key.serialize_pem(),
        }
    }

    /// A server with a certificate of this authority's.
    pub(super) fn server(&self, clients: Clients) -> Arc<ServerConfig> {
        let pair = self.sign();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = |authority: CertificateDer<'static>| {
            let mut roots = RootCertStore::empty();
            roots.add(authority).unwrap();
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        };
        let verifier = match clients {
            Clients::Anonymous => WebPkiClientVerifier::no_client_auth(),
            Clients::Perhaps(authority) => {
                verifier(authority).allow_unauthenticated().build().unwrap()
            }
            Clients::Required(authority) => verifier(authority).build().unwrap(),
        };
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(verifier)
            .with_single_cert(
                vec![CertificateDer::from(pair.certificate)],
                PrivateKeyDer::from_pem_slice(pair.key_pem.as_bytes()).unwrap(),
            );
        Arc::new(config.unwrap())
    }
}
