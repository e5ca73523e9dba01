//! One request, one answer: over one HTTP/1.1 connection that is kept while it lasts.

mod body;
mod dial;
mod outgoing;
mod passing;
mod proxy;
mod upgrade;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use hyper::{
    HeaderMap, Request, StatusCode, Uri, body::Incoming, client::conn::http1::SendRequest, header,
    http::uri::Scheme,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    task::JoinHandle,
    time::timeout,
};
use vouchsafe_shared::{config::StoreConfig, diagnostic::Code, value::StoreAddress};
use zeroize::Zeroizing;

use self::dial::Dialer;
pub(super) use self::{outgoing::Outgoing, upgrade::Upgrade};
use crate::{
    fault::{Fault, Retry, Whose},
    store::forward::ForwardBody,
};

/// How long one request may take, from connecting to the last byte of the answer. Vault's own
/// client waits 60 s; nothing the agent asks for takes that long in a healthy server.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// How often one request is repeated: the caller has pauses of its own, with a view of the whole.
const RETRIES: u32 = 0;

/// More repetitions than this keep other requests waiting for too long.
const MOST_RETRIES: u32 = 12;

/// Between repetitions, doubling; each shortened at random, to a tenth at most.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// A way to a server, and the connection that is open at present.
#[derive(Debug)]
pub(super) struct Connection {
    dialer: Dialer,
    namespace: Option<String>,
    timeout: Duration,
    retries: u32,
    close_after_answer: bool,
    open: Option<Open>,
    /// Requests sent, or tried to.
    sent: Arc<AtomicU64>,
}

/// Whatever bytes go over.
type Stream = Box<dyn Bidirectional>;

trait Bidirectional: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Bidirectional for S {}

/// A connection ready for requests, driven by a task.
#[derive(Debug)]
struct Open {
    sender: SendRequest<ForwardBody>,
    _driver: Driver,
}

/// Ends its task when dropped.
#[derive(Debug)]
struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// An answer in full.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) retry_after: Option<Duration>,
    /// The host to which a redirect leads.
    pub(super) elsewhere: Option<String>,
    pub(super) body: Zeroizing<Vec<u8>>,
}

impl Connection {
    pub(super) fn new(config: &StoreConfig) -> Self {
        let limits = &config.connection;
        Self {
            dialer: Dialer::new(config),
            namespace: config.namespace.clone(),
            // No time at all is meant as none in particular.
            timeout: limits
                .timeout
                .map(Duration::from)
                .filter(|time| !time.is_zero())
                .unwrap_or(REQUEST_TIMEOUT),
            retries: limits.retries.unwrap_or(RETRIES).min(MOST_RETRIES),
            close_after_answer: limits.close_after_answer,
            open: None,
            sent: Arc::default(),
        }
    }

    /// How many requests were sent, or tried to, since this was asked last.
    pub(super) fn take_sent(&self) -> u64 {
        self.sent.swap(0, Ordering::Relaxed)
    }

    /// Another connection to the same server, with another certificate of the agent's.
    pub(super) fn identified_by(&self, certificate_file: &str, key_file: Option<&str>) -> Self {
        Self {
            dialer: self.dialer.identified_by(certificate_file, key_file),
            namespace: self.namespace.clone(),
            open: None,
            sent: Arc::clone(&self.sent),
            ..*self
        }
    }

    /// Sends a request and reads the whole answer, whatever its status.
    pub(super) async fn send(&mut self, outgoing: &Outgoing<'_>) -> Result<Answer, Fault> {
        let mut pause = FIRST_PAUSE;
        let mut left = self.retries;
        loop {
            let result = self.send_in_time(outgoing).await;
            if left == 0 || !is_passing(&result) {
                return result;
            }
            left -= 1;
            tokio::time::sleep(pause.mul_f64(0.1 + 0.9 * fastrand::f64())).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn send_in_time(&mut self, outgoing: &Outgoing<'_>) -> Result<Answer, Fault> {
        match timeout(self.timeout, self.exchange(outgoing)).await {
            Ok(answer) => answer,
            Err(_) => Err(self.too_late()),
        }
    }

    fn too_late(&self) -> Fault {
        let message = format!(
            "no answer from {} within {:?}",
            self.dialer.address(),
            self.timeout
        );
        Fault::new(Code::StoreTimeout, Whose::Network, Retry::Backoff, message)
    }

    async fn exchange(&mut self, outgoing: &Outgoing<'_>) -> Result<Answer, Fault> {
        let request = || self.request(outgoing);
        // A mistake in the request is told before anybody is called.
        let first = request()?;
        let again = request()?;
        self.sent.fetch_add(1, Ordering::Relaxed);
        // Held outside `self` while in use: a dropped future leaves no half-used connection behind.
        let (mut open, reused) = match self.open.take() {
            Some(open) if !open.sender.is_closed() => (open, true),
            _ => (self.dialer.dial().await?, false),
        };
        let mut result = open.exchange(first).await;
        // The server may close an idle connection at any time; that says nothing about this request,
        // and hyper knows when nothing of it was sent.
        if reused
            && result
                .as_ref()
                .is_err_and(|error| error.is_closed() || error.is_canceled())
        {
            open = self.dialer.dial().await?;
            self.sent.fetch_add(1, Ordering::Relaxed);
            result = open.exchange(again).await;
        }
        let address = self.dialer.address();
        let response = result.map_err(|error| broken(address, &error))?;
        let status = response.status();
        let retry_after = retry_after(response.headers());
        let elsewhere = elsewhere(response.headers());
        let body = body::read(response.into_body(), address).await?;
        // Another server may be behind the same name, and in a better state.
        if !open.sender.is_closed() && !self.close_after_answer && !is_unavailable(status) {
            self.open = Some(open);
        }
        Ok(Answer {
            status,
            retry_after,
            elsewhere,
            body,
        })
    }
}

impl Open {
    async fn exchange(
        &mut self,
        request: Request<ForwardBody>,
    ) -> Result<hyper::Response<Incoming>, hyper::Error> {
        self.sender.ready().await?;
        self.sender.send_request(request).await
    }
}

impl Answer {
    /// An answer that never was on a wire.
    #[cfg(any(test, fuzzing))]
    pub(super) fn new(status: u16, body: &[u8]) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or_default(),
            retry_after: None,
            elsewhere: None,
            body: Zeroizing::new(body.to_vec()),
        }
    }
}

/// Whether the same request may fare better in a moment. One that took all its time would not, and
/// a server that named a time is not to be asked before.
fn is_passing(result: &Result<Answer, Fault>) -> bool {
    match result {
        Ok(answer) => is_unavailable(answer.status) && answer.retry_after.is_none(),
        Err(fault) => fault.code == Code::StoreUnreachable && fault.retry == Retry::Backoff,
    }
}

/// Whether an answer is about the server and not about the request.
fn is_unavailable(status: StatusCode) -> bool {
    status.is_redirection()
        || (status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED)
        || status == StatusCode::PRECONDITION_FAILED
        || super::fault::is_standby(status)
}

/// Seconds, or a date. A date is compared with the server's own, where it tells one: clocks differ.
/// Source: <https://www.rfc-editor.org/rfc/rfc9110#field.retry-after>.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name)?.to_str().ok().map(str::trim);
    let date = |name| httpdate::parse_http_date(text(name)?).ok();
    if let Ok(seconds) = text(header::RETRY_AFTER)?.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = date(header::RETRY_AFTER)?;
    let now = date(header::DATE).unwrap_or_else(SystemTime::now);
    Some(until.duration_since(now).unwrap_or_default())
}

/// The rest of a target may hold anything, so it is not kept.
fn elsewhere(headers: &HeaderMap) -> Option<String> {
    let uri: Uri = headers.get(header::LOCATION)?.to_str().ok()?.parse().ok()?;
    let usual = if uri.scheme() == Some(&Scheme::HTTP) {
        80
    } else {
        443
    };
    Some(format!(
        "{}:{}",
        uri.host()?,
        uri.port_u16().unwrap_or(usual)
    ))
}

fn broken(address: &StoreAddress, error: &hyper::Error) -> Fault {
    let message = format!("the connection to {address} broke: {}", with_causes(error));
    let told = super::tls::fault(error, message.clone());
    told.unwrap_or_else(|| {
        let code = if error.is_parse() {
            Code::BadAnswer
        } else {
            Code::StoreUnreachable
        };
        Fault::new(code, Whose::Network, Retry::Backoff, message)
    })
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        message = format!("{message}: {cause}");
        source = cause.source();
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patience(retry_after_said: &str, date: Option<&str>) -> Option<u64> {
        let mut headers = HeaderMap::new();
        headers.insert(header::RETRY_AFTER, retry_after_said.parse().unwrap());
        if let Some(date) = date {
            headers.insert(header::DATE, date.parse().unwrap());
        }
        retry_after(&headers).map(|patience| patience.as_secs())
    }

    #[test]
    fn a_redirect_is_told_by_host_and_port_alone() {
        for (location, told) in [
            ("https://active:8200/v1/x?token=canary", Some("active:8200")),
            ("https://user:canary@active/canary", Some("active:443")),
            ("http://active/", Some("active:80")),
            ("/v1/elsewhere", None),
            ("not a place", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::LOCATION, location.parse().unwrap());
            assert_eq!(elsewhere(&headers).as_deref(), told, "{location}");
        }
    }

    #[test]
    fn patience_is_told_in_seconds_or_as_a_date_by_the_servers_clock() {
        let (now, then) = (
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:50:07 GMT",
        );
        let obsolete = "Sunday, 06-Nov-94 08:50:07 GMT";
        for (said, date, given) in [
            ("120", None, Some(120)),
            (" 7 ", Some(now), Some(7)),
            (then, Some(now), Some(30)),
            (obsolete, Some(now), Some(30)),
            (now, Some(then), Some(0)),
            // Long ago, by our own clock.
            (then, None, Some(0)),
            ("soon", Some(now), None),
            ("-1", Some(now), None),
            ("1.5", Some(now), None),
            ("", Some(now), None),
        ] {
            assert_eq!(patience(said, date), given, "{said:?} {date:?}");
        }
    }
}
