//! Which blocks of addresses an RFC is about. The list, with its gaps, is that of
//! [go-sockaddr](https://github.com/hashicorp/go-sockaddr/blob/v1.0.7/rfc.go).

use super::Network;

/// Addresses that no router passes on, under the number that go-sockaddr gives them.
pub(super) const NOT_FORWARDED: u64 = 4_294_967_295;
pub(super) const SPECIAL: u64 = 6890;

/// Sorted by number.
const BLOCKS: &[(u64, &[&str])] = &[
    (919, &["255.255.255.255/32"]),
    (1112, &["224.0.0.0/4"]),
    (1122, &["0.0.0.0/8", "127.0.0.0/8"]),
    (1918, &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]),
    (2544, &["198.18.0.0/15"]),
    (2765, &["::ffff:0:0/96"]),
    (2928, &["2001::/16"]),
    (3056, &["2002::/16"]),
    (3068, &["192.88.99.0/24", "2002:c058:6301::/120"]),
    (3171, &["224.0.0.0/4"]),
    (
        3330,
        &[
            "0.0.0.0/8",
            "10.0.0.0/8",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ],
    ),
    (3849, &["2001:db8::/32"]),
    (3927, &["169.254.0.0/16"]),
    (4038, &["::ffff:0:0/96"]),
    (4193, &["fc00::/7"]),
    (
        4291,
        &[
            "::/128",
            "::1/128",
            "::/96",
            "::ffff:0:0/96",
            "fe80::/10",
            "fec0::/10",
            "ff00::/8",
        ],
    ),
    (4380, &["2001::/32"]),
    (4773, &["2001::/23"]),
    (4843, &["2001:10::/28"]),
    (5180, &["2001:200::/48"]),
    (
        5735,
        &[
            "192.0.2.0/24",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "198.18.0.0/15",
        ],
    ),
    (5737, &["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"]),
    (6052, &["64:ff9b::/96"]),
    (6333, &["192.0.0.0/29"]),
    (6598, &["100.64.0.0/10"]),
    (6666, &["100::/64"]),
    (
        SPECIAL,
        &[
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.0.0/29",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "240.0.0.0/4",
            "255.255.255.255/32",
            "::1/128",
            "::/128",
            "64:ff9b::/96",
            "::ffff:0:0/96",
            "100::/64",
            "2001::/16",
            "2002::/16",
            "fc00::/7",
            "fe80::/10",
        ],
    ),
    (7335, &["192.0.0.0/29"]),
    (
        NOT_FORWARDED,
        &[
            "0.0.0.0/8",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "240.0.0.0/4",
            "255.255.255.255/32",
            "::1/128",
            "::/128",
            "::ffff:0:0/96",
            "2001:db8::/32",
            "2001:10::/28",
            "fe80::/10",
        ],
    ),
];

/// The most blocks that one number stands for.
pub(super) const MOST: u64 = 25;

/// Whether the network lies in one of the blocks of an RFC; none for an RFC that is not known.
pub(super) fn contains(rfc: u64, network: Network) -> Option<bool> {
    let index = BLOCKS
        .binary_search_by_key(&rfc, |(number, _)| *number)
        .ok()?;
    let (_, blocks) = BLOCKS.get(index)?;
    Some(
        blocks
            .iter()
            .any(|text| block(text).is_some_and(|block| block.contains(network))),
    )
}

fn block(text: &str) -> Option<Network> {
    let (address, bits) = text.split_once('/')?;
    Some(Network {
        address: address.parse().ok()?,
        bits: bits.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_can_be_read_and_found() {
        for (number, blocks) in BLOCKS {
            assert!(blocks.len() as u64 <= MOST);
            for text in *blocks {
                assert_eq!(
                    contains(*number, block(text).unwrap()),
                    Some(true),
                    "{text}"
                );
            }
        }
        assert_eq!(contains(1, Network::parse("::1").unwrap()), None);
        assert_eq!(
            contains(1918, Network::parse("11.0.0.1").unwrap()),
            Some(false)
        );
        // More than the block.
        assert_eq!(
            contains(1918, Network::parse("10.0.0.1/7").unwrap()),
            Some(false)
        );
    }
}
