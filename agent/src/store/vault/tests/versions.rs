//! The version of a secret is asked for before its data, where that is known and allowed.

use serde_json::{Value, json};
use vouchsafe_template::scope::Dependency;

use super::{
    Pod,
    server::{Scripted, Server, answer},
};
use crate::{
    fault::Whose,
    store::{KnownVersion, Reader, Response, Store},
};

const VERSION: &str = "GET /v1/secret/metadata/app/db";
const DATA: &str = "GET /v1/secret/data/app/db";

/// A server with one secret, whose version it tells with this answer.
async fn telling(version: impl Fn() -> Scripted + Send + Sync + 'static) -> Server {
    Server::start(move |seen| match &*seen.target {
        "/v1/auth/kubernetes/login" => {
            let auth = json!({ "client_token": "hvs.new", "lease_duration": 60 });
            answer(200, &json!({ "auth": auth }))
        }
        "/v1/sys/internal/ui/mounts/secret/data/app/db" => {
            let mount = json!({ "path": "secret/", "type": "kv", "options": { "version": "2" } });
            answer(200, &json!({ "data": mount }))
        }
        "/v1/secret/metadata/app/db" => version(),
        "/v1/secret/data/app/db" | "/v1/secret/data/app/db?version=1" => {
            let metadata = json!({ "version": 2, "created_time": "2026-01-01T00:00:00Z" });
            let data = json!({ "data": { "a": "b" }, "metadata": metadata });
            answer(200, &json!({ "data": data }))
        }
        _ => answer(404, &Value::Null),
    })
    .await
}

fn version(number: u64) -> Scripted {
    let version = json!({ "deletion_time": "", "destroyed": false });
    let versions = json!({ number.to_string(): version });
    answer(
        200,
        &json!({ "data": { "current_version": number, "versions": versions } }),
    )
}

fn known(number: u64) -> KnownVersion {
    KnownVersion {
        number,
        ..KnownVersion::default()
    }
}

/// Asks for the secret with what is known of it: whether it is unchanged, and what was requested.
async fn ask(
    store: &mut impl Store,
    server: &Server,
    path: &str,
    known: impl Into<Option<KnownVersion>>,
) -> (bool, Vec<String>) {
    let before = server.lines().len();
    let (path, known) = (path.to_owned(), known.into());
    let response = store.ask(&Dependency::Read { path }, known.as_ref()).await;
    let is_unchanged = matches!(response.unwrap(), Response::Unchanged);
    (is_unchanged, server.lines().split_off(before))
}

#[tokio::test]
async fn data_are_read_only_when_the_version_is_another() {
    let pod = Pod::new();
    let server = telling(|| version(2)).await;
    let mut store = pod.store(&server.http(), |_| ());
    store.login().await.unwrap();
    let path = "secret/data/app/db";
    let (_, first) = ask(&mut store, &server, path, None).await;
    assert_eq!(first.last().unwrap(), DATA);
    assert!(!first.contains(&VERSION.to_owned()));
    let same = ask(&mut store, &server, path, known(2)).await;
    assert_eq!(same, (true, vec![VERSION.to_owned()]));
    let other = ask(&mut store, &server, path, known(1)).await;
    assert_eq!(other, (false, vec![VERSION.to_owned(), DATA.to_owned()]));
    assert_eq!(store.take_sent(), server.lines().len() as u64);
    // A version that is asked for by its number stays what it is.
    let pinned = format!("{path}?version=1");
    let (_, asked) = ask(&mut store, &server, &pinned, known(1)).await;
    assert_eq!(asked, [format!("{DATA}?version=1")]);
}

#[tokio::test]
async fn a_policy_without_the_metadata_is_asked_once_per_login() {
    let pod = Pod::new();
    let server = telling(|| answer(403, &json!({ "errors": ["permission denied"] }))).await;
    let mut store = pod.store(&server.http(), |_| ());
    store.login().await.unwrap();
    let path = "secret/data/app/db";
    ask(&mut store, &server, path, None).await;
    let both = vec![VERSION.to_owned(), DATA.to_owned()];
    let (_, first) = ask(&mut store, &server, path, known(2)).await;
    let (_, second) = ask(&mut store, &server, path, known(2)).await;
    assert_eq!((first, second), (both.clone(), vec![DATA.to_owned()]));
    store.login().await.unwrap();
    let (_, third) = ask(&mut store, &server, path, known(2)).await;
    assert_eq!(third, both);
}

#[tokio::test]
async fn a_refusal_of_the_metadata_alone_does_not_keep_the_data_away() {
    let refused = json!({ "errors": ["unsupported path"] });
    for status in [400, 405] {
        let pod = Pod::new();
        let refused = refused.clone();
        let server = telling(move || answer(status, &refused)).await;
        let mut store = pod.store(&server.http(), |_| ());
        store.login().await.unwrap();
        let path = "secret/data/app/db";
        ask(&mut store, &server, path, None).await;
        let (_, first) = ask(&mut store, &server, path, known(2)).await;
        let (_, second) = ask(&mut store, &server, path, known(2)).await;
        assert_eq!(first, [VERSION, DATA], "{status}");
        assert_eq!(second, [DATA], "{status}");
    }
}

#[tokio::test]
async fn a_store_that_is_down_is_not_asked_for_the_data_too() {
    let pod = Pod::new();
    let server = telling(|| answer(503, &json!({ "errors": ["Vault is sealed"] }))).await;
    let mut store = pod.store(&server.http(), |config| {
        config["connection"] = json!({ "retries": 0 });
    });
    store.login().await.unwrap();
    let path = "secret/data/app/db".to_owned();
    ask(&mut store, &server, &path, None).await;
    let before = server.lines().len();
    let fault = store.ask(&Dependency::Read { path }, Some(&known(2))).await;
    assert_eq!(fault.unwrap_err().whose, Whose::Store);
    assert_eq!(server.lines().split_off(before), [VERSION]);
}
