//! Certificates of authorities that only a test trusts.

use std::{
    path::Path,
    time::{Duration, SystemTime},
};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
};

use super::put;

const HOUR: Duration = Duration::from_secs(3600);

/// Signs certificates for servers.
#[derive(Debug)]
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Default for Authority {
    fn default() -> Self {
        let mut params = CertificateParams::default();
        // Of authorities with one name an agent takes the wrong one for the right one.
        let name = format!("authority {}", fastrand::u64(..));
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("an authority"))
    }
}

impl Authority {
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// Puts `server.crt` and `server.key` for loopback addresses into a directory. The certificate
    /// began two days ago, and ends in a day, or ended an hour ago if `expired`.
    ///
    /// # Panics
    /// When they cannot be made or written.
    pub fn put_server(&self, directory: &Path, expired: bool) {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let mut params = CertificateParams::new(names).expect("names");
        let now = SystemTime::now();
        params.not_before = (now - 48 * HOUR).into();
        params.not_after = if expired { now - HOUR } else { now + 24 * HOUR }.into();
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        put(&directory.join("server.crt"), certificate.pem()).expect("a certificate's file");
        put(&directory.join("server.key"), key.serialize_pem()).expect("a key's file");
    }
}
