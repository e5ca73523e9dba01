//! A store in a file: answers for trying a template without one.
//!
//! ```json
//! {
//!   "env": {"NAME": "value"},
//!   "secret": {"secret/data/app": {"data": {"data": {"user": "root"}}}},
//!   "secrets": {"secret/metadata/": ["a", "b/"]},
//!   "pkiCert": {"pki/issue/web": {"cert": "…", "key": "…", "ca": "…"}},
//!   "file": {"/etc/hostname": "…"},
//!   "interfaces": {"eth0": {"index": 2, "flags": "up|broadcast", "addresses": ["10.0.0.7/24"], "default": true}}
//! }
//! ```
//!
//! Paths are as the template asks for them. `secret` holds the response objects of Vault's API. A
//! write is looked up under its path and its sorted `key=value` arguments, separated by blanks, and
//! then under its path alone. An interface can also have `mtu` and `hardware` (`02:00:5e:00:53:01`).

use std::{collections::BTreeMap, fmt, time::Duration};

use vouchsafe_shared::secret::SecretBuffer;

use crate::{
    encode::json::{self, Numbers},
    fault::Fault,
    go::time::Time,
    object::{certificate::Certificate, secret::Secret},
    scope::{Answer, Dependency, FileWrite, Host, InterfaceFlags, NetworkInterface, Source},
    template::{RenderError, Template},
    value::{Entries, Map, Text, Value},
};

/// The answers of a file.
#[derive(Debug, Default)]
pub struct DataFile {
    store: Store,
    surroundings: Surroundings,
}

/// Why a template cannot be rendered from the data.
#[derive(Debug)]
pub enum DataFileError {
    Template(Box<RenderError>),
    NoAnswer(Dependency),
}

impl fmt::Display for DataFileError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template(failed) => failed.error.fmt(formatter),
            Self::NoAnswer(dependency) => write!(
                formatter,
                "the data has no answer for {dependency} (missing-dependency)"
            ),
        }
    }
}

impl std::error::Error for DataFileError {}

/// Nothing is known before it was asked for once, as with a real store.
#[derive(Debug, Default)]
struct Store {
    answers: BTreeMap<(Kind, String), Value>,
    known: BTreeMap<Dependency, Value>,
}

#[derive(Debug)]
struct Surroundings {
    environment: BTreeMap<Text, Text>,
    now: Time,
    interfaces: Vec<NetworkInterface>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Secret,
    List,
    Certificate,
    File,
}

impl DataFile {
    /// Reads the file.
    ///
    /// # Errors
    /// It is no JSON of that shape; the message says which part, never what it holds.
    pub fn parse(document: &[u8]) -> Result<Self, Fault> {
        let Value::Map(root) = json::decode(document, Numbers::Literal)? else {
            return Err(Fault::function("expected an object"));
        };
        let mut file = Self::default();
        for (name, part) in entries(&root) {
            let Value::Map(part) = part else {
                return Err(Fault::function("every part of the data is an object"));
            };
            for (path, value) in entries(&part) {
                let key = String::from_utf8_lossy(&path).into_owned();
                match &*name {
                    b"env" => {
                        file.surroundings.environment.insert(path, text(&value)?);
                    }
                    b"secret" => file.store.add(
                        Kind::Secret,
                        &key,
                        Secret::from_response(&value)?.into_value(),
                    ),
                    b"secrets" => file.store.add(Kind::List, &key, strings(&value)?),
                    b"pkiCert" => file
                        .store
                        .add(Kind::Certificate, &key, certificate(&value)?),
                    b"file" => {
                        file.store
                            .answers
                            .insert((Kind::File, key), Value::String(text(&value)?));
                    }
                    b"interfaces" => file.surroundings.interfaces.push(interface(key, &value)?),
                    _ => {
                        return Err(Fault::function(
                            "the parts of the data are env, secret, secrets, pkiCert, file and interfaces",
                        ));
                    }
                }
            }
        }
        file.surroundings
            .interfaces
            .sort_by_key(|interface| interface.index);
        Ok(file)
    }

    /// Sets the clock, which stands at the beginning of 1970 otherwise.
    pub fn set_time(&mut self, since_epoch: Duration) {
        self.surroundings.now = Time::unix(
            i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX),
            i64::from(since_epoch.subsec_nanos()),
        );
    }

    /// Runs a template until nothing is missing.
    ///
    /// # Errors
    /// The template fails in one of the runs, or asks for what the data does not have.
    pub fn render(&mut self, template: &Template) -> Result<SecretBuffer, DataFileError> {
        loop {
            let rendering = template
                .render(&mut self.store, &mut self.surroundings)
                .map_err(DataFileError::Template)?;
            if self.store.learn(&rendering.missing) {
                continue;
            }
            return match rendering.missing.into_iter().next() {
                None => Ok(rendering.output),
                Some(unanswered) => Err(DataFileError::NoAnswer(unanswered)),
            };
        }
    }
}

impl Default for Surroundings {
    fn default() -> Self {
        Self {
            environment: BTreeMap::new(),
            now: Time::unix(0, 0),
            interfaces: Vec::new(),
        }
    }
}

impl Store {
    fn add(&mut self, kind: Kind, path: &str, value: Value) {
        self.answers.insert((kind, normal(path)), value);
    }

    /// Makes known what was asked for, as far as there are answers. False if there is none.
    fn learn(&mut self, missing: &[Dependency]) -> bool {
        let mut learned = false;
        for dependency in missing {
            if let Some(value) = self.find(dependency) {
                self.known.insert(dependency.clone(), value);
                learned = true;
            }
        }
        learned
    }

    fn find(&self, dependency: &Dependency) -> Option<Value> {
        let (kind, arguments) = match dependency {
            Dependency::Read { .. } => (Kind::Secret, None),
            Dependency::Write { arguments, .. } => (Kind::Secret, Some(arguments)),
            Dependency::List { .. } => (Kind::List, None),
            Dependency::Certificate { arguments, .. } => (Kind::Certificate, Some(arguments)),
            Dependency::File { path } => {
                return self.answers.get(&(Kind::File, path.clone())).cloned();
            }
        };
        let path = normal(dependency.path());
        let with_arguments = arguments.and_then(|arguments| {
            let pairs = arguments.iter().map(|(key, value)| {
                format!(
                    " {}={}",
                    String::from_utf8_lossy(key),
                    String::from_utf8_lossy(value)
                )
            });
            self.answers
                .get(&(kind, pairs.fold(path.clone(), |path, pair| path + &pair)))
        });
        with_arguments
            .or_else(|| self.answers.get(&(kind, path)))
            .cloned()
    }
}

impl Source for Store {
    fn answer(&mut self, dependency: &Dependency) -> Answer {
        self.known
            .get(dependency)
            .map_or(Answer::Missing, |value| Answer::Value(value.clone()))
    }
}

impl Host for Surroundings {
    fn environment(&self, name: &[u8]) -> Option<Text> {
        self.environment.get(name).cloned()
    }

    fn now(&mut self) -> Time {
        self.now.clone()
    }

    fn random(&mut self, _below: u64) -> u64 {
        0
    }

    fn interfaces(&mut self) -> Result<Vec<NetworkInterface>, String> {
        Ok(self.interfaces.clone())
    }

    fn write_file(&mut self, _write: &FileWrite<'_>) -> Result<(), String> {
        Err("writing files is not allowed while trying a template".to_owned())
    }

    fn plugin(&mut self, _program: &[u8], _arguments: &[Text]) -> Result<Text, String> {
        Err("running programs is not allowed while trying a template".to_owned())
    }
}

/// A key as requests are looked up: no slashes around the path, arguments as they are.
fn normal(key: &str) -> String {
    let key = key.trim();
    let (path, arguments) = key.split_at(key.find(' ').unwrap_or(key.len()));
    path.trim_matches('/').to_owned() + arguments
}

fn interface(name: String, value: &Value) -> Result<NetworkInterface, Fault> {
    let wrong = || {
        Fault::function(
            "an interface has index, mtu, hardware, flags, addresses (each with its number of bits) and default",
        )
    };
    let Value::Map(map) = value else {
        return Err(wrong());
    };
    let mut interface = NetworkInterface {
        index: 0,
        name,
        mtu: 1500,
        hardware_address: Vec::new(),
        flags: InterfaceFlags::default(),
        addresses: Vec::new(),
        is_default: false,
    };
    for (key, value) in entries(map) {
        let text = || std::str::from_utf8(value.bytes()).map_err(|_| wrong());
        match &*key {
            b"index" => interface.index = text()?.parse().map_err(|_| wrong())?,
            b"mtu" => interface.mtu = text()?.parse().map_err(|_| wrong())?,
            b"hardware" => {
                interface.hardware_address = text()?
                    .split(':')
                    .filter(|byte| !byte.is_empty())
                    .map(|byte| u8::from_str_radix(byte, 16).map_err(|_| wrong()))
                    .collect::<Result<_, _>>()?;
            }
            b"flags" => interface.flags = InterfaceFlags::parse(text()?).ok_or_else(wrong)?,
            b"default" => interface.is_default = value.truth(),
            b"addresses" => {
                let Value::List(list) = &value else {
                    return Err(wrong());
                };
                for address in list.items() {
                    let address = std::str::from_utf8(address.bytes()).ok();
                    let (address, bits) =
                        address.and_then(|a| a.split_once('/')).ok_or_else(wrong)?;
                    let address = address.parse().map_err(|_| wrong())?;
                    let bits = bits.parse().map_err(|_| wrong())?;
                    interface.addresses.push((address, bits));
                }
            }
            _ => return Err(wrong()),
        }
    }
    Ok(interface)
}

fn entries(map: &Map) -> Vec<(Text, Value)> {
    match &*map.entries() {
        Entries::Text(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
        Entries::Any(_) => Vec::new(),
    }
}

fn text(value: &Value) -> Result<Text, Fault> {
    match value {
        Value::String(text) => Ok(text.clone()),
        _ => Err(Fault::function("expected a string in env or file")),
    }
}

fn strings(value: &Value) -> Result<Value, Fault> {
    let Value::List(list) = value else {
        return Err(Fault::function("expected a list of strings in secrets"));
    };
    let mut items = list
        .items()
        .iter()
        .map(text)
        .collect::<Result<Vec<_>, _>>()?;
    items.sort();
    Ok(Value::strings(items))
}

fn certificate(value: &Value) -> Result<Value, Fault> {
    let Value::Map(map) = value else {
        return Err(Fault::function("expected an object in pkiCert"));
    };
    let part = |name: &str| match map.get(name.as_bytes()) {
        Some(Value::String(text)) => text,
        _ => Text::default(),
    };
    let chain = match map.get(b"ca_chain") {
        Some(Value::List(list)) => list.items().iter().map(text).collect::<Result<_, _>>()?,
        _ => Vec::new(),
    };
    Ok(Certificate::new(part("cert"), part("key"), part("ca"), chain).into_value())
}
