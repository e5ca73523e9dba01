//! Addresses of network interfaces, as
//! [go-sockaddr](https://pkg.go.dev/github.com/hashicorp/go-sockaddr) chooses among them, orders
//! them and computes with them.
//!
//! No address here has a port or is the path of a socket: those of interfaces have none.

mod address;
mod arithmetic;
mod attribute;
mod block;
mod choice;
mod filter;
mod order;

use std::{fmt, rc::Rc};

pub use self::address::Network;
pub(crate) use self::{
    arithmetic::compute,
    choice::{Visibility, all, default, named, visible, visible_anywhere},
    filter::filter,
    order::sort,
};
use crate::scope::NetworkInterface;

/// One address of an interface.
#[derive(Clone, Debug)]
pub struct InterfaceAddress {
    pub network: Network,
    pub interface: Rc<NetworkInterface>,
}

/// The address and then the interface, as Go prints a struct.
impl fmt::Display for InterfaceAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let interface = &self.interface;
        write!(
            formatter,
            "{} {{{} {} {} {} {}}}",
            self.network,
            interface.index,
            interface.mtu,
            interface.name,
            self.hardware_address(),
            interface.flags
        )
    }
}
