use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
};

use super::*;

/// A store that answers every request with `{"data":"0123456789"}`, in chunks.
fn store() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            drop(stream.read(&mut request));
            drop(stream.write_all(
                b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{\"data\":\"\r\nc\r\n0123456789\"}\r\n0\r\n\r\n",
            ));
        }
    });
    port
}

/// What comes back, and whether the connection was reset.
fn asked(proxy: &FaultProxy, path: &str) -> (String, bool) {
    let mut stream = TcpStream::connect(("127.0.0.1", proxy.port())).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nX-Vault-Token: t\r\nConnection: close\r\n\r\n");
    drop(stream.write_all(request.as_bytes()));
    drop(stream.shutdown(Shutdown::Write));
    let mut answer = Vec::new();
    let is_reset = stream.read_to_end(&mut answer).is_err();
    (String::from_utf8_lossy(&answer).into_owned(), is_reset)
}

#[test]
fn without_a_fault_all_is_passed_on_and_counted() {
    let proxy = FaultProxy::start(store());
    let (answer, _) = asked(&proxy, "/v1/a");
    assert!(
        answer.ends_with("content-length: 21\r\n\r\n{\"data\":\"0123456789\"}"),
        "{answer}"
    );
    assert_eq!((proxy.requests(), proxy.requests_for(0, "/v1/b")), (1, 0));
    assert_eq!(proxy.tokens(), ["t"]);
}

#[test]
fn each_fault_is_the_one_that_was_ordered() {
    let proxy = FaultProxy::start(store());
    proxy.all(Fault::TruncatedBody);
    assert!(
        asked(&proxy, "/")
            .0
            .ends_with("content-length: 10\r\n\r\n{\"data\":\"0")
    );
    proxy.all(Fault::ResetMidBody);
    let (answer, is_reset) = asked(&proxy, "/");
    assert!(is_reset, "{answer}");
    proxy.all(Fault::Reset);
    assert!(asked(&proxy, "/").0.is_empty());
    let headers = vec![("retry-after", "7".to_owned())];
    let body = "slow down".to_owned();
    proxy.all(Fault::Answer {
        status: 429,
        headers,
        body,
    });
    let (answer, _) = asked(&proxy, "/");
    assert!(
        answer.starts_with("HTTP/1.1 429 ") && answer.contains("retry-after: 7\r\n"),
        "{answer}"
    );
    proxy.heal();
    assert!(asked(&proxy, "/").0.starts_with("HTTP/1.1 200 "));
}

#[test]
fn a_rule_for_a_path_leaves_others_alone() {
    let proxy = FaultProxy::start(store());
    proxy.only("/v1/auth/", Fault::Garbage);
    assert!(asked(&proxy, "/v1/auth/jwt/login").0.starts_with("SSH-"));
    assert!(asked(&proxy, "/v1/secret").0.starts_with("HTTP/1.1 200 "));
}

#[test]
fn what_waits_ends_when_connections_are_cut() {
    let proxy = FaultProxy::start(store());
    proxy.all(Fault::BlackHole);
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| asked(&proxy, "/"));
        crate::wait::until(Duration::from_secs(10), "the request", || {
            (proxy.requests() == 1).then_some(()).ok_or("none")
        });
        proxy.cut();
        assert!(waiting.join().unwrap().0.is_empty());
    });
}
