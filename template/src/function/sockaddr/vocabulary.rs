//! The functions of the language inside of `sockaddr`, in the order in which
//! [go-sockaddr](https://github.com/hashicorp/go-sockaddr/blob/v1.0.7/template/template.go) has them.

use super::super::{Arguments, Function, Outcome, builtin};
use crate::{
    fault::Fault,
    network::{self, InterfaceAddress, Visibility},
    scope::Scope,
    value::{List, Type, Value},
};

const ADDRESSES: Type = Type::List(&Type::INTERFACE_ADDRESS);
const SELECTION: &[Type] = &[Type::String, Type::String, ADDRESSES];
const TEXT_AND_ADDRESSES: &[Type] = &[Type::String, ADDRESSES];

const TABLE: &[Function] = &[
    Function::new("GetAllInterfaces", &[], |scope, _| {
        let all = scope.addresses()?;
        scope.budget.work(all.len() as u64)?;
        Ok(list(all.iter().cloned()))
    }),
    Function::new("GetDefaultInterfaces", &[], |scope, _| {
        let all = scope.addresses()?;
        scope.budget.work(all.len() as u64)?;
        network::default(&all).map(list)
    }),
    Function::new("GetPrivateInterfaces", &[], |scope, _| {
        visible(scope, Visibility::Private).map(list)
    }),
    Function::new("GetPublicInterfaces", &[], |scope, _| {
        visible(scope, Visibility::Public).map(list)
    }),
    Function::new("sort", TEXT_AND_ADDRESSES, |scope, a| {
        network::sort(a.bytes(0), addresses(a, 1), &mut scope.budget).map(list)
    }),
    Function::new("exclude", SELECTION, |scope, a| {
        let addresses = addresses(a, 2);
        network::filter(a.bytes(0), a.bytes(1), &addresses, &mut scope.budget)
            .map(|filtered| list(filtered.excluded))
    }),
    Function::new("include", SELECTION, |scope, a| {
        let addresses = addresses(a, 2);
        network::filter(a.bytes(0), a.bytes(1), &addresses, &mut scope.budget)
            .map(|filtered| list(filtered.included))
    }),
    Function::new("attr", &[Type::String, Type::Any], attr),
    Function::new("join", SELECTION, join),
    Function::new("limit", &[Type::UINT, ADDRESSES], limit),
    Function::new("offset", &[Type::INT, ADDRESSES], offset),
    Function::new("unique", TEXT_AND_ADDRESSES, unique),
    Function::new("math", SELECTION, |scope, a| {
        let addresses = addresses(a, 2);
        scope.budget.work(addresses.len() as u64)?;
        let compute = |address| network::compute(a.bytes(0), a.bytes(1), address);
        let computed: Result<Vec<_>, _> = addresses.iter().map(compute).collect();
        computed.map(list)
    }),
    Function::new("GetPrivateIP", &[], |scope, _| {
        Ok(first(&visible(scope, Visibility::Private)?))
    }),
    Function::new("GetPrivateIPs", &[], |scope, _| {
        let all = scope.addresses()?;
        let found = network::visible_anywhere(&all, Visibility::Private, &mut scope.budget)?;
        Ok(each(&found))
    }),
    Function::new("GetPublicIP", &[], |scope, _| {
        Ok(first(&visible(scope, Visibility::Public)?))
    }),
    Function::new("GetPublicIPs", &[], |scope, _| {
        let all = scope.addresses()?;
        let found = network::visible_anywhere(&all, Visibility::Public, &mut scope.budget)?;
        Ok(each(&found))
    }),
    Function::new("GetInterfaceIP", &[Type::String], |scope, a| {
        let all = scope.addresses()?;
        let found = network::named(&all, a.bytes(0), true, &mut scope.budget)?;
        Ok(first(&found))
    }),
    Function::new("GetInterfaceIPs", &[Type::String], |scope, a| {
        let all = scope.addresses()?;
        let found = network::named(&all, a.bytes(0), false, &mut scope.budget)?;
        Ok(each(&found))
    }),
];

/// With the functions that every template of Go has.
pub(crate) fn vocabulary() -> impl Iterator<Item = &'static Function> {
    TABLE.iter().chain(builtin::TABLE)
}

pub(super) fn list(addresses: impl IntoIterator<Item = InterfaceAddress>) -> Value {
    let values = addresses.into_iter().map(InterfaceAddress::into_value);
    Value::List(List::new(Type::INTERFACE_ADDRESS, values.collect()))
}

fn visible(scope: &mut Scope<'_>, visibility: Visibility) -> Result<Vec<InterfaceAddress>, Fault> {
    let all = scope.addresses()?;
    scope.budget.work(all.len() as u64)?;
    network::visible(&all, visibility, &mut scope.budget)
}

fn address(value: &Value) -> Option<&InterfaceAddress> {
    match value {
        Value::Object(object) => object.as_any().downcast_ref(),
        _ => None,
    }
}

fn addresses(arguments: &Arguments<'_>, index: usize) -> Vec<InterfaceAddress> {
    let items = arguments.items(index).iter();
    items.filter_map(address).cloned().collect()
}

fn ip(address: &InterfaceAddress) -> String {
    address.attribute(b"address").unwrap_or_default()
}

fn first(addresses: &[InterfaceAddress]) -> Value {
    Value::string(addresses.first().map(ip).unwrap_or_default())
}

fn each(addresses: &[InterfaceAddress]) -> Value {
    let addresses: Vec<_> = addresses.iter().map(ip).collect();
    Value::string(addresses.join(" "))
}

fn attribute(name: &[u8], address: &InterfaceAddress) -> Result<String, Fault> {
    address
        .attribute(&name.to_ascii_lowercase())
        .ok_or_else(|| Fault::function("the address has no such attribute"))
}

/// Of an address, or of the first of a list; nothing of an empty one.
fn attr(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let value = arguments.value(1);
    let found = match value {
        Value::List(list) if list.element() == Type::INTERFACE_ADDRESS => {
            match list.items().first().and_then(address) {
                Some(address) => address,
                None => return Ok(Value::string("")),
            }
        }
        value => address(value)
            .ok_or_else(|| Fault::function("takes an address or a list of addresses"))?,
    };
    attribute(arguments.bytes(0), found).map(Value::string)
}

fn join(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let separator = arguments.bytes(1);
    let mut joined = Vec::new();
    for (index, address) in addresses(arguments, 2).iter().enumerate() {
        let text = attribute(arguments.bytes(0), address)?;
        let size = text.len() + separator.len();
        scope.budget.work(1)?;
        scope.budget.memory(size as u64)?;
        if index > 0 {
            joined.extend_from_slice(separator);
        }
        joined.extend_from_slice(text.as_bytes());
    }
    Ok(Value::string(joined))
}

fn limit(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let mut addresses = addresses(arguments, 1);
    scope.budget.work(addresses.len() as u64)?;
    let most = match arguments.value(0) {
        Value::Uint(_, most) => usize::try_from(*most).unwrap_or(usize::MAX),
        _ => 0,
    };
    addresses.truncate(most);
    Ok(list(addresses))
}

/// Without the first ones; a negative number keeps so many at the end.
fn offset(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let addresses = addresses(arguments, 1);
    scope.budget.work(addresses.len() as u64)?;
    let offset = arguments.int(0);
    let count = usize::try_from(offset.unsigned_abs()).ok();
    let rest = count.and_then(|count| {
        let start = if offset < 0 {
            addresses.len().checked_sub(count)?
        } else {
            count
        };
        addresses.get(start..)
    });
    match rest {
        Some(rest) => Ok(list(rest.iter().cloned())),
        None => Err(Fault::function("there are not so many addresses")),
    }
}

/// Without those that are like the one before.
fn unique(scope: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let mut addresses = addresses(arguments, 1);
    scope.budget.work(addresses.len() as u64)?;
    match arguments.bytes(0).to_ascii_lowercase().as_slice() {
        b"address" => addresses.dedup_by_key(|address| address.network),
        b"name" => addresses.dedup_by(|next, before| next.interface.name == before.interface.name),
        // Go looks at it only when there is something to compare.
        _ if addresses.is_empty() => {}
        _ => return Err(Fault::function("compares address or name")),
    }
    Ok(list(addresses))
}
