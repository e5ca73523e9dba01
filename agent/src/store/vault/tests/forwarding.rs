use http_body_util::{BodyExt, Empty, Full};
use hyper::{Request, StatusCode};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpListener, sync::oneshot};
use vouchsafe_shared::{config::ProxyToken, diagnostic::Code};

use super::{
    Pod,
    server::{Server, answer, head},
};
use crate::store::{
    Store,
    forward::{ForwardRequest, LIMIT},
};

fn request(line: &str, headers: &[(&str, &str)], body: &'static str) -> ForwardRequest {
    let (method, target) = line.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = Full::from(body).map_err(|never| match never {});
    request.body(body.boxed_unsync()).unwrap()
}

async fn server() -> Server {
    Server::start(|seen| match &*seen.target {
        "/base/v1/auth/kubernetes/login" => answer(
            200,
            &json!({ "auth": { "client_token": "agents", "lease_duration": 60 } }),
        ),
        "/base/v1/moved" => {
            let mut answer = answer(307, &Value::Null);
            answer
                .headers_mut()
                .insert("location", "http://elsewhere/".parse().unwrap());
            answer
        }
        _ => {
            let mut answer = answer(403, &json!({ "errors": ["permission denied"] }));
            answer
                .headers_mut()
                .insert("keep-alive", "timeout=5".parse().unwrap());
            answer.headers_mut().insert("x-own", "1".parse().unwrap());
            answer
        }
    })
    .await
}

#[tokio::test]
async fn a_request_goes_on_as_it_is_but_for_its_token_and_so_does_the_answer() {
    let pod = Pod::new();
    let server = server().await;
    let mut store = pod.store(&format!("{}/base/", server.http()), |config| {
        config["namespace"] = json!("agents");
    });
    store.login().await.unwrap();
    let headers = [
        ("host", "127.0.0.1:8200"),
        ("x-vault-token", "own"),
        ("x-vault-wrap-ttl", "60s"),
        ("connection", "close"),
    ];
    let given = request("PUT /v1/a%20b?version=3", &headers, r#"{"a":"b"}"#);
    let passed = store.forward(given, ProxyToken::Force).await.unwrap();
    assert_eq!(passed.status(), StatusCode::FORBIDDEN);
    assert_eq!(passed.headers().get("x-own").unwrap(), "1");
    assert_eq!(passed.headers().get("keep-alive"), None);
    let body = passed.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(&body[..], br#"{"errors":["permission denied"]}"#);
    let seen = &server.seen()[1];
    assert_eq!(seen.line(), "PUT /base/v1/a%20b?version=3");
    assert_eq!(seen.body, r#"{"a":"b"}"#);
    for (name, value) in [
        ("host", Some(&*server.at.to_string())),
        ("x-vault-token", Some("agents")),
        ("x-vault-wrap-ttl", Some("60s")),
        ("x-vault-namespace", Some("agents")),
        ("x-vault-request", Some("true")),
        ("connection", None),
    ] {
        assert_eq!(seen.header(name), value, "{name}");
    }
}

#[tokio::test]
async fn a_requests_own_token_and_namespace_stay_where_the_rule_says_so() {
    let pod = Pod::new();
    let server = server().await;
    let mut store = pod.store(&format!("{}/base", server.http()), |config| {
        config["namespace"] = json!("agents");
    });
    let own = [("x-vault-token", "own"), ("x-vault-namespace", "own")];
    for (rule, logged_in, headers, expected) in [
        (ProxyToken::Offer, false, &own[1..], None),
        (ProxyToken::Own, true, &own[1..], None),
        (ProxyToken::Own, true, &own[..], Some("own")),
        (ProxyToken::Offer, true, &own[..], Some("own")),
        (ProxyToken::Offer, true, &own[1..], Some("agents")),
    ] {
        if logged_in {
            store.login().await.unwrap();
        }
        let given = request("GET /v1/x", headers, "");
        store.forward(given, rule).await.unwrap();
        let seen = server.seen();
        let seen = seen.last().unwrap();
        assert_eq!(
            seen.header("x-vault-token"),
            expected,
            "{rule:?} {headers:?}"
        );
        assert_eq!(seen.header("x-vault-namespace"), Some("own"));
    }
}

#[tokio::test]
async fn a_redirect_is_passed_back_unfollowed() {
    let pod = Pod::new();
    let server = server().await;
    let mut store = pod.store(&format!("{}/base", server.http()), |_| ());
    let passed = store
        .forward(request("GET /v1/moved", &[], ""), ProxyToken::Offer)
        .await
        .unwrap();
    assert_eq!(passed.status(), StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(
        passed.headers().get("location").unwrap(),
        "http://elsewhere/"
    );
}

#[tokio::test]
async fn what_leaves_the_api_or_is_too_long_is_refused_without_a_request() {
    let pod = Pod::new();
    let server = server().await;
    let mut store = pod.store(&server.http(), |_| ());
    for target in ["GET /ui/", "GET /v1/../ui", "GET /v1/%2e%2e/ui"] {
        let fault = store
            .forward(request(target, &[], ""), ProxyToken::Own)
            .await
            .unwrap_err();
        assert_eq!(fault.code, Code::RequestRefused);
    }
    let long = Full::from(vec![b'x'; LIMIT + 1]).map_err(|never| match never {});
    let long = Request::post("/v1/x").body(long.boxed_unsync()).unwrap();
    let fault = store.forward(long, ProxyToken::Own).await.unwrap_err();
    assert_eq!(fault.code, Code::RequestRefused);
    assert!(server.seen().is_empty());
}

/// A server that begins an answer, and goes on when told; or never, when the sender is dropped.
async fn slow() -> (String, oneshot::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (go_on, told) = oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        head(&mut stream).await;
        let begin = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n";
        stream.write_all(begin).await.unwrap();
        if told.await.is_err() {
            std::future::pending::<()>().await;
        }
        stream.write_all(b"6\r\nsecond\r\n0\r\n\r\n").await.unwrap();
    });
    (address, go_on)
}

#[tokio::test]
async fn an_answer_is_passed_on_as_it_comes() {
    let pod = Pod::new();
    let (address, go_on) = slow().await;
    let mut store = pod.store(&address, |_| ());
    let body = Empty::new().map_err(|never| match never {}).boxed_unsync();
    let given = Request::get("/v1/x").body(body).unwrap();
    let forwarding = store.forward(given, ProxyToken::Own);
    // The future has all it needs.
    drop(store);
    let mut body = forwarding.await.unwrap().into_body();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(&first[..], b"first");
    go_on.send(()).unwrap();
    let rest = body.collect().await.unwrap().to_bytes();
    assert_eq!(&rest[..], b"second");
}

#[tokio::test]
async fn an_answer_that_stops_in_between_is_given_up() {
    let pod = Pod::new();
    let (address, go_on) = slow().await;
    drop(go_on);
    let mut store = pod.store(&address, |config| {
        config["connection"] = json!({ "timeout": "50ms" });
    });
    let passed = store
        .forward(request("GET /v1/x", &[], ""), ProxyToken::Own)
        .await
        .unwrap();
    let failure = passed.into_body().collect().await.unwrap_err();
    assert_eq!(failure.to_string(), "the store fell silent");
}
