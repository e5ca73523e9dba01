//! The parts of a URL, as [`url.Parse`](https://pkg.go.dev/net/url#Parse) finds them.

use std::net::Ipv6Addr;

use vouchsafe_shared::secret::SecretBuffer;

use super::escape::{Place, unescape};
use crate::go::strings::{cut, find};

pub(super) struct Url<'t> {
    pub(super) scheme: Vec<u8>,
    pub(super) opaque: &'t [u8],
    pub(super) user: Option<User>,
    pub(super) host: SecretBuffer,
    pub(super) path: SecretBuffer,
    pub(super) query: &'t [u8],
    pub(super) fragment: SecretBuffer,
}

pub(super) struct User {
    pub(super) name: SecretBuffer,
    pub(super) password: Option<SecretBuffer>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum UrlError {
    #[error("the URL holds a control character")]
    Control,
    #[error("the URL starts with a colon: its scheme is missing")]
    Scheme,
    #[error("the first part of a path without a scheme must not hold a colon")]
    Colon,
    #[error("the user of the URL holds a character that must be escaped")]
    User,
    #[error("the host of the URL is none")]
    Host,
    #[error("the port of the URL is no number")]
    Port,
    #[error("the URL holds a % that no two hexadecimal digits follow, or that must not be there")]
    Escape,
}

impl Url<'_> {
    /// The host without its port, and without the brackets of an IPv6 address.
    pub(super) fn hostname(&self) -> &[u8] {
        let host = self.host.expose_secret();
        let colon = host.iter().rposition(|byte| *byte == b':');
        let name = match colon.and_then(|colon| host.split_at_checked(colon)) {
            Some((name, port)) if is_port(port) => name,
            _ => host,
        };
        name.strip_prefix(b"[")
            .and_then(|name| name.strip_suffix(b"]"))
            .unwrap_or(name)
    }
}

pub(super) fn parse(text: &[u8]) -> Result<Url<'_>, UrlError> {
    let (url, fragment) = cut(text, b"#").unwrap_or((text, b""));
    let mut url = without_fragment(url)?;
    url.fragment = unescape(fragment, Place::Fragment)?;
    Ok(url)
}

fn without_fragment(text: &[u8]) -> Result<Url<'_>, UrlError> {
    if text.iter().any(u8::is_ascii_control) {
        return Err(UrlError::Control);
    }
    let (scheme, rest) = scheme(text)?;
    let (rest, query) = cut(rest, b"?").unwrap_or((rest, b""));
    let mut url = Url {
        scheme: scheme.to_ascii_lowercase(),
        opaque: b"",
        user: None,
        host: SecretBuffer::default(),
        path: SecretBuffer::default(),
        query,
        fragment: SecretBuffer::default(),
    };
    let mut path = rest;
    if !rest.starts_with(b"/") {
        if !scheme.is_empty() {
            url.opaque = rest;
            return Ok(url);
        }
        let segment = cut(rest, b"/").map_or(rest, |(segment, _)| segment);
        if segment.contains(&b':') {
            return Err(UrlError::Colon);
        }
    }
    if let Some(behind) = rest.strip_prefix(b"//")
        && (!scheme.is_empty() || !behind.starts_with(b"/"))
    {
        let end = behind.iter().position(|byte| *byte == b'/');
        let (authority, behind) = behind
            .split_at_checked(end.unwrap_or(behind.len()))
            .unwrap_or((behind, b""));
        (url.user, url.host) = parse_authority(&url.scheme, authority)?;
        path = behind;
    }
    url.path = unescape(path, Place::Path)?;
    Ok(url)
}

/// What stands before a colon, if it can be a scheme, and the rest.
fn scheme(text: &[u8]) -> Result<(&[u8], &[u8]), UrlError> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
    let length = text.iter().take_while(|byte| is_part(byte)).count();
    match text.split_at_checked(length) {
        Some((b"", [b':', ..])) => Err(UrlError::Scheme),
        Some((scheme @ [first, ..], [b':', rest @ ..])) if first.is_ascii_alphabetic() => {
            Ok((scheme, rest))
        }
        _ => Ok((b"", text)),
    }
}

fn parse_authority(
    scheme: &[u8],
    authority: &[u8],
) -> Result<(Option<User>, SecretBuffer), UrlError> {
    let at = authority.iter().rposition(|byte| *byte == b'@');
    let Some((user, [_, host @ ..])) = at.and_then(|at| authority.split_at_checked(at)) else {
        return Ok((None, parse_host(scheme, authority)?));
    };
    let host = parse_host(scheme, host)?;
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte);
    if !user.iter().all(is_plain) {
        return Err(UrlError::User);
    }
    let (name, password) = match cut(user, b":") {
        Some((name, password)) => (name, Some(unescape(password, Place::User)?)),
        None => (user, None),
    };
    let name = unescape(name, Place::User)?;
    Ok((Some(User { name, password }), host))
}

fn parse_host(scheme: &[u8], host: &[u8]) -> Result<SecretBuffer, UrlError> {
    match host.iter().rposition(|byte| *byte == b'[') {
        Some(0) => return parse_address(host),
        Some(_) => return Err(UrlError::Host),
        None => {}
    }
    // Several hosts with ports are allowed where databases are known to take them.
    let several = !matches!(scheme, b"http" | b"https");
    let is_colon = |byte: &u8| *byte == b':';
    let colon = if several {
        host.iter().rposition(is_colon)
    } else {
        host.iter().position(is_colon)
    };
    if !is_port(
        colon
            .and_then(|colon| host.get(colon..))
            .unwrap_or_default(),
    ) {
        return Err(UrlError::Port);
    }
    unescape(host, Place::Host)
}

/// `[fe80::1%25eth0]:80`
fn parse_address(host: &[u8]) -> Result<SecretBuffer, UrlError> {
    let end = host
        .iter()
        .rposition(|byte| *byte == b']')
        .ok_or(UrlError::Host)?;
    let address = host.get(1..end).ok_or(UrlError::Host)?;
    let port = host.get(end + 1..).unwrap_or_default();
    if !is_port(port) {
        return Err(UrlError::Port);
    }
    let zone_at = find(address, b"%25").unwrap_or(address.len());
    let (address, zone) = address.split_at_checked(zone_at).unwrap_or((address, b""));
    let address = unescape(address, Place::Host)?;
    let zone = unescape(zone, Place::Zone)?;
    let is_address = std::str::from_utf8(address.expose_secret())
        .is_ok_and(|address| address.parse::<Ipv6Addr>().is_ok());
    // A zone is the percent sign and a name.
    if !is_address || zone.len() == 1 {
        return Err(UrlError::Host);
    }
    let mut out = SecretBuffer::default();
    for part in [
        b"[",
        address.expose_secret(),
        zone.expose_secret(),
        b"]",
        port,
    ] {
        out.push_bytes(part);
    }
    Ok(out)
}

/// Nothing, or a colon and digits, also none.
fn is_port(text: &[u8]) -> bool {
    match text {
        [] => true,
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}
