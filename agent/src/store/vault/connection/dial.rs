//! From an address to a connection: the name, a proxy perhaps, TLS, HTTP.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use hyper::{client::conn::http1, header::HeaderValue};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsConnector;
use vouchsafe_shared::{
    config::{StoreConfig, TlsConfig},
    diagnostic::Code,
    value::StoreAddress,
};

use super::{super::tls, Driver, Open, Stream, broken, proxy::Proxy};
use crate::fault::{Fault, Retry, Whose};

/// Looking a name up, connecting and shaking hands, together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How a server is reached.
#[derive(Clone, Debug)]
pub(super) struct Dialer {
    address: StoreAddress,
    tls: TlsConfig,
    /// Built at the first use; built again each time when it comes from files that may change.
    tls_ready: Option<Arc<rustls::ClientConfig>>,
    /// Or what is wrong with it.
    proxy: Option<Result<Proxy, &'static str>>,
}

impl Dialer {
    pub(super) fn new(config: &StoreConfig) -> Self {
        let proxy = config.connection.proxy.as_deref();
        Self {
            address: config.address.clone(),
            tls: config.tls.clone(),
            tls_ready: None,
            proxy: proxy.map(Proxy::parse),
        }
    }

    pub(super) fn identified_by(&self, certificate_file: &str, key_file: Option<&str>) -> Self {
        Self {
            tls: TlsConfig {
                client_certificate_file: Some(certificate_file.to_owned()),
                client_key_file: key_file.map(str::to_owned),
                ..self.tls.clone()
            },
            tls_ready: None,
            ..self.clone()
        }
    }

    pub(super) fn address(&self) -> &StoreAddress {
        &self.address
    }

    /// What stands in the first line of a request for a path of the server's API. A proxy that
    /// reads it wants to know the host, too.
    pub(super) fn target(&self, path: &str) -> String {
        let base = self.address.base_path();
        if self.reading_proxy().is_some() {
            format!("http://{}{base}{path}", self.address.authority())
        } else {
            format!("{base}{path}")
        }
    }

    /// What the proxy that reads the requests wants to know.
    pub(super) fn proxy_authorization(&self) -> Option<&HeaderValue> {
        self.reading_proxy()?.authorization()
    }

    /// Only what is not encrypted can be read.
    fn reading_proxy(&self) -> Option<&Proxy> {
        let proxy = self.proxy.as_ref()?.as_ref().ok()?;
        (!self.address.is_https()).then_some(proxy)
    }

    pub(super) async fn dial(&mut self) -> Result<Open, Fault> {
        let tls = self.tls_config()?;
        let proxy = match &self.proxy {
            None => None,
            Some(Ok(proxy)) => Some(proxy),
            Some(Err(reason)) => {
                let message = format!("no way to {}: the proxy's address {reason}", self.address);
                return Err(Fault::new(
                    Code::ProxyRefused,
                    Whose::User,
                    Retry::Rarely,
                    message,
                ));
            }
        };
        match timeout(CONNECT_TIMEOUT, self.connect(proxy, tls)).await {
            Ok(open) => open,
            Err(_) => {
                let seconds = CONNECT_TIMEOUT.as_secs();
                Err(self.unreachable(&format!("no connection within {seconds} s")))
            }
        }
    }

    async fn connect(
        &self,
        proxy: Option<&Proxy>,
        tls: Option<Arc<rustls::ClientConfig>>,
    ) -> Result<Open, Fault> {
        let (host, port) = proxy.map_or_else(
            || (self.address.host(), self.address.port()),
            Proxy::address,
        );
        let stream: Stream = Box::new(self.tcp(proxy, host, port).await?);
        let Some(tls) = tls else {
            return self.http(stream).await;
        };
        let stream = match proxy {
            Some(proxy) => Box::new(proxy.tunnel(stream, &self.address).await?),
            None => stream,
        };
        let name = self
            .tls
            .server_name
            .as_deref()
            .unwrap_or_else(|| self.address.host());
        let name = ServerName::try_from(name.to_owned()).map_err(|_| {
            let message = format!("{name} is not a name that a certificate can have");
            Fault::new(Code::StoreUntrusted, Whose::User, Retry::Rarely, message)
        })?;
        let stream = TlsConnector::from(tls).connect(name, stream).await;
        let stream = stream.map_err(|error| {
            let message = format!("no TLS connection to {}: {error}", self.address);
            tls::fault(&error, message.clone()).unwrap_or_else(|| {
                Fault::new(
                    Code::StoreUnreachable,
                    Whose::Network,
                    Retry::Backoff,
                    message,
                )
            })
        })?;
        self.http(Box::new(stream)).await
    }

    async fn tcp(&self, proxy: Option<&Proxy>, host: &str, port: u16) -> Result<TcpStream, Fault> {
        let via = |error: io::Error, step: &str| match proxy {
            Some(proxy) => self.unreachable(&format!("{step} the proxy {proxy}: {error}")),
            None => self.unreachable(&format!("{step} the server: {error}")),
        };
        let addresses = tokio::net::lookup_host((host, port)).await;
        let addresses = addresses.map_err(|error| via(error, "cannot look up the name of"))?;
        let mut failure = io::Error::other("the name has no address");
        for address in addresses.collect::<Vec<SocketAddr>>() {
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    let is_set = stream.set_nodelay(true);
                    return is_set
                        .map(|()| stream)
                        .map_err(|error| via(error, "cannot use the connection to"));
                }
                Err(error) => failure = error,
            }
        }
        Err(via(failure, "cannot connect to"))
    }

    async fn http(&self, stream: Stream) -> Result<Open, Fault> {
        let handshake = http1::Builder::new()
            .max_buf_size(64 * 1024)
            .handshake(TokioIo::new(stream))
            .await;
        let (sender, connection) = handshake.map_err(|error| broken(&self.address, &error))?;
        // Its errors reach whoever waits for the answer.
        let connection = connection.with_upgrades();
        let driver = Driver(tokio::spawn(async move { drop(connection.await) }));
        Ok(Open {
            sender,
            _driver: driver,
        })
    }

    fn tls_config(&mut self) -> Result<Option<Arc<rustls::ClientConfig>>, Fault> {
        if !self.address.is_https() {
            return Ok(None);
        }
        if let Some(ready) = &self.tls_ready
            && !tls::reads_files(&self.tls)
        {
            return Ok(Some(Arc::clone(ready)));
        }
        let ready = tls::client_config(&self.tls)?;
        self.tls_ready = Some(Arc::clone(&ready));
        Ok(Some(ready))
    }

    fn unreachable(&self, reason: &str) -> Fault {
        let message = format!("{} cannot be reached: {reason}", self.address);
        Fault::new(
            Code::StoreUnreachable,
            Whose::Network,
            Retry::Backoff,
            message,
        )
    }
}
