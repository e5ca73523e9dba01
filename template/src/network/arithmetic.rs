//! What `math` makes of an address.

use std::net::IpAddr;

use super::{
    InterfaceAddress, Network,
    address::{mask, number, width},
};
use crate::{
    fault::Fault,
    go::number::{parse_int, parse_uint},
};

/// Adds to the address or to its network, or applies a mask.
pub(crate) fn compute(
    operation: &[u8],
    value: &[u8],
    address: &InterfaceAddress,
) -> Result<InterfaceAddress, Fault> {
    let network = address.network;
    let result = match operation.to_ascii_lowercase().as_slice() {
        b"address" => {
            let value = signed(value, network)?;
            let sum = number(network.address).wrapping_add_signed(value.into());
            Network {
                address: network.at(sum),
                ..network
            }
        }
        b"network" => in_network(network, signed(value, network)?),
        b"mask" => masked(network, value)?,
        _ => return Err(Fault::function("computes address, network or mask")),
    };
    Ok(InterfaceAddress {
        network: result,
        ..address.clone()
    })
}

/// Counted from the first address of the network, or backwards from its last; the network is not
/// left.
fn in_network(network: Network, value: i64) -> Network {
    let host = !network.mask();
    let sum = match u128::try_from(value) {
        Ok(value) => network.first() + (value & host & network.last()),
        Err(_) => {
            let back = u128::from(value.unsigned_abs()) - 1;
            network.last() - (back & (network.last() - network.first()))
        }
    };
    Network {
        address: network.at(sum),
        ..network
    }
}

/// The first address of a network that is as large as asked for. What names the network afterwards
/// is the larger one of that and the one before.
fn masked(network: Network, value: &[u8]) -> Result<Network, Fault> {
    let bits = parse_uint(value, 10, 32)
        .ok()
        .and_then(|bits| u8::try_from(bits).ok())
        .filter(|bits| *bits <= width(network.address))
        .ok_or_else(|| Fault::function("a mask is a number of bits, up to 32 or 128"))?;
    Ok(Network {
        address: network.at(number(network.address) & mask(network.address, bits)),
        bits: bits.min(network.bits),
    })
}

/// A number with its sign, up to what the kind of address has room for.
fn signed(value: &[u8], network: Network) -> Result<i64, Fault> {
    if !matches!(value, [b'+' | b'-', ..]) {
        return Err(Fault::function("the number needs a sign, + or -"));
    }
    let size = match network.address {
        IpAddr::V4(_) => 33,
        IpAddr::V6(_) => 64,
    };
    parse_int(value, 10, size).map_err(|_| Fault::function("the number cannot be read"))
}
