//! What a template inside of `sockaddr` can see of an address: go-sockaddr's
//! [`IfAddr`](https://pkg.go.dev/github.com/hashicorp/go-sockaddr#IfAddr).

use std::rc::Rc;

use super::{find, receiver};
use crate::{
    fault::Fault,
    function::{Arguments, Outcome},
    network::InterfaceAddress,
    scope::Scope,
    value::{Field, Method, Object, Text, Type, Value},
};

static METHODS: &[Method] = &[
    Method::new("Attr", &[Type::String], attribute),
    Method::new("String", &[], string),
    Method::new("Type", &[], kind),
];

impl InterfaceAddress {
    pub fn into_value(self) -> Value {
        Value::Object(Rc::new(self))
    }
}

impl Object for InterfaceAddress {
    fn type_of(&self) -> Type {
        Type::INTERFACE_ADDRESS
    }

    fn fields(&self) -> Vec<Field> {
        ["Index", "MTU", "Name", "HardwareAddr", "Flags"]
            .into_iter()
            .filter_map(|name| {
                let value = self.field(name)?;
                Some(Field { name, value })
            })
            .collect()
    }

    fn field(&self, name: &str) -> Option<Value> {
        let interface = &self.interface;
        Some(match name {
            "Index" => Value::int(interface.index.into()),
            "MTU" => Value::int(interface.mtu.into()),
            "Name" => Value::string(interface.name.as_str()),
            "HardwareAddr" => word("net.HardwareAddr", self.hardware_address()),
            "Flags" => word("net.Flags", interface.flags.to_string()),
            _ => return None,
        })
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        find(METHODS, name)
    }

    fn text(&self) -> Option<Text> {
        Some(Text::from(self.to_string()))
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

fn attribute(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let address: &InterfaceAddress = receiver(arguments)?;
    let found = address.attribute(arguments.bytes(1));
    found
        .map(Value::string)
        .ok_or_else(|| Fault::function("the address has no such attribute"))
}

fn string(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let address: &InterfaceAddress = receiver(arguments)?;
    Ok(Value::string(address.to_string()))
}

fn kind(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let address: &InterfaceAddress = receiver(arguments)?;
    Ok(word("sockaddr.SockAddrType", address.kind().to_owned()))
}

/// A number or some bytes that print as words.
struct Word {
    name: &'static str,
    text: Text,
}

fn word(name: &'static str, text: String) -> Value {
    let text = Text::from(text);
    Value::Object(Rc::new(Word { name, text }))
}

impl Object for Word {
    fn type_of(&self) -> Type {
        Type::Struct(self.name)
    }

    fn fields(&self) -> Vec<Field> {
        Vec::new()
    }

    fn text(&self) -> Option<Text> {
        Some(self.text.clone())
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}
