use std::time::Duration;

use http_body_util::{BodyExt as _, Empty};
use hyper::{Request, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpStream,
    task::JoinHandle,
    time::{sleep, timeout},
};
use vouchsafe_cluster::options::Options;
use vouchsafe_webhook::{
    app::{Addresses, App, CertificateSource, Config, NativeSidecar, RunError},
    mutate::Settings,
    server::{Limits, tls::TlsOptions},
    shutdown::{self, Trigger},
};

use crate::certificates::{Authority, Directory, Pair};

/// More than anything here takes on the slowest machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// With generous limits, on loopback addresses of the kernel's choice.
pub(crate) fn config(certificate: CertificateSource) -> Config {
    let loopback = "127.0.0.1:0".parse().unwrap();
    Config {
        listen: loopback,
        health_listen: Some(loopback),
        telemetry_path: None,
        certificate,
        tls: TlsOptions::default(),
        cluster: Options::idle(),
        native_sidecar: NativeSidecar::Auto,
        certificate_interval: Duration::from_millis(20),
        settings: Settings::new("agent:1"),
        limits: Limits {
            handshake: PATIENCE,
            first_request: PATIENCE,
            idle: PATIENCE,
            ..Limits::default()
        },
        drain_delay: Duration::ZERO,
    }
}

/// The whole program, but for its command line.
pub(crate) struct Running {
    pub(crate) addresses: Addresses,
    pub(crate) authority: Authority,
    pub(crate) pair: Pair,
    pub(crate) directory: Directory,
    pub(crate) trigger: Trigger,
    ended: JoinHandle<Result<(), RunError>>,
}

impl Running {
    /// Starts with generous limits, of which `adjust` makes some tight.
    pub(crate) async fn start(adjust: impl FnOnce(&mut Config)) -> Self {
        let authority = Authority::new();
        let pair = authority.sign();
        let directory = Directory::new(&pair);
        let mut config = config(CertificateSource::Files(directory.files()));
        adjust(&mut config);
        let app = App::bind(config).await.unwrap();
        let addresses = app.addresses().unwrap();
        let (trigger, shutdown) = shutdown::channel();
        Self {
            addresses,
            authority,
            pair,
            directory,
            trigger,
            ended: tokio::spawn(app.run(shutdown)),
        }
    }

    pub(crate) async fn ended(self) -> Result<(), RunError> {
        timeout(PATIENCE, self.ended)
            .await
            .expect("ends in time")
            .expect("does not panic")
    }

    /// Status and text of a page of the health port.
    pub(crate) async fn page(&self, path: &str) -> (u16, String) {
        let stream = TcpStream::connect(self.addresses.health.unwrap())
            .await
            .unwrap();
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let request = Request::get(path)
            .header("host", "localhost")
            .body(Empty::<Bytes>::new())
            .unwrap();
        let response = sender.send_request(request).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    /// Waits until the metrics hold a line, given without the common prefix.
    pub(crate) async fn metric(&self, line: &str) {
        let line = format!("vouchsafe_webhook_{line}\n");
        self.until("/metrics", |_, page| page.contains(&line)).await;
    }

    pub(crate) async fn until(&self, path: &str, holds: impl Fn(u16, &str) -> bool) {
        let wait = async {
            loop {
                let (status, page) = self.page(path).await;
                if holds(status, &page) {
                    return;
                }
                sleep(Duration::from_millis(5)).await;
            }
        };
        let reached = timeout(PATIENCE, wait).await.is_ok();
        assert!(reached, "{path} stays {:?}", self.page(path).await);
    }
}
