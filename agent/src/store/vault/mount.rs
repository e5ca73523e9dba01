//! Which engine a path leads to, since KV version 2 wants `data/` after its mount.

use std::{fmt::Write, time::Duration};

use hyper::StatusCode;
use serde::Deserialize;
use tokio::time::Instant;
use vouchsafe_shared::diagnostic::Code;

use super::{connection::Answer, fault};
use crate::{
    fault::{Fault, Retry, Whose},
    store::Layout,
};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum KvVersion {
    /// KV version 1, and every engine that is not KV: data are what they are.
    One,
    Two,
}

/// One engine: where it is mounted (with a slash at the end) and how it lays out its data.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Mount {
    path: String,
    version: KvVersion,
}

/// After this time a path that leads nowhere makes the engine be asked about again.
const CERTAIN: Duration = Duration::from_secs(60);

/// The engines learnt so far. The answers hold until a path leads nowhere: the engine may have been
/// moved, or have got versions.
#[derive(Debug, Default)]
pub(super) struct Mounts {
    known: Vec<Known>,
    /// Servers name an engine with the namespace before it, or without.
    namespace: Option<String>,
}

#[derive(Debug)]
struct Known {
    mount: Mount,
    since: Instant,
}

impl Mounts {
    pub(super) fn new(namespace: Option<&str>) -> Self {
        let namespace = namespace.map(|name| format!("{}/", name.trim_matches('/')));
        Self {
            known: Vec::new(),
            namespace,
        }
    }

    pub(super) fn find(&self, path: &str) -> Option<Mount> {
        let slashed = format!("{path}/");
        let mounts = self.known.iter().map(|known| &known.mount);
        let covering = mounts.filter(|mount| slashed.starts_with(&mount.path));
        covering.max_by_key(|mount| mount.path.len()).cloned()
    }

    /// A path led nowhere: what was learnt about it some time ago is forgotten, or at once when the
    /// store's answer `says_so`.
    pub(super) fn doubt(&mut self, path: &str, says_so: bool) {
        let slashed = format!("{path}/");
        let is_doubtful = |known: &Known| {
            slashed.starts_with(&known.mount.path) && (says_so || known.since.elapsed() >= CERTAIN)
        };
        self.known.retain(|known| !is_doubtful(known));
    }

    /// Takes in the answer of `sys/internal/ui/mounts/{path}`, which any token may ask about a
    /// mount that one of its policies names.
    pub(super) fn learn(&mut self, path: &str, answer: Answer) -> Result<Mount, Fault> {
        #[derive(Deserialize)]
        struct Body {
            data: Data,
        }
        #[derive(Deserialize)]
        struct Data {
            path: String,
            #[serde(rename = "type", default)]
            kind: String,
            options: Option<Options>,
        }
        #[derive(Deserialize)]
        struct Options {
            version: Option<String>,
        }
        // Servers before 0.10 do not know the question; they have no version 2 either.
        if answer.status == StatusCode::NOT_FOUND && !fault::is_foreign(&answer.body) {
            return Ok(Mount::unknown());
        }
        let what = format!("question for the engine of {path}");
        let answer = fault::check(answer, &what).map_err(|fault| match fault.code {
            Code::PermissionDenied if fault.retry == Retry::Rarely => Fault {
                message: format!(
                    "{}; no policy of the role names a path there, or there is no such engine",
                    fault.message
                ),
                ..fault
            },
            _ => fault,
        })?;
        let body: Body = serde_json::from_slice(&answer.body).map_err(|_| {
            let message = format!("{what}: the answer is not the JSON that a store sends");
            Fault::new(Code::BadAnswer, Whose::Store, Retry::Backoff, message)
        })?;
        let version = match body
            .data
            .options
            .and_then(|options| options.version)
            .as_deref()
        {
            Some("2") if matches!(&*body.data.kind, "kv" | "") => KvVersion::Two,
            _ => KvVersion::One,
        };
        let slashed = format!("{path}/");
        let mut mounted = format!("{}/", body.data.path.trim_end_matches('/'));
        if !slashed.starts_with(&mounted)
            && let Some(bare) = self
                .namespace
                .as_deref()
                .and_then(|namespace| mounted.strip_prefix(namespace))
        {
            mounted = String::from(bare);
        }
        let mount = Mount {
            path: mounted,
            version,
        };
        if slashed.starts_with(&mount.path) {
            self.known.retain(|known| known.mount.path != mount.path);
            self.known.push(Known {
                mount: mount.clone(),
                since: Instant::now(),
            });
        }
        Ok(mount)
    }
}

impl Mount {
    /// An engine of which nothing is known.
    pub(super) fn unknown() -> Self {
        Self {
            path: String::new(),
            version: KvVersion::One,
        }
    }

    pub(super) fn version(&self) -> KvVersion {
        self.version
    }

    /// The path to ask for, percent-encoded, and where its answer has the data: with `data/` after
    /// the mount for KV version 2, also when whoever wrote the path left it out.
    pub(super) fn request_path(&self, path: &str) -> (String, Layout) {
        let Some(rest) = self.rest(path) else {
            return (encoded(path), Layout::Plain);
        };
        if rest.starts_with("metadata/") || rest.starts_with("subkeys/") {
            return (encoded(path), Layout::Plain);
        }
        let path = match rest {
            "" => format!("{}data", self.path),
            _ if rest.starts_with("data/") => path.to_owned(),
            _ => format!("{}data/{rest}", self.path),
        };
        (encoded(&path), Layout::Versioned)
    }

    /// Where the versions of a secret are told, percent-encoded; for the data of KV version 2 alone.
    pub(super) fn metadata_path(&self, path: &str) -> Option<String> {
        let rest = self.rest(path)?;
        let rest = rest.strip_prefix("data/").unwrap_or(rest);
        let is_data = !rest.is_empty()
            && rest != "data"
            && !rest.starts_with("metadata/")
            && !rest.starts_with("subkeys/");
        is_data.then(|| encoded(&format!("{}metadata/{rest}", self.path)))
    }

    /// The path to list, percent-encoded: with `metadata/` after the mount for KV version 2.
    pub(super) fn list_path(&self, path: &str) -> String {
        match self.rest(path) {
            None => encoded(path),
            Some("") => encoded(&format!("{}metadata", self.path)),
            Some(rest) if rest.starts_with("metadata") => encoded(path),
            Some(rest) => encoded(&format!("{}metadata/{rest}", self.path)),
        }
    }

    /// What follows the mount, for KV version 2.
    fn rest<'p>(&self, path: &'p str) -> Option<&'p str> {
        if self.version == KvVersion::One {
            return None;
        }
        match path.strip_prefix(&self.path) {
            None if self.path.strip_suffix('/') == Some(path) => Some(""),
            rest => rest,
        }
    }
}

/// The path that a URL's path means, and its query.
pub(in crate::store) fn decoded(url: &str) -> (String, &str) {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    (
        without_empty_segments(&String::from_utf8_lossy(&unescaped(path))),
        query,
    )
}

/// With one slash for several in a row, as the original's client asks: Vault itself would only say
/// that the path is another.
/// Source: `NewRequest` in <https://github.com/hashicorp/vault/blob/v1.21.0/api/client.go>.
pub(super) fn without_empty_segments(path: &str) -> String {
    let mut cleaned = String::with_capacity(path.len());
    for letter in path.chars() {
        if letter != '/' || !cleaned.ends_with('/') {
            cleaned.push(letter);
        }
    }
    cleaned
}

/// What a text with percent signs means.
pub(super) fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = after.split_at_checked(2).filter(|_| first == b'%');
        let escaped = escaped.and_then(|(digits, after)| {
            let digits = str::from_utf8(digits).ok()?;
            // A sign would be taken for part of the number.
            if digits.starts_with('+') {
                return None;
            }
            Some((u8::from_str_radix(digits, 16).ok()?, after))
        });
        let (byte, after) = escaped.unwrap_or((first, after));
        bytes.push(byte);
        rest = after;
    }
    bytes
}

/// A query with everything encoded that is not of its grammar.
pub(super) fn encoded_query(query: &str) -> String {
    let parts = query.split_inclusive(['&', '=', '%', '+']);
    let encode = |part: &str| match part.char_indices().next_back() {
        Some((end, mark @ ('&' | '=' | '%' | '+'))) => format!("{}{mark}", encoded(&part[..end])),
        _ => encoded(part),
    };
    parts.map(encode).collect()
}

/// Percent-encodes everything that has a meaning of its own in a URL, slashes excepted.
pub(super) fn encoded(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                encoded.push(char::from(byte));
            }
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer::new(status, body.as_bytes())
    }

    fn asked(body: &str, path: &str) -> (String, String) {
        let mount = Mounts::default().learn(path, answer(200, body)).unwrap();
        (mount.request_path(path).0, mount.list_path(path))
    }

    const KV2: &str = r#"{"data":{"path":"secret/","type":"kv","options":{"version":"2"}}}"#;

    #[test]
    fn version_two_gets_its_segment_once() {
        for (path, read, list) in [
            ("secret/db", "secret/data/db", "secret/metadata/db"),
            (
                "secret/data/db",
                "secret/data/db",
                "secret/metadata/data/db",
            ),
            (
                "secret/metadata/db",
                "secret/metadata/db",
                "secret/metadata/db",
            ),
            (
                "secret/subkeys/db",
                "secret/subkeys/db",
                "secret/metadata/subkeys/db",
            ),
            ("secret", "secret/data", "secret/metadata"),
            (
                "secret/a b#/ü",
                "secret/data/a%20b%23/%C3%BC",
                "secret/metadata/a%20b%23/%C3%BC",
            ),
        ] {
            assert_eq!(
                asked(KV2, path),
                (read.to_owned(), list.to_owned()),
                "{path}"
            );
        }
        let kv1 = r#"{"data":{"path":"kv1/","options":null}}"#;
        assert_eq!(
            asked(kv1, "kv1/db"),
            ("kv1/db".to_owned(), "kv1/db".to_owned())
        );
    }

    #[test]
    fn a_namespace_before_the_engine_is_none_of_the_path() {
        let mut mounts = Mounts::new(Some("team"));
        let body = r#"{"data":{"path":"team/secret/","type":"kv","options":{"version":"2"}}}"#;
        let mount = mounts.learn("secret/db", answer(200, body)).unwrap();
        assert_eq!(mount.request_path("secret/db").0, "secret/data/db");
        assert_eq!(mounts.find("secret/other"), Some(mount));
    }

    #[test]
    fn a_path_is_read_as_a_url() {
        assert_eq!(
            decoded("kv/a%20b%23?version=3"),
            ("kv/a b#".to_owned(), "version=3")
        );
        assert_eq!(decoded("kv/100%"), ("kv/100%".to_owned(), ""));
        assert_eq!(decoded("kv//a///b/?x=//"), ("kv/a/b/".to_owned(), "x=//"));
        assert_eq!(decoded("kv/%+f"), ("kv/%+f".to_owned(), ""));
        assert_eq!(
            encoded_query("version=3&x=a b%20+\n"),
            "version=3&x=a%20b%20+%0A"
        );
    }

    #[test]
    fn an_engine_is_asked_about_once() {
        let mut mounts = Mounts::default();
        let path = "team/secret/db";
        assert_eq!(mounts.find(path), None);
        let body = r#"{"data":{"path":"team/secret/","options":{"version":"2"}}}"#;
        let mount = mounts.learn(path, answer(200, body)).unwrap();
        assert_eq!(mounts.find("team/secret/other"), Some(mount));
        assert_eq!(mounts.find("team/secrets/other"), None);
    }

    #[test]
    fn a_path_that_leads_nowhere_makes_its_engine_be_asked_about_again() {
        let mut mounts = Mounts::default();
        for (path, engine) in [("old/db", "old/"), ("secret/db", "secret/")] {
            let body = format!(r#"{{"data":{{"path":"{engine}","options":null}}}}"#);
            mounts.learn(path, answer(200, &body)).unwrap();
        }
        mounts.doubt("old/db", false);
        assert!(mounts.find("old/db").is_some());
        mounts.doubt("old/db", true);
        assert_eq!(mounts.find("old/db"), None);
        assert!(mounts.find("secret/db").is_some());
    }

    #[test]
    fn a_page_of_a_proxy_is_not_taken_for_an_old_server() {
        let page = answer(404, "default backend - 404");
        let fault = Mounts::default().learn("secret/db", page).unwrap_err();
        assert_eq!((fault.code, fault.whose), (Code::BadAnswer, Whose::Network));
    }

    #[test]
    fn a_server_error_is_not_taken_for_an_old_server() {
        let fault = Mounts::default()
            .learn("secret/db", answer(503, ""))
            .unwrap_err();
        assert_eq!(fault.code, Code::StoreUnavailable);
    }
}
