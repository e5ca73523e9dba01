use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use vouchsafe_shared::diagnostic::Code;
use vouchsafe_template::scope::Dependency;

use super::{
    Pod,
    server::{Server, answer, once},
};
use crate::{
    fault::{Fault, Retry, Whose},
    store::{Reader, Store},
};

/// The fault of a login at this address.
async fn fault(address: &str) -> Fault {
    let pod = Pod::new();
    let mut store = pod.store(address, |_| ());
    store.login().await.unwrap_err()
}

#[tokio::test]
async fn what_is_no_http_is_a_bad_answer() {
    let garbage: &[u8] = b"SSH-2.0-OpenSSH_9.2\r\n\r\n";
    let fault = fault(&once(garbage).await).await;
    assert_eq!(
        (fault.code, fault.retry),
        (Code::BadAnswer, Retry::Backoff),
        "{fault}"
    );
}

#[tokio::test]
async fn a_page_that_is_no_answer_is_not_shown() {
    let page = b"HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n<html>canary</html>.";
    let fault = fault(&once(page).await).await;
    assert_eq!(fault.code, Code::BadAnswer);
    assert!(!fault.message.contains("canary"), "{fault}");
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_the_networks_fault() {
    let truncated = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"auth\"";
    let fault = fault(&once(truncated).await).await;
    assert_eq!(
        (fault.code, fault.whose),
        (Code::StoreUnreachable, Whose::Network),
        "{fault}"
    );
}

#[tokio::test]
async fn a_port_that_speaks_otherwise_is_the_networks_fault_and_tried_again() {
    // What a server in Go answers where TLS is expected, and where it is not, in turn.
    let page: &[u8] =
        b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";
    let alert: &[u8] = &[0x15, 3, 1, 0, 2, 2, 70];
    let plain: &[u8] = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n400 Bad Request";
    for (answer, is_tls, code) in [
        (page, false, Code::BadAnswer),
        (alert, false, Code::BadAnswer),
        (plain, true, Code::StoreUnreachable),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let scheme = if is_tls { "https" } else { "http" };
        let address = format!("{scheme}://{}", listener.local_addr().unwrap());
        let answering = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut heard = [0; 4096];
            assert!(stream.read(&mut heard).await.unwrap() > 0);
            stream.write_all(answer).await.unwrap();
            stream.shutdown().await.unwrap();
            // Until the client hangs up, or it may miss what was said.
            while stream.read(&mut heard).await.is_ok_and(|length| length > 0) {}
        });
        let fault = fault(&address).await;
        answering.await.unwrap();
        assert_eq!(
            (fault.code, fault.whose, fault.retry),
            (code, Whose::Network, Retry::Backoff),
            "{fault}"
        );
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_later_is_the_networks_fault_too() {
    // Without a length, with chunks: what there is so far would do.
    let auth = r#"{"auth":{"client_token":"hvs.new","lease_duration":60}}"#;
    let length = auth.len();
    let cut =
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{length:x}\r\n{auth}\r\n");
    let fault = fault(&once(cut.leak().as_bytes()).await).await;
    assert_eq!(
        (fault.code, fault.whose, fault.retry),
        (Code::StoreUnreachable, Whose::Network, Retry::Backoff),
        "{fault}"
    );
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_it() {
    let server = Server::start(|_| answer(200, &json!("x".repeat(5 * 1024 * 1024)))).await;
    let fault = fault(&server.http()).await;
    assert_eq!(
        (fault.code, fault.retry),
        (Code::BadAnswer, Retry::Rarely),
        "{fault}"
    );
    assert!(
        fault.message.contains("longer than 4194304 bytes"),
        "{fault}"
    );
}

#[tokio::test]
async fn nobody_at_the_address_is_the_networks_fault() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let refused = fault(&format!("http://{address}")).await;
    assert_eq!(
        (refused.code, refused.retry),
        (Code::StoreUnreachable, Retry::Backoff)
    );
    assert!(
        refused.message.contains("cannot connect to the server"),
        "{refused}"
    );
    // Too long for a name, so no name server is ever asked.
    let unknown = fault(&format!("http://{}:8200", "a".repeat(64))).await;
    assert_eq!(unknown.code, Code::StoreUnreachable);
    assert!(
        unknown.message.contains("cannot look up the name"),
        "{unknown}"
    );
}

#[tokio::test]
async fn a_server_that_says_nothing_is_left_after_the_time_configured() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let pod = Pod::new();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let mut store = pod.store(&address, |config| {
        config["connection"] = json!({ "timeout": "50ms", "retries": 3 });
    });
    let fault = store.login().await.unwrap_err();
    assert_eq!(
        (fault.code, fault.retry),
        (Code::StoreTimeout, Retry::Backoff)
    );
    assert!(fault.message.contains("within 50ms"), "{fault}");
    assert!(listener.accept().await.is_ok());
    let second = tokio::time::timeout(std::time::Duration::ZERO, listener.accept()).await;
    assert!(second.is_err(), "what took all its time is not repeated");
}

#[tokio::test]
async fn a_redirect_is_told_and_never_followed() {
    let active = Server::start(|_| answer(200, &Value::Null)).await;
    let location = format!("{}/v1/auth/kubernetes/login?token=canary", active.http());
    let standby = Server::start(move |_| {
        let mut answer = answer(307, &Value::Null);
        answer
            .headers_mut()
            .insert("location", location.parse().unwrap());
        answer
    })
    .await;
    let fault = fault(&standby.http()).await;
    assert_eq!(
        (fault.code, fault.retry),
        (Code::StoreUnavailable, Retry::Backoff)
    );
    assert!(
        fault
            .message
            .contains(&format!("(HTTP 307 to {})", active.at)),
        "{fault}"
    );
    assert!(active.seen().is_empty());
}

/// A store before which somebody else answers with a page, but for logins and the question for an engine.
async fn behind_a_page(status: u16, page: &'static str) -> Server {
    let auth = json!({ "auth": { "client_token": "hvs.new", "lease_duration": 60, "policies": ["default"] } });
    Server::start(move |seen| {
        if seen.target.ends_with("/login") {
            return answer(200, &auth);
        }
        if seen.target.contains("/ui/mounts/") {
            let kv = json!({ "path": "secret/", "type": "kv", "options": { "version": "2" } });
            return answer(200, &json!({ "data": kv }));
        }
        let mut answer = answer(status, &Value::Null);
        *answer.body_mut() = page.into();
        answer
    })
    .await
}

#[tokio::test]
async fn a_refusal_that_is_no_stores_says_nothing_of_token_or_secret() {
    let pod = Pod::new();
    let statuses = [400, 403, 404].into_iter();
    for (status, page) in
        statuses.flat_map(|status| [(status, "<html>Not here</html>"), (status, "")])
    {
        let server = behind_a_page(status, page).await;
        let mut store = pod.store(&server.http(), |_| ());
        store.login().await.unwrap();
        let path = "secret/apps".to_owned();
        let (secret, list) = (
            Dependency::Read { path: path.clone() },
            Dependency::List { path },
        );
        let faults = [
            store.ask(&secret, None).await.unwrap_err(),
            store.ask(&list, None).await.unwrap_err(),
            store.renew().await.unwrap_err(),
            store.adopt("hvs.old".into()).await.unwrap_err(),
        ];
        for fault in faults {
            assert_eq!(
                (fault.code, fault.whose, fault.retry),
                (Code::BadAnswer, Whose::Network, Retry::Backoff),
                "{fault}"
            );
        }
    }
}

#[tokio::test]
async fn a_page_in_answer_to_the_question_about_the_token_does_not_end_it() {
    let auth = json!({ "auth": { "client_token": "hvs.new", "lease_duration": 60, "policies": ["default"] } });
    let server = Server::start(move |seen| match seen.target.as_str() {
        target if target.ends_with("/login") => answer(200, &auth),
        target if target.ends_with("/lookup-self") => {
            let mut page = answer(403, &Value::Null);
            *page.body_mut() = "<html>Blocked</html>".into();
            page
        }
        _ => answer(403, &json!({ "errors": ["permission denied"] })),
    })
    .await;
    let pod = Pod::new();
    let mut store = pod.store(&server.http(), |_| ());
    store.login().await.unwrap();
    let fault = super::read(&mut store).await.unwrap_err();
    assert_eq!((fault.whose, fault.retry), (Whose::User, Retry::Rarely));
}
