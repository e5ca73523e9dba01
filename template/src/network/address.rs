//! An address and its network.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

/// An IP address and how many of its bits name the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    pub address: IpAddr,
    /// Up to 32 or 128.
    pub bits: u8,
}

impl Network {
    /// An address that has a port, a network or neither; never a name to look up. What stands for an
    /// IPv4 address in IPv6 is one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = without_long_mask(text);
        if let Some((address, bits)) = text.split_once('/') {
            let address: IpAddr = address.parse().ok()?;
            if !bits.bytes().all(|digit| digit.is_ascii_digit()) {
                return None;
            }
            let bits = bits.parse().ok().filter(|bits| *bits <= width(address))?;
            return Some(Self::mapped(address, bits));
        }
        let bracketed = text
            .strip_prefix('[')
            .and_then(|text| text.strip_suffix(']'));
        let address = match (text.parse::<SocketAddr>(), bracketed) {
            (Ok(socket), _) => socket.ip(),
            (Err(_), Some(inner)) => inner.parse::<Ipv6Addr>().ok()?.into(),
            (Err(_), None) => text.parse().ok()?,
        };
        Some(Self::mapped(address, width(address)))
    }

    /// The address of an interface.
    pub(crate) fn mapped(address: IpAddr, bits: u8) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) if address.is_ipv6() => Self {
                address: v4.into(),
                bits: if bits >= 96 { bits - 96 } else { bits.min(32) },
            },
            address => Self { address, bits },
        }
    }

    /// Of 32 or 128 bits.
    pub(super) fn mask(self) -> u128 {
        mask(self.address, self.bits)
    }

    pub(super) fn first(self) -> u128 {
        number(self.address) & self.mask()
    }

    pub(super) fn last(self) -> u128 {
        self.first() | !self.mask() & mask(self.address, width(self.address))
    }

    /// The same kind of address with another number; further bits are cut off.
    pub(super) fn at(self, number: u128) -> IpAddr {
        match self.address {
            IpAddr::V4(_) => Ipv4Addr::from(low_bits(number)).into(),
            IpAddr::V6(_) => Ipv6Addr::from(number).into(),
        }
    }

    /// Whether all of the other network lies in this one.
    pub(super) fn contains(self, other: Self) -> bool {
        self.address.is_ipv4() == other.address.is_ipv4()
            && self.first() <= other.first()
            && self.last() >= other.last()
    }

    pub(super) fn is_host(self) -> bool {
        self.bits == width(self.address)
    }
}

/// Some VPN clients write `/00ffffff` behind an address: it counts as one without a network.
fn without_long_mask(text: &str) -> &str {
    match text.rsplit_once('/') {
        Some((address, mask))
            if mask.len() == 8 && mask.bytes().all(|digit| matches!(digit, b'0' | b'f')) =>
        {
            address
        }
        _ => text,
    }
}

pub(super) fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u32::from(address).into(),
        IpAddr::V6(address) => address.into(),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "that is what it is for")]
fn low_bits(number: u128) -> u32 {
    number as u32
}

pub(super) fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

pub(super) fn mask(address: IpAddr, bits: u8) -> u128 {
    let (width, all) = match address {
        IpAddr::V4(_) => (32, u128::from(u32::MAX)),
        IpAddr::V6(_) => (128, u128::MAX),
    };
    let host = width - u32::from(bits).min(width);
    all & u128::MAX.checked_shl(host).unwrap_or(0)
}

/// As Go writes an address of 16 bytes.
pub(super) fn shown(address: IpAddr) -> String {
    address.to_canonical().to_string()
}

/// The network only where it is more than the address.
impl fmt::Display for Network {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&shown(self.address))?;
        if self.is_host() {
            return Ok(());
        }
        write!(formatter, "/{}", self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Option<String> {
        Network::parse(text).map(|network| network.to_string())
    }

    #[test]
    fn addresses_are_read_with_or_without_network_and_port() {
        for (text, expected) in [
            ("10.1.2.3", "10.1.2.3"),
            ("10.1.2.3/8", "10.1.2.3/8"),
            ("10.1.2.3/08", "10.1.2.3/8"),
            ("10.1.2.3/32", "10.1.2.3"),
            ("10.1.2.3:80", "10.1.2.3"),
            ("10.1.2.3/00ffffff", "10.1.2.3"),
            ("fd00::1/64", "fd00::1/64"),
            ("[fd00::1]", "fd00::1"),
            ("[fd00::1]:80", "fd00::1"),
            ("::ffff:10.0.0.1", "10.0.0.1"),
            ("::ffff:10.0.0.1/104", "10.0.0.1/8"),
            ("::1.2.3.4", "::102:304"),
        ] {
            assert_eq!(parse(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "10",
            "10.0.0",
            "10.0.0.1/33",
            "10.0.0.1/",
            "10.0.0.1/+8",
            "fd00::1/129",
            "host:80",
            ":80",
            "10.0.0.01",
            "fe80::1%eth0",
            "[10.0.0.1]",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_network_has_its_first_and_last_address() {
        let bounds = |text| {
            let network = Network::parse(text)?;
            let shown = |number| shown(network.at(number));
            Some((shown(network.first()), shown(network.last())))
        };
        let both = |first: &str, last: &str| Some((first.to_owned(), last.to_owned()));
        assert_eq!(bounds("10.1.2.3/8"), both("10.0.0.0", "10.255.255.255"));
        assert_eq!(bounds("10.1.2.3/0"), both("0.0.0.0", "255.255.255.255"));
        assert_eq!(
            bounds("fd00::1/64"),
            both("fd00::", "fd00::ffff:ffff:ffff:ffff")
        );
    }
}
