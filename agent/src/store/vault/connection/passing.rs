//! Passing a request of somebody else's on, and its answer back, piece by piece.

use std::{
    error::Error,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use http_body_util::{BodyExt, Limited};
use hyper::{
    Uri,
    body::{Body, Bytes, Frame, Incoming, SizeHint},
    header::HeaderValue,
};
use tokio::time::{Instant, Sleep, sleep, timeout};
use vouchsafe_shared::{config::ProxyToken, diagnostic::Code};

use super::{Connection, Open, broken};
use crate::{
    fault::{Fault, Retry, Whose},
    store::forward::{
        ForwardAnswer, ForwardRequest, LIMIT, give_token, is_below_version, leave_connection,
    },
};

impl Connection {
    /// Over a connection of its own, so that nobody's request waits for another's answer.
    pub(in super::super) fn pass_on(
        &self,
        request: ForwardRequest,
        token: Option<HeaderValue>,
        rule: ProxyToken,
    ) -> impl Future<Output = Result<ForwardAnswer, Fault>> + Send + use<> {
        let limit = self.timeout;
        let mut dialer = self.dialer.clone();
        let request = self.readdressed(request, token, rule);
        let too_late = self.too_late();
        async move {
            let request = request?;
            let exchange = async {
                let mut open = dialer.dial().await?;
                let answer = open.exchange(request).await;
                let answer = answer.map_err(|error| broken(dialer.address(), &error))?;
                Ok((answer, open))
            };
            let (answer, open) = timeout(limit, exchange).await.unwrap_or(Err(too_late))?;
            let mut answer = answer.map(|body| Passing::new(body, open, limit).boxed_unsync());
            leave_connection(answer.headers_mut());
            Ok(answer)
        }
    }

    fn readdressed(
        &self,
        request: ForwardRequest,
        token: Option<HeaderValue>,
        rule: ProxyToken,
    ) -> Result<ForwardRequest, Fault> {
        let refused = |reason: &str| {
            let message = format!("a request to pass on {reason}");
            Fault::new(Code::RequestRefused, Whose::User, Retry::Rarely, message)
        };
        let (mut parts, body) = request.into_parts();
        if !is_below_version(parts.uri.path()) {
            return Err(refused("does not stay below /v1/"));
        }
        if body.size_hint().lower() > LIMIT as u64 {
            return Err(refused(&format!("is longer than {LIMIT} bytes")));
        }
        let target = parts
            .uri
            .path_and_query()
            .map_or("", |target| target.as_str());
        parts.uri = self
            .dialer
            .target(target)
            .parse::<Uri>()
            .map_err(|_| refused("cannot be written"))?;
        leave_connection(&mut parts.headers);
        give_token(&mut parts.headers, token, rule);
        self.mark(&mut parts.headers)
            .map_err(|_| refused("cannot be written"))?;
        parts.version = hyper::Version::HTTP_11;
        parts.extensions.clear();
        let body = Limited::new(body, LIMIT).boxed_unsync();
        Ok(ForwardRequest::from_parts(parts, body))
    }
}

/// The body of an answer on its way; keeps its connection open so long.
struct Passing {
    body: Limited<Incoming>,
    _open: Open,
    /// Ends the body when nothing came for so long.
    patience: Duration,
    silence: Pin<Box<Sleep>>,
}

impl Passing {
    fn new(body: Incoming, open: Open, patience: Duration) -> Self {
        Self {
            body: Limited::new(body, LIMIT),
            _open: open,
            patience,
            silence: Box::pin(sleep(patience)),
        }
    }
}

impl Body for Passing {
    type Data = Bytes;
    type Error = Box<dyn Error + Send + Sync>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if frame.is_ready() {
            let next = Instant::now() + self.patience;
            self.silence.as_mut().reset(next);
            return frame;
        }
        match self.silence.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Some(Err("the store fell silent".into()))),
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
