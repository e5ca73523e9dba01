//! The state as JSON. Messages about it hold positions and never content.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    time::Duration,
};

use serde::{Deserialize, Serialize, Serializer};
use vouchsafe_shared::secret::{ExposeSecret, SecretBuffer, SecretString};
use vouchsafe_template::{scope::Dependency, value::Text};
use zeroize::Zeroizing;

use super::{
    LIMIT, SavedSecret, SavedToken, State, StateError,
    clock::{Stamp, milliseconds},
};
use crate::{
    plan::StoreIndex,
    store::{Layout, Lease, Lifetime, Reply, TokenLease},
};

const VERSION: u32 = 1;

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    saved: Stamp,
    stores: Vec<Store>,
    secrets: Vec<Secret>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Store {
    identity: String,
    token: Option<Token>,
}

/// Times are milliseconds.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Token {
    text: Hidden,
    age: u64,
    duration: u64,
    full: u64,
    renewable: bool,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Secret {
    /// Index into the document's stores.
    store: usize,
    kind: Kind,
    path: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    arguments: Vec<(Hidden, Hidden)>,
    age: u64,
    lifetime: Life,
    versioned: bool,
    body: Hidden,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Read,
    Write,
    List,
    Certificate,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Life {
    Unlimited,
    Leased { duration: u64, renewable: bool },
    Ends { after: u64, with_token: bool },
    Expires { after: u64 },
    Replaced { after: u64 },
}

/// A secret that may be written: into this document only.
#[derive(Deserialize)]
#[serde(transparent)]
struct Hidden(SecretString);

impl Serialize for Hidden {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose_secret())
    }
}

impl Hidden {
    fn text(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        Some(Self(SecretString::from(text)))
    }
}

pub(super) fn encode(
    state: &State,
    identities: &[String],
    now: &Stamp,
) -> Result<SecretBuffer, StateError> {
    let token_of = |index: usize| {
        let saved = state.tokens.get(index)?.as_ref()?;
        Some(Token {
            text: Hidden(saved.token.clone()),
            age: milliseconds(saved.age),
            duration: milliseconds(saved.lease.duration),
            full: milliseconds(saved.full),
            renewable: saved.lease.renewable,
        })
    };
    let stores = identities.iter().enumerate();
    let stores = stores.map(|(index, identity)| Store {
        identity: identity.clone(),
        token: token_of(index),
    });
    let document = Document {
        version: VERSION,
        saved: now.clone(),
        stores: stores.collect(),
        secrets: state.secrets.iter().filter_map(Secret::new).collect(),
    };
    let mut writer = Writer(SecretBuffer::with_capacity(16 * 1024));
    serde_json::to_writer(&mut writer, &document).map_err(|_| StateError::TooLong)?;
    Ok(writer.0)
}

pub(super) fn decode(
    content: &[u8],
    identities: &[String],
    now: &Stamp,
) -> Result<State, StateError> {
    // The parser's own messages quote what they stumble over.
    let malformed = |error: serde_json::Error| StateError::Malformed {
        line: error.line(),
        column: error.column(),
    };
    let Versioned { version } = serde_json::from_slice(content).map_err(malformed)?;
    if version != VERSION {
        return Err(StateError::Version(version));
    }
    let document: Document = serde_json::from_slice(content).map_err(malformed)?;
    let elapsed = now.since(&document.saved).ok_or(StateError::Future)?;
    let mut state = State {
        tokens: identities.iter().map(|_| None).collect(),
        secrets: Vec::new(),
    };
    let mut indices = BTreeMap::new();
    for (index, store) in document.stores.into_iter().enumerate() {
        let mut known = identities.iter();
        let Some(place) = known.position(|identity| *identity == store.identity) else {
            continue;
        };
        indices.insert(index, StoreIndex(place));
        state.tokens[place] = store.token.map(|token| token.into_saved(elapsed));
    }
    for secret in document.secrets {
        if let Some(store) = indices.get(&secret.store) {
            state.secrets.push(secret.into_saved(*store, elapsed));
        }
    }
    Ok(state)
}

impl Token {
    fn into_saved(self, elapsed: Duration) -> SavedToken {
        SavedToken {
            token: self.text.0,
            age: age(self.age, elapsed),
            lease: TokenLease {
                duration: Duration::from_millis(self.duration),
                renewable: self.renewable,
            },
            full: Duration::from_millis(self.full),
        }
    }
}

impl Secret {
    /// None for what cannot be written as text, and for what lies beside the agent.
    fn new(saved: &SavedSecret) -> Option<Self> {
        let none = BTreeMap::new();
        let (kind, arguments) = match &saved.dependency {
            Dependency::Read { .. } => (Kind::Read, &none),
            Dependency::List { .. } => (Kind::List, &none),
            Dependency::Write { arguments, .. } => (Kind::Write, arguments),
            Dependency::Certificate { arguments, .. } => (Kind::Certificate, arguments),
            Dependency::File { .. } => return None,
        };
        let arguments = arguments
            .iter()
            .map(|(key, value)| Some((Hidden::text(key)?, Hidden::text(value)?)));
        let millis = milliseconds;
        Some(Self {
            store: saved.store.0,
            kind,
            path: saved.dependency.path().to_owned(),
            arguments: arguments.collect::<Option<_>>()?,
            age: millis(saved.age),
            lifetime: match saved.lifetime {
                Lifetime::Unlimited => Life::Unlimited,
                Lifetime::Leased(lease) => Life::Leased {
                    duration: millis(lease.duration),
                    renewable: lease.renewable,
                },
                Lifetime::Ends { after, with_token } => Life::Ends {
                    after: millis(after),
                    with_token,
                },
                Lifetime::Expires { after } => Life::Expires {
                    after: millis(after),
                },
                Lifetime::Replaced { after } => Life::Replaced {
                    after: millis(after),
                },
            },
            versioned: saved.reply.layout == Layout::Versioned,
            body: Hidden::text(&saved.reply.body)?,
        })
    }

    fn into_saved(self, store: StoreIndex, elapsed: Duration) -> SavedSecret {
        let path = self.path;
        let text = |hidden: &Hidden| Text::from(hidden.0.expose_secret());
        let arguments = self.arguments.iter();
        let arguments = arguments.map(|(key, value)| (text(key), text(value)));
        let arguments = arguments.collect();
        let duration = Duration::from_millis;
        SavedSecret {
            store,
            dependency: match self.kind {
                Kind::Read => Dependency::Read { path },
                Kind::List => Dependency::List { path },
                Kind::Write => Dependency::Write { path, arguments },
                Kind::Certificate => Dependency::Certificate { path, arguments },
            },
            age: age(self.age, elapsed),
            lifetime: match self.lifetime {
                Life::Unlimited => Lifetime::Unlimited,
                Life::Leased {
                    duration: length,
                    renewable,
                } => Lifetime::Leased(Lease {
                    duration: duration(length),
                    renewable,
                }),
                Life::Ends { after, with_token } => Lifetime::Ends {
                    after: duration(after),
                    with_token,
                },
                Life::Expires { after } => Lifetime::Expires {
                    after: duration(after),
                },
                Life::Replaced { after } => Lifetime::Replaced {
                    after: duration(after),
                },
            },
            reply: Reply {
                body: Zeroizing::new(self.body.0.expose_secret().as_bytes().to_vec()),
                layout: if self.versioned {
                    Layout::Versioned
                } else {
                    Layout::Plain
                },
            },
        }
    }
}

fn age(saved: u64, elapsed: Duration) -> Duration {
    Duration::from_millis(saved).saturating_add(elapsed)
}

/// Stops at the limit, and leaves no copies when it grows.
struct Writer(SecretBuffer);

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LIMIT {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.push_bytes(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
