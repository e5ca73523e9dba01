//! Subscriptions to the changes of stores: each a task that reports what it hears.

use tokio::{sync::mpsc, task::JoinHandle};
use tracing::{debug, info};

use super::Driver;
use crate::{
    fault::Fault,
    lifecycle::{Event, Mode},
    metrics::EventResult,
    plan::StoreIndex,
    store::{
        Store,
        watch::{Change, Watch},
    },
};

/// Reports that wait for the agent's turn; what comes meanwhile waits in the connection.
const REPORTS: usize = 16;

#[derive(Debug)]
pub(super) struct Watches {
    /// With the token in use.
    by_store: Vec<Option<Watching>>,
    /// How many there have been.
    number: u64,
    reports: mpsc::Receiver<Report>,
    reporter: mpsc::Sender<Report>,
}

/// One task, which ends with this.
#[derive(Debug)]
struct Watching {
    number: u64,
    begin: mpsc::Sender<()>,
    task: JoinHandle<()>,
}

/// What a task has to say.
#[derive(Debug)]
pub(super) struct Report {
    store: StoreIndex,
    number: u64,
    news: News,
}

#[derive(Debug)]
enum News {
    Began,
    Heard(Option<Change>),
    Failed(Fault),
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Watches {
    pub(super) fn new(stores: usize) -> Self {
        let (reporter, reports) = mpsc::channel(REPORTS);
        Self {
            by_store: (0..stores).map(|_| None).collect(),
            number: 0,
            reports,
            reporter,
        }
    }

    pub(super) async fn report(&mut self) -> Option<Report> {
        self.reports.recv().await
    }

    /// Subscribes, now or once more.
    pub(super) fn begin(&self, store: StoreIndex) {
        if let Some(watching) = &self.by_store[store.0] {
            // Full: it was told already.
            let _ = watching.begin.try_send(());
        }
    }

    /// The token is about to be given back.
    pub(super) fn end(&mut self, store: StoreIndex) {
        self.by_store[store.0] = None;
    }
}

impl<S: Store> Driver<S> {
    /// Makes ready for a subscription with the token in use, if one is wanted, and ends the one
    /// with the token before.
    pub(super) fn prepare_watch(&mut self, store: StoreIndex) {
        let client = self.stores[store.0].own();
        let client = client.filter(|_| self.mode == Mode::Stay);
        let watch = client.and_then(Store::watch);
        let watches = &mut self.watches;
        watches.number += 1;
        let (number, reporter) = (watches.number, watches.reporter.clone());
        watches.by_store[store.0] = watch.map(|watch| {
            let (begin, begins) = mpsc::channel(1);
            let report = move |news| {
                let report = Report {
                    store,
                    number,
                    news,
                };
                let reporter = reporter.clone();
                async move { reporter.send(report).await.is_ok() }
            };
            Watching {
                number,
                begin,
                task: tokio::spawn(listen(watch, begins, report)),
            }
        });
    }

    /// What a report means. One of a task that has ended since means nothing.
    pub(super) fn reported(&self, report: Report) -> Event {
        let Report {
            store,
            number,
            news,
        } = report;
        let present = self.watches.by_store[store.0].as_ref();
        if present.is_none_or(|watching| watching.number != number) {
            return Event::Tick;
        }
        match news {
            News::Began => Event::WatchBegan { store },
            News::Failed(fault) => Event::WatchFailed { store, fault },
            News::Heard(change) => self.heard(store, change),
        }
    }

    fn heard(&self, store: StoreIndex, change: Option<Change>) -> Event {
        let Some(change) = change else {
            self.metrics.count_event(EventResult::Unknown);
            return Event::Tick;
        };
        let mut secrets = Vec::new();
        for (index, secret) in self.lifecycle.demand().secrets() {
            if secret.store == Some(store) && change.concerns(&secret.dependency) {
                debug!(secret = %secret.dependency, "change_told");
                secrets.push(index);
            }
        }
        if secrets.is_empty() {
            self.metrics.count_event(EventResult::OfOthers);
            return Event::Tick;
        }
        self.metrics.count_event(EventResult::Looked);
        Event::Changed { secrets }
    }

    pub(super) fn tell_watch_refused(&self, store: StoreIndex, fault: &Fault) {
        let store = self.store_name(store);
        info!(store, code = %fault.code, reason = fault.message, "events_not_offered: secrets are looked at at intervals alone");
    }
}

/// Subscribes whenever it is told to, and listens until that fails.
async fn listen<R>(
    mut watch: impl Watch,
    mut begins: mpsc::Receiver<()>,
    report: impl Fn(News) -> R,
) where
    R: Future<Output = bool>,
{
    while begins.recv().await.is_some() {
        let fault = match watch.subscribe().await {
            Err(fault) => fault,
            Ok(()) if !report(News::Began).await => return,
            Ok(()) => loop {
                let heard = match watch.next().await {
                    Ok(change) => report(News::Heard(change)).await,
                    Err(fault) => break fault,
                };
                if !heard {
                    return;
                }
            },
        };
        if !report(News::Failed(fault)).await {
            return;
        }
    }
}
