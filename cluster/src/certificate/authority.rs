//! Authorities that sign the webhook's certificate, and those certificates.

use std::{collections::BTreeSet, fmt, time::Duration};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject as _};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

use super::Identity;
use crate::validity::{Validity, validity};

/// With its key, so that it can sign.
pub(crate) struct Authority {
    certificate: CertificateDer<'static>,
    validity: Validity,
    issuer: Issuer<'static, KeyPair>,
}

/// A server certificate and its key.
pub(crate) struct Leaf {
    certificate: CertificateDer<'static>,
    key_pem: String,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum IssueError {
    #[error("a certificate cannot be made: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("a certificate just made cannot be read")]
    Unreadable,
}

/// How much earlier than now certificates begin, in seconds. A replica whose clock is up to a day
/// ahead makes certificates for all others, and API servers must find them good.
const BACKDATE: i64 = 24 * 60 * 60;

impl Authority {
    /// Makes one that is good for `lifetime` seconds.
    pub(crate) fn create(now: i64, lifetime: i64) -> Result<Self, IssueError> {
        let key = KeyPair::generate()?;
        let mut parameters = Self::parameters(&key);
        parameters.not_before = date_time_ymd(1970, 1, 1) + seconds(now - BACKDATE);
        parameters.not_after = date_time_ymd(1970, 1, 1) + seconds(now + lifetime);
        let certificate = parameters.self_signed(&key)?.der().clone();
        Ok(Self {
            validity: validity(&certificate).ok_or(IssueError::Unreadable)?,
            certificate,
            issuer: Issuer::new(parameters, key),
        })
    }

    /// `None` if the two are not an authority that was made here and its key.
    pub(crate) fn load(certificate_pem: &[u8], key_pem: &[u8]) -> Option<Self> {
        let certificate = CertificateDer::from_pem_slice(certificate_pem).ok()?;
        let key = KeyPair::from_pem(std::str::from_utf8(key_pem).ok()?).ok()?;
        let parameters = Self::parameters(&key);
        let authority = Self {
            validity: validity(&certificate)?,
            certificate,
            issuer: Issuer::new(parameters, key),
        };
        // What it signs must be found good, or the key is another's, or so is the certificate.
        let trial = authority.issue(&BTreeSet::new(), authority.validity.not_before, 1);
        authority
            .vouches_for(&trial.ok()?, authority.validity.not_before)
            .then_some(authority)
    }

    /// Everything but the time: the same for the same key, because the name that certificates give
    /// for their issuer must be this one's to the byte. Every key has a name of its own, because a
    /// verifier mistakes authorities of one name for each other.
    fn parameters(key: &KeyPair) -> CertificateParams {
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let mut name = "Vouchsafe webhook authority ".to_owned();
        for byte in parameters.key_identifier(key).iter().take(8) {
            use fmt::Write as _;
            let _ = write!(name, "{byte:02x}"); // to a string, which never fails
        }
        parameters.distinguished_name = common_name(&name);
        parameters
    }

    /// Signs a certificate for a new key. It never outlives the authority.
    pub(crate) fn issue(
        &self,
        hosts: &BTreeSet<String>,
        now: i64,
        lifetime: i64,
    ) -> Result<Leaf, IssueError> {
        let key = KeyPair::generate()?;
        let mut parameters = CertificateParams::new(hosts.iter().cloned().collect::<Vec<_>>())?;
        parameters.distinguished_name = common_name("Vouchsafe webhook");
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        parameters.use_authority_key_identifier_extension = true;
        parameters.not_before =
            date_time_ymd(1970, 1, 1) + seconds((now - BACKDATE).max(self.validity.not_before));
        parameters.not_after =
            date_time_ymd(1970, 1, 1) + seconds((now + lifetime).min(self.validity.not_after));
        let certificate = parameters.signed_by(&key, &self.issuer)?.der().clone();
        Ok(Leaf {
            certificate,
            key_pem: key.serialize_pem(),
        })
    }

    /// Whether it signed that certificate, which is good at that time.
    pub(crate) fn vouches_for(&self, leaf: &Leaf, time: i64) -> bool {
        let Ok(anchor) = anchor_from_trusted_cert(&self.certificate) else {
            return false;
        };
        let Ok(certificate) = EndEntityCert::try_from(&leaf.certificate) else {
            return false;
        };
        certificate
            .verify_for_usage(
                &[webpki::aws_lc_rs::ECDSA_P256_SHA256],
                &[anchor],
                &[],
                UnixTime::since_unix_epoch(seconds(time)),
                KeyUsage::server_auth(),
                None,
                None,
            )
            .is_ok()
    }

    pub(crate) fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    pub(crate) fn validity(&self) -> Validity {
        self.validity
    }

    /// When it was made, by the clock of who made it.
    pub(crate) fn made(&self) -> i64 {
        self.validity.not_before + BACKDATE
    }

    pub(crate) fn key_pem(&self) -> String {
        self.issuer.key().serialize_pem()
    }
}

impl Leaf {
    /// `None` if one of them is missing; whether they belong together shows with [`Self::identity`].
    pub(crate) fn load(certificate_pem: &[u8], key_pem: &[u8]) -> Option<Self> {
        Some(Self {
            certificate: CertificateDer::from_pem_slice(certificate_pem).ok()?,
            key_pem: String::from_utf8(key_pem.to_vec()).ok()?,
        })
    }

    pub(crate) fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    pub(crate) fn key_pem(&self) -> &str {
        &self.key_pem
    }

    pub(crate) fn validity(&self) -> Option<Validity> {
        validity(&self.certificate)
    }

    /// When it was made, by the clock of who made it.
    pub(crate) fn made(&self) -> Option<i64> {
        Some(self.validity()?.not_before + BACKDATE)
    }

    /// The names that it is good for, without addresses.
    pub(crate) fn hosts(&self) -> BTreeSet<String> {
        EndEntityCert::try_from(&self.certificate).map_or_else(
            |_| BTreeSet::new(),
            |certificate| certificate.valid_dns_names().map(str::to_owned).collect(),
        )
    }

    pub(crate) fn covers(&self, hosts: &BTreeSet<String>) -> bool {
        EndEntityCert::try_from(&self.certificate).is_ok_and(|certificate| {
            hosts.iter().all(|host| {
                ServerName::try_from(host.as_str())
                    .is_ok_and(|name| certificate.verify_is_valid_for_subject_name(&name).is_ok())
            })
        })
    }

    /// `None` if the key is not the certificate's.
    pub(crate) fn identity(&self) -> Option<Identity> {
        let key = PrivateKeyDer::from_pem_slice(self.key_pem.as_bytes()).ok()?;
        let identity = Identity {
            chain: vec![self.certificate.clone()],
            not_after: self.validity()?.not_after,
            key,
        };
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        rustls::sign::CertifiedKey::from_der(
            identity.chain.clone(),
            identity.key.clone_key(),
            &provider,
        )
        .is_ok()
        .then_some(identity)
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Authority")
            .field("validity", &self.validity)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Leaf {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Leaf")
            .field("validity", &self.validity())
            .finish_non_exhaustive()
    }
}

fn common_name(name: &str) -> DistinguishedName {
    let mut names = DistinguishedName::new();
    names.push(DnType::CommonName, name);
    names
}

fn seconds(timestamp: i64) -> Duration {
    Duration::from_secs(timestamp.max(0).unsigned_abs())
}
