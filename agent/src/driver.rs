//! Carries out what [`crate::lifecycle`] decides, on tokio.
//!
//! One thread. Requests and reloads run as tasks and report back with events; rendering and
//! swapping files is done in between, without waiting for anything.

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

use crate::{
    fault::{Fault, Retry, Whose},
    lifecycle::{Action, Event, Lifecycle, Mode, Moment, Subject},
    metrics::Metrics,
    plan::{Plan, ReloadIndex, SecretIndex, StoreIndex, VolumeIndex},
    publish::Publisher,
    reload,
    status::{Problem, Status, StatusFile},
    store::{Secret, Store, TokenLease},
    told::Told,
};

/// How long an agent that was told to stop waits for the store, well below the 30 s that
/// Kubernetes gives a pod by default.
pub const SHUTDOWN_LIMIT: Duration = Duration::from_secs(5);

/// The I/O around one [`Lifecycle`].
#[derive(Debug)]
pub struct Driver<S> {
    lifecycle: Lifecycle,
    plan: Plan,
    config: AgentConfig,
    /// Away while a request is under way.
    stores: Vec<Option<S>>,
    secrets: Vec<Option<Secret>>,
    publisher: Publisher,
    tasks: JoinSet<Done<S>>,
    started: Instant,
    metrics: Arc<Metrics>,
    status: StatusFile,
    told: Told,
    /// Reloads under way, and the volumes to put down as told of when there are none.
    reloading: usize,
    untold: BTreeSet<VolumeIndex>,
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
    Read(SecretIndex, Result<Secret, Fault>),
    Revoke(Result<(), Fault>),
}

/// Ends the loop.
struct Stopped(ExitCode);

impl<S: Store> Driver<S> {
    /// `stores` in the order of the configuration's.
    pub fn new(
        config: AgentConfig,
        mode: Mode,
        stores: Vec<S>,
        metrics: Arc<Metrics>,
        rng: fastrand::Rng,
    ) -> Self {
        let plan = Plan::new(&config);
        let told = Told::new(&config);
        Self {
            lifecycle: Lifecycle::new(plan.clone(), mode, rng, &told.found(&config)),
            secrets: plan.secrets.iter().map(|_| None).collect(),
            plan,
            publisher: Publisher::new(&config),
            stores: stores.into_iter().map(Some).collect(),
            tasks: JoinSet::new(),
            started: Instant::now(),
            metrics,
            status: StatusFile::new(&config),
            told,
            reloading: 0,
            untold: BTreeSet::new(),
            config,
        }
    }

    /// Runs until told to stop, or until everything is rendered in [`Mode::Once`].
    ///
    /// # Errors
    /// When the process cannot listen for signals.
    pub async fn run(mut self) -> std::io::Result<ExitCode> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut hangup = signal(SignalKind::hangup())?;
        let mut deadline = None;
        let mut event = Event::Tick;
        loop {
            if let Err(Stopped(code)) = self.step(event) {
                return Ok(code);
            }
            let wake_at = self.wake_at();
            event = tokio::select! {
                biased; // a stop comes first, and a result before the timer that would repeat it
                () = stop_signal(&mut terminate, &mut interrupt) => {
                    if deadline.replace(Instant::now() + SHUTDOWN_LIMIT).is_some() {
                        warn!("stopped_at_once: a second signal arrived");
                        return Ok(ExitCode::SUCCESS);
                    }
                    info!("stopping");
                    Event::ShutdownRequested
                }
                () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {
                    warn!(limit = ?SHUTDOWN_LIMIT, "stopped_at_once: the store did not answer in time");
                    return Ok(ExitCode::SUCCESS);
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
                    Action::Login(store) => self.request(store, |mut client| async {
                        let result = client.login().await;
                        (client, Outcome::Login(result))
                    }),
                    Action::Renew(store) => self.request(store, |mut client| async {
                        let result = client.renew().await;
                        (client, Outcome::Renew(result))
                    }),
                    Action::Read(secret) => {
                        let planned = &self.plan.secrets[secret.0];
                        let path = planned.path.clone();
                        self.request(planned.store, move |mut client| async move {
                            let result = client.read(&path).await;
                            (client, Outcome::Read(secret, result))
                        });
                    }
                    Action::Revoke(store) => self.request(store, |mut client| async {
                        let result = client.revoke().await;
                        (client, Outcome::Revoke(result))
                    }),
                    Action::Render(volume) => events.push(self.render(volume)),
                    Action::Reload(reload) => self.reload(reload),
                    Action::Stop => {
                        info!("stopped");
                        return Err(Stopped(ExitCode::SUCCESS));
                    }
                }
            }
        }
        self.show();
        self.record_told();
        Ok(())
    }

    fn request<F, R>(&mut self, store: StoreIndex, request: F)
    where
        F: FnOnce(S) -> R,
        R: Future<Output = (S, Outcome)> + Send + 'static,
    {
        let Some(client) = self.stores[store.0].take() else {
            return;
        };
        self.metrics.count_request();
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
            Outcome::Read(secret, Ok(read)) => {
                let known = &mut self.secrets[secret.0];
                let changed = known.as_ref().is_none_or(|known| known.data != read.data);
                let version = read.version;
                *known = Some(read);
                debug!(secret = %self.plan.secrets[secret.0].path, changed, version, "secret_read");
                Event::Read { secret, changed }
            }
            Outcome::Read(secret, Err(fault)) => Event::ReadFailed { secret, fault },
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
        let published =
            self.publisher
                .publish(&self.plan, volume, &self.secrets, SystemTime::now());
        match published {
            Ok(outcome) => {
                self.metrics.count_render(true, !outcome.changed.is_empty());
                self.untold.insert(volume);
                Event::Rendered {
                    volume,
                    changed: outcome.changed,
                    first: outcome.first,
                    kept: outcome.kept,
                }
            }
            Err(fault) => {
                self.metrics.count_render(false, false);
                Event::RenderFailed { volume, fault }
            }
        }
    }

    fn reloaded(&self, reload: ReloadIndex, result: Result<String, Fault>) {
        let on = self.config.reload[reload.0]
            .on
            .iter()
            .map(ToString::to_string);
        let files = on.collect::<Vec<_>>().join(",");
        self.metrics.count_reload(result.is_ok());
        match result {
            Ok(what) => info!(files, what, "reload_sent"),
            Err(fault) => {
                self.metrics.count_fault(&fault);
                warn!(files, code = %fault.code, reason = fault.message, "reload_failed");
            }
        }
    }

    /// One line per decision, at the place that knows all about it.
    fn tell(&self, event: &Event) {
        match event {
            Event::LoggedIn { store, lease } => {
                self.metrics.count_login(true);
                info!(store = self.store_name(*store), ttl = ?lease.duration, renewable = lease.renewable, "logged_in");
            }
            Event::Renewed { store, lease } => {
                self.metrics.count_renewal(true);
                info!(store = self.store_name(*store), ttl = ?lease.duration, "token_renewed");
            }
            Event::LoginFailed { store, fault } => {
                self.metrics.count_login(false);
                self.tell_fault("login_failed", self.store_name(*store), fault);
            }
            Event::RenewFailed { store, fault } => {
                self.metrics.count_renewal(false);
                self.tell_fault("renewal_failed", self.store_name(*store), fault);
            }
            Event::ReadFailed { secret, fault } => {
                self.tell_fault(
                    "read_failed",
                    self.plan.secrets[secret.0].path.as_str(),
                    fault,
                );
            }
            Event::RenderFailed { volume, fault } => {
                self.tell_fault("render_failed", &self.config.volumes[volume.0].path, fault);
            }
            Event::Rendered {
                volume,
                changed,
                first,
                kept,
            } => {
                let path = &self.config.volumes[volume.0].path;
                if let Some(fault) = kept {
                    self.tell_fault("last_good_file_kept", path, fault);
                }
                if !changed.is_empty() {
                    let names = changed
                        .iter()
                        .map(|file| self.config.files[file.0].name.as_str());
                    let files = names.collect::<Vec<_>>().join(",");
                    info!(volume = path, files, first, "secret_rendered");
                }
            }
            Event::Tick
            | Event::Read { .. }
            | Event::RefreshRequested
            | Event::ShutdownRequested
            | Event::Revoked { .. } => {}
        }
    }

    fn tell_fault(&self, event: &'static str, about: &str, fault: &Fault) {
        self.metrics.count_fault(fault);
        let whose = fault.whose.as_str();
        // What passes by itself is a warning; what waits for a person is an error.
        if fault.whose == Whose::User || fault.retry == Retry::Rarely {
            error!(about, code = %fault.code, whose, reason = fault.message, "{event}");
        } else {
            warn!(about, code = %fault.code, whose, reason = fault.message, "{event}");
        }
    }

    fn show(&mut self) {
        let problems = self.lifecycle.faults().map(|(subject, fault)| Problem {
            about: match subject {
                Subject::Store(store) => format!("store {}", self.store_name(store)),
                Subject::Secret(secret) => format!("secret {}", self.plan.secrets[secret.0].path),
                Subject::Volume(volume) => format!("volume {}", self.config.volumes[volume.0].path),
            },
            code: fault.code.to_string(),
            message: fault.message.clone(),
        });
        let status = Status {
            ready: self.lifecycle.is_ready(),
            problems: problems.collect(),
        };
        self.metrics.set_ready(status.ready);
        if let Err(failure) = self.status.show(status) {
            warn!(%failure, "status_not_written");
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

    fn store_name(&self, store: StoreIndex) -> &str {
        &self.config.stores[store.0].name
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
