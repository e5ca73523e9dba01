//! Lists of authorities, as a `caBundle` holds them.

use pem::{EncodeConfig, LineEnding, Pem, encode_many_config};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};

use crate::validity::validity;

/// Authorities in the order in which they are written.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Bundle(Vec<CertificateDer<'static>>);

/// Of the authorities of others, in bytes of PEM; the newest of them are kept. Room for some 300 of ours:
/// with more replicas than fit, each with one in memory, they would push each other out for good.
/// Kubernetes' own store takes no object above 1.5 MiB, in which a bundle is a third longer, for
/// each webhook of it that leads here.
/// Source: <https://etcd.io/docs/v3.5/dev-guide/limit/>.
const ROOM_FOR_OTHERS: usize = 192 * 1024;

impl Bundle {
    pub(crate) fn new<'a>(
        certificates: impl IntoIterator<Item = &'a CertificateDer<'static>>,
    ) -> Self {
        Self(certificates.into_iter().cloned().collect())
    }

    /// Reads what is PEM of certificates and leaves out all else.
    pub(crate) fn read(pem: &[u8]) -> Self {
        Self(
            CertificateDer::pem_slice_iter(pem)
                .filter_map(Result::ok)
                .filter(|certificate| validity(certificate).is_some())
                .collect(),
        )
    }

    pub(crate) fn to_pem(&self) -> String {
        let blocks: Vec<_> = self
            .0
            .iter()
            .map(|certificate| Pem::new("CERTIFICATE", certificate.as_ref()))
            .collect();
        encode_many_config(&blocks, EncodeConfig::new().set_line_ending(LineEnding::LF))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn holds(&self, certificate: &CertificateDer<'_>) -> bool {
        self.0
            .iter()
            .any(|one| one.as_ref() == certificate.as_ref())
    }

    pub(crate) fn holds_all(&self, others: &Self) -> bool {
        others.0.iter().all(|certificate| self.holds(certificate))
    }

    /// What both hold.
    pub(crate) fn intersect(mut self, other: &Self) -> Self {
        self.0.retain(|certificate| other.holds(certificate));
        self
    }

    /// These after those of `present` that are still good and not among them. Ours come last: the
    /// original injector, where it still runs, keeps the last of a bundle and replaces the others.
    pub(crate) fn after(&self, present: &Self, now: i64) -> Self {
        let mut kept: Vec<_> = present
            .0
            .iter()
            .filter(|certificate| !self.holds(certificate))
            .filter(|certificate| {
                validity(certificate).is_some_and(|validity| validity.not_after > now)
            })
            .cloned()
            .collect();
        let mut room = ROOM_FOR_OTHERS;
        let fitting = kept.iter().rev().take_while(|certificate| {
            let length = Self::new([*certificate]).to_pem().len();
            let fits = length <= room;
            room = room.saturating_sub(length);
            fits
        });
        let fitting = fitting.count();
        kept.drain(..kept.len() - fitting);
        kept.extend(self.0.iter().cloned());
        Self(kept)
    }
}
