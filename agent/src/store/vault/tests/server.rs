use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap, Method, Request, Response,
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

/// A request as a server got it.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
    /// The certificate that the client showed.
    pub(super) certificate: Option<Vec<u8>>,
}

pub(super) type Scripted = Response<Full<Bytes>>;

/// A server that answers as it is told, and tells what it was asked.
pub(super) struct Server {
    pub(super) at: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Seen {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        Some(self.headers.get(name)?.to_str().unwrap())
    }

    /// `GET /v1/secret/data/db`
    pub(super) fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Server {
    pub(super) async fn start<A>(answer: A) -> Self
    where
        A: Fn(&Seen) -> Scripted + Send + Sync + 'static,
    {
        Self::start_with(None, answer).await
    }

    pub(super) async fn start_tls<A>(config: Arc<ServerConfig>, answer: A) -> Self
    where
        A: Fn(&Seen) -> Scripted + Send + Sync + 'static,
    {
        Self::start_with(Some(TlsAcceptor::from(config)), answer).await
    }

    async fn start_with<A>(tls: Option<TlsAcceptor>, answer: A) -> Self
    where
        A: Fn(&Seen) -> Scripted + Send + Sync + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let connections = Arc::<AtomicUsize>::default();
        let (log, count) = (Arc::clone(&seen), Arc::clone(&connections));
        let answer = Arc::new(answer);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let (log, answer, tls) = (Arc::clone(&log), Arc::clone(&answer), tls.clone());
                tokio::spawn(async move {
                    let Some(tls) = tls else {
                        return serve(stream, None, log, answer).await;
                    };
                    if let Ok(stream) = tls.accept(stream).await {
                        let shown = stream.get_ref().1.peer_certificates();
                        let shown = shown.and_then(|chain| Some(chain.first()?.to_vec()));
                        serve(stream, shown, log, answer).await;
                    }
                });
            }
        });
        Self {
            at,
            seen,
            connections,
            task,
        }
    }

    pub(super) fn http(&self) -> String {
        format!("http://{}", self.at)
    }

    /// By name, which is what the tests' certificates are for.
    pub(super) fn https(&self) -> String {
        format!("https://localhost:{}", self.at.port())
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.seen().iter().map(Seen::line).collect()
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn serve<S, A>(
    stream: S,
    certificate: Option<Vec<u8>>,
    log: Arc<Mutex<Vec<Seen>>>,
    answer: Arc<A>,
) where
    S: AsyncRead + AsyncWrite + Unpin,
    A: Fn(&Seen) -> Scripted,
{
    let service = service_fn(|request: Request<Incoming>| {
        let (certificate, log, answer) =
            (certificate.clone(), Arc::clone(&log), Arc::clone(&answer));
        async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            let seen = Seen {
                method: parts.method,
                target: parts.uri.to_string(),
                headers: parts.headers,
                body: String::from_utf8(body.to_vec()).unwrap(),
                certificate,
            };
            let response = answer(&seen);
            log.lock().unwrap().push(seen);
            Ok::<_, hyper::Error>(response)
        }
    });
    drop(
        http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service)
            .await,
    );
}

/// What a store answers.
pub(super) fn answer(status: u16, body: &Value) -> Scripted {
    let body = match body {
        Value::Null if (400..500).contains(&status) => json!({ "errors": [] }).to_string(),
        Value::Null => String::new(),
        body => body.to_string(),
    };
    Response::builder()
        .status(status)
        .body(Full::from(body))
        .unwrap()
}

/// Reads from a connection until the head of a message is there.
pub(super) async fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(head).unwrap()
}

/// A server that answers the first request with these bytes and hangs up.
pub(super) async fn once(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        head(&mut stream).await;
        // The client may hang up before it has all.
        drop(stream.write_all(bytes).await);
    });
    address
}
