//! The addresses that the `Get…` functions choose.

use std::rc::Rc;

use super::{
    InterfaceAddress, Network, block,
    filter::{filter, is_forwardable},
    order::{BY_DEFAULT_TYPE_SIZE, BY_TYPE_SIZE, sort},
};
use crate::{
    fault::Fault,
    scope::{Budget, InterfaceFlags, NetworkInterface},
};

/// Who can see an address: [RFC 6890](https://www.rfc-editor.org/rfc/rfc6890) lists the blocks that
/// are not for all.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visibility {
    Private,
    Public,
}

impl Visibility {
    fn is_of(self, network: Network) -> bool {
        (block::contains(block::SPECIAL, network) == Some(true)) == (self == Self::Private)
    }
}

/// All addresses of all interfaces, in their order.
pub(crate) fn all(interfaces: Vec<NetworkInterface>) -> Vec<InterfaceAddress> {
    let mut all = Vec::new();
    for mut interface in interfaces {
        let addresses = std::mem::take(&mut interface.addresses);
        let interface = Rc::new(interface);
        all.extend(
            addresses
                .into_iter()
                .map(|(address, bits)| InterfaceAddress {
                    network: Network::mapped(address, bits),
                    interface: Rc::clone(&interface),
                }),
        );
    }
    all
}

/// Those of the interface with the default route.
///
/// # Errors
/// There is no default route.
pub(crate) fn default(all: &[InterfaceAddress]) -> Result<Vec<InterfaceAddress>, Fault> {
    let is_default = |address: &&InterfaceAddress| address.interface.is_default;
    let found: Vec<_> = all.iter().filter(is_default).cloned().collect();
    if found.is_empty() {
        return Err(Fault::function("there is no default route"));
    }
    Ok(found)
}

/// Those that routers pass on, of interfaces that are up: that of the default route first.
pub(crate) fn visible(
    all: &[InterfaceAddress],
    visibility: Visibility,
    budget: &mut Budget,
) -> Result<Vec<InterfaceAddress>, Fault> {
    let is_usable = |address: &&InterfaceAddress| {
        is_forwardable(address.network) && address.interface.flags.has(InterfaceFlags::UP)
    };
    let usable = all.iter().filter(is_usable).cloned().collect();
    let mut sorted = sort(BY_DEFAULT_TYPE_SIZE, usable, budget)?;
    sorted.retain(|address| visibility.is_of(address.network));
    Ok(sorted)
}

/// Of all interfaces, up or not. Private ones that no router passes on are left out.
pub(crate) fn visible_anywhere(
    all: &[InterfaceAddress],
    visibility: Visibility,
    budget: &mut Budget,
) -> Result<Vec<InterfaceAddress>, Fault> {
    let mut sorted = sort(BY_TYPE_SIZE, all.to_vec(), budget)?;
    sorted.retain(|address| {
        visibility.is_of(address.network)
            && (visibility == Visibility::Public || is_forwardable(address.network))
    });
    Ok(sorted)
}

/// Those of the interfaces whose name matches a pattern.
pub(crate) fn named(
    all: &[InterfaceAddress],
    pattern: &[u8],
    forwardable: bool,
    budget: &mut Budget,
) -> Result<Vec<InterfaceAddress>, Fault> {
    let mut matching = filter(b"name", pattern, all, budget)?.included;
    matching.retain(|address| !forwardable || is_forwardable(address.network));
    sort(BY_TYPE_SIZE, matching, budget)
}
