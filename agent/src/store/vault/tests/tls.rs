use std::{
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use serde_json::{Value, json};
use tracing_subscriber::fmt::MakeWriter;
use vouchsafe_shared::diagnostic::Code;

use super::{
    Pod,
    authority::{Authority, Clients, Pair},
    server::{Server, answer},
};
use crate::{
    fault::{Fault, Retry},
    store::{Store, vault::Vault},
};

async fn serving(authority: &Authority, clients: Clients) -> Server {
    let auth = json!({ "auth": { "client_token": "hvs.new", "lease_duration": 60 } });
    Server::start_tls(authority.server(clients), move |_| answer(200, &auth)).await
}

async fn login(pod: &Pod, address: &str, tls: Value) -> Result<(), Fault> {
    store(pod, address, tls).login().await.map(drop)
}

fn store(pod: &Pod, address: &str, tls: Value) -> Vault {
    pod.store(address, |config| config["tls"] = tls)
}

#[tokio::test]
async fn a_server_is_trusted_by_any_of_the_authorities_named() {
    let pod = Pod::new();
    let (authority, other) = (Authority::new(), Authority::new());
    let server = serving(&authority, Clients::Anonymous).await;
    std::fs::create_dir_all(pod.path("cas/..data")).unwrap();
    std::fs::create_dir_all(pod.path("cas/below")).unwrap();
    pod.put("cas/b.pem", &authority.pem());
    pod.put("cas/a.pem", &other.pem());
    pod.put("cas/tls.key", &authority.sign().key_pem);
    pod.put("ca", &format!("{}{}", other.pem(), authority.pem()));
    for tls in [
        json!({ "ca_pem": authority.pem() }),
        json!({ "ca_file": pod.at("ca") }),
        json!({ "ca_directory": pod.at("cas") }),
        json!({ "ca_directory": pod.at("cas"), "ca_pem": other.pem() }),
    ] {
        login(&pod, &server.https(), tls).await.unwrap();
    }
    for tls in [json!({}), json!({ "ca_pem": other.pem() })] {
        let fault = login(&pod, &server.https(), tls).await.unwrap_err();
        assert_eq!(
            (fault.code, fault.retry),
            (Code::StoreUntrusted, Retry::Rarely),
            "{fault}"
        );
    }
    assert_eq!(
        server.seen().len(),
        4,
        "an untrusted server gets no request"
    );
}

#[tokio::test]
async fn authorities_that_cannot_be_read_are_told_with_their_place() {
    let pod = Pod::new();
    std::fs::create_dir_all(pod.path("cas")).unwrap();
    pod.put("none", "no certificate");
    for (tls, expected) in [
        (
            json!({ "ca_file": pod.at("missing") }),
            "missing cannot be read",
        ),
        (
            json!({ "ca_file": pod.at("none") }),
            "none holds no certificate",
        ),
        (
            json!({ "ca_directory": pod.at("cas") }),
            "cas holds no certificate",
        ),
        (
            json!({ "ca_directory": pod.at("none") }),
            "none cannot be read",
        ),
    ] {
        let fault = login(&pod, "https://localhost:1", tls).await.unwrap_err();
        assert_eq!(fault.code, Code::StoreUntrusted);
        assert!(fault.message.contains(expected), "{fault}");
    }
}

#[tokio::test]
async fn the_certificate_must_be_for_the_name_expected() {
    let pod = Pod::new();
    let authority = Authority::new();
    let server = serving(&authority, Clients::Anonymous).await;
    let address = format!("https://{}", server.at);
    let tls = |name: Option<&str>| json!({ "ca_pem": authority.pem(), "server_name": name });
    let fault = login(&pod, &address, tls(None)).await.unwrap_err();
    assert_eq!(fault.code, Code::StoreUntrusted);
    login(&pod, &address, tls(Some("localhost"))).await.unwrap();
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn an_unverified_server_is_believed_and_warned_of() {
    let pod = Pod::new();
    let server = serving(&Authority::new(), Clients::Anonymous).await;
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).finish();
    let mut store = tracing::subscriber::with_default(subscriber, || {
        store(&pod, &server.https(), json!({ "skip_verify": true }))
    });
    store.login().await.unwrap();
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("WARN") && log.contains("tls_not_verified"),
        "{log}"
    );
}

fn put(pod: &Pod, pair: &Pair) {
    pod.put("cert", &pair.certificate_pem);
    pod.put("key", &pair.key_pem);
}

#[tokio::test]
async fn the_agents_certificate_is_read_again_at_every_connection() {
    let pod = Pod::new();
    let authority = Authority::new();
    let server = serving(&authority, Clients::Required(authority.certificate())).await;
    let mut store = pod.store(&server.https(), |config| {
        config["tls"] = json!({ "ca_pem": authority.pem(), "client_certificate_file": pod.at("cert"), "client_key_file": pod.at("key") });
        config["connection"] = json!({ "close_after_answer": true });
    });
    let (first, second) = (authority.sign(), authority.sign());
    put(&pod, &first);
    store.login().await.unwrap();
    put(&pod, &second);
    store.login().await.unwrap();
    let shown: Vec<_> = server
        .seen()
        .into_iter()
        .filter_map(|seen| seen.certificate)
        .collect();
    assert_eq!(shown, [first.certificate, second.certificate]);
    // Half of a replacement.
    pod.put("key", &first.key_pem);
    let fault = store.login().await.unwrap_err();
    assert_eq!(
        (fault.code, fault.retry),
        (Code::TokenFileUnreadable, Retry::Backoff)
    );
    assert!(
        fault.message.contains("is not that of the certificate"),
        "{fault}"
    );
    pod.put("key", "canary");
    let fault = store.login().await.unwrap_err();
    assert!(
        fault.message.contains("holds no key") && !fault.message.contains("canary"),
        "{fault}"
    );
}

#[tokio::test]
async fn one_file_may_hold_certificate_and_key() {
    let pod = Pod::new();
    let authority = Authority::new();
    let server = serving(&authority, Clients::Required(authority.certificate())).await;
    let pair = authority.sign();
    pod.put("both", &format!("{}{}", pair.key_pem, pair.certificate_pem));
    let tls = json!({ "ca_pem": authority.pem(), "client_certificate_file": pod.at("both") });
    login(&pod, &server.https(), tls).await.unwrap();
}

#[tokio::test]
async fn a_server_that_does_not_take_the_agents_certificate_is_no_weather() {
    let pod = Pod::new();
    let authority = Authority::new();
    let server = serving(&authority, Clients::Required(authority.certificate())).await;
    put(&pod, &Authority::new().sign());
    for tls in [
        json!({ "ca_pem": authority.pem() }),
        json!({ "ca_pem": authority.pem(), "client_certificate_file": pod.at("cert"), "client_key_file": pod.at("key") }),
    ] {
        let fault = login(&pod, &server.https(), tls).await.unwrap_err();
        assert_eq!(
            (fault.code, fault.retry),
            (Code::CertificateRefused, Retry::Rarely),
            "{fault}"
        );
    }
    assert!(server.seen().is_empty());
}

/// Shows one certificate to the first who comes, and another one to all others.
#[derive(Debug)]
struct Replaced {
    shown: AtomicBool,
    first: Arc<CertifiedKey>,
    then: Arc<CertifiedKey>,
}

impl ResolvesServerCert for Replaced {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let key = if self.shown.swap(true, Ordering::SeqCst) {
            &self.then
        } else {
            &self.first
        };
        Some(Arc::clone(key))
    }
}

#[tokio::test]
async fn a_session_is_not_resumed_without_a_look_at_the_certificate() {
    let pod = Pod::new();
    let (authority, other) = (Authority::new(), Authority::new());
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let key = |authority: &Authority| {
        let pair = authority.sign();
        let key = PrivateKeyDer::from_pem_slice(pair.key_pem.as_bytes()).unwrap();
        let chain = vec![pair.certificate.into()];
        Arc::new(CertifiedKey::from_der(chain, key, &provider).unwrap())
    };
    let mut config = ServerConfig::clone(&authority.server(Clients::Anonymous));
    config.cert_resolver = Arc::new(Replaced {
        shown: AtomicBool::new(false),
        first: key(&authority),
        then: key(&other),
    });
    let auth = json!({ "auth": { "client_token": "hvs.new", "lease_duration": 60 } });
    let server = Server::start_tls(Arc::new(config), move |_| answer(200, &auth)).await;
    let mut store = pod.store(&server.https(), |config| {
        config["tls"] = json!({ "ca_pem": authority.pem() });
        config["connection"] = json!({ "close_after_answer": true });
    });
    store.login().await.unwrap();
    let fault = store.login().await.unwrap_err();
    assert_eq!(fault.code, Code::StoreUntrusted, "{fault}");
}
