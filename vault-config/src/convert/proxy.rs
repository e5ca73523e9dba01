//! Which HTTP proxy leads to the store.
//!
//! Source: <https://pkg.go.dev/golang.org/x/net/http/httpproxy#Config>.

use vouchsafe_shared::value::StoreAddress;

use super::environment::Environment;

/// The proxy for an address, unless `NO_PROXY` or the address itself rules it out.
pub(super) fn of(address: &StoreAddress, environment: &Environment<'_>) -> Option<String> {
    let either = |name: &str| {
        let plain = environment.plain(name);
        plain.or_else(|| environment.plain(&name.to_ascii_lowercase()))
    };
    // These of the client itself know no exceptions.
    let own = environment.variable("PROXY_ADDR");
    if let Some(proxy) = own.or_else(|| environment.variable("HTTP_PROXY")) {
        return Some(proxy.value);
    }
    let host = address.host();
    let exceptions = either("NO_PROXY").map_or_else(String::new, |exceptions| exceptions.value);
    if is_local(host) || is_excepted(host, address.port(), &exceptions) {
        return None;
    }
    let name = if address.is_https() {
        "HTTPS_PROXY"
    } else {
        "HTTP_PROXY"
    };
    either(name).map(|proxy| proxy.value)
}

fn is_local(host: &str) -> bool {
    let address = host.parse::<std::net::IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// Whether a list of hosts, `.domains`, addresses and networks holds the host.
fn is_excepted(host: &str, port: u16, exceptions: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let port = format!(":{port}");
    exceptions.split(',').any(|exception| {
        let exception = exception.trim().to_ascii_lowercase();
        let exception = exception.strip_suffix(&port).unwrap_or(&exception);
        if exception == "*" || exception == host {
            return true;
        }
        if let Some((network, bits)) = exception.split_once('/') {
            return is_within(&host, network, bits).unwrap_or(false);
        }
        let domain = exception.trim_start_matches('*').trim_start_matches('.');
        let below = host.strip_suffix(domain);
        !domain.is_empty() && below.is_some_and(|below| below.ends_with('.'))
    })
}

/// Whether an address lies within a network; nothing if one of them is none.
fn is_within(host: &str, network: &str, bits: &str) -> Option<bool> {
    use std::net::IpAddr::{V4, V6};
    let bits: u32 = bits.parse().ok()?;
    let (host, network, width) = match (host.parse().ok()?, network.parse().ok()?) {
        (V4(host), V4(network)) => (
            u128::from(host.to_bits()),
            u128::from(network.to_bits()),
            32,
        ),
        (V6(host), V6(network)) => (host.to_bits(), network.to_bits(), 128),
        _ => return Some(false),
    };
    let rest = u32::checked_sub(width, bits)?;
    let cut = |address: u128| address.checked_shr(rest).unwrap_or_default();
    Some(cut(host) == cut(network))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_are_hosts_domains_addresses_and_networks() {
        for (exceptions, host, expected) in [
            ("", "vault", false),
            ("*", "vault", true),
            ("other, Vault", "vault", true),
            ("vault:8200", "vault", true),
            ("vault:443", "vault", false),
            (".svc", "vault.svc", true),
            ("svc", "vault.svc", true),
            ("*.svc", "vault.svc", true),
            ("vc", "vault.svc", false),
            ("vault.svc.cluster.local", "vault.svc", false),
            ("10.0.0.0/8", "10.1.2.3", true),
            ("10.0.0.0/8", "11.1.2.3", false),
            ("0.0.0.0/0", "11.1.2.3", true),
            ("10.0.0.0/8", "vault", false),
            ("10.0.0.0/40", "10.1.2.3", false),
            ("fd00::/8", "fd12::1", true),
        ] {
            assert_eq!(
                is_excepted(host, 8200, exceptions),
                expected,
                "{exceptions} {host}"
            );
        }
    }
}
