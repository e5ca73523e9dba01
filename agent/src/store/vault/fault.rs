//! What a status means: who is at fault, and whether to try again.
//!
//! Source: <https://developer.hashicorp.com/vault/api-docs#http-status-codes>.

use std::time::Duration;

use hyper::StatusCode;
use serde::Deserialize;
use vouchsafe_shared::diagnostic::Code;

use super::connection::Answer;
use crate::fault::{Fault, Retry, Whose};

/// When a server that asks for patience does not say how much.
const UNSAID_PATIENCE: Duration = Duration::from_secs(5);

/// Lets an answer of success through; `what` names the request for people.
pub(super) fn check(answer: Answer, what: &str) -> Result<Answer, Fault> {
    if answer.status.is_success() {
        return Ok(answer);
    }
    let words = server_words(&answer.body);
    let said = if words.is_empty() {
        String::new()
    } else {
        format!(": {words}")
    };
    let status = answer.status;
    let patience = answer.retry_after.map_or(Retry::Backoff, Retry::After);
    let (code, whose, retry, reason) = match status {
        StatusCode::FORBIDDEN if is_bad_token(&words) => (
            Code::PermissionDenied,
            Whose::Pod,
            Retry::AfterLogin,
            "the token is no longer good",
        ),
        StatusCode::FORBIDDEN => (
            Code::PermissionDenied,
            Whose::User,
            Retry::Rarely,
            "permission denied",
        ),
        StatusCode::NOT_FOUND => (
            Code::SecretNotFound,
            Whose::User,
            Retry::Rarely,
            "nothing is there",
        ),
        StatusCode::PRECONDITION_FAILED => (
            Code::StoreUnavailable,
            Whose::Store,
            Retry::Backoff,
            "the replica is behind",
        ),
        StatusCode::TOO_MANY_REQUESTS => {
            let patience = answer.retry_after.unwrap_or(UNSAID_PATIENCE);
            (
                Code::RateLimited,
                Whose::Store,
                Retry::After(patience),
                "too many requests",
            )
        }
        _ if status.is_redirection() => (
            Code::StoreUnavailable,
            Whose::Store,
            Retry::Backoff,
            "the server sends to another one, where the token is not taken",
        ),
        StatusCode::SERVICE_UNAVAILABLE => (
            Code::StoreUnavailable,
            Whose::Store,
            patience,
            "the server is sealed or not ready",
        ),
        _ if status.is_server_error() => (
            Code::StoreUnavailable,
            Whose::Store,
            patience,
            "the server failed",
        ),
        _ => (Code::RequestRefused, Whose::User, Retry::Rarely, "refused"),
    };
    let message = format!("{what}: {reason} (HTTP {}{said})", status.as_u16());
    Err(Fault::new(code, whose, retry, message))
}

/// The same for a login, where a refusal is about the role and not about a secret.
pub(super) fn check_login(answer: Answer, what: &str) -> Result<Answer, Fault> {
    check(answer, what).map_err(|fault| match fault.code {
        Code::PermissionDenied | Code::RequestRefused | Code::SecretNotFound => Fault {
            code: Code::LoginRefused,
            whose: Whose::User,
            retry: Retry::Rarely,
            ..fault
        },
        _ => fault,
    })
}

/// The same for the renewal of a lease, where the server answers 400 to a lease that is gone.
pub(super) fn check_lease(answer: Answer, what: &str) -> Result<Answer, Fault> {
    let is_gone = ["lease not found", "lease expired"]
        .iter()
        .any(|sign| server_words(&answer.body).contains(sign));
    check(answer, what).map_err(|fault| match fault.code {
        Code::RequestRefused if is_gone => Fault {
            code: Code::SecretNotFound,
            ..fault
        },
        _ => fault,
    })
}

/// The `errors` of an answer, on one line and not too long. Whatever else a body holds is not
/// shown: it may be another program's page, or a secret.
fn server_words(body: &[u8]) -> String {
    const LIMIT: usize = 300;
    #[derive(Deserialize)]
    struct Errors {
        #[serde(default)]
        errors: Vec<String>,
    }
    let errors =
        serde_json::from_slice::<Errors>(body).map_or_else(|_| Vec::new(), |body| body.errors);
    let words = errors
        .join("; ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    match words.char_indices().nth(LIMIT) {
        Some((cut, _)) => format!("{}…", &words[..cut]),
        None => words,
    }
}

fn is_bad_token(words: &str) -> bool {
    ["invalid token", "bad token", "missing client token"]
        .iter()
        .any(|sign| words.contains(sign))
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    fn refused(status: u16, body: &str) -> Fault {
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            retry_after: None,
            body: Zeroizing::new(body.as_bytes().to_vec()),
        };
        check(answer, "read of secret/data/db").unwrap_err()
    }

    #[test]
    fn each_status_has_one_meaning() {
        let bad_token =
            r#"{"errors":["2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"]}"#;
        for (status, body, code, retry) in [
            (
                403,
                r#"{"errors":["1 error occurred:\n\t* permission denied\n\n"]}"#,
                Code::PermissionDenied,
                Retry::Rarely,
            ),
            (403, bad_token, Code::PermissionDenied, Retry::AfterLogin),
            (404, r#"{"errors":[]}"#, Code::SecretNotFound, Retry::Rarely),
            (412, "", Code::StoreUnavailable, Retry::Backoff),
            (429, "", Code::RateLimited, Retry::After(UNSAID_PATIENCE)),
            (307, "", Code::StoreUnavailable, Retry::Backoff),
            (
                503,
                r#"{"errors":["Vault is sealed"]}"#,
                Code::StoreUnavailable,
                Retry::Backoff,
            ),
            (500, "<html>", Code::StoreUnavailable, Retry::Backoff),
            (
                400,
                r#"{"errors":["bad path"]}"#,
                Code::RequestRefused,
                Retry::Rarely,
            ),
        ] {
            let fault = refused(status, body);
            assert_eq!((fault.code, fault.retry), (code, retry), "{status} {body}");
        }
    }

    #[test]
    fn the_servers_words_are_passed_on_and_foreign_pages_are_not() {
        let fault = refused(503, r#"{"errors":["Vault is\n sealed"]}"#);
        assert_eq!(
            fault.message,
            "read of secret/data/db: the server is sealed or not ready (HTTP 503: Vault is sealed)"
        );
        let fault = refused(502, "<html>canary</html>");
        assert_eq!(
            fault.message,
            "read of secret/data/db: the server failed (HTTP 502)"
        );
    }
}
