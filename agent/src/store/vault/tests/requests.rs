use std::{collections::BTreeMap, sync::Mutex};

use serde_json::{Value, json};
use vouchsafe_shared::diagnostic::Code;
use vouchsafe_template::scope::Dependency;

use super::{
    Pod, read,
    server::{Scripted, Server, answer},
};
use crate::{
    fault::{Retry, Whose},
    store::{Reader, Store},
};

/// Answers of a server that knows one secret and gives a token with these policies.
fn plain(target: &str, policies: &Value) -> Scripted {
    match target {
        "/v1/auth/kubernetes/login" => {
            let auth =
                json!({ "client_token": "hvs.new", "lease_duration": 60, "policies": policies });
            answer(200, &json!({ "auth": auth }))
        }
        "/v1/cubbyhole/db" => answer(200, &json!({ "data": { "a": "b" } })),
        _ => answer(404, &Value::Null),
    }
}

#[tokio::test]
async fn every_request_says_the_namespace_and_who_asks() {
    let pod = Pod::new();
    let server = Server::start(|seen| plain(&seen.target, &json!(["default"]))).await;
    let mut store = pod.store(&server.http(), |config| {
        config["namespace"] = json!("team/a");
    });
    store.login().await.unwrap();
    read(&mut store).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen.len(), 3);
    for seen in &seen {
        assert_eq!(seen.header("x-vault-namespace"), Some("team/a"));
        assert_eq!(seen.header("x-vault-request"), Some("true"));
        assert_eq!(seen.header("host"), Some(&*server.at.to_string()));
    }
    assert_eq!(seen[2].header("x-vault-token"), Some("hvs.new"));
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn of_several_slashes_in_a_row_the_server_is_asked_with_one() {
    let pod = Pod::new();
    let server = Server::start(|seen| plain(&seen.target, &json!([]))).await;
    let mut store = pod.store(&server.http(), |_| ());
    store.login().await.unwrap();
    let path = "cubbyhole//db".to_owned();
    let arguments = BTreeMap::new();
    for dependency in [
        Dependency::Read { path: path.clone() },
        Dependency::List { path: path.clone() },
        Dependency::Write {
            path: path.clone(),
            arguments: arguments.clone(),
        },
        Dependency::Certificate { path, arguments },
    ] {
        // What it says to that is no matter here.
        let _ = store.ask(&dependency, None).await;
    }
    let mut asked: Vec<_> = server.seen().into_iter().map(|seen| seen.target).collect();
    asked.retain(|target| !target.ends_with("/login"));
    let about = |target: &String| target.starts_with("/v1/sys/");
    let (mounts, secrets): (Vec<_>, Vec<_>) = asked.into_iter().partition(about);
    assert_eq!(mounts, ["/v1/sys/internal/ui/mounts/cubbyhole/db"; 3]);
    let [path, list] = ["/v1/cubbyhole/db", "/v1/cubbyhole/db?list=true"];
    assert_eq!(secrets, [path, list, path, path]);
}

/// A server that fails so many times before each good answer, and counts.
async fn failing(times: usize, failure: impl Fn() -> Scripted + Send + Sync + 'static) -> Server {
    let left = Mutex::new(times);
    Server::start(move |seen| {
        let mut left = left.lock().unwrap();
        if *left > 0 {
            *left -= 1;
            return failure();
        }
        plain(&seen.target, &json!([]))
    })
    .await
}

#[tokio::test]
async fn a_passing_failure_is_repeated_as_often_as_the_configuration_says() {
    let pod = Pod::new();
    let sealed = || answer(503, &json!({ "errors": ["Vault is sealed"] }));
    for (retries, requests, is_good) in [
        (json!(2), 3, true),
        (json!(1), 2, false),
        (Value::Null, 1, false),
    ] {
        let server = failing(2, sealed).await;
        let mut store = pod.store(&server.http(), |config| {
            config["connection"] = json!({ "retries": retries });
        });
        let result = store.login().await;
        assert_eq!(result.is_ok(), is_good, "{retries} {result:?}");
        assert_eq!(server.seen().len(), requests, "{retries}");
        // Another server may be behind the same address.
        assert_eq!(server.connections(), requests, "{retries}");
    }
}

#[tokio::test]
async fn neither_a_refusal_nor_a_wish_for_patience_is_repeated_at_once() {
    let pod = Pod::new();
    let patient = || {
        let mut answer = answer(503, &Value::Null);
        answer
            .headers_mut()
            .insert("retry-after", "7".parse().unwrap());
        answer
    };
    let servers = [
        failing(1, || answer(400, &Value::Null)).await,
        failing(1, || answer(429, &Value::Null)).await,
        failing(1, || answer(501, &Value::Null)).await,
        failing(1, patient).await,
    ];
    for server in servers {
        let mut store = pod.store(&server.http(), |config| {
            config["connection"] = json!({ "retries": 5 });
        });
        store.login().await.unwrap_err();
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_connection_is_closed_after_each_answer_if_asked() {
    let pod = Pod::new();
    let server = Server::start(|seen| plain(&seen.target, &json!([]))).await;
    let mut store = pod.store(&server.http(), |config| {
        config["connection"] = json!({ "close_after_answer": true });
    });
    store.login().await.unwrap();
    read(&mut store).await.unwrap();
    assert_eq!(server.connections(), 3);
    assert!(
        server
            .seen()
            .iter()
            .all(|seen| seen.header("connection") == Some("close"))
    );
}

/// A server of which every secret is refused without a reason.
async fn silent(look_up: u16, policies: Value) -> Server {
    Server::start(move |seen| match &*seen.target {
        "/v1/cubbyhole/db" => answer(403, &json!({ "errors": ["permission denied"] })),
        "/v1/auth/token/lookup-self" => answer(look_up, &json!({ "data": { "ttl": 1 } })),
        target => plain(target, &policies),
    })
    .await
}

#[tokio::test]
async fn an_unexplained_refusal_is_the_tokens_if_the_token_is_unknown() {
    let pod = Pod::new();
    for (look_up, policies, whose, retry, is_asked) in [
        (
            403,
            json!(["default", "web"]),
            Whose::Pod,
            Retry::AfterLogin,
            true,
        ),
        (
            200,
            json!(["default", "web"]),
            Whose::User,
            Retry::Rarely,
            true,
        ),
        // A token without that policy is refused the question, too.
        (403, json!(["web"]), Whose::User, Retry::Rarely, false),
    ] {
        let server = silent(look_up, policies).await;
        let mut store = pod.store(&server.http(), |_| ());
        store.login().await.unwrap();
        let fault = read(&mut store).await.unwrap_err();
        assert_eq!(
            (fault.code, fault.whose, fault.retry),
            (Code::PermissionDenied, whose, retry)
        );
        let asked = server
            .lines()
            .contains(&"GET /v1/auth/token/lookup-self".to_owned());
        assert_eq!(asked, is_asked);
    }
}

#[tokio::test]
async fn a_file_is_not_asked_of_a_store() {
    let pod = Pod::new();
    let mut store = pod.store("http://127.0.0.1:1", |_| ());
    let path = "/etc/hosts".to_owned();
    let fault = store
        .ask(&Dependency::File { path }, None)
        .await
        .unwrap_err();
    assert_eq!(fault.code, Code::RequestRefused);
}

#[tokio::test]
async fn two_that_ask_at_once_have_a_connection_each_and_ask_about_the_engine_once() {
    let pod = Pod::new();
    let server = Server::start(|seen| match &*seen.target {
        "/v1/auth/kubernetes/login" => {
            let auth = json!({ "client_token": "hvs.new", "lease_duration": 60 });
            answer(200, &json!({ "auth": auth }))
        }
        target if target.starts_with("/v1/sys/internal/ui/mounts/") => {
            let mount = json!({ "path": "kv/", "options": null });
            answer(200, &json!({ "data": mount }))
        }
        _ => answer(200, &json!({ "data": { "a": "b" } })),
    })
    .await;
    let mut store = pod.store(&server.http(), |_| ());
    assert!(store.second().is_none(), "nobody is logged in");
    store.login().await.unwrap();
    let mut second = store.second().unwrap();
    let path = |path: &str| Dependency::Read {
        path: path.to_owned(),
    };
    let (one, other) = (path("kv/one"), path("kv/other"));
    let (one, other) = tokio::join!(store.ask(&one, None), second.ask(&other, None));
    assert!(one.is_ok() && other.is_ok());
    let mut lines = server.lines();
    lines.sort();
    let about_engines = lines.iter().filter(|line| line.contains("/ui/mounts/"));
    assert_eq!(about_engines.count(), 1, "{lines:?}");
    assert!(lines.contains(&"GET /v1/kv/one".to_owned()), "{lines:?}");
    assert!(lines.contains(&"GET /v1/kv/other".to_owned()), "{lines:?}");
    assert_eq!(server.connections(), 2);
    for seen in server.seen().iter().skip(1) {
        assert_eq!(seen.header("x-vault-token"), Some("hvs.new"));
    }
    assert_eq!(store.take_sent() + second.take_sent(), 4);
}
