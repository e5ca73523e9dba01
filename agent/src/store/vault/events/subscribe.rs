//! One subscription to a server's events.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::{SinkExt, StreamExt};
use hyper::{
    HeaderMap, Method, StatusCode,
    header::{self, HeaderName, HeaderValue},
    upgrade::Upgraded,
};
use hyper_util::rt::TokioIo;
use secrecy::SecretString;
use sha1::{Digest, Sha1};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        protocol::{Role, WebSocketConfig},
    },
};
use vouchsafe_shared::diagnostic::Code;

use super::{
    super::{
        connection::{Connection, Outgoing, Upgrade},
        fault,
        login::clarified,
    },
    message,
};
use crate::{
    fault::{Fault, Retry, Whose},
    store::watch::{Change, Watch},
};

/// All kinds of events of both versions of KV, as JSON.
/// Source: <https://developer.hashicorp.com/vault/api-docs/system/events>.
const PATH: &str = "sys/events/subscribe/kv*?json=true";
const WHAT: &str = "subscription to changes";

/// An event has less than 1 KiB unless its path is long.
const LIMIT: usize = 64 * 1024;
const BUFFER: usize = 4 * 1024;

/// After this much silence the server is asked for a sign of life, and after as much again without
/// one the connection counts as broken: what lies between may have forgotten it without a word.
const SILENCE: Duration = Duration::from_secs(30);

/// What a server makes its answer to the key with.
/// Source: <https://www.rfc-editor.org/rfc/rfc6455#section-1.3>.
const ACCEPTED: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A token's subscription to the events of KV secrets.
#[derive(Debug)]
pub(in super::super) struct Subscription {
    connection: Connection,
    token: SecretString,
    /// Whether the token may ask about itself.
    may_look_up: bool,
    socket: Option<WebSocketStream<TokioIo<Upgraded>>>,
}

impl Subscription {
    pub(in super::super) fn new(
        connection: &Connection,
        token: SecretString,
        may_look_up: bool,
    ) -> Self {
        Self {
            connection: connection.another(),
            token,
            may_look_up,
            socket: None,
        }
    }
}

impl Watch for Subscription {
    async fn subscribe(&mut self) -> Result<(), Fault> {
        self.socket = None;
        let outgoing = Outgoing {
            method: Method::GET,
            path: PATH,
            token: Some(&self.token),
            body: None,
        };
        let key = STANDARD.encode(fastrand::u128(..).to_be_bytes());
        let protocol = HeaderValue::from_static("websocket");
        let upgrade = self
            .connection
            .upgrade(&outgoing, protocol, handshake(&key))
            .await?;
        let stream = match upgrade {
            Upgrade::Refused(answer) => {
                let status = answer.status;
                let not_offered = status.is_success()
                    || status == StatusCode::SWITCHING_PROTOCOLS
                    || status == StatusCode::NOT_IMPLEMENTED;
                let refused = match fault::check(answer, WHAT) {
                    Err(refused) if !not_offered => refused,
                    _ => Fault::new(
                        Code::RequestRefused,
                        Whose::User,
                        Retry::Rarely,
                        format!("{WHAT}: the server has none (HTTP {})", status.as_u16()),
                    ),
                };
                return Err(if self.may_look_up {
                    clarified(&mut self.connection, &self.token, refused).await
                } else {
                    refused
                });
            }
            Upgrade::Changed(stream, headers) if is_accepted(&headers, &key) => stream,
            Upgrade::Changed(..) => {
                let message = format!("{WHAT}: the answer is not that of a WebSocket");
                return Err(Fault::new(
                    Code::BadAnswer,
                    Whose::Network,
                    Retry::Backoff,
                    message,
                ));
            }
        };
        self.socket = Some(socket(stream).await);
        Ok(())
    }

    async fn next(&mut self) -> Result<Option<Change>, Fault> {
        // Held outside while in use: what failed is not used again.
        let Some(mut socket) = self.socket.take() else {
            return Err(ended("nobody is subscribed"));
        };
        let heard = hear(&mut socket, self.connection.namespace()).await?;
        self.socket = Some(socket);
        Ok(heard)
    }
}

async fn socket<S>(stream: S) -> WebSocketStream<S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let limits = WebSocketConfig::default()
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(BUFFER)
        .max_message_size(Some(LIMIT))
        .max_frame_size(Some(LIMIT));
    WebSocketStream::from_raw_socket(stream, Role::Client, Some(limits)).await
}

/// Waits for the next event; the server's signs of life are none.
async fn hear<S>(
    socket: &mut WebSocketStream<S>,
    namespace: Option<&str>,
) -> Result<Option<Change>, Fault>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut is_asked = false;
    loop {
        match timeout(SILENCE, socket.next()).await {
            Ok(Some(Ok(Message::Text(text)))) => {
                return Ok(message::change(&text, namespace));
            }
            Ok(Some(Ok(Message::Binary(_)))) => return Ok(None),
            Ok(Some(Ok(Message::Close(_))) | None) => {
                return Err(ended("the server ended it"));
            }
            Ok(Some(Ok(_))) => is_asked = false,
            Ok(Some(Err(error))) => return Err(ended(&error.to_string())),
            Err(_) if is_asked => return Err(ended("the server fell silent")),
            Err(_) => {
                is_asked = true;
                let sent = timeout(SILENCE, socket.send(Message::Ping(Vec::new().into())));
                let sent = sent.await.unwrap_or(Err(Error::ConnectionClosed));
                sent.map_err(|error| ended(&error.to_string()))?;
            }
        }
    }
}

/// What asks for a WebSocket. Source: <https://www.rfc-editor.org/rfc/rfc6455#section-4.1>.
fn handshake(key: &str) -> impl Iterator<Item = (HeaderName, HeaderValue)> + use<> {
    let key = HeaderValue::from_str(key).ok();
    let version = HeaderValue::from_static("13");
    let key = key.map(|key| (header::SEC_WEBSOCKET_KEY, key));
    key.into_iter()
        .chain([(header::SEC_WEBSOCKET_VERSION, version)])
}

fn is_accepted(headers: &HeaderMap, key: &str) -> bool {
    let digest = Sha1::new().chain_update(key).chain_update(ACCEPTED);
    let expected = STANDARD.encode(digest.finalize());
    let accepted = headers.get(header::SEC_WEBSOCKET_ACCEPT);
    accepted.is_some_and(|accepted| accepted.as_bytes() == expected.as_bytes())
}

fn ended(reason: &str) -> Fault {
    let message = format!("{WHAT}: {reason}");
    Fault::new(
        Code::StoreUnreachable,
        Whose::Network,
        Retry::Backoff,
        message,
    )
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{DuplexStream, duplex},
        time::Instant,
    };

    use super::*;

    /// Both ends of a connection, the server's second.
    async fn pair() -> (WebSocketStream<DuplexStream>, WebSocketStream<DuplexStream>) {
        let (ours, theirs) = duplex(LIMIT);
        let server = WebSocketStream::from_raw_socket(theirs, Role::Server, None);
        (socket(ours).await, server.await)
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_has_nothing_to_say_shows_that_it_is_there() {
        let (mut ours, mut theirs) = pair().await;
        // Reading is what answers.
        let answering = tokio::spawn(async move { while theirs.next().await.is_some() {} });
        let heard = timeout(20 * SILENCE, hear(&mut ours, None)).await;
        assert!(heard.is_err(), "{heard:?}");
        answering.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_without_a_sign_of_life_is_not_waited_for() {
        let (mut ours, theirs) = pair().await;
        let begun = Instant::now();
        let fault = hear(&mut ours, None).await.unwrap_err();
        assert_eq!(fault.retry, Retry::Backoff);
        assert!(fault.message.contains("silent"), "{fault}");
        assert_eq!(begun.elapsed().as_secs(), 2 * SILENCE.as_secs());
        drop(theirs);
    }
}
