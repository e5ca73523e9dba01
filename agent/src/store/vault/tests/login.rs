use std::sync::Mutex;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use vouchsafe_shared::diagnostic::Code;

use super::{
    Pod,
    authority::{Authority, Clients},
    read,
    server::{Scripted, Seen, Server, answer},
};
use crate::{
    fault::Retry,
    store::{Store, TokenLease, vault::Vault},
};

fn granted() -> Scripted {
    let auth = json!({ "client_token": "hvs.new", "lease_duration": 60, "renewable": true, "policies": ["default"] });
    answer(200, &json!({ "auth": auth }))
}

/// What each login said, of a server that takes them all.
fn logins(server: &Server) -> Vec<Value> {
    let seen = server.seen();
    seen.iter()
        .filter(|seen| seen.target.ends_with("/login"))
        .map(Seen::json)
        .collect()
}

fn token(store: &Vault) -> &str {
    store.token().unwrap().expose_secret()
}

#[tokio::test]
async fn the_kubelets_token_is_read_again_at_every_login() {
    let pod = Pod::new();
    let server = Server::start(|_| granted()).await;
    let mut store = pod.store(&server.http(), |_| ());
    assert!(store.token().is_none());
    let lease = store.login().await.unwrap();
    assert_eq!(lease.duration.as_secs(), 60);
    assert_eq!(token(&store), "hvs.new");
    pod.put("token", "next");
    store.login().await.unwrap();
    let expected = ["jwt", "next"].map(|jwt| json!({ "role": "web", "jwt": jwt }));
    assert_eq!(logins(&server), expected);
    assert_eq!(server.lines()[0], "POST /v1/auth/kubernetes/login");
    assert!(
        server
            .seen()
            .iter()
            .all(|seen| seen.header("x-vault-token").is_none())
    );
}

#[tokio::test]
async fn a_failed_login_leaves_the_token_in_use() {
    let pod = Pod::new();
    let refuse = Mutex::new(false);
    let server = Server::start(move |seen| match &*seen.target {
        "/v1/auth/kubernetes/login" if std::mem::replace(&mut *refuse.lock().unwrap(), true) => {
            answer(400, &json!({ "errors": ["invalid role name"] }))
        }
        _ => granted(),
    })
    .await;
    let mut store = pod.store(&server.http(), |_| ());
    store.login().await.unwrap();
    let fault = store.login().await.unwrap_err();
    assert_eq!(
        (fault.code, fault.retry),
        (Code::LoginRefused, Retry::Rarely)
    );
    assert_eq!(
        fault.message,
        "login as role web at auth/kubernetes: refused (HTTP 400: invalid role name)"
    );
    assert_eq!(token(&store), "hvs.new");
}

#[tokio::test]
async fn a_credential_that_cannot_be_read_is_told_with_its_file() {
    let pod = Pod::new();
    let mut store = pod.store("http://127.0.0.1:1", |_| ());
    let long = "x".repeat(70_000);
    for (content, expected) in [
        (" \n", "is empty"),
        ("two\nlines", "more than one line"),
        (&*long, "is longer than 65536 bytes"),
    ] {
        pod.put("token", content);
        let fault = store.login().await.unwrap_err();
        assert_eq!(fault.code, Code::TokenFileUnreadable);
        assert!(fault.message.contains(expected), "{}", fault.message);
        assert!(
            fault.message.contains(&pod.at("token")),
            "{}",
            fault.message
        );
    }
    std::fs::remove_file(pod.path("token")).unwrap();
    let fault = store.login().await.unwrap_err();
    assert!(
        fault.message.contains("cannot be read"),
        "{}",
        fault.message
    );
}

#[tokio::test]
async fn a_jwt_is_removed_once_read_and_kept_in_mind() {
    let pod = Pod::new();
    let server = Server::start(|_| granted()).await;
    let mut store = pod.store(&server.http(), |config| {
        config["auth"] = json!({ "method": "jwt", "mount": "auth/jwt", "token_file": pod.at("token"), "remove_after_reading": true });
    });
    store.login().await.unwrap();
    assert!(!pod.path("token").exists());
    store.login().await.unwrap();
    pod.put("token", "next");
    store.login().await.unwrap();
    assert!(!pod.path("token").exists());
    let expected = ["jwt", "jwt", "next"].map(|jwt| json!({ "jwt": jwt }));
    assert_eq!(logins(&server), expected);
    assert_eq!(server.lines()[0], "POST /v1/auth/jwt/login");
}

fn approle(pod: &Pod, server: &Server, more: &Value) -> Vault {
    pod.put("role-id", "role\n");
    pod.put("secret-id", "secret\n");
    let mut auth = json!({ "method": "approle", "mount": "auth/approle", "role_id_file": pod.at("role-id"),
        "secret_id_file": pod.at("secret-id") });
    auth.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    pod.store(&server.http(), |config| config["auth"] = auth)
}

#[tokio::test]
async fn the_ids_of_a_role_are_read_and_the_secret_one_removed_if_asked() {
    let pod = Pod::new();
    let server = Server::start(|_| granted()).await;
    let mut store = approle(&pod, &server, &json!({}));
    store.login().await.unwrap();
    assert!(pod.path("secret-id").exists());
    let mut store = approle(&pod, &server, &json!({ "remove_after_reading": true }));
    store.login().await.unwrap();
    assert!(!pod.path("secret-id").exists() && pod.path("role-id").exists());
    store.login().await.unwrap();
    pod.put("secret-id", "next");
    store.login().await.unwrap();
    assert!(!pod.path("secret-id").exists());
    let mut store = approle(&pod, &server, &json!({ "secret_id_file": null }));
    store.login().await.unwrap();
    let both = |secret: &str| json!({ "role_id": "role", "secret_id": secret });
    let expected = [
        both("secret"),
        both("secret"),
        both("secret"),
        both("next"),
        json!({ "role_id": "role" }),
    ];
    assert_eq!(logins(&server), expected);
}

/// A server on which the wrapping token `secret` was made at `made_at`, and gives `given-id`.
async fn wrapping(made_at: &'static str) -> Server {
    Server::start(move |seen| match &*seen.line() {
        "POST /v1/sys/wrapping/lookup" if seen.json() == json!({ "token": "secret" }) => {
            answer(200, &json!({ "data": { "creation_path": made_at } }))
        }
        "POST /v1/sys/wrapping/unwrap" if seen.header("x-vault-token") == Some("secret") => {
            answer(200, &json!({ "data": { "secret_id": "given-id" } }))
        }
        "POST /v1/auth/approle/login" => granted(),
        _ => answer(
            400,
            &json!({ "errors": ["wrapping token is not valid or does not exist"] }),
        ),
    })
    .await
}

const MADE_AT: &str = "auth/approle/role/web/secret-id";

#[tokio::test]
async fn a_wrapped_secret_id_is_unwrapped_once_after_a_look_at_its_origin() {
    for remove in [true, false] {
        let pod = Pod::new();
        let server = wrapping(MADE_AT).await;
        let more = json!({ "wrapping_path": MADE_AT, "remove_after_reading": remove });
        let mut store = approle(&pod, &server, &more);
        store.login().await.unwrap();
        store.login().await.unwrap();
        let expected = [
            "POST /v1/sys/wrapping/lookup",
            "POST /v1/sys/wrapping/unwrap",
            "POST /v1/auth/approle/login",
            "POST /v1/auth/approle/login",
        ];
        assert_eq!(server.lines(), expected);
        let ids = json!({ "role_id": "role", "secret_id": "given-id" });
        assert_eq!(logins(&server), [ids.clone(), ids]);
        assert_eq!(pod.path("secret-id").exists(), !remove);
    }
}

#[tokio::test]
async fn a_wrapping_token_from_elsewhere_is_refused_and_not_used_up() {
    let pod = Pod::new();
    let server = wrapping("cubbyhole/wrap").await;
    let more = json!({ "wrapping_path": MADE_AT, "remove_after_reading": true });
    let mut store = approle(&pod, &server, &more);
    let fault = store.login().await.unwrap_err();
    assert_eq!(
        (fault.code, fault.retry),
        (Code::WrappingRefused, Retry::Rarely)
    );
    assert!(
        fault
            .message
            .contains("made at cubbyhole/wrap and not at auth/approle/role/web/secret-id"),
        "{}",
        fault.message
    );
    assert_eq!(server.lines(), ["POST /v1/sys/wrapping/lookup"]);
    assert!(pod.path("secret-id").exists());
}

#[tokio::test]
async fn a_wrapping_token_that_was_used_is_told_loudly() {
    let pod = Pod::new();
    let server = wrapping(MADE_AT).await;
    let mut store = approle(&pod, &server, &json!({ "wrapping_path": MADE_AT }));
    pod.put("secret-id", "used");
    let fault = store.login().await.unwrap_err();
    assert_eq!(fault.code, Code::WrappingRefused);
    assert!(
        fault.message.contains("somebody else has the secret id"),
        "{}",
        fault.message
    );
}

#[tokio::test]
async fn a_certificate_for_the_login_alone_is_shown_at_login_and_renewal() {
    let pod = Pod::new();
    let authority = Authority::new();
    let config = authority.server(Clients::Perhaps(authority.certificate()));
    let server = Server::start_tls(config, |seen| match &*seen.target {
        "/v1/cubbyhole/db" => answer(200, &json!({ "data": {} })),
        "/v1/sys/internal/ui/mounts/cubbyhole/db" => answer(404, &Value::Null),
        _ => granted(),
    })
    .await;
    let pair = authority.sign();
    pod.put("ca", &authority.pem());
    pod.put("cert", &pair.certificate_pem);
    pod.put("key", &pair.key_pem);
    let mut store = pod.store(&server.https(), |config| {
        config["tls"] = json!({ "ca_file": pod.at("ca") });
        config["auth"] = json!({ "method": "cert", "mount": "auth/cert", "role": "web",
            "certificate_file": pod.at("cert"), "key_file": pod.at("key") });
    });
    store.login().await.unwrap();
    read(&mut store).await.unwrap();
    store.renew().await.unwrap();
    let seen = server.seen();
    let shown = |line: &str| {
        let seen = seen.iter().find(|seen| seen.line() == line);
        seen.unwrap_or_else(|| panic!("no {line}"))
            .certificate
            .clone()
    };
    assert_eq!(shown("POST /v1/auth/cert/login").unwrap(), pair.certificate);
    assert_eq!(
        shown("POST /v1/auth/token/renew-self").unwrap(),
        pair.certificate
    );
    assert_eq!(shown("GET /v1/cubbyhole/db"), None);
    assert_eq!(logins(&server), [json!({ "name": "web" })]);
}

#[tokio::test]
async fn a_token_of_a_file_is_looked_up_for_its_time() {
    let pod = Pod::new();
    let server = Server::start(|seen| match seen.header("x-vault-token") {
        Some("jwt") => answer(200, &json!({ "data": { "ttl": 120, "renewable": true, "expire_time": "2030-01-01T00:00:00Z" } })),
        Some("root") => answer(200, &json!({ "data": { "ttl": 0, "expire_time": null } })),
        _ => answer(403, &json!({ "errors": ["permission denied"] })),
    })
    .await;
    let mut store = pod.store(&server.http(), |config| {
        config["auth"] = json!({ "method": "token_file", "token_file": pod.at("token") });
    });
    let seconds = |seconds, renewable| TokenLease {
        duration: std::time::Duration::from_secs(seconds),
        renewable,
    };
    assert_eq!(store.login().await.unwrap(), seconds(120, true));
    pod.put("token", "root");
    assert_eq!(store.login().await.unwrap(), seconds(0, false));
    assert_eq!(token(&store), "root");
    pod.put("token", "gone");
    let fault = store.login().await.unwrap_err();
    assert_eq!(fault.code, Code::LoginRefused);
    assert_eq!(server.lines()[0], "GET /v1/auth/token/lookup-self");
}

#[tokio::test]
async fn a_token_of_a_former_life_is_taken_over_if_the_server_still_knows_it() {
    let pod = Pod::new();
    let server = Server::start(|seen| match seen.header("x-vault-token") {
        Some("hvs.old") => answer(200, &json!({ "data": { "ttl": 30, "renewable": true } })),
        _ => answer(403, &json!({ "errors": ["permission denied"] })),
    })
    .await;
    let mut store = pod.store(&server.http(), |_| ());
    let lease = store.adopt(SecretString::from("hvs.old")).await.unwrap();
    assert_eq!((lease.duration.as_secs(), lease.renewable), (30, true));
    assert_eq!(token(&store), "hvs.old");
    let fault = store
        .adopt(SecretString::from("hvs.gone"))
        .await
        .unwrap_err();
    assert_eq!(fault.retry, Retry::AfterLogin);
    assert!(store.token().is_none());
}

#[tokio::test]
async fn nothing_of_a_login_is_ever_printed() {
    let pod = Pod::new();
    let server = wrapping(MADE_AT).await;
    let mut store = approle(&pod, &server, &json!({ "wrapping_path": MADE_AT }));
    store.login().await.unwrap();
    let shown = format!("{store:?}");
    for secret in ["hvs.new", "given-id", "\"secret\"", "\"role\""] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}
