//! Servers that tell of changes, played after their documentation; and refusals, as servers without
//! that answer.

use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::SinkExt;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, protocol::Role},
};
use vouchsafe_shared::diagnostic::Code;
use vouchsafe_template::scope::Dependency;

use super::{
    Pod,
    server::{Server, answer, head},
};
use crate::{
    fault::{Fault, Retry},
    lifecycle::is_watch_refused,
    store::{
        Store,
        watch::{Change, Watch},
    },
};

/// A server that is at this address, which answers a login and then does as a test says.
struct Teller {
    listener: TcpListener,
}

impl Teller {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { listener }
    }

    fn address(&self) -> String {
        format!("http://{}/base", self.listener.local_addr().unwrap())
    }

    async fn accept(&self) -> (TcpStream, String) {
        let (mut stream, _) = self.listener.accept().await.unwrap();
        let head = head(&mut stream).await;
        (stream, head)
    }

    async fn answers_login(&self) {
        let (mut stream, head) = self.accept().await;
        assert!(head.contains("/login"), "{head}");
        let body = r#"{"auth":{"client_token":"hvs.new","lease_duration":60}}"#;
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        stream.write_all(answer.as_bytes()).await.unwrap();
    }

    /// Takes a subscription, and shows how it was asked for.
    async fn takes(&self) -> (WebSocketStream<TcpStream>, String) {
        let (mut stream, head) = self.accept().await;
        let key = header(&head, "sec-websocket-key").unwrap();
        let accepted = Sha1::new()
            .chain_update(key)
            .chain_update("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
        switch(&mut stream, &STANDARD.encode(accepted.finalize())).await;
        let socket = WebSocketStream::from_raw_socket(stream, Role::Server, None);
        (socket.await, head)
    }
}

async fn switch(stream: &mut TcpStream, accepted: &str) {
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-accept: {accepted}\r\n\r\n"
    );
    stream.write_all(answer.as_bytes()).await.unwrap();
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    let (_, value) = lines.find(|(found, _)| found.eq_ignore_ascii_case(name))?;
    Some(value)
}

fn event(path: &str) -> Message {
    let metadata = json!({ "operation": "data-write", "path": path, "data_path": path });
    let data = json!({
        "event": { "id": "1", "metadata": metadata },
        "event_type": "kv-v2/data-write",
        "namespace": "team/",
        "plugin_info": { "mount_path": "secret/", "plugin": "kv" },
    });
    Message::text(json!({ "id": "1", "specversion": "1.0", "data": data }).to_string())
}

/// A way to hear of changes, with the token of a login.
async fn watch(teller: &Teller) -> impl Watch + use<> {
    let pod = Pod::new();
    let mut store = pod.store(&teller.address(), |config| {
        config["namespace"] = json!("team");
        config["events"] = json!(true);
    });
    assert!(store.watch().is_none(), "nobody is logged in");
    let (login, ()) = tokio::join!(store.login(), teller.answers_login());
    login.unwrap();
    // It has all it needs.
    store.watch().unwrap()
}

fn broken(result: Result<Option<Change>, Fault>) {
    let fault = result.unwrap_err();
    assert_eq!(fault.retry, Retry::Backoff, "{fault}");
    assert!(!is_watch_refused(&fault));
}

#[tokio::test]
async fn changes_are_heard_one_by_one_and_the_rest_is_passed_over() {
    let teller = Teller::start().await;
    let mut watch = watch(&teller).await;
    let (subscribed, (mut server, head)) = tokio::join!(watch.subscribe(), teller.takes());
    subscribed.unwrap();
    let line = head.lines().next().unwrap();
    assert_eq!(
        line,
        "GET /base/v1/sys/events/subscribe/kv*?json=true HTTP/1.1"
    );
    for (name, value) in [
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("x-vault-token", "hvs.new"),
        ("x-vault-namespace", "team"),
    ] {
        assert_eq!(header(&head, name), Some(value), "{name}");
    }
    for message in [
        event("secret/data/app/db"),
        Message::text("nonsense"),
        Message::binary(vec![0xff]),
        Message::Ping(vec![1].into()),
        event("secret/data/app/web"),
    ] {
        server.send(message).await.unwrap();
    }
    let path = "secret/data/app/db".to_owned();
    let db = Dependency::Read { path };
    assert!(watch.next().await.unwrap().unwrap().concerns(&db));
    assert_eq!(watch.next().await.unwrap(), None);
    assert_eq!(watch.next().await.unwrap(), None);
    assert!(!watch.next().await.unwrap().unwrap().concerns(&db));
    server.close(None).await.unwrap();
    broken(watch.next().await);
    broken(watch.next().await);
}

#[tokio::test]
async fn a_broken_subscription_can_be_had_again() {
    let teller = Teller::start().await;
    let mut watch = watch(&teller).await;
    let (subscribed, (server, _)) = tokio::join!(watch.subscribe(), teller.takes());
    subscribed.unwrap();
    drop(server);
    broken(watch.next().await);
    let (subscribed, (mut server, _)) = tokio::join!(watch.subscribe(), teller.takes());
    subscribed.unwrap();
    server.send(event("secret/data/app/db")).await.unwrap();
    assert!(watch.next().await.unwrap().is_some());
}

#[tokio::test]
async fn an_event_that_is_too_long_ends_the_subscription() {
    let teller = Teller::start().await;
    let mut watch = watch(&teller).await;
    let (subscribed, (mut server, _)) = tokio::join!(watch.subscribe(), teller.takes());
    subscribed.unwrap();
    let long = Message::text("x".repeat(64 * 1024 + 1));
    // The client may hang up before it has all.
    let sending = tokio::spawn(async move { drop(server.send(long).await) });
    broken(watch.next().await);
    sending.await.unwrap();
}

#[tokio::test]
async fn who_does_not_know_the_protocol_is_not_believed() {
    let teller = Teller::start().await;
    let mut watch = watch(&teller).await;
    let speaks_another = async {
        let (mut stream, _) = teller.accept().await;
        switch(&mut stream, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=").await;
        stream
    };
    let (subscribed, stream) = tokio::join!(watch.subscribe(), speaks_another);
    let fault = subscribed.unwrap_err();
    assert_eq!((fault.code, fault.retry), (Code::BadAnswer, Retry::Backoff));
    drop(stream);
}

#[tokio::test]
async fn a_refusal_is_told_from_a_failure() {
    let unsupported = json!({ "errors": ["1 error occurred:\n\t* unsupported path\n\n"] });
    let denied = json!({ "errors": ["1 error occurred:\n\t* permission denied\n\n"] });
    let bad_token = json!({
        "errors": ["2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n"]
    });
    for (status, body, expected) in [
        // Vault 1.21 Community, with a policy for the path and without, and with no good token.
        (404, &unsupported, Some(Retry::Rarely)),
        (403, &denied, Some(Retry::Rarely)),
        (403, &bad_token, Some(Retry::AfterLogin)),
        (400, &Value::Null, Some(Retry::Rarely)),
        (405, &Value::Null, Some(Retry::Rarely)),
        (426, &Value::Null, Some(Retry::Rarely)),
        (501, &Value::Null, Some(Retry::Rarely)),
        (200, &json!({}), Some(Retry::Rarely)),
        (307, &Value::Null, None),
        (412, &Value::Null, None),
        (429, &Value::Null, None),
        (473, &Value::Null, None),
        (500, &Value::Null, None),
        (503, &json!({ "errors": ["Vault is sealed"] }), None),
    ] {
        let pod = Pod::new();
        let refusal = body.clone();
        let server = Server::start(move |seen| {
            if seen.target == "/v1/auth/kubernetes/login" {
                let auth = json!({ "client_token": "hvs.new", "lease_duration": 60 });
                return answer(200, &json!({ "auth": auth }));
            }
            answer(status, &refusal)
        })
        .await;
        let mut store = pod.store(&server.http(), |config| config["events"] = json!(true));
        store.login().await.unwrap();
        let fault = store.watch().unwrap().subscribe().await.unwrap_err();
        let is_refused = matches!(fault.retry, Retry::Rarely | Retry::AfterLogin);
        let refused = is_refused.then_some(fault.retry);
        assert_eq!(refused, expected, "{status} {fault}");
        assert!(fault.message.contains("subscription to changes"), "{fault}");
        let expected = "GET /v1/sys/events/subscribe/kv*?json=true";
        assert_eq!(server.lines()[1], expected);
    }
}

#[tokio::test]
async fn an_unexplained_refusal_of_a_subscription_is_the_tokens_if_the_token_is_unknown() {
    let denied = json!({ "errors": ["1 error occurred:\n\t* permission denied\n\n"] });
    for (look_up, policy, expected, is_asked) in [
        (403, "default", Retry::AfterLogin, true),
        (200, "default", Retry::Rarely, true),
        // A proxy's page and a failure say nothing of the token.
        (502, "default", Retry::Rarely, true),
        // A token without that policy is refused the question, too.
        (403, "web", Retry::Rarely, false),
    ] {
        let pod = Pod::new();
        let refusal = denied.clone();
        let server = Server::start(move |seen| match &*seen.target {
            "/v1/auth/kubernetes/login" => {
                let auth = json!({
                    "client_token": "hvs.new", "lease_duration": 60, "policies": [policy],
                });
                answer(200, &json!({ "auth": auth }))
            }
            "/v1/auth/token/lookup-self" => {
                assert_eq!(seen.header("x-vault-token"), Some("hvs.new"));
                answer(look_up, &refusal)
            }
            _ => answer(403, &refusal),
        })
        .await;
        let mut store = pod.store(&server.http(), |config| config["events"] = json!(true));
        store.login().await.unwrap();
        let fault = store.watch().unwrap().subscribe().await.unwrap_err();
        assert_eq!(
            (fault.code, fault.retry),
            (Code::PermissionDenied, expected),
            "{look_up} {fault}"
        );
        let asked = server.lines();
        let asked = asked.contains(&"GET /v1/auth/token/lookup-self".to_owned());
        assert_eq!(asked, is_asked, "{look_up}");
    }
}

#[tokio::test]
async fn nobody_listens_who_is_not_to() {
    let pod = Pod::new();
    let server = Server::start(|_| {
        let auth = json!({ "client_token": "hvs.new", "lease_duration": 60 });
        answer(200, &json!({ "auth": auth }))
    })
    .await;
    let mut store = pod.store(&server.http(), |_| ());
    store.login().await.unwrap();
    assert!(store.watch().is_none());
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_left_after_the_time_configured() {
    let teller = Teller::start().await;
    let pod = Pod::new();
    let mut store = pod.store(&teller.address(), |config| {
        config["events"] = json!(true);
        config["connection"] = json!({ "timeout": "200ms" });
    });
    let (login, ()) = tokio::join!(store.login(), teller.answers_login());
    login.unwrap();
    let mut watch = store.watch().unwrap();
    let silence = async { tokio::join!(watch.subscribe(), teller.accept()) };
    let silence = tokio::time::timeout(std::time::Duration::from_secs(20), silence);
    let (subscribed, _silent) = silence.await.expect("it waits for ever");
    let fault = subscribed.unwrap_err();
    assert_eq!(
        (fault.code, fault.retry),
        (Code::StoreTimeout, Retry::Backoff)
    );
}
