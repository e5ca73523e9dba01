//! Changing from HTTP to another protocol.

use std::sync::Arc;

use hyper::{
    HeaderMap, StatusCode,
    header::{self, HeaderName, HeaderValue},
    upgrade::Upgraded,
};
use hyper_util::rt::TokioIo;
use tokio::time::timeout;

use super::{Answer, Connection, Outgoing, body, broken, elsewhere, retry_after};
use crate::fault::Fault;

/// What came of asking for another protocol.
pub(in super::super) enum Upgrade {
    /// The connection, which speaks it now, and what the server said when it began.
    Changed(TokioIo<Upgraded>, HeaderMap),
    /// The server goes on with HTTP.
    Refused(Answer),
}

impl Connection {
    /// The way to the same server once more, with nothing open.
    pub(in super::super) fn another(&self) -> Self {
        Self {
            dialer: self.dialer.clone(),
            namespace: self.namespace.clone(),
            open: None,
            sent: Arc::clone(&self.sent),
            ..*self
        }
    }

    /// The namespace that requests are made in.
    pub(in super::super) fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// Asks for another protocol, on a connection that is for nothing else.
    pub(in super::super) async fn upgrade(
        &mut self,
        outgoing: &Outgoing<'_>,
        protocol: HeaderValue,
        more: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
    ) -> Result<Upgrade, Fault> {
        let mut request = self.request(outgoing)?;
        let headers = request.headers_mut();
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(header::UPGRADE, protocol);
        headers.extend(more);
        let attempt = async {
            let mut open = self.dialer.dial().await?;
            let address = self.dialer.address();
            let response = open.exchange(request).await;
            let response = response.map_err(|error| broken(address, &error))?;
            if response.status() != StatusCode::SWITCHING_PROTOCOLS {
                return Ok(Upgrade::Refused(Answer {
                    status: response.status(),
                    retry_after: retry_after(response.headers()),
                    elsewhere: elsewhere(response.headers()),
                    body: body::read(response.into_body(), address).await?,
                }));
            }
            let headers = response.headers().clone();
            let upgraded = hyper::upgrade::on(response).await;
            let upgraded = upgraded.map_err(|error| broken(address, &error))?;
            Ok(Upgrade::Changed(TokioIo::new(upgraded), headers))
        };
        let attempt = timeout(self.timeout, attempt).await;
        attempt.unwrap_or_else(|_| Err(self.too_late()))
    }
}
