//! What a store answered, as templates and plain files see it.

mod certificate;
mod lifetime;
mod local;
mod reply;
mod same;
mod x509;

use std::{collections::BTreeMap, time::SystemTime};

use vouchsafe_shared::{
    diagnostic::Code,
    secret::{SecretMap, SecretString, SecretValue},
};
use vouchsafe_template::{
    encode::json::{self, Numbers},
    object::secret::Secret,
    scope::Dependency,
    value::{Entries, List, Map, Text, Type, Value},
};

use crate::{
    fault::{Fault, Retry, Whose},
    store::{KnownVersion, Layout, Lifetime, Reply},
};

/// One answer, decoded.
#[derive(Debug)]
pub struct Answer {
    /// The answer's own JSON; the content of a file.
    response: Value,
    kind: Kind,
    layout: Layout,
    lease: Option<String>,
}

#[derive(Debug)]
enum Kind {
    /// The response itself.
    Secret,
    /// What was made of it, which templates cannot change.
    Other(Value),
}

impl Answer {
    /// Reads the reply to a request, and how long it is good.
    ///
    /// # Errors
    /// The reply is not what the request promises; no message holds a value.
    pub fn decode(
        dependency: &Dependency,
        reply: &Reply,
        now: SystemTime,
    ) -> Result<(Self, Lifetime), Fault> {
        let what = what(dependency);
        let response = if reply.body.is_empty() {
            Value::Nil
        } else {
            json::decode(&reply.body, Numbers::Literal)
                .map_err(|fault| bad(&what, &fault.message))?
        };
        let answer = |kind| Self {
            kind,
            response: response.clone(),
            layout: reply.layout,
            lease: None,
        };
        if let Dependency::List { .. } = dependency {
            let names = Kind::Other(names(&response, &what)?);
            return Ok((answer(names), Lifetime::Unlimited));
        }
        if let Value::Nil = response {
            let is_silent =
                matches!(dependency, Dependency::Write { .. }) && reply.layout == Layout::Plain;
            return if is_silent {
                Ok((answer(Kind::Other(Secret::nil())), Lifetime::Unlimited))
            } else {
                Err(nothing(&what))
            };
        }
        let secret =
            Secret::from_response(&response).map_err(|fault| bad(&what, &fault.message))?;
        if reply.layout == Layout::Versioned
            && let Dependency::Read { .. } = dependency
        {
            check_version(&secret.data, &what)?;
        }
        if let Dependency::Certificate { .. } = dependency {
            let (certificate, lifetime) = certificate::pick(&secret.data, now)
                // Asking again issues another, and whoever wrote the template chose the format.
                .map_err(|reason| Fault {
                    whose: Whose::User,
                    retry: Retry::Rarely,
                    ..bad(&what, &reason)
                })?;
            return Ok((answer(Kind::Other(certificate.into_value())), lifetime));
        }
        let lifetime = lifetime::of(&secret, now);
        let lease = secret.lease_id.as_str().filter(|id| !id.is_empty());
        let lease = lease.map(str::to_owned);
        Ok((
            Self {
                lease,
                ..answer(Kind::Secret)
            },
            lifetime,
        ))
    }

    /// Reads a file beside the agent.
    ///
    /// # Errors
    /// It cannot be read, or is too large.
    pub fn of_file(path: &str) -> Result<Self, Fault> {
        let content = Value::String(local::read(path)?);
        Ok(Self {
            response: content.clone(),
            kind: Kind::Other(content),
            layout: Layout::Plain,
            lease: None,
        })
    }

    /// What a template gets. Templates can change the maps they are given, so each run has its own.
    pub fn value(&self) -> Value {
        match &self.kind {
            Kind::Other(value) => value.clone(),
            Kind::Secret => Secret::from_response(&copied(&self.response))
                .map_or_else(|_| Secret::nil(), Secret::into_value),
        }
    }

    /// The lease that the answer hangs on.
    pub fn lease(&self) -> Option<&str> {
        self.lease.as_deref()
    }

    /// The values of the secret, without metadata.
    pub fn data(&self) -> SecretMap {
        let inner = |value: Option<Value>| match value {
            Some(Value::Map(map)) => Some(map),
            _ => None,
        };
        let Value::Map(response) = &self.response else {
            return SecretMap::default();
        };
        let mut data = inner(response.get(b"data"));
        if self.layout == Layout::Versioned {
            data = data.and_then(|data| inner(data.get(b"data")));
        }
        data.as_ref().map(secret_map).unwrap_or_default()
    }

    /// The store's own version number, where it counts them.
    pub fn version(&self) -> Option<u64> {
        number(&self.metadata()?.get(b"version")?)
    }

    /// What the store says about a secret whose versions it counts.
    fn metadata(&self) -> Option<Map> {
        let Layout::Versioned = self.layout else {
            return None;
        };
        let inside = |map: &Map, key: &[u8]| match map.get(key) {
            Some(Value::Map(map)) => Some(map),
            _ => None,
        };
        let Value::Map(response) = &self.response else {
            return None;
        };
        inside(&inside(response, b"data")?, b"metadata")
    }

    /// What is needed to ask whether the store has another version.
    pub fn known_version(&self) -> Option<KnownVersion> {
        let metadata = self.metadata()?;
        Some(KnownVersion {
            number: number(&metadata.get(b"version")?)?,
            custom_metadata: match metadata.get(b"custom_metadata") {
                Some(Value::Map(labels)) => texts(&labels)?,
                _ => BTreeMap::new(),
            },
        })
    }

    /// Why an answer is older than one that is known, if it is: a replica that lags behind gave it.
    /// A secret that was removed and made anew counts its versions from one, and is newer.
    pub fn is_older_than(&self, known: &Self) -> Option<String> {
        let created = |answer: &Self| match answer.metadata()?.get(b"created_time")? {
            Value::String(time) => humantime::parse_rfc3339(time.as_str()?).ok(),
            _ => None,
        };
        let (version, before) = (self.version()?, known.version()?);
        let is_older = version < before && created(self)? <= created(known)?;
        is_older.then(|| {
            format!("the store answered with version {version}, and version {before} is known")
        })
    }

    /// Whether both say the same, apart from the number that the store gives to every request.
    pub fn is_same(&self, other: &Self) -> bool {
        same::responses(&self.response, &other.response)
    }
}

fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_str()?.parse().ok(),
        _ => None,
    }
}

/// A map of texts; none where something else is in it.
fn texts(map: &Map) -> Option<BTreeMap<String, String>> {
    let entries = map.entries();
    let Entries::Text(entries) = &*entries else {
        return None;
    };
    let text_of = |(key, value): (&Text, &Value)| match value {
        Value::String(value) => Some((key.as_str()?.to_owned(), value.as_str()?.to_owned())),
        _ => None,
    };
    entries.iter().map(text_of).collect()
}

/// The request, as messages name it.
fn what(dependency: &Dependency) -> String {
    match dependency {
        Dependency::Read { path } => format!("read of {path}"),
        Dependency::Write { path, .. } => format!("write to {path}"),
        Dependency::List { path } => format!("list of {path}"),
        Dependency::Certificate { path, .. } => format!("certificate of {path}"),
        Dependency::File { path } => format!("file {path}"),
    }
}

/// The sorted names of a list. A path with nothing below is an empty list.
fn names(response: &Value, what: &str) -> Result<Value, Fault> {
    let inside = |value: Option<Value>, key: &str| match value {
        Some(Value::Map(map)) => map.get(key.as_bytes()),
        _ => None,
    };
    let keys = inside(inside(Some(response.clone()), "data"), "keys");
    let list = match keys {
        None => return Ok(Value::List(List::nil(Type::String))),
        Some(Value::List(list)) => list,
        Some(_) => return Err(bad(what, "holds keys that are not a list")),
    };
    let mut names = Vec::with_capacity(list.items().len());
    for item in list.items() {
        let Value::String(name) = item else {
            return Err(bad(what, "holds a name that is not a string"));
        };
        names.push(name.clone());
    }
    names.sort_unstable();
    Ok(Value::strings(names))
}

/// A destroyed version has null in place of its data.
fn check_version(data: &Map, what: &str) -> Result<(), Fault> {
    match data.get(b"data") {
        Some(Value::Map(_)) => Ok(()),
        None | Some(Value::Nil | Value::NilInterface) => {
            let message = format!("{what}: the version there is deleted or destroyed");
            let code = Code::SecretNotFound;
            Err(Fault::new(code, Whose::User, Retry::Rarely, message))
        }
        Some(_) => Err(bad(what, "holds data that are not an object")),
    }
}

/// The same with maps of its own; texts are shared.
fn copied(value: &Value) -> Value {
    match value {
        Value::List(list) => Value::list(list.items().iter().map(copied).collect()),
        Value::Map(map) => match &*map.entries() {
            Entries::Text(entries) => Value::Map(Map::new(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone(), copied(value)))
                    .collect(),
            )),
            Entries::Any(_) => value.clone(),
        },
        other => other.clone(),
    }
}

fn secret_map(map: &Map) -> SecretMap {
    match &*map.entries() {
        Entries::Text(entries) => entries
            .iter()
            .map(|(key, value)| (text(key), secret_value(value)))
            .collect(),
        // Keys that are no texts do not occur in JSON.
        Entries::Any(_) => SecretMap::default(),
    }
}

fn secret_value(value: &Value) -> SecretValue {
    match value {
        Value::Bool(value) => SecretValue::Bool(*value),
        Value::String(value) => SecretValue::string(text(value)),
        Value::Number(value) => SecretValue::Number(SecretString::from(text(value))),
        Value::List(list) => SecretValue::List(list.items().iter().map(secret_value).collect()),
        Value::Map(map) => SecretValue::Map(secret_map(map)),
        _ => SecretValue::Null,
    }
}

fn text(text: &Text) -> String {
    String::from_utf8_lossy(text).into_owned()
}

fn bad(what: &str, reason: &str) -> Fault {
    let message = format!("{what}: the answer is not what a store sends: {reason}");
    Fault::new(Code::BadAnswer, Whose::Store, Retry::Backoff, message)
}

fn nothing(what: &str) -> Fault {
    let message = format!("{what}: nothing is there");
    Fault::new(Code::SecretNotFound, Whose::User, Retry::Rarely, message)
}

/// Reads an answer's body in every way there is: the fuzzer's door to the parsers.
#[cfg(fuzzing)]
pub fn read_every_way(body: &[u8]) {
    let _ = x509::parse(body);
    let path = || "secret/data/db".to_owned();
    let arguments = BTreeMap::new;
    for layout in [Layout::Plain, Layout::Versioned] {
        for dependency in [
            Dependency::Read { path: path() },
            Dependency::List { path: path() },
            Dependency::Write {
                path: path(),
                arguments: arguments(),
            },
            Dependency::Certificate {
                path: path(),
                arguments: arguments(),
            },
        ] {
            let body = zeroize::Zeroizing::new(body.to_vec());
            let reply = Reply { body, layout };
            if let Ok((answer, _)) = Answer::decode(&dependency, &reply, SystemTime::UNIX_EPOCH) {
                drop((answer.data(), answer.version(), answer.is_same(&answer)));
            }
        }
    }
}

#[cfg(test)]
mod tests;
