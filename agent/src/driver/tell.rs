//! What the driver says about what it does: log lines, counters, the status file.

use std::time::Duration;

use tracing::{error, info, warn};
use vouchsafe_shared::diagnostic::Code;

use super::Driver;
use crate::{
    fault::{Fault, Retry, Whose},
    lifecycle::{self, Event, FileFault, Outcome, RETRY_LIMIT, Subject},
    plan::{FileIndex, ReloadIndex, SecretIndex, SetIndex, StoreIndex, VolumeIndex},
    publish::Attempt,
    status::{Problem, Status},
    store::Store,
};

impl<S: Store> Driver<S> {
    /// What came of telling the application.
    pub(super) fn reloaded(&self, index: ReloadIndex) {
        let config = &self.config.reload[index.0];
        let on = config.on.iter().map(|file| file.name().as_str());
        let files = on.collect::<Vec<_>>().join(",");
        let mut reloads = self.lifecycle.reloads();
        let state = reloads.find(|(reload, _)| *reload == index);
        let Some(report) = state.and_then(|(_, state)| state.last()) else {
            return;
        };
        if config.on_first
            && let Err(failure) = self.told.record_reload(index)
        {
            warn!(%failure, "told_not_recorded");
        }
        self.metrics
            .count_reload(config.action.kind(), report.result.is_ok());
        let attempt = report.attempt;
        match &report.result {
            Ok(what) => info!(files, what, attempt, "reload_sent"),
            Err(fault) => {
                self.metrics.count_fault(fault);
                let (code, reason) = (&fault.code, &fault.message);
                if report.given_up {
                    error!(files, %code, reason, attempt, "reload_given_up: the application goes on without the change");
                } else {
                    warn!(files, %code, reason, attempt, "reload_failed: it is tried again");
                }
            }
        }
    }

    /// One line per decision, at the place that knows all about it.
    pub(super) fn tell(&self, event: &Event) {
        match event {
            Event::LoggedIn { store, lease } => {
                self.metrics.count_login(true);
                info!(store = self.store_name(*store), ttl = ?lease.duration, renewable = lease.renewable, "logged_in");
            }
            Event::Adopted { store, lease } => {
                info!(store = self.store_name(*store), ttl = ?lease.duration, "token_adopted");
            }
            Event::AdoptionFailed { store, fault } => {
                self.tell_failure("token_not_adopted", Subject::Store(*store), fault);
            }
            Event::Renewed { store, lease } => {
                self.metrics.count_renewal(true);
                info!(store = self.store_name(*store), ttl = ?lease.duration, "token_renewed");
            }
            Event::LoginFailed { store, fault } => {
                self.metrics.count_login(false);
                self.tell_failure("login_failed", Subject::Store(*store), fault);
            }
            Event::RenewFailed { store, fault } => {
                self.metrics.count_renewal(false);
                self.tell_failure("renewal_failed", Subject::Store(*store), fault);
            }
            Event::ReadFailed { secret, fault } if self.is_no_fault(*secret, fault) => {
                let secret = self.secret_name(*secret);
                info!(secret, "secret_missing: its files do without it");
            }
            Event::ReadStale { secret, fault } => {
                self.tell_fault("older_version_refused", &self.secret_name(*secret), fault);
            }
            Event::ReadFailed { secret, fault } => {
                self.tell_failure("read_failed", Subject::Secret(*secret), fault);
            }
            Event::LeaseRenewed { secret, lease } => {
                self.metrics.count_lease_renewal(true);
                let secret = self.secret_name(*secret);
                info!(secret, ttl = ?lease.duration, renewable = lease.renewable, "lease_renewed");
            }
            Event::LeaseRenewFailed { secret, fault } => {
                self.metrics.count_lease_renewal(false);
                self.tell_failure("lease_renewal_failed", Subject::Secret(*secret), fault);
            }
            Event::WatchBegan { store } => {
                info!(store = self.store_name(*store), "events_awaited");
            }
            Event::WatchFailed { store, fault } if lifecycle::is_watch_refused(fault) => {
                self.tell_watch_refused(*store, fault);
            }
            Event::WatchFailed { store, fault } => {
                self.tell_fault("events_interrupted", self.store_name(*store), fault);
            }
            Event::WallClockSetAhead(by) => {
                warn!(
                    ?by,
                    "wall_clock_set_ahead: certificates end sooner than it seemed"
                );
            }
            Event::Tick
            | Event::Tried { .. }
            | Event::Read { .. }
            | Event::Changed { .. }
            | Event::RefreshRequested
            | Event::RefreshOfRequested(_)
            | Event::CommandEnded
            | Event::ReloadEnded { .. }
            | Event::ShutdownRequested(_)
            | Event::Revoked { .. } => {}
        }
    }

    /// Whether it is the expected lack of a secret that files can do without.
    fn is_no_fault(&self, secret: SecretIndex, fault: &Fault) -> bool {
        fault.code == Code::SecretNotFound
            && self.lifecycle.demand().is_dispensable(secret)
            && self.answers.get(secret.0).is_none_or(Option::is_none)
    }

    /// One line per template that failed, then what that and all else meant for the files.
    pub(super) fn tell_rendering(&self, set: SetIndex, attempt: &Attempt) {
        for _ in 0..attempt.rendered {
            self.metrics.count_template(true);
        }
        for failed in &attempt.template_faults {
            self.metrics.count_template(false);
            if failed.fault.code == Code::TemplateInvalid {
                self.metrics.count_fault(&failed.fault); // told at the start
            } else {
                let about = self.file_name(failed.file);
                self.tell_fault("template_failed", &about, &failed.fault);
            }
        }
        let paths = self.paths_of(set);
        match &attempt.outcome {
            Outcome::Incomplete => {}
            Outcome::Failed(fault) => {
                self.tell_consequence("render_failed", &paths, fault, attempt);
            }
            Outcome::Fatal(FileFault { file, fault }) => {
                let about = self.file_name(*file);
                self.termination_log.write(&format!("{about}: {fault}"));
                error!(about, code = %fault.code, "template_fatal: the agent ends");
            }
            Outcome::Rendered {
                changed,
                first,
                kept,
            } => {
                for FileFault { file, fault } in kept {
                    let about = self.file_name(*file);
                    self.tell_consequence("last_good_file_kept", &about, fault, attempt);
                }
                if !changed.is_empty() {
                    let names = changed
                        .iter()
                        .map(|file| self.config.files[file.0].name.as_str());
                    let files = names.collect::<Vec<_>>().join(",");
                    info!(volume = paths, files, first, "secret_rendered");
                }
            }
        }
    }

    /// The fault of a template was told, and counted, with the template.
    fn tell_consequence(&self, event: &'static str, about: &str, fault: &Fault, of: &Attempt) {
        if of.template_faults.iter().any(|told| told.fault == *fault) {
            warn!(about, code = %fault.code, "{event}");
        } else {
            self.tell_fault(event, about, fault);
        }
    }

    /// A request that failed, and when the next one comes.
    fn tell_failure(&self, event: &'static str, subject: Subject, fault: &Fault) {
        let about = match subject {
            Subject::Store(store) => self.store_name(store).to_owned(),
            subject => self.subject_name(subject),
        };
        let next = self.lifecycle.next_try(subject);
        let again_in = next.map(|next| next.0.saturating_sub(self.now().0));
        self.tell_with(event, &about, fault, again_in);
    }

    pub(super) fn tell_fault(&self, event: &'static str, about: &str, fault: &Fault) {
        self.tell_with(event, about, fault, None);
    }

    fn tell_with(
        &self,
        event: &'static str,
        about: &str,
        fault: &Fault,
        again_in: Option<Duration>,
    ) {
        self.metrics.count_fault(fault);
        let whose = fault.whose.as_str();
        let again_in = again_in.map(|time| format!("{:.1}s", time.as_secs_f64()));
        // What passes by itself is a warning; what waits for a person is an error.
        if fault.whose == Whose::User || fault.retry == Retry::Rarely {
            error!(about, code = %fault.code, whose, again_in, reason = fault.message, "{event}");
        } else {
            warn!(about, code = %fault.code, whose, again_in, reason = fault.message, "{event}");
        }
    }

    pub(super) fn show(&mut self) {
        let problems = self.lifecycle.faults().map(|(subject, fault)| Problem {
            about: self.subject_name(subject),
            code: fault.code.to_string(),
            message: fault.message.clone(),
        });
        let status = Status {
            ready: self.lifecycle.is_ready(),
            problems: problems.collect(),
        };
        self.metrics.set_ready(status.ready);
        self.audit_failures();
        if let Err(failure) = self.status.show(status) {
            warn!(%failure, "status_not_written");
        }
    }

    /// Why the agent ends although nobody told it to: the last words of a container that is started
    /// again.
    pub(super) fn tell_given_up(&self, subject: Subject) {
        let fault = self.lifecycle.faults().find(|(of, _)| *of == subject);
        let reason = fault.map_or_else(String::new, |(_, fault)| fault.to_string());
        let about = self.subject_name(subject);
        self.termination_log
            .write(&format!("gave up: {about}: {reason}"));
        match subject {
            Subject::Store(_) => error!(about, reason, "gave_up: the login failed"),
            _ => error!(about, reason, limit = ?RETRY_LIMIT, "gave_up: it failed for too long"),
        }
    }

    /// The same for what could not be rendered in the time given.
    pub(super) fn tell_late(&self) {
        let problems = self.lifecycle.faults();
        let problems = problems
            .map(|(subject, fault)| format!("{}: {fault}", self.subject_name(subject)))
            .collect::<Vec<_>>();
        let problems = problems.join(" | ");
        self.termination_log
            .write(&format!("not rendered in time: {problems}"));
        error!(
            problems,
            "gave_up: not everything could be rendered in time"
        );
    }

    /// `store vault`, `secret secret/data/db`, `volume /vault/secrets`.
    pub(super) fn subject_name(&self, subject: Subject) -> String {
        match subject {
            Subject::Store(store) => format!("store {}", self.store_name(store)),
            Subject::Secret(secret) => self.secret_name(secret),
            Subject::Set(set) => format!("volume {}", self.paths_of(set)),
        }
    }

    /// Of the volumes of a set.
    pub(super) fn paths_of(&self, set: SetIndex) -> String {
        let volumes = self.volumes_of(set).iter();
        let paths = volumes.map(|volume| self.config.volumes[volume.0].path.as_str());
        paths.collect::<Vec<_>>().join(",")
    }

    pub(super) fn volumes_of(&self, set: SetIndex) -> &[VolumeIndex] {
        &self.lifecycle.demand().plan().sets[set.0].volumes
    }

    pub(super) fn store_name(&self, store: StoreIndex) -> &str {
        &self.config.stores[store.0].name
    }

    /// `file db.env`.
    pub(super) fn file_name(&self, file: FileIndex) -> String {
        format!("file {}", self.config.files[file.0].name)
    }

    /// `secret secret/data/db`.
    fn secret_name(&self, secret: SecretIndex) -> String {
        let secret = self.lifecycle.demand().secret(secret);
        secret.map_or_else(
            || "a secret that is no longer needed".to_owned(),
            |secret| secret.dependency.to_string(),
        )
    }
}
