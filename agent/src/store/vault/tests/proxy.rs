use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::{
    io::{AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use vouchsafe_shared::diagnostic::Code;

use super::{
    Pod,
    authority::{Authority, Clients},
    server::{Scripted, Server, answer, head},
};
use crate::{
    fault::{Fault, Retry},
    store::{Store, vault::Vault},
};

fn granted() -> Scripted {
    answer(
        200,
        &json!({ "auth": { "client_token": "hvs.new", "lease_duration": 60 } }),
    )
}

/// A proxy that answers with this status and, if that is a success, connects with `server`.
async fn proxy(
    status: &'static str,
    server: std::net::SocketAddr,
) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heads = Arc::<Mutex<Vec<String>>>::default();
    let log = Arc::clone(&heads);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let head = head(&mut client).await;
            log.lock().unwrap().push(head);
            let line = format!("HTTP/1.1 {status}\r\n\r\n");
            client.write_all(line.as_bytes()).await.unwrap();
            if status.starts_with('2') {
                let mut server = TcpStream::connect(server).await.unwrap();
                tokio::spawn(
                    async move { drop(copy_bidirectional(&mut client, &mut server).await) },
                );
            }
        }
    });
    (port, heads)
}

fn store(pod: &Pod, address: &str, authority: &Authority, proxy: &str) -> Vault {
    pod.store(address, |config| {
        config["tls"] = json!({ "ca_pem": authority.pem() });
        config["connection"] = json!({ "proxy": proxy });
    })
}

#[tokio::test]
async fn an_encrypted_store_is_reached_through_a_tunnel() {
    let pod = Pod::new();
    let authority = Authority::new();
    let server = Server::start_tls(authority.server(Clients::Anonymous), |_| granted()).await;
    let (port, heads) = proxy("200 Connection established", server.at).await;
    let url = format!("http://user:p%40ss@127.0.0.1:{port}");
    let mut store = store(&pod, &server.https(), &authority, &url);
    store.login().await.unwrap();
    store.login().await.unwrap();
    let heads = heads.lock().unwrap().clone();
    let [head] = &heads[..] else {
        panic!("{heads:?}")
    };
    let lines: Vec<String> = head.lines().map(str::to_ascii_lowercase).collect();
    let target = format!("localhost:{}", server.at.port());
    assert_eq!(lines[0], format!("connect {target} http/1.1"));
    assert!(lines.contains(&format!("host: {target}")), "{head}");
    assert!(head.contains("Basic dXNlcjpwQHNz"), "{head}");
    let seen = server.seen();
    assert_eq!((seen.len(), server.connections()), (2, 1));
    // The store is not told how the proxy is to be convinced.
    assert!(
        seen.iter()
            .all(|seen| seen.header("proxy-authorization").is_none())
    );
    assert_eq!(seen[0].target, "/v1/auth/kubernetes/login");
}

#[tokio::test]
async fn a_plain_store_is_asked_for_by_its_whole_address() {
    let pod = Pod::new();
    // The proxy reads the request and answers it itself.
    let proxy = Server::start(|_| granted()).await;
    let url = format!("http://user:pass@{}", proxy.at);
    let mut store = store(
        &pod,
        "http://vault.invalid:8200/base",
        &Authority::new(),
        &url,
    );
    store.login().await.unwrap();
    let seen = &proxy.seen()[0];
    assert_eq!(
        seen.line(),
        "POST http://vault.invalid:8200/base/v1/auth/kubernetes/login"
    );
    assert_eq!(seen.header("host"), Some("vault.invalid:8200"));
    assert_eq!(
        seen.header("proxy-authorization"),
        Some("Basic dXNlcjpwYXNz")
    );
}

#[tokio::test]
async fn a_proxy_that_lets_nobody_through_is_named_without_its_password() {
    let pod = Pod::new();
    let authority = Authority::new();
    let nowhere = ([127, 0, 0, 1], 1).into();
    let faulty = async |status: &'static str, url: &str| -> Fault {
        let (port, _) = proxy(status, nowhere).await;
        let url = url.replace("PORT", &port.to_string());
        let mut store = store(&pod, "https://localhost:1", &authority, &url);
        let shown = format!("{store:?}");
        assert!(!shown.contains("canary"), "{shown}");
        store.login().await.unwrap_err()
    };
    let url = "http://user:canary@127.0.0.1:PORT";
    for (status, url, code, retry, expected) in [
        (
            "407 Who?",
            url,
            Code::ProxyRefused,
            Retry::Rarely,
            "wants other credentials",
        ),
        (
            "403 No",
            url,
            Code::ProxyRefused,
            Retry::Rarely,
            "lets nobody through",
        ),
        (
            "502 Later",
            url,
            Code::StoreUnreachable,
            Retry::Backoff,
            "cannot connect",
        ),
        (
            "200 OK",
            "socks5://user:canary@127.0.0.1:PORT",
            Code::ProxyRefused,
            Retry::Rarely,
            "not supported",
        ),
        (
            "200 OK",
            "http://user:canary@127.0.0.1:1",
            Code::StoreUnreachable,
            Retry::Backoff,
            "the proxy 127.0.0.1:1",
        ),
    ] {
        let fault = faulty(status, url).await;
        assert_eq!((fault.code, fault.retry), (code, retry), "{fault}");
        assert!(fault.message.contains(expected), "{fault}");
        assert!(!fault.message.contains("canary"), "{fault}");
    }
}
