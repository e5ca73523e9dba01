//! What `sort` orders by.

use std::cmp::Ordering;

use super::{InterfaceAddress, address::number, block};
use crate::{fault::Fault, go::strings::trim_space, scope::Budget};

type Compare = fn(&InterfaceAddress, &InterfaceAddress) -> Ordering;

pub(super) const BY_DEFAULT_TYPE_SIZE: &[u8] = b"default,type,size";
pub(super) const BY_TYPE_SIZE: &[u8] = b"type,size";

/// Sorts by one criterion after the other, separated by commas, each with a sign or none.
///
/// Some criteria leave addresses of different kinds as they are, so the order need not be one: two
/// addresses that neither comes before the other are where inserting one by one leaves them. Go does
/// the same up to 12 addresses.
pub(crate) fn sort(
    criteria: &[u8],
    mut addresses: Vec<InterfaceAddress>,
    budget: &mut Budget,
) -> Result<Vec<InterfaceAddress>, Fault> {
    let criteria = criteria
        .split(|byte| *byte == b',')
        .map(|text| criterion(trim_space(&text.to_ascii_lowercase())))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(|| {
            Fault::function(
                "sorts by address, default, name, port, private, size or type, separated by commas, each with + or - before it",
            )
        })?;
    let steps = (criteria.len() * block_steps()) as u64;
    let before = |left: &InterfaceAddress, right: &InterfaceAddress| {
        let mut orders = criteria.iter().map(|(compare, reversed)| {
            let order = compare(left, right);
            if *reversed { order.reverse() } else { order }
        });
        orders.find(|order| order.is_ne()) == Some(Ordering::Less)
    };
    for end in 1..addresses.len() {
        let mut index = end;
        while let Some(previous) = index.checked_sub(1) {
            budget.work(steps)?;
            let (Some(left), Some(right)) = (addresses.get(previous), addresses.get(index)) else {
                break;
            };
            if !before(right, left) {
                break;
            }
            addresses.swap(previous, index);
            index = previous;
        }
    }
    Ok(addresses)
}

/// A comparison may look through two lists of blocks.
fn block_steps() -> usize {
    usize::try_from(block::MOST).unwrap_or(usize::MAX) / 8 + 1
}

fn criterion(text: &[u8]) -> Option<(Compare, bool)> {
    let (name, reversed) = match text {
        [b'-', name @ ..] => (name, true),
        [b'+', name @ ..] | name => (name, false),
    };
    let compare: Compare = match name {
        b"address" => |left, right| {
            let (left, right) = (left.network.address, right.network.address);
            if left.is_ipv4() == right.is_ipv4() {
                number(left).cmp(&number(right))
            } else {
                Ordering::Equal
            }
        },
        b"default" => |left, right| right.interface.is_default.cmp(&left.interface.is_default),
        b"name" => |left, right| left.interface.name.cmp(&right.interface.name),
        b"port" => |_, _| Ordering::Equal,
        b"private" => private,
        b"size" => |left, right| {
            let same = left.network.address.is_ipv4() == right.network.address.is_ipv4();
            if same {
                left.network.bits.cmp(&right.network.bits)
            } else {
                Ordering::Equal
            }
        },
        b"type" => |left, right| {
            let is_v6 = |address: &InterfaceAddress| address.network.address.is_ipv6();
            is_v6(left).cmp(&is_v6(right))
        },
        _ => return None,
    };
    Some((compare, reversed))
}

/// Private addresses first. One of the other kind comes behind a private one, and neither before nor
/// behind a public one.
fn private(left: &InterfaceAddress, right: &InterfaceAddress) -> Ordering {
    let is_private =
        |address: &InterfaceAddress| block::contains(block::SPECIAL, address.network) == Some(true);
    if left.network.address.is_ipv4() == right.network.address.is_ipv4() {
        return is_private(right).cmp(&is_private(left));
    }
    if is_private(left) {
        Ordering::Less
    } else {
        Ordering::Equal
    }
}
