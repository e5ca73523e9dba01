//! The network interfaces of the pod, for `sockaddr`: what the kernel tells through
//! [rtnetlink](https://man7.org/linux/man-pages/man7/rtnetlink.7.html), in its order, as Go's `net`
//! reads them.

mod message;
mod socket;
#[cfg(test)]
mod tests;

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use vouchsafe_template::scope::{InterfaceFlags, NetworkInterface};

use self::{
    message::{Attributes, Message, number16, number32},
    socket::{Question, Socket},
};

const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;

/// All interfaces with their addresses, and which of them the default route uses.
///
/// # Errors
/// The kernel does not answer, or in a form that is not known.
pub(super) fn interfaces() -> io::Result<Vec<NetworkInterface>> {
    let mut socket = Socket::open()?;
    let mut interfaces = Vec::new();
    socket.ask(Question::Links, |message| interfaces.extend(link(&message)))?;
    socket.ask(Question::Addresses, |message| {
        if let Some((index, address)) = address(&message)
            && let Some(interface) = find(&mut interfaces, index)
        {
            interface.addresses.push(address);
        }
    })?;
    let mut default = None;
    socket.ask(Question::Routes, |message| {
        default = default.or_else(|| default_route(&message));
    })?;
    if let Some(interface) = default.and_then(|index| find(&mut interfaces, index)) {
        interface.is_default = true;
    }
    Ok(interfaces)
}

fn find(interfaces: &mut [NetworkInterface], index: u32) -> Option<&mut NetworkInterface> {
    interfaces
        .iter_mut()
        .find(|interface| interface.index == index)
}

/// `struct ifinfomsg` and its attributes.
fn link(message: &Message<'_>) -> Option<NetworkInterface> {
    const HEADER: usize = 16;
    const ADDRESS: u16 = 1;
    const NAME: u16 = 3;
    const MTU: u16 = 4;
    let header = message.header(HEADER)?;
    let kind = number16(header.get(2..)?)?;
    let mut interface = NetworkInterface {
        index: number32(header.get(4..)?)?,
        name: String::new(),
        mtu: 0,
        hardware_address: Vec::new(),
        flags: flags(number32(header.get(8..)?)?),
        addresses: Vec::new(),
        is_default: false,
    };
    for (attribute, value) in message.attributes(HEADER) {
        match attribute {
            ADDRESS if is_hardware(kind, value) => interface.hardware_address = value.to_vec(),
            NAME => {
                let name = value.split(|byte| *byte == 0).next().unwrap_or_default();
                interface.name = String::from_utf8_lossy(name).into_owned();
            }
            MTU => interface.mtu = number32(value)?,
            _ => {}
        }
    }
    Some(interface)
}

/// What a tunnel has in its place is the address of its end.
fn is_hardware(kind: u16, address: &[u8]) -> bool {
    /// `ARPHRD_TUNNEL`, `ARPHRD_SIT` and `ARPHRD_IPGRE`.
    const OVER_IPV4: [u16; 3] = [768, 776, 778];
    /// `ARPHRD_TUNNEL6` and `ARPHRD_IP6GRE`.
    const OVER_IPV6: [u16; 2] = [769, 823];
    match address.len() {
        4 if OVER_IPV4.contains(&kind) => false,
        16 if OVER_IPV6.contains(&kind) => false,
        _ => address.iter().any(|byte| *byte != 0),
    }
}

/// From `IFF_…` of [netdevice](https://man7.org/linux/man-pages/man7/netdevice.7.html).
fn flags(kernel: u32) -> InterfaceFlags {
    [
        (1, InterfaceFlags::UP),
        (1 << 1, InterfaceFlags::BROADCAST),
        (1 << 3, InterfaceFlags::LOOPBACK),
        (1 << 4, InterfaceFlags::POINT_TO_POINT),
        (1 << 6, InterfaceFlags::RUNNING),
        (1 << 12, InterfaceFlags::MULTICAST),
    ]
    .into_iter()
    .filter(|(bit, _)| kernel & bit != 0)
    .fold(InterfaceFlags::default(), |all, (_, flag)| all.with(flag))
}

/// `struct ifaddrmsg` and its attributes: the number of the interface, and the address.
fn address(message: &Message<'_>) -> Option<(u32, (IpAddr, u8))> {
    const HEADER: usize = 8;
    const ADDRESS: u16 = 1;
    const LOCAL: u16 = 2;
    let header = message.header(HEADER)?;
    let [family, bits, ..] = *header else {
        return None;
    };
    // The other one is the far end where there is a local one.
    let value = find_attribute(message.attributes(HEADER), LOCAL)
        .or_else(|| find_attribute(message.attributes(HEADER), ADDRESS))?;
    let address: IpAddr = match family {
        AF_INET => Ipv4Addr::from(<[u8; 4]>::try_from(value).ok()?).into(),
        AF_INET6 => Ipv6Addr::from(<[u8; 16]>::try_from(value).ok()?).into(),
        _ => return None,
    };
    let index = number32(header.get(4..)?)?;
    Some((index, (address, bits)))
}

/// `struct rtmsg` and its attributes: the number of the interface, if it is a default route as
/// `ip route` shows it: `default via ADDRESS dev NAME`, which is what go-sockaddr looks for.
fn default_route(message: &Message<'_>) -> Option<u32> {
    const HEADER: usize = 12;
    const MAIN_TABLE: u32 = 254;
    const UNICAST: u8 = 1;
    const INTERFACE: u16 = 4;
    const GATEWAY: u16 = 5;
    const TABLE: u16 = 15;
    const NEXT_HOP: u16 = 30;
    let [family, 0, _, 0, table, _, _, UNICAST, ..] = *message.header(HEADER)? else {
        return None;
    };
    let attribute = |wanted| find_attribute(message.attributes(HEADER), wanted);
    let table = attribute(TABLE)
        .and_then(number32)
        .unwrap_or_else(|| table.into());
    if family != AF_INET || table != MAIN_TABLE || attribute(NEXT_HOP).is_some() {
        return None;
    }
    attribute(GATEWAY)?;
    attribute(INTERFACE).and_then(number32)
}

fn find_attribute(mut attributes: Attributes<'_>, wanted: u16) -> Option<&[u8]> {
    attributes
        .find(|(attribute, _)| *attribute == wanted)
        .map(|(_, value)| value)
}
