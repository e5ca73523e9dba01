//! Reading the server's JSON. Its parser's messages quote values, so they are never passed on.

use std::time::Duration;

use hyper::body::Bytes;
use secrecy::{ExposeSecret, SecretString};
use serde::{
    Deserialize,
    de::{DeserializeOwned, IgnoredAny},
};
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
    #[serde(default)]
    client_token: SecretString,
    #[serde(default)]
    lease_duration: u64,
    #[serde(default)]
    renewable: bool,
    policies: Option<Vec<String>>,
    mfa_requirement: Option<IgnoredAny>,
}

/// A token and what is known of it.
#[derive(Debug)]
pub(super) struct Granted {
    pub(super) token: SecretString,
    pub(super) lease: TokenLease,
    /// It may ask about itself, as every token may that has the server's default policy.
    /// Source: <https://developer.hashicorp.com/vault/docs/concepts/policies#default-policy>.
    pub(super) may_look_up: bool,
}

/// A request's body, wiped after use.
pub(super) fn encode(body: Value) -> Bytes {
    let text = Zeroizing::new(body.to_string().into_bytes());
    drop(SecretValue::from(body));
    Bytes::from_owner(text)
}

/// The token and its time in the answer to a login or renewal.
pub(super) fn token(body: &[u8], what: &str) -> Result<Granted, Fault> {
    let auth = envelope(body, what)?
        .auth
        .ok_or_else(|| bad(what, "holds no token"))?;
    if auth.client_token.expose_secret().is_empty() {
        if auth.mfa_requirement.is_some() {
            let message = format!("{what}: a second factor is asked for, which an agent has not");
            return Err(Fault::new(
                Code::LoginRefused,
                Whose::User,
                Retry::Rarely,
                message,
            ));
        }
        return Err(bad(what, "holds no token"));
    }
    let may_look_up = has_default_policy(auth.policies.as_deref());
    Ok(Granted {
        token: auth.client_token,
        lease: TokenLease {
            duration: seconds(auth.lease_duration),
            renewable: auth.renewable,
        },
        may_look_up,
    })
}

/// What is left of a token, in its answer about itself.
/// Source: <https://developer.hashicorp.com/vault/api-docs/auth/token#lookup-a-token-self>.
pub(super) fn looked_up(body: &[u8], token: SecretString, what: &str) -> Result<Granted, Fault> {
    #[derive(Deserialize)]
    struct Token {
        ttl: u64,
        #[serde(default)]
        renewable: bool,
    }
    let found: Token = data(body, what)?;
    Ok(Granted {
        token,
        lease: TokenLease {
            duration: seconds(found.ttl),
            renewable: found.renewable,
        },
        // It just did.
        may_look_up: true,
    })
}

/// Where a wrapping token was made.
/// Source: <https://developer.hashicorp.com/vault/api-docs/system/wrapping-lookup>.
pub(super) fn creation_path(body: &[u8], what: &str) -> Result<String, Fault> {
    #[derive(Deserialize)]
    struct Wrapping {
        creation_path: String,
    }
    Ok(data::<Wrapping>(body, what)?.creation_path)
}

/// A secret id that was wrapped.
pub(super) fn secret_id(body: &[u8], what: &str) -> Result<SecretString, Fault> {
    #[derive(Deserialize)]
    struct Wrapped {
        secret_id: SecretString,
    }
    Ok(data::<Wrapped>(body, what)?.secret_id)
}

fn has_default_policy(policies: Option<&[String]>) -> bool {
    policies.is_some_and(|policies| policies.iter().any(|policy| policy == "default"))
}

/// The time of a lease in the answer to its renewal.
pub(super) fn lease(body: &[u8], what: &str) -> Result<Lease, Fault> {
    let envelope = envelope(body, what)?;
    Ok(Lease {
        duration: seconds(envelope.lease_duration),
        renewable: envelope.renewable,
    })
}

/// A time that clocks can be moved by: more than a century is as good as for ever.
fn seconds(count: u64) -> Duration {
    Duration::from_secs(count.min(u64::from(u32::MAX)))
}

fn envelope(body: &[u8], what: &str) -> Result<Envelope, Fault> {
    read(body, what)
}

fn data<D: DeserializeOwned>(body: &[u8], what: &str) -> Result<D, Fault> {
    #[derive(Deserialize)]
    struct Envelope<D> {
        data: D,
    }
    Ok(read::<Envelope<D>>(body, what)?.data)
}

fn read<D: DeserializeOwned>(body: &[u8], what: &str) -> Result<D, Fault> {
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

    #[test]
    fn a_login_that_wants_more_gives_no_token() {
        let body = br#"{"auth":{"client_token":"","mfa_requirement":{"mfa_request_id":"x"}}}"#;
        let fault = token(body, "login").unwrap_err();
        assert_eq!(fault.code, Code::LoginRefused);
        let fault = token(br#"{"auth":{"client_token":""}}"#, "login").unwrap_err();
        assert_eq!(fault.code, Code::BadAnswer);
    }

    #[test]
    fn no_time_is_too_long_to_reckon_with() {
        let body = br#"{"auth":{"client_token":"t","lease_duration":18446744073709551615}}"#;
        let granted = token(body, "login").unwrap();
        assert_eq!(
            granted.lease.duration,
            Duration::from_secs(u64::from(u32::MAX))
        );
    }

    proptest! {
        #[test]
        fn no_body_makes_the_parser_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = lease(&body, "renewal");
            let _ = token(&body, "login");
            let _ = looked_up(&body, SecretString::default(), "look");
            let _ = (creation_path(&body, "look"), secret_id(&body, "unwrapping"));
        }
    }
}
