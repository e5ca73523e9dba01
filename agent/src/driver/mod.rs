//! Carries out what [`crate::lifecycle`] decides, on tokio.
//!
//! One thread. Requests, reloads and programs run as tasks and report back with events; decoding
//! answers, rendering and swapping files is done in between, without waiting for anything.

mod audit;
mod clients;
mod clock;
mod forward;
mod ledger;
mod memory;
mod report;
mod request;
mod run;
mod tell;
mod wait;
mod watch;

use std::{
    collections::BTreeSet,
    process::ExitCode,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{Instant, sleep_until},
};
use tracing::{debug, error, info, warn};
use vouchsafe_shared::config::AgentConfig;

use self::{
    clients::{Client, Clients},
    clock::Clock,
    forward::Waiting,
    ledger::Ledger,
    memory::Memory,
    request::Outcome,
    run::Queue,
    wait::Signals,
    watch::{Report, Watches},
};
use crate::{
    answer::Answer,
    audit::{Audit, Identity},
    fault::Fault,
    lifecycle::{self, Action, Ending, Event, Lifecycle, Mode, Moment},
    listen::{api::Wish, health::Refreshed},
    metrics::{Metrics, RequestKind},
    plan::{Plan, ReloadIndex, SetIndex, StoreIndex, VolumeIndex},
    publish::{Material, Publisher},
    reload, startup,
    state::StateFile,
    status::StatusFile,
    store::{Reader, Store},
    template::Templates,
    termination::TerminationLog,
    told::Told,
};

/// How long an agent that was told to stop waits for the store, well below the 30 s that
/// Kubernetes gives a pod by default. The time that the app is given to end comes before.
pub const SHUTDOWN_LIMIT: Duration = Duration::from_secs(5);

/// The I/O around one [`Lifecycle`].
#[derive(Debug)]
pub struct Driver<S: Store> {
    lifecycle: Lifecycle,
    config: AgentConfig,
    mode: Mode,
    /// By [`StoreIndex`].
    stores: Vec<Clients<S>>,
    /// By [`crate::plan::SecretIndex`].
    answers: Vec<Option<Answer>>,
    memory: Memory,
    ledger: Ledger,
    publisher: Publisher,
    tasks: JoinSet<Done<S>>,
    clock: Clock,
    metrics: Arc<Metrics>,
    audit: Audit,
    termination_log: TerminationLog,
    status: StatusFile,
    told: Told,
    programs: Queue,
    forwards: Waiting,
    watches: Watches,
    /// The volumes to put down as told of when nobody has to be told any more.
    untold: BTreeSet<VolumeIndex>,
    /// When to give up what is not rendered by then.
    limit: Option<Instant>,
    /// When to stop at the latest, once that is decided.
    deadline: Option<Instant>,
    /// How it ends when it stops.
    code: ExitCode,
}

enum Done<S: Store> {
    Request {
        store: StoreIndex,
        client: Client<S>,
        kind: RequestKind,
        outcome: Outcome,
    },
    Reload {
        reload: ReloadIndex,
        result: Result<String, Fault>,
    },
    Program(Result<(), Fault>),
    /// Why there was no answer.
    Forwarded(Option<Fault>),
}

/// Ends the loop.
struct Stopped(ExitCode);

/// What happened next.
enum Next<S: Store> {
    Stop,
    Overdue,
    Late,
    Refresh,
    Wish(Wish),
    Report(Report),
    Done(Done<S>),
    Wake,
}

impl<S: Store> Driver<S> {
    /// `stores` in the order of the configuration's. Goes on with what an earlier life left.
    pub fn new(
        config: AgentConfig,
        templates: Templates,
        mode: Mode,
        stores: Vec<S>,
        metrics: Arc<Metrics>,
        rng: fastrand::Rng,
    ) -> Self {
        let told = Told::new(&config);
        let plan = Plan::new(&config);
        let found = told.found(&config, &plan);
        let (memory, mut resume) = Memory::load(StateFile::new(&config), stores.len());
        resume.told = told.reloads(&config);
        Self {
            lifecycle: Lifecycle::new(plan, mode, rng, &found, resume),
            mode,
            answers: Vec::new(),
            memory,
            ledger: Ledger::default(),
            publisher: Publisher::new(&config, templates),
            stores: stores.into_iter().map(Clients::new).collect(),
            tasks: JoinSet::new(),
            clock: Clock::start(),
            metrics,
            audit: Audit::default(),
            termination_log: TerminationLog::none(),
            status: StatusFile::new(&config),
            told,
            programs: Queue::default(),
            forwards: Waiting::default(),
            watches: Watches::new(config.stores.len()),
            untold: BTreeSet::new(),
            limit: None,
            deadline: None,
            code: ExitCode::SUCCESS,
            config,
        }
    }

    /// Fails when not everything is rendered by then, counted from now.
    #[must_use]
    pub fn limited(mut self, limit: Duration) -> Self {
        self.limit = Some(Instant::now() + limit);
        self
    }

    /// Says in whose name secrets are delivered, and where to put down why it ended.
    #[must_use]
    pub fn within(mut self, identity: Identity, termination_log: TerminationLog) -> Self {
        self.audit = Audit::new(identity);
        self.termination_log = termination_log;
        self
    }

    /// Runs until told to stop, until something fails whose failure is fatal, or until everything
    /// is rendered where it does not stay. `wishes` come from the pod's own containers.
    ///
    /// # Errors
    /// When the process cannot listen for signals.
    pub async fn run(mut self, mut wishes: mpsc::Receiver<Wish>) -> std::io::Result<ExitCode> {
        let mut signals = Signals::listen()?;
        let mut is_told = false;
        let mut has_started = false;
        let mut event = Event::Tick;
        loop {
            if let Err(Stopped(code)) = self.step(event) {
                return Ok(code);
            }
            let stays = self.mode == Mode::Stay && self.lifecycle.is_rendered();
            if stays && !std::mem::replace(&mut has_started, true) {
                tokio::spawn(startup::release());
            }
            let wake_at = self.wake_at();
            let (limit, deadline) = (self.limit, self.deadline);
            let next = tokio::select! {
                biased; // a stop comes first, and a result before the timer that would repeat it
                told = signals.wait() => match told {
                    wait::Told::Stop => Next::Stop,
                    wait::Told::Refresh => Next::Refresh,
                },
                () = wait::until(deadline) => Next::Overdue,
                () = wait::until(limit) => Next::Late,
                Some(done) = self.tasks.join_next() => match done {
                    Ok(done) => Next::Done(done),
                    Err(failure) => {
                        error!(%failure, "task_failed");
                        self.termination_log
                            .write("a fault of the agent's own; its log says more");
                        return Ok(ExitCode::FAILURE);
                    }
                },
                Some(wish) = wishes.recv() => Next::Wish(wish),
                () = sleep_until(wake_at) => Next::Wake,
                Some(report) = self.watches.report() => Next::Report(report),
            };
            event = match next {
                Next::Stop if std::mem::replace(&mut is_told, true) => {
                    warn!("stopped_at_once: a second signal arrived");
                    return Ok(self.code);
                }
                Next::Stop => self.stop(Ending::Pod),
                Next::Overdue => {
                    warn!(limit = ?SHUTDOWN_LIMIT, "stopped_at_once: not all was done in time");
                    self.settle();
                    return Ok(self.code);
                }
                Next::Late => self.give_up_late(),
                Next::Refresh => {
                    info!("refresh_requested");
                    Event::RefreshRequested
                }
                Next::Wish(Wish::Quit) => {
                    info!("quit_requested");
                    self.stop(Ending::Work)
                }
                Next::Wish(Wish::Forward(wanted)) => {
                    self.forwards.push(*wanted);
                    self.forward();
                    Event::Tick
                }
                Next::Wish(Wish::Report(answer)) => {
                    // Whoever asked may have gone.
                    drop(answer.send(Box::new(self.report())));
                    Event::Tick
                }
                Next::Wish(Wish::Refresh { secret, answer }) => {
                    let (event, refreshed) = self.refresh(secret);
                    let _ = answer.send(refreshed);
                    event
                }
                Next::Report(report) => self.reported(report),
                Next::Done(done) => self.done(done),
                Next::Wake => Event::Tick,
            };
        }
    }

    fn refresh(&self, secret: Option<String>) -> (Event, Refreshed) {
        let Some(path) = secret else {
            info!("refresh_requested");
            return (Event::RefreshRequested, Refreshed::Yes);
        };
        let found = self.secrets_at(&path);
        if found.is_empty() {
            return (Event::Tick, Refreshed::Unknown);
        }
        let found = found
            .into_iter()
            .filter(|(_, is_read_again)| *is_read_again);
        let found: Vec<_> = found.map(|(secret, _)| secret).collect();
        if found.is_empty() {
            return (Event::Tick, Refreshed::Issued);
        }
        info!(secret = path, "refresh_requested");
        (Event::RefreshOfRequested(found), Refreshed::Yes)
    }

    fn stop(&mut self, ending: Ending) -> Event {
        let grace = match ending {
            Ending::Pod => self.lifecycle.grace(),
            Ending::Work | Ending::Life => Duration::ZERO,
        };
        info!(?grace, "stopping");
        self.stop_in_time(grace);
        if ending == Ending::Work {
            self.memory.is_last_life();
        }
        Event::ShutdownRequested(ending)
    }

    fn stop_in_time(&mut self, grace: Duration) {
        self.limit = None;
        let deadline = Instant::now() + grace + SHUTDOWN_LIMIT;
        let before = self.deadline.unwrap_or(deadline);
        self.deadline = Some(deadline.min(before));
    }

    fn give_up_late(&mut self) -> Event {
        self.tell_late();
        self.code = ExitCode::FAILURE;
        self.stop_in_time(Duration::ZERO);
        Event::ShutdownRequested(match self.mode {
            Mode::Once => Ending::Work,
            // Kubernetes starts it again, and it goes on.
            Mode::Stay | Mode::HandOver => Ending::Life,
        })
    }

    fn now(&self) -> Moment {
        self.memory.beginning() + self.clock.elapsed()
    }

    fn wake_at(&self) -> Instant {
        let beginning = self.memory.beginning().0;
        let wake_at = self.lifecycle.wake_at();
        let wake_at = wake_at.map(|at| at.0.saturating_sub(beginning));
        self.clock.timer(wake_at)
    }

    /// Hands an event to the lifecycle and does what it says; rendering yields events of its own.
    fn step(&mut self, event: Event) -> Result<(), Stopped> {
        let mut events = vec![event];
        // Not with the timer, which never goes off where something else happens more often.
        events.extend(self.clock.set_ahead().map(Event::WallClockSetAhead));
        while let Some(event) = events.pop() {
            // A failure is told with the time of the next try, which is decided first.
            let failure = event.is_failure().then(|| event.clone());
            if failure.is_none() {
                self.tell(&event);
            }
            let now = self.now();
            self.remember(now, &event);
            self.ledger
                .note(now, &event, self.lifecycle.demand().plan());
            let reloaded = match event {
                Event::ReloadEnded { reload, .. } => Some(reload),
                _ => None,
            };
            let actions = self.lifecycle.handle(now, event);
            if let Some(reload) = reloaded {
                self.reloaded(reload);
            }
            if let Some(failure) = failure {
                self.tell(&failure);
            }
            for action in actions {
                match action {
                    Action::Render(set) => events.push(self.render(set)),
                    Action::Reload(reload) => self.reload(reload),
                    Action::DropPrevious(set) => self.drop_previous(set),
                    Action::Run(file) => {
                        self.programs.push(file);
                        self.run_next();
                    }
                    Action::GiveUp(subject) => {
                        self.tell_given_up(subject);
                        self.code = ExitCode::FAILURE;
                        self.stop_in_time(Duration::ZERO);
                    }
                    Action::Stop => {
                        // What ends the agent at once would otherwise not be told of.
                        self.audit_failures();
                        self.settle();
                        info!("stopped");
                        return Err(Stopped(self.code));
                    }
                    request => events.extend(self.start(request)),
                }
            }
        }
        if self.lifecycle.is_winding_down() {
            self.stop_in_time(Duration::ZERO);
        }
        if self.lifecycle.is_rendered() {
            self.stores.iter_mut().for_each(Clients::rest);
        }
        self.show();
        self.record_told();
        self.keep_up();
        Ok(())
    }

    fn reload(&mut self, index: ReloadIndex) {
        let config = self.config.reload[index.0].clone();
        self.tasks.spawn(async move {
            let result = reload::send(&config).await;
            Done::Reload {
                reload: index,
                result,
            }
        });
    }

    /// Turns what a task brought back into an event.
    fn done(&mut self, done: Done<S>) -> Event {
        match done {
            Done::Request {
                store,
                mut client,
                kind,
                outcome,
            } => {
                self.metrics.count_sent(client.take_sent());
                self.metrics.count_request(kind, outcome.fault());
                self.stores[store.0].put_back(client);
                let event = self.answered(store, outcome);
                if matches!(event, Event::LoggedIn { .. } | Event::Adopted { .. }) {
                    self.stores[store.0].token_came();
                    self.prepare_watch(store);
                }
                self.forward();
                event
            }
            Done::Reload { reload, result } => Event::ReloadEnded { reload, result },
            Done::Program(result) => self.program_ended(result),
            Done::Forwarded(fault) => {
                self.metrics
                    .count_request(RequestKind::Forward, fault.as_ref());
                Event::Tick
            }
        }
    }

    fn render(&mut self, set: SetIndex) -> Event {
        let volumes = self.volumes_of(set).to_vec();
        let lifecycle = &self.lifecycle;
        let material = Material {
            demand: lifecycle.demand(),
            prospect: &|secret| lifecycle.prospect(secret),
            is_endless: &|file| lifecycle.is_endless(file),
            answers: &self.answers,
            tokens: &self.memory.tokens(),
        };
        let attempt = self
            .publisher
            .publish(&material, &volumes, SystemTime::now());
        self.tell_rendering(set, &attempt);
        match &attempt.outcome {
            lifecycle::Outcome::Rendered { changed, first, .. } => {
                self.metrics.count_render(true, !changed.is_empty());
                for volume in volumes {
                    self.audit_delivery(volume, changed, *first);
                    self.untold.insert(volume);
                }
            }
            lifecycle::Outcome::Failed(_) => self.metrics.count_render(false, false),
            lifecycle::Outcome::Fatal(_) => {
                self.metrics.count_render(false, false);
                if !self.lifecycle.is_ending() {
                    self.code = ExitCode::FAILURE;
                    self.stop_in_time(Duration::ZERO);
                }
            }
            lifecycle::Outcome::Incomplete => {}
        }
        Event::Tried {
            set,
            asked: attempt.asked,
            outcome: attempt.outcome,
        }
    }

    fn drop_previous(&mut self, set: SetIndex) {
        for volume in self.volumes_of(set).to_vec() {
            self.drop_previous_of(volume);
        }
    }

    fn drop_previous_of(&mut self, volume: VolumeIndex) {
        let about = self.config.volumes[volume.0].path.clone();
        match self.publisher.drop_previous(volume) {
            Ok(()) => debug!(about, "previous_files_removed"),
            Err(fault) => self.tell_fault("previous_files_not_removed", &about, &fault),
        }
    }

    /// Once every reload and program has ended, well or not, the application knows what it can know.
    fn record_told(&mut self) {
        if self.lifecycle.is_telling() || !self.programs.is_idle() {
            return;
        }
        for volume in std::mem::take(&mut self.untold) {
            if let Err(failure) = self.told.record(volume) {
                warn!(%failure, "told_not_recorded");
            }
        }
    }

    /// Leaves all as the next life is to find it.
    fn settle(&mut self) {
        self.record_told();
        if self.mode == Mode::Once && self.code == ExitCode::SUCCESS {
            self.memory.is_last_life();
        }
        let now = self.now();
        self.memory.settle(now, &self.lifecycle, &self.answers);
    }
}

impl<S: Store> std::fmt::Debug for Done<S> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Done")
    }
}

#[cfg(test)]
mod tests;
