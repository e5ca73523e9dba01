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
/// What is waited at most before asking again, whatever a server says.
const LONGEST_PATIENCE: Duration = Duration::from_secs(10 * 60);

/// How a KV engine that gets versions refuses requests for a moment.
/// Source: <https://developer.hashicorp.com/vault/docs/secrets/kv/kv-v2/upgrade>.
const UPGRADING: &str = "Upgrading from non-versioned";

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
    let asked_for = answer.retry_after.map(|time| time.min(LONGEST_PATIENCE));
    let patience = asked_for.map_or(Retry::Backoff, Retry::After);
    let (code, whose, retry, reason) = match status {
        // Or a page of a proxy's would take away a token, or a secret that may be missing.
        _ if is_refusal(status) && is_foreign(&answer.body) => (
            Code::BadAnswer,
            Whose::Network,
            Retry::Backoff,
            "a refusal that is no store's",
        ),
        // Servers of either age say so with either status.
        StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST if is_bad_token(&words) => (
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
        StatusCode::BAD_REQUEST if words.contains(UPGRADING) => (
            Code::StoreUnavailable,
            Whose::Store,
            Retry::Backoff,
            "the engine is being upgraded",
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
            let patience = asked_for.unwrap_or(UNSAID_PATIENCE);
            (
                Code::RateLimited,
                Whose::Store,
                Retry::After(patience),
                "too many requests",
            )
        }
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => (
            Code::ProxyRefused,
            Whose::User,
            Retry::Rarely,
            "the proxy wants other credentials",
        ),
        _ if is_standby(status) => (
            Code::StoreUnavailable,
            Whose::Store,
            patience,
            "the server stands by for another one",
        ),
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
    let elsewhere = answer
        .elsewhere
        .map_or_else(String::new, |host| format!(" to {host}"));
    let message = format!(
        "{what}: {reason} (HTTP {}{elsewhere}{said})",
        status.as_u16()
    );
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

/// The same for the renewal of a token, where the server answers 500 when the role is gone: that is
/// no failure of the server, and trying again does not help.
/// Source: `pathLoginRenew` in <https://github.com/hashicorp/vault-plugin-auth-kubernetes/blob/main/path_login.go>.
pub(super) fn check_renewal(answer: Answer, what: &str) -> Result<Answer, Fault> {
    let is_refused = server_words(&answer.body).contains("does not exist during renewal");
    check(answer, what).map_err(|fault| match fault.code {
        Code::StoreUnavailable if is_refused => Fault {
            code: Code::LoginRefused,
            whose: Whose::User,
            retry: Retry::Rarely,
            message: fault.message.replace("the server failed", "refused"),
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

/// Whether an answer says that the path lacks what version 2 of the KV engine wants in it.
/// Source: `pathInvalid` in <https://github.com/hashicorp/vault-plugin-secrets-kv/blob/main/backend.go>.
pub(super) fn is_about_versions(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Body {
        warnings: Option<Vec<String>>,
    }
    let body = serde_json::from_slice::<Body>(body);
    let warnings = body.ok().and_then(|body| body.warnings).unwrap_or_default();
    let sign = "Invalid path for a versioned K/V secrets engine";
    warnings.iter().any(|warning| warning.contains(sign))
}

/// Whether a status is about the request, and does not itself say who it is from.
fn is_refusal(status: StatusCode) -> bool {
    let is_clear = is_standby(status)
        || matches!(
            status,
            StatusCode::PRECONDITION_FAILED
                | StatusCode::TOO_MANY_REQUESTS
                | StatusCode::PROXY_AUTHENTICATION_REQUIRED
        );
    status.is_client_error() && !is_clear
}

/// Whether a refusal is somebody else's: stores refuse in JSON even where they have nothing to say,
/// while a gateway that knows no way to them may answer with nothing at all.
/// Source: `RespondError` in <https://github.com/hashicorp/vault/blob/main/sdk/logical/response_util.go>.
pub(super) fn is_foreign(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Object {}
    serde_json::from_slice::<Object>(body).is_err()
}

/// What servers without a word of their own answer when another one is in charge.
/// Source: <https://developer.hashicorp.com/vault/api-docs/system/health>.
pub(super) fn is_standby(status: StatusCode) -> bool {
    matches!(status.as_u16(), 472 | 473)
}

/// A refusal that may mean the token as well as its policies; servers do not always say which.
/// Source: <https://developer.hashicorp.com/vault/api-docs#http-status-codes>.
pub(super) fn is_ambiguous(fault: &Fault) -> bool {
    fault.code == Code::PermissionDenied && fault.retry == Retry::Rarely
}

/// The refusal, once it is clear that the token is at fault.
pub(super) fn of_the_token(fault: &Fault) -> Fault {
    let message = format!("{}; the store no longer knows the token", fault.message);
    Fault::new(fault.code, Whose::Pod, Retry::AfterLogin, message)
}

fn is_bad_token(words: &str) -> bool {
    ["invalid token", "bad token", "missing client token"]
        .iter()
        .any(|sign| words.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, body: &str) -> Fault {
        check(
            Answer::new(status, body.as_bytes()),
            "read of secret/data/db",
        )
        .unwrap_err()
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
            (
                400,
                r#"{"errors":["missing client token"]}"#,
                Code::PermissionDenied,
                Retry::AfterLogin,
            ),
            (407, "", Code::ProxyRefused, Retry::Rarely),
            (412, "", Code::StoreUnavailable, Retry::Backoff),
            (472, "", Code::StoreUnavailable, Retry::Backoff),
            (473, "", Code::StoreUnavailable, Retry::Backoff),
            (429, "", Code::RateLimited, Retry::After(UNSAID_PATIENCE)),
            (307, "", Code::StoreUnavailable, Retry::Backoff),
            (
                503,
                r#"{"errors":["Vault is sealed"]}"#,
                Code::StoreUnavailable,
                Retry::Backoff,
            ),
            (500, "<html>", Code::StoreUnavailable, Retry::Backoff),
            (400, "<html>", Code::BadAnswer, Retry::Backoff),
            (403, "<html>", Code::BadAnswer, Retry::Backoff),
            (404, "<html>", Code::BadAnswer, Retry::Backoff),
            (404, "\"text\"", Code::BadAnswer, Retry::Backoff),
            (404, "{\"errors\":[", Code::BadAnswer, Retry::Backoff),
            (401, "<html>", Code::BadAnswer, Retry::Backoff),
            (407, "<html>", Code::ProxyRefused, Retry::Rarely),
            (412, "<html>", Code::StoreUnavailable, Retry::Backoff),
            (473, "<html>", Code::StoreUnavailable, Retry::Backoff),
            (403, "", Code::BadAnswer, Retry::Backoff),
            (404, "", Code::BadAnswer, Retry::Backoff),
            (
                400,
                r#"{"errors":["Upgrading from non-versioned to versioned data. This backend will be unavailable for a brief period and will resume service shortly."]}"#,
                Code::StoreUnavailable,
                Retry::Backoff,
            ),
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
    fn a_role_that_is_gone_is_no_failure_of_the_server() {
        let words = "1 error occurred:\n\t* failed to renew entry: role web does not exist during renewal\n\n";
        let body = serde_json::json!({ "errors": [words] }).to_string();
        let renewal = |body: &str| {
            let answer = Answer::new(500, body.as_bytes());
            check_renewal(answer, "renewal of the token").unwrap_err()
        };
        let fault = renewal(&body);
        assert_eq!(
            (fault.code, fault.whose, fault.retry),
            (Code::LoginRefused, Whose::User, Retry::Rarely)
        );
        assert_eq!(
            fault.message,
            "renewal of the token: refused (HTTP 500: 1 error occurred: * failed to renew entry: role web does not exist during renewal)"
        );
        assert_eq!(renewal("").code, Code::StoreUnavailable);
    }

    #[test]
    fn a_server_is_given_the_time_it_asks_for_within_reason() {
        for (asked, status, given) in [(7, 503, 7), (7, 429, 7), (u64::MAX, 429, 600)] {
            let mut answer = Answer::new(status, b"");
            answer.retry_after = Some(Duration::from_secs(asked));
            let fault = check(answer, "read").unwrap_err();
            assert_eq!(fault.retry, Retry::After(Duration::from_secs(given)));
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
