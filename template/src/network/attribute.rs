//! What `attr` and `join` can tell of an address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{
    InterfaceAddress, Network,
    address::{number, shown},
};
/// The number of addresses in `::/0`.
const ALL_OF_IPV6: &str = "340282366920938463463374607431768211456";

impl InterfaceAddress {
    /// `IPv4` or `IPv6`.
    pub fn kind(&self) -> &'static str {
        match self.network.address {
            IpAddr::V4(_) => "IPv4",
            IpAddr::V6(_) => "IPv6",
        }
    }

    /// In hexadecimal with colons.
    pub fn hardware_address(&self) -> String {
        let bytes = self.interface.hardware_address.iter();
        let bytes: Vec<_> = bytes.map(|byte| format!("{byte:02x}")).collect();
        bytes.join(":")
    }

    /// An attribute by its name; none if there is no such attribute of this kind of address.
    pub fn attribute(&self, name: &[u8]) -> Option<String> {
        let network = self.network;
        Some(match name {
            b"flags" => self.interface.flags.to_string(),
            b"name" if !self.interface.name.is_empty() => self.interface.name.clone(),
            b"string" => network.to_string(),
            b"type" => self.kind().to_owned(),
            b"address" | b"host" => shown(network.address),
            b"port" => "0".to_owned(),
            b"netmask" => shown(network.at(network.mask())),
            b"network" => shown(network.at(network.first())),
            b"mask_bits" => network.bits.to_string(),
            b"first_usable" => shown(network.at(network.first() + gap(network))),
            b"last_usable" => shown(network.at(network.last() - gap(network))),
            b"size" => size(network),
            b"octets" => octets(network.address),
            _ => return special(network.address, network, name),
        })
    }
}

/// What one of the two kinds of addresses has, or writes in its own way.
fn special(address: IpAddr, network: Network, name: &[u8]) -> Option<String> {
    let number = number(address);
    Some(match (address, name) {
        (IpAddr::V4(_), b"binary") => format!("{number:032b}"),
        (IpAddr::V6(_), b"binary") => format!("{number:0128b}"),
        (IpAddr::V4(_), b"hex") => format!("{number:08x}"),
        (IpAddr::V6(_), b"hex") => format!("{number:032x}"),
        (IpAddr::V4(_), b"broadcast") => shown(network.at(network.last())),
        (IpAddr::V4(_), b"uint32") | (IpAddr::V6(_), b"uint128") => number.to_string(),
        _ => return None,
    })
}

/// How far the first and the last address for a host are from the ends of the network.
fn gap(network: Network) -> u128 {
    u128::from(network.address.is_ipv4() && network.bits < 31)
}

fn size(network: Network) -> String {
    let between = network.last() - network.first();
    match between.checked_add(1) {
        Some(size) => size.to_string(),
        None => ALL_OF_IPV6.to_owned(),
    }
}

fn octets(address: IpAddr) -> String {
    let octets: Vec<String> = match address {
        IpAddr::V4(address) => words(&Ipv4Addr::octets(&address)),
        IpAddr::V6(address) => words(&Ipv6Addr::octets(&address)),
    };
    octets.join(" ")
}

fn words(octets: &[u8]) -> Vec<String> {
    octets.iter().map(ToString::to_string).collect()
}
