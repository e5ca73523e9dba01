//! What a machine tells of its network interfaces.

use std::{fmt, net::IpAddr};

/// One network interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkInterface {
    /// The machine's number for it, from 1.
    pub index: u32,
    pub name: String,
    /// The longest packet, in bytes.
    pub mtu: u32,
    /// None, or six bytes and more.
    pub hardware_address: Vec<u8>,
    pub flags: InterfaceFlags,
    /// Each with the number of bits that name its network, in the order of the machine.
    pub addresses: Vec<(IpAddr, u8)>,
    /// The default route of IPv4 leads through it.
    pub is_default: bool,
}

/// What is true of an interface. `Display` writes it as Go's
/// [`net.Flags`](https://pkg.go.dev/net#Flags).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InterfaceFlags(u8);

/// In the order of their bits.
const NAMES: [&str; 6] = [
    "up",
    "broadcast",
    "loopback",
    "pointtopoint",
    "multicast",
    "running",
];

impl InterfaceFlags {
    pub const UP: Self = Self(1);
    pub const BROADCAST: Self = Self(1 << 1);
    pub const LOOPBACK: Self = Self(1 << 2);
    pub const POINT_TO_POINT: Self = Self(1 << 3);
    pub const MULTICAST: Self = Self(1 << 4);
    pub const RUNNING: Self = Self(1 << 5);

    /// Those of either.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Without those of the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether all of the other are set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// What `Display` writes; none if a name is none of them.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "0" {
            return Some(Self::default());
        }
        text.split('|').try_fold(Self::default(), |flags, name| {
            let bit = NAMES.iter().position(|known| *known == name)?;
            Some(flags.with(Self(1 << bit)))
        })
    }
}

impl fmt::Display for InterfaceFlags {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names = (0..)
            .zip(NAMES)
            .filter(|(bit, _)| self.has(Self(1 << bit)))
            .map(|(_, name)| name);
        formatter.write_str(names.next().unwrap_or("0"))?;
        names.try_for_each(|name| write!(formatter, "|{name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_written_and_read_as_words() {
        let flags = InterfaceFlags::UP.with(InterfaceFlags::MULTICAST);
        assert_eq!(flags.to_string(), "up|multicast");
        assert_eq!(InterfaceFlags::parse("multicast|up"), Some(flags));
        assert_eq!(InterfaceFlags::default().to_string(), "0");
        assert_eq!(InterfaceFlags::parse("0"), Some(InterfaceFlags::default()));
        assert_eq!(InterfaceFlags::parse("up|down"), None);
        assert!(!flags.without(InterfaceFlags::UP).has(InterfaceFlags::UP));
    }
}
