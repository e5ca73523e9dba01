//! Reading the server's JSON. Its parser's messages quote values, so they are never passed on.

use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use vouchsafe_shared::{diagnostic::Code, secret::SecretValue};
use zeroize::Zeroizing;

use crate::{
    fault::{Fault, Retry, Whose},
    store::{Lease, TokenLease},
};

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    lease_duration: u64,
    #[serde(default)]
    renewable: bool,
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

/// The time of a lease in the answer to its renewal.
pub(super) fn lease(body: &[u8], what: &str) -> Result<Lease, Fault> {
    let envelope = envelope(body, what)?;
    Ok(Lease {
        duration: Duration::from_secs(envelope.lease_duration),
        renewable: envelope.renewable,
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
    fn a_renewed_lease_comes_with_its_time() {
        let body = br#"{"lease_id":"database/creds/x/1","lease_duration":3600,"renewable":true,"data":null}"#;
        let expected = Lease {
            duration: Duration::from_secs(3600),
            renewable: true,
        };
        assert_eq!(lease(body, "renewal"), Ok(expected));
    }

    #[test]
    fn a_malformed_answer_is_told_without_its_content() {
        for body in [r#"{"auth":{"client_token":["canary"]}}"#, "canary", ""] {
            let fault = token(body.as_bytes(), "login").unwrap_err();
            assert_eq!(fault.code, Code::BadAnswer);
            assert!(!fault.message.contains("canary"), "{}", fault.message);
        }
    }

    proptest! {
        #[test]
        fn no_body_makes_the_parser_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = lease(&body, "renewal");
            let _ = token(&body, "login");
        }
    }
}
