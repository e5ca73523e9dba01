//! Requests of the pod that are passed on to the first store.

use std::mem;

use hyper::header;
use vouchsafe_shared::{config::ProxyToken, diagnostic::Code};

use super::{Done, Driver, clients::Clients};
use crate::{
    fault::{Fault, Retry, Whose},
    listen::api::Forward,
    store::{Store, forward::ForwardRequest},
};

/// Those that came while a request of the agent's own was under way. As many as the listener has
/// connections at most.
#[derive(Debug, Default)]
pub(super) struct Waiting(Vec<Forward>);

impl Waiting {
    pub(super) fn push(&mut self, wanted: Forward) {
        self.0.push(wanted);
    }
}

impl<S: Store> Driver<S> {
    /// Starts all that wait, if the store is there. They go on beside the agent's own requests.
    pub(super) fn forward(&mut self) {
        let Some(proxy) = self.config.api.and_then(|api| api.proxy) else {
            return;
        };
        let Some(client) = self.stores.first_mut().and_then(Clients::own) else {
            return;
        };
        for Forward { request, answer } in mem::take(&mut self.forwards.0) {
            if answer.is_closed() {
                continue;
            }
            if client.token().is_none() && needs_token(&request, proxy) {
                // Whoever asked may have gone.
                drop(answer.send(Err(not_logged_in())));
                continue;
            }
            let forwarded = client.forward(request, proxy);
            self.tasks.spawn(async move {
                let forwarded = forwarded.await;
                let fault = forwarded.as_ref().err().cloned();
                drop(answer.send(forwarded));
                Done::Forwarded(fault)
            });
        }
    }
}

fn needs_token(request: &ForwardRequest, proxy: ProxyToken) -> bool {
    let headers = request.headers();
    match proxy {
        ProxyToken::Own => false,
        ProxyToken::Offer => {
            !headers.contains_key("x-vault-token") && !headers.contains_key(header::AUTHORIZATION)
        }
        ProxyToken::Force => true,
    }
}

fn not_logged_in() -> Fault {
    let message = "the agent is not logged in yet";
    Fault::new(
        Code::StoreUnavailable,
        Whose::Store,
        Retry::Backoff,
        message,
    )
}
