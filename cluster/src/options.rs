//! What is to be done in the cluster.

use std::{collections::BTreeSet, net::IpAddr, path::PathBuf};

/// Where and what for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Options {
    /// The namespace of the Secret and the ConfigMap, which is to be the webhook's own.
    pub namespace: String,
    pub certificate: Certificate,
    pub defaults: Defaults,
    /// Whether to ask for the API server's version.
    pub version: bool,
}

/// How the API server comes to trust the webhook.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Certificate {
    /// That is done elsewhere.
    #[default]
    Elsewhere,
    /// The webhook makes its certificate: `TLS_AUTO`.
    Own(OwnCertificate),
    /// Somebody else makes it and writes files: `TLS_AUTO` with `TLS_CA_CERT_FILE`.
    File(AuthorityFile),
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OwnCertificate {
    /// The name of the `MutatingWebhookConfiguration`.
    pub configuration: String,
    /// The names that the certificate is for, from [`hosts`]: `TLS_AUTO_HOSTS`.
    pub hosts: BTreeSet<String>,
    /// The name of the Secret that replicas share; [`SECRET`] unless there is a reason.
    pub secret: String,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AuthorityFile {
    /// The name of the `MutatingWebhookConfiguration`.
    pub configuration: String,
    /// The names by which webhooks of it lead here, from [`hosts`].
    pub hosts: BTreeSet<String>,
    /// Certificates in PEM; read again when they change.
    pub path: PathBuf,
}

/// Where defaults for pods come from.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Defaults {
    /// The name of a ConfigMap; [`CONFIG_MAP`] unless there is a reason. `None` for no such defaults.
    pub config_map: Option<String>,
    /// Whether annotations of namespaces are defaults too.
    pub namespaces: bool,
}

/// The Secret in which replicas share their certificate.
pub const SECRET: &str = "vouchsafe-webhook-tls";

/// The ConfigMap of defaults.
pub const CONFIG_MAP: &str = "vouchsafe-defaults";

#[derive(Debug, Eq, PartialEq, thiserror::Error)]
pub enum HostsError {
    #[error("names no host; expected for example vouchsafe-webhook.vouchsafe.svc")]
    Empty,
    #[error("{host:?} is no host name; expected for example vouchsafe-webhook.vouchsafe.svc")]
    Syntax { host: String },
}

/// Reads a comma-separated list of host names or addresses.
///
/// # Errors
/// When there is none, or one of them is something else.
pub fn hosts(list: &str) -> Result<BTreeSet<String>, HostsError> {
    let mut hosts = BTreeSet::new();
    for host in list
        .split(',')
        .map(str::trim)
        .filter(|host| !host.is_empty())
    {
        let host = host.to_ascii_lowercase();
        if host.parse::<IpAddr>().is_err() && !is_name(&host) {
            return Err(HostsError::Syntax { host });
        }
        hosts.insert(host);
    }
    if hosts.is_empty() {
        return Err(HostsError::Empty);
    }
    Ok(hosts)
}

/// As certificates hold it: without a dot at the end. Without wildcards too, because webhooks are
/// called by one name each.
/// Source: <https://www.rfc-editor.org/rfc/rfc1123#section-2.1>.
fn is_name(host: &str) -> bool {
    host.len() <= 253
        && host.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        })
        // A number at the end would be taken for a part of an address.
        && !host
            .rsplit('.')
            .next()
            .is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()))
}

impl Options {
    /// Nothing is to be done.
    pub fn idle() -> Self {
        Self {
            namespace: String::new(),
            certificate: Certificate::Elsewhere,
            defaults: Defaults::default(),
            version: false,
        }
    }

    /// Whether nothing is to be done, and no cluster needed.
    pub fn is_idle(&self) -> bool {
        self.certificate == Certificate::Elsewhere
            && self.defaults == Defaults::default()
            && !self.version
    }

    /// Whether it cannot work outside of a cluster.
    pub fn needs_cluster(&self) -> bool {
        self.certificate != Certificate::Elsewhere
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_from_a_list() {
        let expected = ["10.0.0.1", "a.b.svc", "c"].map(str::to_owned);
        assert_eq!(hosts(" a.B.svc,,c ,10.0.0.1,c"), Ok(expected.into()));
        assert_eq!(hosts(" , "), Err(HostsError::Empty));
        for bad in [
            "*.a",
            "a b",
            "a.",
            "https://a",
            "a:443",
            "ä",
            "-a",
            "a..b",
            "1.2.3",
            "a_b",
            ".",
        ] {
            let host = bad.to_owned();
            assert_eq!(hosts(bad), Err(HostsError::Syntax { host }));
        }
    }
}
