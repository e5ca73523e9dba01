//! What `include` and `exclude` choose by.

use std::net::IpAddr;

use super::{InterfaceAddress, Network, block};
use crate::{
    fault::Fault,
    go::{number::parse_uint, regex::Regex},
    scope::{Budget, InterfaceFlags},
};

/// What a step of a filter makes of a list, in bytes for each address.
const HELD: u64 = 128;

/// Those that fit and those that do not. With several words one address can be in both, or several
/// times in one: go-sockaddr asks for each word anew.
#[derive(Default)]
pub(crate) struct Filtered {
    pub(crate) included: Vec<InterfaceAddress>,
    pub(crate) excluded: Vec<InterfaceAddress>,
}

impl Filtered {
    fn put(&mut self, fits: bool, address: &InterfaceAddress) {
        let list = if fits {
            &mut self.included
        } else {
            &mut self.excluded
        };
        list.push(address.clone());
    }
}

/// `selector` says what is looked at, `wanted` what it has to be.
pub(crate) fn filter(
    selector: &[u8],
    wanted: &[u8],
    addresses: &[InterfaceAddress],
    budget: &mut Budget,
) -> Result<Filtered, Fault> {
    let words = || wanted.split(|byte| *byte == b'|');
    let most = words().count() as u64 * addresses.len() as u64;
    budget.work(most.saturating_mul(block::MOST) / 8 + 1)?;
    budget.memory(most.saturating_mul(HELD))?;
    let mut filtered = Filtered::default();
    match selector.to_ascii_lowercase().as_slice() {
        b"address" => matching(wanted, addresses, budget, |a| a.network.to_string()),
        b"name" => matching(wanted, addresses, budget, |a| a.interface.name.clone()),
        b"port" => matching(wanted, addresses, budget, |_| "0".to_owned()),
        b"flag" | b"flags" => {
            let wanted = Wanted::parse(&wanted.to_ascii_lowercase())?;
            for address in addresses {
                filtered.put(wanted.fits(address), address);
            }
            Ok(filtered)
        }
        b"network" => {
            for word in words() {
                let text = std::str::from_utf8(word).ok();
                let network = text.and_then(Network::parse).ok_or_else(|| {
                    Fault::function(
                        "a network is an address, with or without a number of bits: 10.0.0.0/8",
                    )
                })?;
                for address in addresses {
                    filtered.put(network.contains(address.network), address);
                }
            }
            Ok(filtered)
        }
        b"rfc" | b"rfcs" => {
            for word in words() {
                let number = parse_uint(word, 10, 64).ok();
                let number = number
                    .filter(|rfc| block::contains(*rfc, ANY).is_some())
                    .ok_or_else(|| {
                        Fault::function("not the number of an RFC that is known here")
                    })?;
                for address in addresses {
                    let fits = block::contains(number, address.network) == Some(true);
                    filtered.put(fits, address);
                }
            }
            Ok(filtered)
        }
        b"size" => sized(wanted, addresses),
        b"type" => {
            let wanted = wanted.to_ascii_lowercase();
            let kinds: Vec<&[u8]> = wanted.split(|byte| *byte == b'|').collect();
            if !kinds
                .iter()
                .all(|kind| matches!(*kind, b"ip" | b"ipv4" | b"ipv6" | b"unix"))
            {
                return Err(Fault::function("a type is ip, ipv4, ipv6 or unix"));
            }
            for address in addresses {
                for kind in &kinds {
                    filtered.put(is_kind(address.network, kind), address);
                }
            }
            Ok(filtered)
        }
        _ => Err(Fault::function(
            "chooses by address, flags, name, network, port, rfc, size or type",
        )),
    }
}

/// Stands for any address, where only the RFC is asked for.
const ANY: Network = Network {
    address: IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED),
    bits: 32,
};

fn is_kind(network: Network, kind: &[u8]) -> bool {
    match kind {
        b"ip" => true,
        b"ipv4" => network.address.is_ipv4(),
        b"ipv6" => network.address.is_ipv6(),
        _ => false,
    }
}

fn matching(
    pattern: &[u8],
    addresses: &[InterfaceAddress],
    budget: &mut Budget,
    text: fn(&InterfaceAddress) -> String,
) -> Result<Filtered, Fault> {
    let regex =
        Regex::compile(pattern, budget)?.map_err(|error| Fault::function(error.to_string()))?;
    let mut filtered = Filtered::default();
    for address in addresses {
        let fits = regex.is_match(text(address).as_bytes(), budget)?;
        filtered.put(fits, address);
    }
    Ok(filtered)
}

fn sized(wanted: &[u8], addresses: &[InterfaceAddress]) -> Result<Filtered, Fault> {
    let wrong = || Fault::function("a size is a number of bits, up to 32 or 128");
    let size = parse_uint(wanted, 10, 64).map_err(|_| wrong())?;
    let mut filtered = Filtered::default();
    for address in addresses {
        if size > u64::from(super::address::width(address.network.address)) {
            return Err(wrong());
        }
        filtered.put(size == u64::from(address.network.bits), address);
    }
    Ok(filtered)
}

/// The flags asked for: those of the interface all at once, those of the address one of them.
#[derive(Default)]
struct Wanted {
    interface: Option<InterfaceFlags>,
    address: Vec<fn(Network) -> bool>,
}

impl Wanted {
    fn parse(flags: &[u8]) -> Result<Self, Fault> {
        let mut wanted = Self::default();
        for flag in flags.split(|byte| *byte == b'|') {
            match flag {
                b"broadcast" => wanted.interface(InterfaceFlags::BROADCAST),
                // It takes `up` back, and asks for nothing else: alone it fits every interface.
                b"down" => {
                    let flags = wanted.interface.unwrap_or_default();
                    wanted.interface = Some(flags.without(InterfaceFlags::UP));
                }
                b"point-to-point" => wanted.interface(InterfaceFlags::POINT_TO_POINT),
                b"up" => wanted.interface(InterfaceFlags::UP),
                b"loopback" => {
                    wanted.interface(InterfaceFlags::LOOPBACK);
                    wanted.address.push(|network| plain(network).is_loopback());
                }
                b"multicast" => {
                    wanted.interface(InterfaceFlags::MULTICAST);
                    wanted.address.push(|network| plain(network).is_multicast());
                }
                b"forwardable" => wanted.address.push(is_forwardable),
                b"global unicast" => wanted
                    .address
                    .push(|network| is_global_unicast(plain(network))),
                b"interface-local multicast" => {
                    wanted.address.push(|network| has_scope(network.address, 1));
                }
                b"link-local multicast" => wanted.address.push(is_link_local_multicast),
                b"link-local unicast" => {
                    wanted.address.push(|network| is_link_local(plain(network)));
                }
                b"unspecified" => wanted
                    .address
                    .push(|network| plain(network).is_unspecified()),
                _ => {
                    return Err(Fault::function(
                        "flags are broadcast, down, forwardable, global unicast, interface-local multicast, link-local multicast, \
                     link-local unicast, loopback, multicast, point-to-point, unspecified and up, separated by |",
                    ));
                }
            }
        }
        Ok(wanted)
    }

    fn interface(&mut self, flags: InterfaceFlags) {
        self.interface = Some(self.interface.unwrap_or_default().with(flags));
    }

    fn fits(&self, address: &InterfaceAddress) -> bool {
        let flags = address.interface.flags;
        self.interface.is_some_and(|wanted| flags.has(wanted))
            || self.address.iter().any(|is| is(address.network))
    }
}

/// As Go looks at an address of 16 bytes.
fn plain(network: Network) -> IpAddr {
    network.address.to_canonical()
}

pub(super) fn is_forwardable(network: Network) -> bool {
    block::contains(block::NOT_FORWARDED, network) == Some(false)
}

fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}

fn is_global_unicast(address: IpAddr) -> bool {
    let is_broadcast = matches!(address, IpAddr::V4(address) if address.is_broadcast());
    !is_broadcast
        && !address.is_unspecified()
        && !address.is_loopback()
        && !address.is_multicast()
        && !is_link_local(address)
}

fn is_link_local_multicast(network: Network) -> bool {
    match plain(network) {
        IpAddr::V4(address) => matches!(address.octets(), [224, 0, 0, _]),
        address @ IpAddr::V6(_) => has_scope(address, 2),
    }
}

/// A multicast address of IPv6 with a scope.
fn has_scope(address: IpAddr, scope: u8) -> bool {
    match address {
        IpAddr::V4(_) => false,
        IpAddr::V6(address) => {
            matches!(address.octets(), [0xff, second, ..] if second & 0x0f == scope)
        }
    }
}
