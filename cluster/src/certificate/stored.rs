//! What the replicas share: the content of the Secret.

use std::collections::BTreeMap;

use k8s_openapi::ByteString;

use super::{
    authority::{Authority, Leaf},
    bundle::Bundle,
};

/// An authority that signs, perhaps its successor, and perhaps a certificate.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) authority: Authority,
    /// Announced, and not yet signing.
    pub(crate) successor: Option<Authority>,
    pub(crate) leaf: Option<Leaf>,
}

const AUTHORITY: Names = ("ca.crt", "ca.key");
const SUCCESSOR: Names = ("next-ca.crt", "next-ca.key");
/// As in every Secret of the type `kubernetes.io/tls`, so that tools which warn of certificates
/// about to end find this one.
const LEAF: Names = ("tls.crt", "tls.key");

/// Keys of the Secret: of a certificate and of its private key.
type Names = (&'static str, &'static str);

impl Stored {
    /// `None` if there is no authority in it that could sign.
    pub(crate) fn read(data: &BTreeMap<String, ByteString>) -> Option<Self> {
        let pair = |(certificate, key): Names| {
            Some((&data.get(certificate)?.0[..], &data.get(key)?.0[..]))
        };
        let authority =
            |names| pair(names).and_then(|(certificate, key)| Authority::load(certificate, key));
        Some(Self {
            authority: authority(AUTHORITY)?,
            successor: authority(SUCCESSOR),
            leaf: pair(LEAF).and_then(|(certificate, key)| Leaf::load(certificate, key)),
        })
    }

    /// Writes it, and leaves alone what else is there.
    pub(crate) fn write(&self, data: &mut BTreeMap<String, ByteString>) {
        let authority = |authority: &Authority| {
            let certificate = Bundle::new([authority.certificate()]).to_pem();
            (certificate, authority.key_pem())
        };
        let leaf = self.leaf.as_ref().map(|leaf| {
            let certificate = Bundle::new([leaf.certificate()]).to_pem();
            (certificate, leaf.key_pem().to_owned())
        });
        for (names, content) in [
            (AUTHORITY, Some(authority(&self.authority))),
            (SUCCESSOR, self.successor.as_ref().map(authority)),
            (LEAF, leaf),
        ] {
            let (certificate_name, key_name) = names;
            if let Some((certificate, key)) = content {
                let certificate = ByteString(certificate.into_bytes());
                data.insert(certificate_name.to_owned(), certificate);
                data.insert(key_name.to_owned(), ByteString(key.into_bytes()));
            } else {
                data.remove(certificate_name);
                data.remove(key_name);
            }
        }
    }

    /// The authorities that are to be announced, that which signs last.
    pub(crate) fn authorities(&self) -> Bundle {
        Bundle::new(
            self.successor
                .iter()
                .chain([&self.authority])
                .map(Authority::certificate),
        )
    }
}
