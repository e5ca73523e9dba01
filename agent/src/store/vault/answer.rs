//! Reading the server's JSON. Its parser's messages quote values, so they are never passed on.

use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};
use vouchsafe_shared::{
    diagnostic::Code,
    secret::{SecretMap, SecretValue},
};
use zeroize::Zeroizing;

use super::mount::KvVersion;
use crate::{
    fault::{Fault, Retry, Whose},
    store::{Lease, Secret, TokenLease},
};

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    lease_id: String,
    #[serde(default)]
    lease_duration: u64,
    #[serde(default)]
    renewable: bool,
    data: Option<Map<String, Value>>,
    auth: Option<Auth>,
}

#[derive(Deserialize)]
struct Auth {
    client_token: SecretString,
    #[serde(default)]
    lease_duration: u64,
    #[serde(default)]
    renewable: bool,
}

/// A request's body, wiped after use.
pub(super) fn encode(body: Value) -> Zeroizing<Vec<u8>> {
    let text = Zeroizing::new(body.to_string().into_bytes());
    drop(SecretValue::from(body));
    text
}

/// The token and its time in the answer to a login or renewal.
pub(super) fn token(body: &[u8], what: &str) -> Result<(SecretString, TokenLease), Fault> {
    let auth = envelope(body, what)?
        .auth
        .ok_or_else(|| bad(what, "holds no token"))?;
    let duration = Duration::from_secs(auth.lease_duration);
    Ok((
        auth.client_token,
        TokenLease {
            duration,
            renewable: auth.renewable,
        },
    ))
}

/// The data of a read; those of KV version 2 lie one level deeper, beside their metadata.
pub(super) fn secret(body: &[u8], version: KvVersion, what: &str) -> Result<Secret, Fault> {
    let envelope = envelope(body, what)?;
    let mut data = envelope.data.ok_or_else(|| bad(what, "holds no data"))?;
    let mut number = None;
    if version == KvVersion::Two {
        number = data
            .get("metadata")
            .and_then(|metadata| metadata.get("version")?.as_u64());
        data = match data.remove("data") {
            Some(Value::Object(data)) => data,
            // The answer to a destroyed version has null here.
            Some(Value::Null) | None => {
                return Err(Fault::new(
                    Code::SecretNotFound,
                    Whose::User,
                    Retry::Rarely,
                    format!("{what}: the version there is deleted or destroyed"),
                ));
            }
            Some(_) => return Err(bad(what, "holds data that are not an object")),
        };
    }
    let lease = (!envelope.lease_id.is_empty()).then(|| Lease {
        id: envelope.lease_id,
        duration: Duration::from_secs(envelope.lease_duration),
        renewable: envelope.renewable,
    });
    let data: SecretMap = data
        .into_iter()
        .map(|(key, value)| (key, SecretValue::from(value)))
        .collect();
    Ok(Secret {
        data,
        version: number,
        lease,
    })
}

fn envelope(body: &[u8], what: &str) -> Result<Envelope, Fault> {
    serde_json::from_slice(body).map_err(|error| {
        let reason = format!(
            "is not the JSON that a store sends (line {}, column {})",
            error.line(),
            error.column()
        );
        bad(what, &reason)
    })
}

fn bad(what: &str, reason: &str) -> Fault {
    let message = format!("{what}: the answer {reason}");
    Fault::new(Code::BadAnswer, Whose::Store, Retry::Backoff, message)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lease_data_are_kept() {
        let body = br#"{"lease_id":"database/creds/x/1","lease_duration":3600,"renewable":true,"data":{"password":"p"}}"#;
        let secret = secret(body, KvVersion::One, "read").unwrap();
        let lease = Lease {
            id: "database/creds/x/1".into(),
            duration: Duration::from_secs(3600),
            renewable: true,
        };
        assert_eq!(secret.lease, Some(lease));
        assert_eq!(secret.data["password"], SecretValue::string("p"));
    }

    #[test]
    fn version_two_data_come_with_their_number() {
        let body = br#"{"data":{"data":{"a":1.50},"metadata":{"version":7}}}"#;
        let secret = secret(body, KvVersion::Two, "read").unwrap();
        assert_eq!(secret.version, Some(7));
        assert_eq!(secret.data.keys().collect::<Vec<_>>(), ["a"]);
    }

    #[test]
    fn a_destroyed_version_is_said_to_be_gone() {
        let body = br#"{"data":{"data":null,"metadata":{"destroyed":true}}}"#;
        let fault = secret(body, KvVersion::Two, "read of x").unwrap_err();
        assert_eq!(fault.code, Code::SecretNotFound);
    }

    #[test]
    fn a_malformed_answer_is_told_without_its_content() {
        for body in [
            r#"{"data":"canary"}"#,
            r#"{"data":{"data":"canary"}}"#,
            "canary",
            "",
        ] {
            let fault = secret(body.as_bytes(), KvVersion::Two, "read of x").unwrap_err();
            assert_eq!(fault.code, Code::BadAnswer);
            assert!(!fault.message.contains("canary"), "{}", fault.message);
        }
        let fault = token(br#"{"auth":{"client_token":["canary"]}}"#, "login").unwrap_err();
        assert!(!fault.message.contains("canary"), "{}", fault.message);
    }

    proptest! {
        #[test]
        fn no_body_makes_the_parser_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = secret(&body, KvVersion::Two, "read");
            let _ = token(&body, "login");
        }
    }
}
