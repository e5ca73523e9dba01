//! Carries out what [`crate::lifecycle`] decides, on tokio.
//!
//! One thread. Requests and reloads run as tasks and report back with events; decoding answers,
//! rendering and swapping files is done in between, without waiting for anything.

mod tell;

use std::{
    collections::BTreeSet,
    process::ExitCode,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    task::JoinSet,
    time::{Instant, sleep_until},
};
use tracing::{debug, error, info, warn};
use vouchsafe_shared::config::{AgentConfig, ReloadConfig};
use vouchsafe_template::scope::Dependency;

use crate::{
    answer::Answer,
    fault::Fault,
    lifecycle::{self, Action, Event, Lifecycle, Mode, Moment},
    metrics::{Metrics, RequestKind},
    plan::{Plan, ReloadIndex, SecretIndex, StoreIndex, VolumeIndex},
    publish::Publisher,
    reload,
    status::StatusFile,
    store::{Lease, Lifetime, Reply, Store, TokenLease},
    template::Templates,
    told::Told,
};

/// How long an agent that was told to stop waits for the store, well below the 30 s that
/// Kubernetes gives a pod by default.
pub const SHUTDOWN_LIMIT: Duration = Duration::from_secs(5);

/// The I/O around one [`Lifecycle`].
#[derive(Debug)]
pub struct Driver<S> {
    lifecycle: Lifecycle,
    config: AgentConfig,
    /// Away while a request is under way.
    stores: Vec<Option<S>>,
    /// By [`SecretIndex`].
    answers: Vec<Option<Answer>>,
    publisher: Publisher,
    tasks: JoinSet<Done<S>>,
    started: Instant,
    metrics: Arc<Metrics>,
    status: StatusFile,
    told: Told,
    /// Reloads under way, and the volumes to put down as told of when there are none.
    reloading: usize,
    untold: BTreeSet<VolumeIndex>,
    /// When to stop at the latest, once that is decided.
    deadline: Option<Instant>,
    /// How it ends when it stops.
    code: ExitCode,
}

enum Done<S> {
    Request {
        store: StoreIndex,
        client: S,
        outcome: Outcome,
    },
    Reload {
        reload: ReloadIndex,
        result: Result<String, Fault>,
    },
}

enum Outcome {
    Login(Result<TokenLease, Fault>),
    Renew(Result<TokenLease, Fault>),
    Read(SecretIndex, Result<Reply, Fault>),
    RenewLease(SecretIndex, Result<Lease, Fault>),
    Revoke(Result<(), Fault>),
}

/// Ends the loop.
struct Stopped(ExitCode);

impl<S: Store> Driver<S> {
    /// `stores` in the order of the configuration's.
    pub fn new(
        config: AgentConfig,
        templates: Templates,
        mode: Mode,
        stores: Vec<S>,
        metrics: Arc<Metrics>,
        rng: fastrand::Rng,
    ) -> Self {
        let told = Told::new(&config);
        let found = told.found(&config);
        Self {
            lifecycle: Lifecycle::new(Plan::new(&config), mode, rng, &found),
            answers: Vec::new(),
            publisher: Publisher::new(&config, templates),
            stores: stores.into_iter().map(Some).collect(),
            tasks: JoinSet::new(),
            started: Instant::now(),
            metrics,
            status: StatusFile::new(&config),
            told,
            reloading: 0,
            untold: BTreeSet::new(),
            deadline: None,
            code: ExitCode::SUCCESS,
            config,
        }
    }

    /// Runs until told to stop, until a template fails whose failure is fatal, or until everything
    /// is rendered in [`Mode::Once`].
    ///
    /// # Errors
    /// When the process cannot listen for signals.
    pub async fn run(mut self) -> std::io::Result<ExitCode> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut hangup = signal(SignalKind::hangup())?;
        let mut is_told = false;
        let mut event = Event::Tick;
        loop {
            if let Err(Stopped(code)) = self.step(event) {
                return Ok(code);
            }
            let wake_at = self.wake_at();
            let deadline = self.deadline;
            event = tokio::select! {
                biased; // a stop comes first, and a result before the timer that would repeat it
                () = stop_signal(&mut terminate, &mut interrupt) => {
                    if std::mem::replace(&mut is_told, true) {
                        warn!("stopped_at_once: a second signal arrived");
                        return Ok(self.code);
                    }
                    info!("stopping");
                    self.stop_in_time();
                    Event::ShutdownRequested
                }
                () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {
                    warn!(limit = ?SHUTDOWN_LIMIT, "stopped_at_once: the store did not answer in time");
                    return Ok(self.code);
                }
                _ = hangup.recv() => {
                    info!("refresh_requested");
                    Event::RefreshRequested
                }
                Some(done) = self.tasks.join_next() => match done {
                    Ok(done) => self.done(done),
                    Err(failure) => {
                        error!(%failure, "task_failed");
                        return Ok(ExitCode::FAILURE);
                    }
                },
                () = sleep_until(wake_at) => Event::Tick,
            };
        }
    }

    fn stop_in_time(&mut self) {
        self.deadline
            .get_or_insert_with(|| Instant::now() + SHUTDOWN_LIMIT);
    }

    fn now(&self) -> Moment {
        Moment(self.started.elapsed())
    }

    fn wake_at(&self) -> Instant {
        // Far enough to be never, near enough for the timer's arithmetic.
        const NEVER: Duration = Duration::from_secs(24 * 3600);
        self.started
            + self
                .lifecycle
                .wake_at()
                .map_or_else(|| self.started.elapsed() + NEVER, |at| at.0)
    }

    /// Hands an event to the lifecycle and does what it says; rendering yields events of its own.
    fn step(&mut self, event: Event) -> Result<(), Stopped> {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            self.tell(&event);
            let now = self.now();
            for action in self.lifecycle.handle(now, event) {
                match action {
                    Action::Login(store) => {
                        self.request(store, RequestKind::Login, |mut client| async {
                            let result = client.login().await;
                            (client, Outcome::Login(result))
                        });
                    }
                    Action::Renew(store) => {
                        self.request(store, RequestKind::RenewToken, |mut client| async {
                            let result = client.renew().await;
                            (client, Outcome::Renew(result))
                        });
                    }
                    Action::Revoke(store) => {
                        self.request(store, RequestKind::Revoke, |mut client| async {
                            let result = client.revoke().await;
                            (client, Outcome::Revoke(result))
                        });
                    }
                    Action::Read(secret) => events.extend(self.read(secret)),
                    Action::RenewLease(secret) => self.renew_lease(secret),
                    Action::Forget(secret) => {
                        if let Some(answer) = self.answers.get_mut(secret.0) {
                            *answer = None;
                        }
                    }
                    Action::Render(volume) => events.push(self.render(volume)),
                    Action::Reload(reload) => self.reload(reload),
                    Action::Stop => {
                        info!("stopped");
                        return Err(Stopped(self.code));
                    }
                }
            }
        }
        self.show();
        self.record_told();
        Ok(())
    }

    /// Starts a read; one that needs no store is done at once.
    fn read(&mut self, secret: SecretIndex) -> Option<Event> {
        let planned = self.lifecycle.demand().secret(secret)?.clone();
        let Some(store) = planned.store else {
            return Some(match Answer::of_file(planned.dependency.path()) {
                Ok(answer) => self.learnt(secret, answer, Lifetime::Unlimited),
                Err(fault) => Event::ReadFailed { secret, fault },
            });
        };
        let kind = match planned.dependency {
            Dependency::Read { .. } | Dependency::File { .. } => RequestKind::Read,
            Dependency::List { .. } => RequestKind::List,
            Dependency::Write { .. } => RequestKind::Write,
            Dependency::Certificate { .. } => RequestKind::Certificate,
        };
        self.request(store, kind, move |mut client| async move {
            let result = client.ask(&planned.dependency).await;
            (client, Outcome::Read(secret, result))
        });
        None
    }

    fn renew_lease(&mut self, secret: SecretIndex) {
        let planned = self.lifecycle.demand().secret(secret);
        let answer = self.answers.get(secret.0).and_then(Option::as_ref);
        let id = answer
            .and_then(Answer::lease)
            .unwrap_or_default()
            .to_owned();
        let Some(store) = planned.and_then(|planned| planned.store) else {
            return;
        };
        self.request(
            store,
            RequestKind::RenewLease,
            move |mut client| async move {
                let result = client.renew_lease(&id).await;
                (client, Outcome::RenewLease(secret, result))
            },
        );
    }

    /// Puts an answer where templates and files find it.
    fn learnt(&mut self, secret: SecretIndex, answer: Answer, lifetime: Lifetime) -> Event {
        if self.answers.len() <= secret.0 {
            self.answers.resize_with(secret.0 + 1, || None);
        }
        let known = &mut self.answers[secret.0];
        let changed = known.as_ref().is_none_or(|known| !known.is_same(&answer));
        if let Some(planned) = self.lifecycle.demand().secret(secret) {
            let version = answer.version();
            debug!(secret = %planned.dependency, changed, version, ?lifetime, "secret_read");
        }
        *known = Some(answer);
        Event::Read {
            secret,
            changed,
            lifetime,
        }
    }

    fn request<F, R>(&mut self, store: StoreIndex, kind: RequestKind, request: F)
    where
        F: FnOnce(S) -> R,
        R: Future<Output = (S, Outcome)> + Send + 'static,
    {
        let Some(client) = self.stores[store.0].take() else {
            return;
        };
        self.metrics.count_request(kind);
        let request = request(client);
        self.tasks.spawn(async move {
            let (client, outcome) = request.await;
            Done::Request {
                store,
                client,
                outcome,
            }
        });
    }

    fn reload(&mut self, index: ReloadIndex) {
        let ReloadConfig { action, .. } = self.config.reload[index.0].clone();
        self.reloading += 1;
        self.tasks.spawn(async move {
            let result = reload::send(&action).await;
            Done::Reload {
                reload: index,
                result,
            }
        });
    }

    /// Turns what a task brought back into an event.
    fn done(&mut self, done: Done<S>) -> Event {
        let (store, client, outcome) = match done {
            Done::Request {
                store,
                client,
                outcome,
            } => (store, client, outcome),
            Done::Reload { reload, result } => {
                self.reloading -= 1;
                self.reloaded(reload, result);
                return Event::Tick;
            }
        };
        self.stores[store.0] = Some(client);
        match outcome {
            Outcome::Login(Ok(lease)) => Event::LoggedIn { store, lease },
            Outcome::Login(Err(fault)) => Event::LoginFailed { store, fault },
            Outcome::Renew(Ok(lease)) => Event::Renewed { store, lease },
            Outcome::Renew(Err(fault)) => Event::RenewFailed { store, fault },
            Outcome::Read(secret, result) => {
                let demand = self.lifecycle.demand();
                let decoded = result.and_then(|reply| match demand.secret(secret) {
                    Some(planned) => {
                        let now = SystemTime::now();
                        Answer::decode(&planned.dependency, &reply, now).map(Some)
                    }
                    None => Ok(None),
                });
                match decoded {
                    Ok(Some((answer, lifetime))) => self.learnt(secret, answer, lifetime),
                    // Nobody needs it any more.
                    Ok(None) => Event::Read {
                        secret,
                        changed: false,
                        lifetime: Lifetime::Unlimited,
                    },
                    Err(fault) => Event::ReadFailed { secret, fault },
                }
            }
            Outcome::RenewLease(secret, Ok(lease)) => Event::LeaseRenewed { secret, lease },
            Outcome::RenewLease(secret, Err(fault)) => Event::LeaseRenewFailed { secret, fault },
            Outcome::Revoke(result) => {
                match result {
                    Ok(()) => info!(store = self.store_name(store), "token_revoked"),
                    Err(fault) => {
                        warn!(store = self.store_name(store), code = %fault.code, reason = fault.message, "token_not_revoked");
                    }
                }
                Event::Revoked { store }
            }
        }
    }

    fn render(&mut self, volume: VolumeIndex) -> Event {
        let lifecycle = &self.lifecycle;
        let attempt = self.publisher.publish(
            lifecycle.demand(),
            &|secret| lifecycle.is_given_up(secret),
            volume,
            &self.answers,
            SystemTime::now(),
        );
        self.tell_rendering(volume, &attempt);
        match &attempt.outcome {
            lifecycle::Outcome::Rendered { changed, .. } => {
                self.metrics.count_render(true, !changed.is_empty());
                self.untold.insert(volume);
            }
            lifecycle::Outcome::Failed(_) => self.metrics.count_render(false, false),
            lifecycle::Outcome::Fatal(_) => {
                self.metrics.count_render(false, false);
                self.code = ExitCode::FAILURE;
                self.stop_in_time();
            }
            lifecycle::Outcome::Incomplete => {}
        }
        Event::Tried {
            volume,
            asked: attempt.asked,
            outcome: attempt.outcome,
        }
    }

    /// Once every reload is answered, well or not, the application knows what it can know.
    fn record_told(&mut self) {
        if self.reloading > 0 {
            return;
        }
        for volume in std::mem::take(&mut self.untold) {
            if let Err(failure) = self.told.record(volume) {
                warn!(%failure, "told_not_recorded");
            }
        }
    }
}

impl<S> std::fmt::Debug for Done<S> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Done")
    }
}

async fn stop_signal(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
