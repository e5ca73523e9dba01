//! Requests that are passed on to a store for somebody else.

use http_body_util::combinators::UnsyncBoxBody;
use hyper::{
    HeaderMap, Request, Response,
    body::Bytes,
    header::{self, HeaderName, HeaderValue},
};
use vouchsafe_shared::config::ProxyToken;

/// The most bytes of a body, in either direction: what Vault takes by default.
/// Source: <https://developer.hashicorp.com/vault/docs/configuration/listener/tcp#max_request_size>.
pub const LIMIT: usize = 32 * 1024 * 1024;

/// A body on its way, as much of it as is there.
pub type ForwardBody = UnsyncBoxBody<Bytes, Box<dyn std::error::Error + Send + Sync>>;
/// Its target is a path below `/v1/`, with a query perhaps.
pub type ForwardRequest = Request<ForwardBody>;
pub type ForwardAnswer = Response<ForwardBody>;

pub(super) const TOKEN: HeaderName = HeaderName::from_static("x-vault-token");

/// What concerns one connection and not what is behind it.
/// Source: <https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1>.
const OF_THE_CONNECTION: [HeaderName; 9] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

/// Removes what concerns the connection that a message came by.
pub(super) fn leave_connection(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named.iter().chain(&OF_THE_CONNECTION) {
        headers.remove(name);
    }
}

/// Gives a request the token that it is to have. A store takes one in either of two headers.
/// Source: <https://developer.hashicorp.com/vault/api-docs#authentication>.
pub(super) fn give_token(headers: &mut HeaderMap, own: Option<HeaderValue>, rule: ProxyToken) {
    let is_bearer = |value: &HeaderValue| {
        let scheme = value.as_bytes().get(..7);
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer "))
    };
    let has_token = headers
        .get(TOKEN)
        .is_some_and(|value| !value.as_bytes().trim_ascii().is_empty())
        || headers.get(header::AUTHORIZATION).is_some_and(is_bearer);
    match rule {
        ProxyToken::Own => return,
        ProxyToken::Offer if has_token => return,
        ProxyToken::Offer | ProxyToken::Force => {}
    }
    headers.remove(TOKEN);
    headers.remove(header::AUTHORIZATION);
    if let Some(own) = own {
        headers.insert(TOKEN, own);
    }
}

/// Whether a target leads below `/v1/` and stays there, however a server reads its dots.
pub(super) fn is_below_version(path: &str) -> bool {
    let mut read = path.to_ascii_lowercase();
    for (written, meant) in [("%2e", "."), ("%2f", "/"), ("%5c", "/"), ("\\", "/")] {
        read = read.replace(written, meant);
    }
    path.starts_with("/v1/") && !read.split('/').any(|segment| matches!(segment, "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn what_concerns_the_connection_stays_behind() {
        let mut given = headers(&[
            ("connection", "close, X-Hop"),
            ("x-hop", "1"),
            ("te", "trailers"),
            ("proxy-authorization", "Basic eDp5"),
            ("x-vault-namespace", "team"),
        ]);
        leave_connection(&mut given);
        assert_eq!(given, headers(&[("x-vault-namespace", "team")]));
    }

    #[test]
    fn each_rule_decides_whose_token_it_is() {
        let agent = || Some(HeaderValue::from_static("agent"));
        let none = headers(&[]);
        let own = headers(&[("x-vault-token", "own")]);
        let bearer = headers(&[("authorization", "bearer own")]);
        let agents = headers(&[("x-vault-token", "agent")]);
        for (given, rule, expected) in [
            (&none, ProxyToken::Own, &none),
            (&own, ProxyToken::Own, &own),
            (&none, ProxyToken::Offer, &agents),
            (&own, ProxyToken::Offer, &own),
            (&bearer, ProxyToken::Offer, &bearer),
            (&own, ProxyToken::Force, &agents),
            (&bearer, ProxyToken::Force, &agents),
        ] {
            let mut found = given.clone();
            give_token(&mut found, agent(), rule);
            assert_eq!(&found, expected, "{given:?} {rule:?}");
        }
        let mut found = own;
        give_token(&mut found, None, ProxyToken::Force);
        assert_eq!(found, none, "without a token of the agent's there is none");
    }

    #[test]
    fn a_target_cannot_leave_the_api() {
        for good in ["/v1/secret/data/db", "/v1/a..b/c", "/v1/secret/data/a%2Fb"] {
            assert!(is_below_version(good), "{good}");
        }
        for bad in [
            "/ui/",
            "/v1",
            "/v1/../ui",
            "/v1/%2e%2E/ui",
            "/v1/./x",
            "/v1/a%2f..%2fb",
            "/v1/a\\..\\b",
        ] {
            assert!(!is_below_version(bad), "{bad}");
        }
    }
}
