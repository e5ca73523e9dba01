//! Addresses to listen at.

use std::net::{Ipv6Addr, SocketAddr};

/// `address:port`, or `:port` for every address that there is, as Go writes it.
///
/// # Errors
/// For everything else, host names among it.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    let invalid = || "not an address to listen at; expected for example :8443 or 0.0.0.0:8443";
    let address = match text.strip_prefix(':') {
        // Takes IPv4 too, and is given up for it where there is no IPv6.
        Some(port) => port
            .parse()
            .ok()
            .map(|port: u16| SocketAddr::from((Ipv6Addr::UNSPECIFIED, port))),
        None => text.replacen("localhost:", "127.0.0.1:", 1).parse().ok(),
    };
    address.ok_or_else(|| invalid().to_owned())
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_port_alone_is_every_address() {
        for (text, expected) in [
            (":8080", "[::]:8080"),
            (":0", "[::]:0"),
            ("127.0.0.1:1", "127.0.0.1:1"),
            ("localhost:1", "127.0.0.1:1"),
            ("[::1]:1", "[::1]:1"),
        ] {
            assert_eq!(address(text), Ok(expected.parse().unwrap()), "{text}");
        }
        for text in ["", ":", "8080", ":65536", ":http", "host:80", "::1", ":-1"] {
            assert!(address(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_address_is_read_as_it_is_written(ip: IpAddr, port: u16) {
            let expected = SocketAddr::new(ip, port);
            prop_assert_eq!(address(&expected.to_string()), Ok(expected));
        }

        #[test]
        fn no_text_makes_it_panic(text: String) {
            let _ = address(&text);
        }
    }
}
