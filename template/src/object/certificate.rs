//! What `pkiCert` gives: consul-template's
//! [`dependency.PemEncoded`](https://pkg.go.dev/github.com/hashicorp/consul-template/dependency#PemEncoded).

use std::rc::Rc;

use super::{find, receiver};
use crate::{
    function::{Arguments, Outcome},
    scope::Scope,
    value::{Field, List, Method, Object, Text, Type, Value},
};

const TYPE: Type = Type::Struct("dependency.PemEncoded");

/// A certificate with its key and its authorities, each as PEM.
#[derive(Clone)]
pub struct Certificate {
    pub cert: Text,
    pub key: Text,
    pub ca: Text,
    /// A `[]string`, nil when there is none.
    pub chain: List,
}

impl Certificate {
    pub fn new(cert: Text, key: Text, ca: Text, chain: Vec<Text>) -> Self {
        let chain = if chain.is_empty() {
            List::nil(Type::String)
        } else {
            List::new(Type::String, chain.into_iter().map(Value::String).collect())
        };
        Self {
            cert,
            key,
            ca,
            chain,
        }
    }

    pub fn into_value(self) -> Value {
        Value::Object(Rc::new(self))
    }
}

static METHODS: &[Method] = &[
    Method::new("CaChainContains", &[Type::String], ca_chain_contains),
    Method::new("Data", &[], data),
    Method::new("Equals", &[TYPE], equals),
];

impl Object for Certificate {
    fn type_of(&self) -> Type {
        TYPE
    }

    fn fields(&self) -> Vec<Field> {
        ["Cert", "Key", "CA", "CAChain"]
            .into_iter()
            .filter_map(|name| {
                let value = self.field(name)?;
                Some(Field { name, value })
            })
            .collect()
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(match name {
            "Cert" => Value::String(self.cert.clone()),
            "Key" => Value::String(self.key.clone()),
            "CA" => Value::String(self.ca.clone()),
            "CAChain" => Value::List(self.chain.clone()),
            _ => return None,
        })
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        find(METHODS, name)
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

fn ca_chain_contains(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let certificate: &Certificate = receiver(arguments)?;
    let wanted = arguments.bytes(1);
    let mut items = certificate.chain.items().iter();
    Ok(Value::Bool(items.any(|item| item.bytes() == wanted)))
}

/// Itself: templates written for secrets of the second version of KV say `.Data.Cert`.
#[expect(clippy::unnecessary_wraps, reason = "functions of the table can fail")]
fn data(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    Ok(arguments.value(0).clone())
}

fn equals(_: &mut Scope<'_>, arguments: &Arguments<'_>) -> Outcome {
    let certificate: &Certificate = receiver(arguments)?;
    let Value::Object(other) = arguments.value(1) else {
        return Ok(Value::Bool(false));
    };
    let same = |other: &Certificate| {
        certificate.cert == other.cert
            && certificate.key == other.key
            && certificate.ca == other.ca
            && certificate.chain.items().len() == other.chain.items().len()
            && certificate
                .chain
                .items()
                .iter()
                .zip(other.chain.items())
                .all(|(left, right)| left.bytes() == right.bytes())
    };
    Ok(Value::Bool(other.as_any().downcast_ref().is_some_and(same)))
}

/// Prints the type only.
impl std::fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Certificate(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        function::calls::{World, json},
        object,
    };

    fn certificate(chain: &[&str]) -> Value {
        let chain = chain.iter().map(|pem| Text::from(*pem)).collect();
        Certificate::new(Text::from("C"), Text::from("K"), Text::from("A"), chain).into_value()
    }

    fn call(receiver: &Value, name: &str, arguments: &[Value]) -> Value {
        let mut all = vec![receiver.clone()];
        all.extend_from_slice(arguments);
        let method = object::method(receiver, name).unwrap();
        World::default().run(method, &all).unwrap()
    }

    #[test]
    fn it_has_gos_fields() {
        assert_eq!(
            json(&certificate(&["A", "B"])),
            r#"{"Cert":"C","Key":"K","CA":"A","CAChain":["A","B"]}"#
        );
        assert_eq!(
            json(&call(&certificate(&[]), "Data", &[])),
            r#"{"Cert":"C","Key":"K","CA":"A","CAChain":null}"#
        );
    }

    #[test]
    fn the_chain_can_be_searched() {
        let certificate = certificate(&["A", "B"]);
        assert!(call(&certificate, "CaChainContains", &[Value::string("B")]).truth());
        assert!(!call(&certificate, "CaChainContains", &[Value::string("C")]).truth());
    }

    #[test]
    fn two_are_equal_when_all_is() {
        let equal = |left, right| call(&certificate(left), "Equals", &[certificate(right)]).truth();
        assert!(equal(&["A"], &["A"]));
        assert!(!equal(&["A"], &["B"]));
        assert!(!equal(&["A"], &[]));
    }
}
