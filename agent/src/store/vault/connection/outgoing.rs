use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap, Method, Request,
    body::Bytes,
    header::{self, HeaderName, HeaderValue},
};
use secrecy::SecretString;
use vouchsafe_shared::diagnostic::Code;

use super::{super::token_header, Connection};
use crate::{
    fault::{Fault, Retry, Whose},
    store::forward::{ForwardBody, TOKEN},
};

const NAMESPACE: HeaderName = HeaderName::from_static("x-vault-namespace");
/// Vault's own defence against requests forged through its agents and proxies.
const MARK: HeaderName = HeaderName::from_static("x-vault-request");
const PROGRAM: HeaderValue =
    HeaderValue::from_static(concat!("vouchsafe-agent/", env!("CARGO_PKG_VERSION")));

/// What to send to `/v1/{path}`.
#[derive(Debug)]
pub(in super::super) struct Outgoing<'r> {
    pub(in super::super) method: Method,
    pub(in super::super) path: &'r str,
    pub(in super::super) token: Option<&'r SecretString>,
    pub(in super::super) body: Option<Bytes>,
}

impl Connection {
    pub(super) fn request(&self, outgoing: &Outgoing<'_>) -> Result<Request<ForwardBody>, Fault> {
        let Outgoing { path, token, .. } = outgoing;
        let unwritable = |reason: String| {
            let message = format!("the request for {path} cannot be written: {reason}");
            Fault::new(Code::RequestRefused, Whose::User, Retry::Rarely, message)
        };
        let body = outgoing.body.clone().unwrap_or_default();
        let mut request = Request::builder()
            .method(&outgoing.method)
            .uri(self.dialer.target(&format!("/v1/{path}")))
            .header(header::ACCEPT, "application/json");
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if let Some(token) = token {
            let token = token_header(token)
                .ok_or_else(|| unwritable("the token has characters that none has".to_owned()))?;
            request = request.header(TOKEN, token);
        }
        let body = Full::new(body).map_err(|never| match never {});
        let mut request = request
            .body(body.boxed_unsync())
            .map_err(|error| unwritable(error.to_string()))?;
        self.mark(request.headers_mut())
            .map_err(|error| unwritable(error.to_string()))?;
        Ok(request)
    }

    /// What every request says.
    pub(super) fn mark(&self, headers: &mut HeaderMap) -> Result<(), header::InvalidHeaderValue> {
        let host = HeaderValue::from_str(&self.dialer.address().authority())?;
        headers.insert(header::HOST, host);
        headers.entry(header::USER_AGENT).or_insert(PROGRAM);
        headers.insert(MARK, HeaderValue::from_static("true"));
        if let Some(namespace) = &self.namespace
            && !headers.contains_key(NAMESPACE)
        {
            headers.insert(NAMESPACE, HeaderValue::from_str(namespace)?);
        }
        if self.close_after_answer {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if let Some(authorization) = self.dialer.proxy_authorization() {
            headers.insert(header::PROXY_AUTHORIZATION, authorization.clone());
        }
        Ok(())
    }
}
