//! Following objects by their metadata: a list, then what changes, for as long as it takes.
//!
//! Only metadata travels, as whole objects are of no use here, and nothing is kept: who follows
//! decides what is worth keeping.
//! Source: <https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes>.

use std::{convert::Infallible, fmt::Debug, pin::pin, time::Duration};

use futures_util::StreamExt as _;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::{
    Api, Resource,
    api::{ListParams, WatchParams},
    core::WatchEvent,
};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep};

use crate::{
    backoff::Backoff,
    failure::{Reporter, RequestFailure},
};

/// Between [`Change::Begin`] and [`Change::Complete`] every object there is is set once; what is
/// not is gone.
#[derive(Debug)]
pub(crate) enum Change {
    Begin,
    Set(ObjectMeta),
    Complete,
    Gone(ObjectMeta),
    /// Nothing may be read. Other failures are tried again and not told.
    Forbidden,
}

/// Objects in one answer to a list; each takes some kilobytes while it is read.
const PAGE: u32 = 100;

/// Seconds until the server ends a watch and it is begun anew; below the client's own limit of
/// 295 s for an answer to make progress.
const WATCH_SECONDS: u32 = 240;

/// A watch that ends sooner did not go well.
const SHORT: Duration = Duration::from_secs(2);

enum Ended {
    /// The watch's time was over, or its connection broke: it goes on where it was.
    GoOn,
    /// The server has forgotten where that was.
    Gone,
}

/// Follows one object by its name, or all there are.
pub(crate) async fn follow<K>(
    api: Api<K>,
    name: Option<&str>,
    what: &str,
    mut reporter: Reporter,
    mut changed: impl FnMut(Change),
) -> Infallible
where
    K: Clone + Debug + DeserializeOwned + Resource,
{
    let fields = name.map(|name| format!("metadata.name={name}"));
    let mut backoff = Backoff::new();
    let mut position = None;
    loop {
        let begun = Instant::now();
        let result = match position.as_deref() {
            None => list(&api, fields.as_deref(), &mut changed)
                .await
                .map_err(RequestFailure::of(format!("list {what}")))
                .map(Some),
            Some(at) => match watch(&api, fields.as_deref(), at, &mut changed).await {
                Ok((at, Ended::GoOn)) => Ok(Some(at)),
                Ok((_, Ended::Gone)) => Ok(None),
                Err(failure) => Err(RequestFailure::of(format!("watch {what}"))(failure)),
            },
        };
        match result {
            Ok(next) => {
                reporter.succeeded();
                // A server that ends every watch at once is not asked without a pause.
                if position.is_none() || begun.elapsed() > SHORT {
                    backoff.reset();
                } else {
                    sleep(backoff.pause()).await;
                }
                position = next;
            }
            Err(failure) => {
                if failure.is_forbidden() {
                    changed(Change::Forbidden);
                }
                reporter.failed(&failure);
                sleep(backoff.pause()).await;
            }
        }
    }
}

async fn list<K>(
    api: &Api<K>,
    fields: Option<&str>,
    changed: &mut impl FnMut(Change),
) -> kube::Result<String>
where
    K: Clone + Debug + DeserializeOwned,
{
    let mut parameters = ListParams::default().limit(PAGE);
    if let Some(fields) = fields {
        parameters = parameters.fields(fields);
    }
    changed(Change::Begin);
    loop {
        let page = api.list_metadata(&parameters).await?;
        for object in page.items {
            changed(Change::Set(object.metadata));
        }
        match page.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) => parameters = parameters.continue_token(&token),
            None => {
                changed(Change::Complete);
                return Ok(page.metadata.resource_version.unwrap_or_default());
            }
        }
    }
}

async fn watch<K>(
    api: &Api<K>,
    fields: Option<&str>,
    from: &str,
    changed: &mut impl FnMut(Change),
) -> kube::Result<(String, Ended)>
where
    K: Clone + Debug + DeserializeOwned,
{
    const GONE: u16 = 410;
    let mut parameters = WatchParams::default().timeout(WATCH_SECONDS);
    if let Some(fields) = fields {
        parameters = parameters.fields(fields);
    }
    let mut position = from.to_owned();
    let events = match api.watch_metadata(&parameters, from).await {
        Ok(events) => events,
        Err(kube::Error::Api(status)) if status.code == GONE => return Ok((position, Ended::Gone)),
        Err(failure) => return Err(failure),
    };
    let mut events = pin!(events);
    while let Some(event) = events.next().await {
        match event {
            Ok(WatchEvent::Added(object) | WatchEvent::Modified(object)) => {
                advance(&mut position, object.metadata.resource_version.as_deref());
                changed(Change::Set(object.metadata));
            }
            Ok(WatchEvent::Deleted(object)) => {
                advance(&mut position, object.metadata.resource_version.as_deref());
                changed(Change::Gone(object.metadata));
            }
            Ok(WatchEvent::Bookmark(bookmark)) => {
                position = bookmark.metadata.resource_version;
            }
            Ok(WatchEvent::Error(status)) if status.code == GONE => {
                return Ok((position, Ended::Gone));
            }
            Ok(WatchEvent::Error(status)) => return Err(kube::Error::Api(status)),
            // A broken connection is no news; what cannot be read at all shows at the next list.
            Err(kube::Error::SerdeError(_)) => return Ok((position, Ended::Gone)),
            Err(_) => break,
        }
    }
    Ok((position, Ended::GoOn))
}

fn advance(position: &mut String, version: Option<&str>) {
    if let Some(version) = version {
        version.clone_into(position);
    }
}
