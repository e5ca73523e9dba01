use std::{net::SocketAddr, sync::Arc, time::Duration};

use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    Method, Request, StatusCode,
    body::{Buf, Bytes},
    client::conn::http1::{self, SendRequest},
    header,
};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use secrecy::SecretString;
use tokio::{net::TcpStream, task::JoinHandle, time::timeout};
use tokio_rustls::TlsConnector;
use vouchsafe_shared::{
    config::{StoreConfig, TlsConfig},
    diagnostic::Code,
    value::StoreAddress,
};
use zeroize::Zeroizing;

use super::{tls, token_header};
use crate::fault::{Fault, Retry, Whose};

/// Looking a name up, connecting and shaking hands, together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// The largest answer that is read: Vault's own limit for a request (and so for a secret) is 32 MiB,
/// but no secret that fits a tmpfs of a few MiB needs more than this, in bytes.
const ANSWER_LIMIT: usize = 4 * 1024 * 1024;

/// One HTTP/1.1 connection to a server, opened when needed and kept while it lasts.
#[derive(Debug)]
pub(super) struct Connection {
    address: StoreAddress,
    namespace: Option<String>,
    tls: TlsConfig,
    /// Built at the first use; built again each time when it comes from a file that may change.
    tls_ready: Option<Arc<rustls::ClientConfig>>,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    sender: SendRequest<Full<Bytes>>,
    driver: JoinHandle<()>,
}

/// An answer in full.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) retry_after: Option<Duration>,
    pub(super) body: Zeroizing<Vec<u8>>,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Connection {
    pub(super) fn new(config: &StoreConfig) -> Self {
        Self {
            address: config.address.clone(),
            namespace: config.namespace.clone(),
            tls: config.tls.clone(),
            tls_ready: None,
            open: None,
        }
    }

    pub(super) fn address(&self) -> &StoreAddress {
        &self.address
    }

    /// Forgets the connection, whatever state it is in.
    pub(super) fn close(&mut self) {
        self.open = None;
    }

    /// Sends one request to `/v1/{path}` and reads the whole answer.
    pub(super) async fn send(
        &mut self,
        method: Method,
        path: &str,
        token: Option<&SecretString>,
        body: Option<Zeroizing<Vec<u8>>>,
    ) -> Result<Answer, Fault> {
        // Held outside `self` while in use: a dropped future leaves no half-used connection behind.
        let (mut open, reused) = match self.open.take() {
            Some(open) if !open.sender.is_closed() => (open, true),
            _ => (self.connect().await?, false),
        };
        let request = |body: Bytes| self.request(&method, path, token, body);
        let body = body.map_or_else(Bytes::new, |body| Bytes::copy_from_slice(&body));
        let mut result = exchange(&mut open, request(body.clone())?).await;
        // The server may close an idle connection at any time; that says nothing about this request,
        // and hyper knows when nothing of it was sent.
        if reused
            && result
                .as_ref()
                .is_err_and(|error| error.is_closed() || error.is_canceled())
        {
            open = self.connect().await?;
            result = exchange(&mut open, self.request(&method, path, token, body)?).await;
        }
        let response = result.map_err(|error| self.broken(&error))?;
        let status = response.status();
        let retry_after = response
            .headers()
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.trim().parse().ok())
            .map(Duration::from_secs);
        let body = self.read_body(response.into_body()).await?;
        if !open.sender.is_closed() {
            self.open = Some(open);
        }
        Ok(Answer {
            status,
            retry_after,
            body,
        })
    }

    async fn read_body(&self, body: hyper::body::Incoming) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let mut body = Limited::new(body, ANSWER_LIMIT);
        let mut content = Zeroizing::new(Vec::new());
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| match error.downcast::<hyper::Error>() {
                Ok(error) => self.broken(&error),
                Err(_) => Fault::new(
                    Code::BadAnswer,
                    Whose::Store,
                    Retry::Rarely,
                    format!(
                        "the answer of {} is longer than {ANSWER_LIMIT} bytes",
                        self.address
                    ),
                ),
            })?;
            if let Ok(mut data) = frame.into_data() {
                let needed = content.len() + data.remaining();
                if needed > content.capacity() {
                    // Growing in place would leave an unwiped copy behind.
                    let mut larger = Zeroizing::new(Vec::with_capacity(needed.next_power_of_two()));
                    larger.extend_from_slice(&content);
                    content = larger;
                }
                while data.has_remaining() {
                    let chunk = data.chunk();
                    content.extend_from_slice(chunk);
                    let length = chunk.len();
                    data.advance(length);
                }
            }
        }
        Ok(content)
    }

    fn request(
        &self,
        method: &Method,
        path: &str,
        token: Option<&SecretString>,
        body: Bytes,
    ) -> Result<Request<Full<Bytes>>, Fault> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}/v1/{path}", self.address.base_path()))
            .header(header::HOST, self.address.authority())
            .header(
                header::USER_AGENT,
                concat!("vouchsafe-agent/", env!("CARGO_PKG_VERSION")),
            )
            .header(header::ACCEPT, "application/json")
            // Vault's own defence against requests forged through its agents and proxies.
            .header("X-Vault-Request", "true");
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if let Some(namespace) = &self.namespace {
            request = request.header("X-Vault-Namespace", namespace);
        }
        if let Some(token) = token.and_then(token_header) {
            request = request.header("X-Vault-Token", token);
        }
        request.body(Full::new(body)).map_err(|error| {
            let message = format!("the request for {path} cannot be written: {error}");
            Fault::new(Code::RequestRefused, Whose::User, Retry::Rarely, message)
        })
    }

    async fn connect(&mut self) -> Result<Open, Fault> {
        let tls = self.tls_config()?;
        match timeout(CONNECT_TIMEOUT, self.dial(tls)).await {
            Ok(open) => open,
            Err(_) => Err(Fault::new(
                Code::StoreUnreachable,
                Whose::Network,
                Retry::Backoff,
                format!(
                    "no connection to {} within {} s",
                    self.address,
                    CONNECT_TIMEOUT.as_secs()
                ),
            )),
        }
    }

    async fn dial(&self, tls: Option<Arc<rustls::ClientConfig>>) -> Result<Open, Fault> {
        let unreachable = |error: std::io::Error| {
            let message = format!("cannot connect to {}: {error}", self.address);
            Fault::new(
                Code::StoreUnreachable,
                Whose::Network,
                Retry::Backoff,
                message,
            )
        };
        let stream = self.tcp().await.map_err(unreachable)?;
        stream.set_nodelay(true).map_err(unreachable)?;
        let Some(tls) = tls else {
            return self.http(stream).await;
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
        let stream = stream.map_err(|error| tls::fault(&self.address, &error))?;
        self.http(stream).await
    }

    async fn tcp(&self) -> std::io::Result<TcpStream> {
        let addresses = tokio::net::lookup_host((self.address.host(), self.address.port())).await?;
        let mut failure = std::io::Error::other("the name has no address");
        for address in addresses.collect::<Vec<SocketAddr>>() {
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    async fn http<S>(&self, stream: S) -> Result<Open, Fault>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
    {
        let handshake = http1::Builder::new()
            .max_buf_size(64 * 1024)
            .handshake(TokioIo::new(stream))
            .await;
        let (sender, connection) = handshake.map_err(|error| self.broken(&error))?;
        // Its errors reach whoever waits for the answer.
        let driver = tokio::spawn(async move { drop(connection.await) });
        Ok(Open { sender, driver })
    }

    fn tls_config(&mut self) -> Result<Option<Arc<rustls::ClientConfig>>, Fault> {
        if !self.address.is_https() {
            return Ok(None);
        }
        if let (Some(ready), None) = (&self.tls_ready, &self.tls.ca_file) {
            return Ok(Some(Arc::clone(ready)));
        }
        let ready = tls::client_config(&self.tls)?;
        self.tls_ready = Some(Arc::clone(&ready));
        Ok(Some(ready))
    }

    fn broken(&self, error: &hyper::Error) -> Fault {
        let code = if error.is_parse() {
            Code::BadAnswer
        } else {
            Code::StoreUnreachable
        };
        let mut message = format!("the connection to {} broke: {error}", self.address);
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            message = format!("{message}: {cause}");
            source = cause.source();
        }
        Fault::new(code, Whose::Network, Retry::Backoff, message)
    }
}

async fn exchange(
    open: &mut Open,
    request: Request<Full<Bytes>>,
) -> Result<hyper::Response<hyper::body::Incoming>, hyper::Error> {
    open.sender.ready().await?;
    open.sender.send_request(request).await
}
