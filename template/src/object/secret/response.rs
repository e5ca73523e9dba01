//! From the answer of the store's API to a secret, as the
//! [client library](https://pkg.go.dev/github.com/hashicorp/vault/api#ParseSecret) and
//! consul-template read it: what is empty is left out, and an answer of another shape is taken for
//! the data itself.

use std::{collections::BTreeMap, rc::Rc};

use super::{Auth, Secret, WrapInfo};
use crate::{
    fault::Fault,
    go::{number::parse_int, time::Time},
    value::{Entries, List, Map, Text, Type, Value},
};

impl Secret {
    /// A secret from the API's response, decoded with the numbers' own texts.
    ///
    /// # Errors
    /// A part of the response is of the wrong type; the part is named, its content is not.
    pub fn from_response(response: &Value) -> Result<Self, Fault> {
        let response = Part::of(response, "response")?;
        let secret = Self {
            request_id: response.text("request_id")?,
            lease_id: response.text("lease_id")?,
            lease_duration: response.int("lease_duration")?,
            renewable: response.bool("renewable")?,
            data: filled(response.map("data")?),
            warnings: response.texts("warnings")?,
            auth: response.part("auth")?.map(|auth| auth.auth()).transpose()?,
            wrap_info: response
                .part("wrap_info")?
                .map(|wrap| wrap.wrap_info())
                .transpose()?,
        };
        if response.is_secret(&secret)? {
            return Ok(secret);
        }
        response.raw()
    }
}

/// An object of the response.
struct Part {
    name: &'static str,
    entries: Option<Map>,
}

impl Part {
    fn of(value: &Value, name: &'static str) -> Result<Self, Fault> {
        let entries = match value {
            Value::Nil | Value::NilInterface => None,
            Value::Map(map) => Some(map.clone()),
            _ => return Err(wrong(name, "an object")),
        };
        Ok(Self { name, entries })
    }

    fn get(&self, key: &str) -> Option<Value> {
        self.entries
            .as_ref()?
            .get(key.as_bytes())
            .filter(|value| !matches!(value, Value::Nil | Value::NilInterface))
    }

    fn text(&self, key: &'static str) -> Result<Text, Fault> {
        match self.get(key) {
            None => Ok(Text::default()),
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(wrong(key, "a string")),
        }
    }

    fn int(&self, key: &'static str) -> Result<i64, Fault> {
        match self.get(key) {
            None => Ok(0),
            Some(Value::Number(text)) => {
                parse_int(&text, 10, 64).map_err(|_| wrong(key, "a whole number"))
            }
            Some(_) => Err(wrong(key, "a whole number")),
        }
    }

    fn bool(&self, key: &'static str) -> Result<bool, Fault> {
        match self.get(key) {
            None => Ok(false),
            Some(Value::Bool(value)) => Ok(value),
            Some(_) => Err(wrong(key, "true or false")),
        }
    }

    fn map(&self, key: &'static str) -> Result<Map, Fault> {
        match self.get(key) {
            None => Ok(Map::nil(Type::MAP)),
            Some(Value::Map(map)) => Ok(map),
            Some(_) => Err(wrong(key, "an object")),
        }
    }

    /// A `[]string`, nil when it is empty.
    fn texts(&self, key: &'static str) -> Result<List, Fault> {
        let list = match self.get(key) {
            None => return Ok(List::nil(Type::String)),
            Some(Value::List(list)) => list,
            Some(_) => return Err(wrong(key, "a list of strings")),
        };
        if list.items().is_empty() {
            return Ok(List::nil(Type::String));
        }
        let items: Result<Vec<Value>, Fault> = list
            .items()
            .iter()
            .map(|item| string(item, key).map(Value::String))
            .collect();
        Ok(List::new(Type::String, items?))
    }

    fn part(&self, key: &'static str) -> Result<Option<Self>, Fault> {
        self.get(key).map(|value| Self::of(&value, key)).transpose()
    }

    fn auth(&self) -> Result<Rc<Auth>, Fault> {
        Ok(Rc::new(Auth {
            client_token: self.text("client_token")?,
            accessor: self.text("accessor")?,
            policies: self.texts("policies")?,
            metadata: self.metadata()?,
            lease_duration: self.int("lease_duration")?,
            renewable: self.bool("renewable")?,
        }))
    }

    fn metadata(&self) -> Result<Map, Fault> {
        let mut entries = BTreeMap::new();
        for (key, value) in self.map("metadata")?.pairs() {
            if let Value::String(key) = key {
                entries.insert(key, Value::String(string(&value, "metadata")?));
            }
        }
        Ok(filled(Map::of(Type::STRING_MAP, Entries::Text(entries))))
    }

    fn wrap_info(&self) -> Result<Rc<WrapInfo>, Fault> {
        let creation_time = self.text("creation_time")?;
        Ok(Rc::new(WrapInfo {
            token: self.text("token")?,
            ttl: self.int("ttl")?,
            creation_time: if self.get("creation_time").is_none() {
                Time::ZERO
            } else {
                Time::parse(b"2006-01-02T15:04:05Z07:00", &creation_time)
                    .map_err(|_| wrong("creation_time", "a time"))?
            },
            wrapped_accessor: self.text("wrapped_accessor")?,
        }))
    }

    /// Whether any part that a secret has is there, if only as an empty list or object.
    fn is_secret(&self, secret: &Secret) -> Result<bool, Fault> {
        Ok(!secret.request_id.is_empty()
            || !secret.lease_id.is_empty()
            || secret.lease_duration != 0
            || secret.renewable
            || !self.text("mount_type")?.is_empty()
            || ["data", "warnings", "auth", "wrap_info"]
                .into_iter()
                .any(|key| self.get(key).is_some()))
    }

    /// The whole response as data.
    fn raw(&self) -> Result<Secret, Fault> {
        if self.get("errors").is_some() {
            return Err(Fault::function(format!("the {} holds errors", self.name)));
        }
        Ok(Secret {
            data: self
                .entries
                .clone()
                .map_or_else(|| Map::nil(Type::MAP), filled),
            ..Secret::default()
        })
    }
}

fn string(value: &Value, key: &'static str) -> Result<Text, Fault> {
    match value {
        Value::Nil | Value::NilInterface => Ok(Text::default()),
        Value::String(text) => Ok(text.clone()),
        _ => Err(wrong(key, "made of strings")),
    }
}

/// A map without entries counts as none.
fn filled(map: Map) -> Map {
    if map.is_empty() {
        Map::nil(map.type_of())
    } else {
        map
    }
}

fn wrong(key: &str, expected: &str) -> Fault {
    Fault::function(format!("{key} of the store's response is not {expected}"))
}
