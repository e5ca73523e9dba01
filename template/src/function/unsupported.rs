//! Functions that consul-template has and that have no place here, each with the reason: a template
//! that uses one is refused before it runs.

const CONSUL: &str = "it reads from Consul, which is not supported; keep the value in Vault or put \
                      it into the template";
const NOMAD: &str = "it reads from Nomad, which is not supported";
const RANDOM: &str = "it makes new keys or certificates on every run, so the file would never be \
                      the same twice; let Vault's PKI issue them (secret or pkiCert)";
const DERIVED: &str = "deriving passwords is not supported; let Vault make and keep the password";
const SALTED: &str = "its result differs on every run, so the file would never be the same twice; \
                      keep the hash in Vault";
const CIPHER: &str = "encrypting in templates is not supported; use Vault's transit engine";
const RESERVED: &str = "the name is reserved for a later version";

/// Sorted by name.
const REASONS: &[(&str, &str)] = &[
    ("byKey", CONSUL),
    ("byMeta", CONSUL),
    ("byPort", CONSUL),
    ("byTag", CONSUL),
    ("caLeaf", CONSUL),
    ("caRoots", CONSUL),
    ("connect", CONSUL),
    ("datacenters", CONSUL),
    ("explode", CONSUL),
    ("exportedServices", CONSUL),
    ("importedServices", CONSUL),
    ("jks", RESERVED),
    ("key", CONSUL),
    ("keyExists", CONSUL),
    ("keyOrDefault", CONSUL),
    ("ls", CONSUL),
    ("node", CONSUL),
    ("nodes", CONSUL),
    ("nomadService", NOMAD),
    ("nomadServices", NOMAD),
    ("nomadVar", NOMAD),
    ("nomadVarExists", NOMAD),
    ("nomadVarList", NOMAD),
    ("nomadVarListSafe", NOMAD),
    ("partitions", CONSUL),
    ("peerings", CONSUL),
    ("pkcs12", RESERVED),
    ("safeLs", CONSUL),
    ("safeTree", CONSUL),
    ("service", CONSUL),
    ("services", CONSUL),
    ("sprig_bcrypt", SALTED),
    ("sprig_buildCustomCert", RANDOM),
    ("sprig_decryptAES", CIPHER),
    ("sprig_derivePassword", DERIVED),
    ("sprig_encryptAES", CIPHER),
    ("sprig_genCA", RANDOM),
    ("sprig_genCAWithKey", RANDOM),
    ("sprig_genPrivateKey", RANDOM),
    ("sprig_genSelfSignedCert", RANDOM),
    ("sprig_genSelfSignedCertWithKey", RANDOM),
    ("sprig_genSignedCert", RANDOM),
    ("sprig_genSignedCertWithKey", RANDOM),
    ("sprig_htpasswd", SALTED),
    ("tree", CONSUL),
];

/// Why a function is not supported; none for a name that consul-template does not know either.
pub fn reason(name: &str) -> Option<&'static str> {
    let index = REASONS.binary_search_by_key(&name, |(name, _)| name).ok()?;
    REASONS.get(index).map(|(_, reason)| *reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found() {
        for (name, expected) in REASONS {
            assert_eq!(reason(name), Some(*expected), "{name}");
        }
        assert_eq!(reason("base64code"), None);
        assert_eq!(reason("sprig_env"), None);
    }

    #[test]
    fn no_name_is_both_supported_and_not() {
        for (name, _) in REASONS {
            assert!(crate::function::find(name).is_none(), "{name}");
        }
    }
}
