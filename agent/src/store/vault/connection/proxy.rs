//! The HTTP proxy that a store is behind.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use http_body_util::{BodyExt, Empty};
use hyper::{
    Request, StatusCode, Uri,
    client::conn::http1,
    header::{self, HeaderValue},
    upgrade::Upgraded,
};
use hyper_util::rt::TokioIo;
use vouchsafe_shared::{diagnostic::Code, value::StoreAddress};
use zeroize::Zeroizing;

use super::{Driver, Stream, with_causes};
use crate::{
    fault::{Fault, Retry, Whose},
    store::{forward::ForwardBody, vault::mount},
};

/// Where a proxy listens, and what it wants to know. Never printed with its credentials.
#[derive(Clone)]
pub(super) struct Proxy {
    host: String,
    port: u16,
    authorization: Option<HeaderValue>,
}

impl fmt::Debug for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Proxy({}:{})", self.host, self.port)
    }
}

/// Without the credentials.
impl fmt::Display for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.host, self.port)
    }
}

impl Proxy {
    /// Reads `http://[user:password@]host[:port]`; the scheme may be left out, as with the
    /// environment variables that name proxies.
    ///
    /// # Errors
    /// What is wrong, without any part of the text: it may hold a password.
    pub(super) fn parse(url: &str) -> Result<Self, &'static str> {
        let url = url.trim();
        let uri: Uri = if url.contains("://") {
            url.parse()
        } else {
            format!("http://{url}").parse()
        }
        .map_err(|_| "is not a URL such as http://proxy.example.com:3128")?;
        if uri.scheme_str() != Some("http") {
            return Err("is not an http:// URL; proxies of other kinds are not supported");
        }
        let authority = uri.authority().ok_or("names no host")?;
        let (user, at) = match authority.as_str().rsplit_once('@') {
            Some((user, at)) => (Some(user), at),
            None => (None, authority.as_str()),
        };
        let host = authority.host();
        if host.contains("$(") {
            return Err("names a variable that the agent's container does not have");
        }
        let port = match authority.port_u16() {
            Some(port) => port,
            None if at.len() > host.len() => return Err("has a bad port"),
            None => 80,
        };
        if host.is_empty() {
            return Err("names no host");
        }
        let authorization = user.map(|user| {
            let (name, password) = user.split_once(':').unwrap_or((user, ""));
            let [name, password] =
                [name, password].map(|part| Zeroizing::new(mount::unescaped(part)));
            let mut plain = Zeroizing::new(Vec::with_capacity(name.len() + 1 + password.len()));
            plain.extend_from_slice(&name);
            plain.push(b':');
            plain.extend_from_slice(&password);
            let text = Zeroizing::new(format!("Basic {}", STANDARD.encode(&*plain)));
            HeaderValue::from_str(&text).map(|mut value| {
                value.set_sensitive(true);
                value
            })
        });
        Ok(Self {
            host: host
                .trim_start_matches('[')
                .trim_end_matches(']')
                .to_owned(),
            port,
            authorization: authorization.and_then(Result::ok),
        })
    }

    pub(super) fn address(&self) -> (&str, u16) {
        (&self.host, self.port)
    }

    /// What each request to the proxy says about who asks.
    pub(super) fn authorization(&self) -> Option<&HeaderValue> {
        self.authorization.as_ref()
    }

    /// Has the proxy connect `stream` with the store.
    /// Source: <https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6>.
    pub(super) async fn tunnel(
        &self,
        stream: Stream,
        store: &StoreAddress,
    ) -> Result<TokioIo<Upgraded>, Fault> {
        let broken = |error: hyper::Error| {
            let message = format!(
                "the proxy {self} gives no way to {store}: {}",
                with_causes(&error)
            );
            Fault::new(
                Code::StoreUnreachable,
                Whose::Network,
                Retry::Backoff,
                message,
            )
        };
        let handshake = http1::Builder::new()
            .max_buf_size(16 * 1024)
            .handshake::<_, ForwardBody>(TokioIo::new(stream));
        let (mut sender, connection) = handshake.await.map_err(broken)?;
        let connection = connection.with_upgrades();
        let _driver = Driver(tokio::spawn(async move { drop(connection.await) }));
        let mut request =
            Request::connect(store.authority()).header(header::HOST, store.authority());
        if let Some(authorization) = &self.authorization {
            request = request.header(header::PROXY_AUTHORIZATION, authorization);
        }
        let body = Empty::new().map_err(|never| match never {}).boxed_unsync();
        let request = request.body(body).map_err(|error| {
            let message = format!("the proxy {self} cannot be asked for {store}: {error}");
            Fault::new(Code::ProxyRefused, Whose::User, Retry::Rarely, message)
        })?;
        let response = sender.send_request(request).await.map_err(broken)?;
        let status = response.status();
        if status.is_success() {
            let stream = hyper::upgrade::on(response).await.map_err(broken)?;
            return Ok(TokioIo::new(stream));
        }
        Err(self.refused(status, store))
    }

    fn refused(&self, status: StatusCode, store: &StoreAddress) -> Fault {
        let (code, whose, retry, reason) = match status {
            StatusCode::PROXY_AUTHENTICATION_REQUIRED => (
                Code::ProxyRefused,
                Whose::User,
                Retry::Rarely,
                "wants other credentials",
            ),
            _ if status.is_client_error() => (
                Code::ProxyRefused,
                Whose::User,
                Retry::Rarely,
                "lets nobody through to there",
            ),
            _ => (
                Code::StoreUnreachable,
                Whose::Network,
                Retry::Backoff,
                "cannot connect to there",
            ),
        };
        let status = status.as_u16();
        let message = format!("no way to {store}: the proxy {self} {reason} (HTTP {status})");
        Fault::new(code, whose, retry, message)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_proxy_is_named_by_a_url_or_an_address() {
        for (url, host, port, authorization) in [
            ("http://proxy:3128", "proxy", 3128, None),
            ("proxy:3128", "proxy", 3128, None),
            ("http://proxy/", "proxy", 80, None),
            ("http://[::1]:3128", "::1", 3128, None),
            (
                "http://user:p%40ss@proxy:3128",
                "proxy",
                3128,
                Some("Basic dXNlcjpwQHNz"),
            ),
            ("http://user@proxy", "proxy", 80, Some("Basic dXNlcjo=")),
        ] {
            let proxy = Proxy::parse(url).unwrap();
            assert_eq!(proxy.address(), (host, port), "{url}");
            let found = proxy.authorization().map(|value| value.to_str().unwrap());
            assert_eq!(found, authorization, "{url}");
        }
        for url in [
            "",
            "socks5://proxy:1080",
            "https://proxy",
            "http://proxy:x",
            "http://",
            "http://$(NOBODY):3128",
            "$(NOBODY)",
        ] {
            assert!(Proxy::parse(url).is_err(), "{url}");
        }
    }

    proptest! {
        #[test]
        fn nothing_of_a_password_is_ever_shown(password in "[a-z]{8,20}[%@:/ ]?[a-z0-9]{0,8}") {
            let shown = match Proxy::parse(&format!("http://user:{password}@proxy:3128")) {
                Ok(proxy) => format!("{proxy} {proxy:?} {:?}", proxy.authorization()),
                Err(reason) => reason.to_owned(),
            };
            prop_assert!(!shown.contains(&password[..8]), "{}", shown);
        }
    }
}
