use std::{collections::BTreeSet, fs};

use super::{message::Messages, *};

/// A message of netlink with a payload.
fn message(payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(16 + payload.len()).unwrap();
    let mut bytes = length.to_ne_bytes().to_vec();
    bytes.extend_from_slice(&[0; 12]);
    bytes.extend_from_slice(payload);
    bytes
}

fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(4 + value.len()).unwrap();
    let mut bytes = [length.to_ne_bytes(), kind.to_ne_bytes()].concat();
    bytes.extend_from_slice(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn read<T>(payload: &[Vec<u8>], read: impl Fn(&Message<'_>) -> Option<T>) -> Option<T> {
    let bytes = message(&payload.concat());
    read(&Messages(&bytes).next().unwrap())
}

#[test]
fn a_link_has_its_name_number_and_flags() {
    let header = |kind: u16| {
        let mut header = vec![0, 0];
        header.extend_from_slice(&kind.to_ne_bytes());
        header.extend_from_slice(&7_u32.to_ne_bytes());
        header.extend_from_slice(&0x1043_u32.to_ne_bytes());
        header.extend_from_slice(&[0; 4]);
        header
    };
    let named = attribute(3, b"eth0\0");
    let payload = [
        header(1),
        attribute(1, &[2, 0, 0x5e, 0, 0x53, 1]),
        named.clone(),
        attribute(4, &1400_u32.to_ne_bytes()),
    ];
    let interface = read(&payload, link).unwrap();
    assert_eq!(interface.name, "eth0");
    assert_eq!((interface.index, interface.mtu), (7, 1400));
    assert_eq!(interface.hardware_address, [2, 0, 0x5e, 0, 0x53, 1]);
    assert_eq!(
        interface.flags.to_string(),
        "up|broadcast|multicast|running"
    );
    let without = |kind, address: &[u8]| {
        let payload = [header(kind), attribute(1, address), named.clone()];
        read(&payload, link).unwrap().hardware_address
    };
    assert_eq!(without(1, &[0; 6]), [0; 0]);
    assert_eq!(without(768, &[10, 0, 0, 1]), [0; 0]);
    assert_eq!(without(769, &[1; 16]), [0; 0]);
}

#[test]
fn of_a_pair_of_addresses_the_local_one_counts() {
    let header = [vec![AF_INET, 24, 0, 0], 3_u32.to_ne_bytes().to_vec()].concat();
    let far = attribute(1, &[10, 0, 0, 1]);
    let local = attribute(2, &[10, 0, 0, 2]);
    let alone = read(&[header.clone(), far.clone()], address);
    assert_eq!(alone, Some((3, ([10, 0, 0, 1].into(), 24))));
    let both = read(&[header, far, local], address);
    assert_eq!(both, Some((3, ([10, 0, 0, 2].into(), 24))));
    let short = [vec![AF_INET6, 64, 0, 0], vec![0; 4], attribute(1, &[0; 4])];
    assert_eq!(read(&short, address), None);
}

#[test]
fn a_default_route_leads_over_a_gateway_in_the_main_table() {
    let header = |bits: u8, table: u8, kind: u8| {
        let mut header = vec![AF_INET, bits, 0, 0, table, 0, 0, kind];
        header.resize(12, 0);
        header
    };
    let interface = attribute(4, &5_u32.to_ne_bytes());
    let gateway = attribute(5, &[10, 0, 0, 1]);
    let route = |header: Vec<u8>, attributes: &[&Vec<u8>]| {
        let attributes = attributes.iter().map(|attribute| (*attribute).clone());
        let payload: Vec<_> = [header].into_iter().chain(attributes).collect();
        read(&payload, default_route)
    };
    let usual = [&interface, &gateway];
    assert_eq!(route(header(0, 254, 1), &usual), Some(5));
    assert_eq!(route(header(24, 254, 1), &usual), None);
    assert_eq!(route(header(0, 255, 1), &usual), None);
    assert_eq!(route(header(0, 254, 7), &usual), None);
    assert_eq!(route(header(0, 254, 1), &[&interface]), None);
    let table = attribute(15, &1000_u32.to_ne_bytes());
    assert_eq!(
        route(header(0, 254, 1), &[&interface, &gateway, &table]),
        None
    );
    let next_hop = attribute(30, &1_u32.to_ne_bytes());
    assert_eq!(
        route(header(0, 254, 1), &[&interface, &gateway, &next_hop]),
        None
    );
}

#[test]
fn the_kernel_tells_of_its_interfaces() {
    let interfaces = interfaces().unwrap();
    let loopback = interfaces.iter().find(|interface| interface.name == "lo");
    assert!(loopback.unwrap().flags.has(InterfaceFlags::LOOPBACK));
    for interface in &interfaces {
        let told =
            |name: &str| fs::read_to_string(format!("/sys/class/net/{}/{name}", interface.name));
        // Not every container sees it.
        let (Ok(index), Ok(mtu)) = (told("ifindex"), told("mtu")) else {
            continue;
        };
        assert_eq!(index.trim(), interface.index.to_string());
        assert_eq!(mtu.trim(), interface.mtu.to_string());
    }
    let ours: BTreeSet<String> = interfaces
        .iter()
        .flat_map(|interface| interface.addresses.iter())
        .filter_map(|(address, bits)| match address {
            IpAddr::V4(_) => None,
            IpAddr::V6(address) => Some(format!("{:032x}/{bits:02x}", u128::from(*address))),
        })
        .collect();
    let table = fs::read_to_string("/proc/net/if_inet6").unwrap_or_default();
    let theirs = table.lines().map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        format!("{}/{}", words[0], words[2])
    });
    assert_eq!(ours, theirs.collect());
}

proptest::proptest! {
    #[test]
    fn any_bytes_can_be_looked_at(bytes: Vec<u8>) {
        for message in Messages(&bytes) {
            let _ = (link(&message), address(&message), default_route(&message));
        }
        let bytes = message(&bytes);
        for message in Messages(&bytes) {
            let _ = (link(&message), address(&message), default_route(&message));
        }
    }
}
