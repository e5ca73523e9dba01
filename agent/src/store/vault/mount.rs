//! Which engine a path leads to, since KV version 2 wants `data/` after its mount.

use std::fmt::Write;

use hyper::StatusCode;
use serde::Deserialize;
use vouchsafe_shared::{diagnostic::Code, value::SecretPath};

use super::{connection::Answer, fault};
use crate::fault::{Fault, Retry, Whose};

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

/// The engines learnt so far. The answers hold for the life of the agent: an engine that is moved
/// answers with 404 until then.
#[derive(Debug, Default)]
pub(super) struct Mounts(Vec<Mount>);

impl Mounts {
    pub(super) fn find(&self, path: &SecretPath) -> Option<Mount> {
        let slashed = format!("{path}/");
        let covering = self
            .0
            .iter()
            .filter(|mount| slashed.starts_with(&mount.path));
        covering.max_by_key(|mount| mount.path.len()).cloned()
    }

    /// Takes in the answer of `sys/internal/ui/mounts/{path}`, which any token may ask about a
    /// mount that one of its policies names.
    pub(super) fn learn(&mut self, path: &SecretPath, answer: Answer) -> Result<Mount, Fault> {
        #[derive(Deserialize)]
        struct Body {
            data: Data,
        }
        #[derive(Deserialize)]
        struct Data {
            path: String,
            options: Option<Options>,
        }
        #[derive(Deserialize)]
        struct Options {
            version: Option<String>,
        }
        // Servers before 0.10 do not know the question; they have no version 2 either.
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(Mount {
                path: String::new(),
                version: KvVersion::One,
            });
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
            Some("2") => KvVersion::Two,
            _ => KvVersion::One,
        };
        let mount = Mount {
            path: format!("{}/", body.data.path.trim_end_matches('/')),
            version,
        };
        if format!("{path}/").starts_with(&mount.path) && !self.0.contains(&mount) {
            self.0.push(mount.clone());
        }
        Ok(mount)
    }
}

impl Mount {
    pub(super) fn version(&self) -> KvVersion {
        self.version
    }

    /// The path to ask for, percent-encoded: with `data/` after the mount for KV version 2, also
    /// when whoever wrote the path left it out.
    pub(super) fn request_path(&self, path: &SecretPath) -> String {
        let rest = path.as_str().strip_prefix(&self.path);
        match (self.version, rest) {
            (KvVersion::Two, Some(rest)) if !rest.starts_with("data/") => {
                encoded(&format!("{}data/{rest}", self.path))
            }
            _ => encoded(path.as_str()),
        }
    }
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
    use zeroize::Zeroizing;

    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            retry_after: None,
            body: Zeroizing::new(body.as_bytes().to_vec()),
        }
    }

    fn asked(body: &str, path: &str) -> String {
        let path: SecretPath = path.parse().unwrap();
        Mounts::default()
            .learn(&path, answer(200, body))
            .unwrap()
            .request_path(&path)
    }

    #[test]
    fn version_two_gets_its_data_segment_once() {
        let kv2 = r#"{"data":{"path":"secret/","options":{"version":"2"}}}"#;
        assert_eq!(asked(kv2, "secret/db"), "secret/data/db");
        assert_eq!(asked(kv2, "secret/data/db"), "secret/data/db");
        assert_eq!(asked(kv2, "secret/a b#/ü"), "secret/data/a%20b%23/%C3%BC");
        let kv1 = r#"{"data":{"path":"kv1/","options":null}}"#;
        assert_eq!(asked(kv1, "kv1/db"), "kv1/db");
    }

    #[test]
    fn an_engine_is_asked_about_once() {
        let mut mounts = Mounts::default();
        let path: SecretPath = "team/secret/db".parse().unwrap();
        assert_eq!(mounts.find(&path), None);
        let body = r#"{"data":{"path":"team/secret/","options":{"version":"2"}}}"#;
        let mount = mounts.learn(&path, answer(200, body)).unwrap();
        assert_eq!(
            mounts.find(&"team/secret/other".parse().unwrap()),
            Some(mount)
        );
        assert_eq!(mounts.find(&"team/secrets/other".parse().unwrap()), None);
    }

    #[test]
    fn a_server_error_is_not_taken_for_an_old_server() {
        let path: SecretPath = "secret/db".parse().unwrap();
        let fault = Mounts::default().learn(&path, answer(503, "")).unwrap_err();
        assert_eq!(fault.code, Code::StoreUnavailable);
    }
}
