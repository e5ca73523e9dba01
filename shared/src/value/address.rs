use std::{fmt, str::FromStr};

use http::Uri;

use super::{ValueError, string_serde};

/// Where a store listens: `https://host[:port][/base/path]`, or `http://…`.
///
/// Without a port the scheme's own (443, 80) is meant, as in every URL.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct StoreAddress {
    https: bool,
    host: String,
    port: u16,
    base_path: String,
}

impl StoreAddress {
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// The host name or address to connect to, IPv6 without brackets.
    pub fn host(&self) -> &str {
        self.host.trim_start_matches('[').trim_end_matches(']')
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// `host:port`, as in a `Host` header.
    pub fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// The path that comes before `/v1/…`: empty, or starts with `/` and does not end with it.
    pub fn base_path(&self) -> &str {
        &self.base_path
    }
}

impl FromStr for StoreAddress {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let example = "expected a URL such as https://vault.example.com:8200";
        let uri: Uri = text
            .trim()
            .parse()
            .map_err(|error| ValueError::new(format!("not a URL ({error}); {example}")))?;
        let https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            Some(other) => {
                return Err(ValueError::new(format!(
                    "scheme {other} is not supported; {example}"
                )));
            }
            None => return Err(ValueError::new(format!("no scheme; {example}"))),
        };
        let authority = uri
            .authority()
            .ok_or_else(|| ValueError::new(format!("no host; {example}")))?;
        if authority.as_str().contains('@') {
            return Err(ValueError::new(
                "a user or password in the address would be readable by everybody who may read the pod; remove it",
            ));
        }
        if uri.query().is_some() {
            return Err(ValueError::new(format!(
                "a query is not part of an address; {example}"
            )));
        }
        let host = authority.host();
        if host.is_empty() {
            return Err(ValueError::new(format!("no host; {example}")));
        }
        let default_port = if https { 443 } else { 80 };
        let port = match authority.port() {
            Some(port) => port.as_u16(),
            None if authority.as_str().len() > host.len() => {
                return Err(ValueError::new(format!("bad port; {example}")));
            }
            None => default_port,
        };
        Ok(Self {
            https,
            host: host.to_owned(),
            port,
            base_path: uri.path().trim_end_matches('/').to_owned(),
        })
    }
}

impl fmt::Display for StoreAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        write!(
            formatter,
            "{scheme}://{}:{}{}",
            self.host, self.port, self.base_path
        )
    }
}

string_serde!(StoreAddress);
