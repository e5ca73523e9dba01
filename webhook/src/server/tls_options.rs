//! How old a client's TLS may be, and which cipher suites it may choose, by Go's names.

use rustls::{
    CipherSuite, SupportedProtocolVersion,
    crypto::CryptoProvider,
    version::{TLS12, TLS13},
};

use super::tls::provider;

/// What the server demands of TLS.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TlsOptions {
    only_tls13: bool,
    /// Of TLS 1.2; all good ones when absent. Those of TLS 1.3 are always on, as in Go.
    suites: Option<Vec<CipherSuite>>,
}

#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub enum TlsMistake {
    #[error("tls-min-version: invalid or unsupported TLS version {0:?}; expected tls12 or tls13")]
    Version(String),
    #[error("tls-cipher-suites: unsupported cipher {0:?}; expected one of {known}", known = known())]
    Suite(String),
    #[error("tls-cipher-suites: none of the suites given is one that this program has; it has {known}", known = known())]
    NoSuite,
}

/// What Go calls each suite of TLS 1.2 that rustls has; the older two names end without a digest.
/// Source: <https://pkg.go.dev/crypto/tls#pkg-constants>.
const SUITES: [(&str, CipherSuite); 8] = [
    (
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    ),
    (
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    ),
    (
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    ),
    (
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    ),
    (
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    ),
    (
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ),
    (
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305",
        CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    ),
    (
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305",
        CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    ),
];

/// Suites that Go has too and that are left out here: without forward secrecy, or in a mode with
/// known attacks; and those of TLS 1.3, which are always on.
const WITHOUT_EFFECT: [&str; 19] = [
    "TLS_RSA_WITH_RC4_128_SHA",
    "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
    "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
    "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
];

fn known() -> String {
    SUITES.map(|(name, _)| name)[..6].join(", ")
}

impl TlsOptions {
    /// Reads the name of a version and a comma-separated list of suites, which may be empty.
    ///
    /// # Errors
    /// For a name that Go does not know, and when no suite is left that this program has.
    pub fn read(
        version: &str,
        suites: &str,
        warnings: &mut Vec<String>,
    ) -> Result<Self, TlsMistake> {
        let only_tls13 = match version.trim() {
            "" | "tls12" => false,
            "tls13" => true,
            old @ ("tls10" | "tls11") => {
                warnings.push(format!("tls-min-version: {old} is broken; tls12 is used"));
                false
            }
            other => return Err(TlsMistake::Version(other.to_owned())),
        };
        let suites = read_suites(suites, warnings)?;
        Ok(Self { only_tls13, suites })
    }

    pub(super) fn versions(&self) -> &'static [&'static SupportedProtocolVersion] {
        static ONLY_TLS13: [&SupportedProtocolVersion; 1] = [&TLS13];
        static BOTH: [&SupportedProtocolVersion; 2] = [&TLS13, &TLS12];
        if self.only_tls13 { &ONLY_TLS13 } else { &BOTH }
    }

    pub(super) fn provider(&self) -> CryptoProvider {
        let mut provider = provider();
        if let Some(chosen) = &self.suites {
            provider
                .cipher_suites
                .retain(|suite| suite.version() == &TLS13 || chosen.contains(&suite.suite()));
        }
        provider
    }
}

fn read_suites(
    list: &str,
    warnings: &mut Vec<String>,
) -> Result<Option<Vec<CipherSuite>>, TlsMistake> {
    let names: Vec<_> = list
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let mut suites = Vec::new();
    for name in &names {
        match SUITES.iter().find(|(known, _)| known == name) {
            Some((_, suite)) => suites.push(*suite),
            None if WITHOUT_EFFECT.contains(name) => {
                warnings.push(format!("tls-cipher-suites: {name} has no effect"));
            }
            None => return Err(TlsMistake::Suite((*name).to_owned())),
        }
    }
    match (names.is_empty(), suites.is_empty()) {
        (true, _) => Ok(None),
        (false, true) => Err(TlsMistake::NoSuite),
        (false, false) => Ok(Some(suites)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(version: &str, suites: &str) -> Result<(TlsOptions, usize), TlsMistake> {
        let mut warnings = Vec::new();
        TlsOptions::read(version, suites, &mut warnings).map(|options| (options, warnings.len()))
    }

    fn old_suites(options: &TlsOptions) -> usize {
        let provider = options.provider();
        let suites = provider.cipher_suites.iter();
        suites.filter(|suite| suite.version() == &TLS12).count()
    }

    #[test]
    fn versions_are_named_as_in_go() {
        for (text, versions, warnings) in [
            ("tls10", 2, 1),
            ("tls11", 2, 1),
            ("tls12", 2, 0),
            ("", 2, 0),
            ("tls13", 1, 0),
        ] {
            let (options, told) = read(text, "").unwrap();
            assert_eq!(
                (options.versions().len(), told),
                (versions, warnings),
                "{text}"
            );
            assert_eq!(old_suites(&options), 6);
        }
        assert_eq!(read("1.2", ""), Err(TlsMistake::Version("1.2".to_owned())));
    }

    #[test]
    fn suites_are_named_as_in_go_and_used() {
        let list = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305,TLS_RSA_WITH_AES_128_CBC_SHA";
        let (options, warnings) = read("tls12", list).unwrap();
        assert_eq!((old_suites(&options), warnings), (2, 1));
        assert_eq!(options.provider().cipher_suites.len(), 2 + 3);
        let unknown = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA257";
        assert_eq!(
            read("", unknown),
            Err(TlsMistake::Suite(unknown.to_owned()))
        );
        assert_eq!(read("", WITHOUT_EFFECT[0]), Err(TlsMistake::NoSuite));
    }

    #[test]
    fn every_name_means_a_suite_that_there_is() {
        for (name, _) in SUITES {
            let (options, warnings) = read("", name).unwrap();
            assert_eq!((old_suites(&options), warnings), (1, 0), "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_names_make_it_panic_or_leave_no_suite(version: String, suites in "(TLS_[A-Z0-9_]{0,40},?){0,4}") {
            if let Ok((options, _)) = read(&version, &suites) {
                prop_assert!(old_suites(&options) > 0);
            }
        }
    }
}
