//! What the driver and its lifecycle know, put together when somebody asks.

use std::{collections::BTreeMap, fs, path::Path, time::SystemTime};

use vouchsafe_template::scope::Dependency;

use super::{Driver, ledger::Mishap};
use crate::{
    answer::Answer,
    lifecycle::{Moment, NextStep, ReloadState, SecretView, StoreView},
    plan::{FileIndex, ReloadIndex, SecretIndex},
    report::{
        FileReport, LastError, LastReload, Next, ReloadReport, Report, SecretReport, StoreReport,
        Time,
    },
    sink::Volume,
    store::Store,
};

/// The agent's clock, which never goes back, and the one that people read.
#[derive(Clone, Copy)]
struct Clocks {
    now: Moment,
    wall: SystemTime,
}

impl Clocks {
    fn time(self, moment: Moment) -> Time {
        let ago = self.now.0.saturating_sub(moment.0);
        let to_come = moment.0.saturating_sub(self.now.0);
        let then = self.wall.checked_sub(ago).unwrap_or(self.wall);
        Time(then.checked_add(to_come).unwrap_or(then))
    }

    fn seconds_to(self, moment: Moment) -> u64 {
        moment.0.saturating_sub(self.now.0).as_secs()
    }

    fn next(self, (step, due): (NextStep, Moment)) -> Next {
        Next {
            step: step.as_str(),
            in_seconds: self.seconds_to(due),
        }
    }

    fn error(self, mishap: &Mishap) -> LastError {
        LastError::new(self.time(mishap.at), &mishap.fault)
    }
}

impl<S: Store> Driver<S> {
    pub(super) fn report(&self) -> Report {
        let clocks = Clocks {
            now: self.now(),
            wall: SystemTime::now(),
        };
        let paths = self.secret_paths();
        let stores = self.lifecycle.stores();
        let secrets = self.lifecycle.secrets();
        let generations: Vec<_> = self
            .config
            .volumes
            .iter()
            .map(|volume| Volume::generation_at(Path::new(&volume.path)))
            .collect();
        let files = 0..self.config.files.len();
        let reloads = 0..self.config.reload.len();
        Report {
            version: Report::VERSION,
            agent: env!("CARGO_PKG_VERSION"),
            at: Time(clocks.wall),
            up_seconds: self.clock.elapsed().as_secs(),
            ready: self.lifecycle.is_ready(),
            stores: stores
                .map(|view| self.report_store(clocks, &view))
                .collect(),
            secrets: secrets
                .filter_map(|view| self.report_secret(clocks, &view, &paths))
                .collect(),
            files: files
                .map(|index| self.report_file(clocks, FileIndex(index), &paths, &generations))
                .collect(),
            reloads: reloads
                .map(|index| self.report_reload(clocks, ReloadIndex(index)))
                .collect(),
        }
    }

    fn report_store(&self, clocks: Clocks, view: &StoreView<'_>) -> StoreReport {
        let mishap = self.ledger.store_fault(view.store);
        let ends = view.token_ends.filter(|_| view.logged_in);
        StoreReport {
            name: self.store_name(view.store).to_owned(),
            logged_in: view.logged_in,
            token_seconds_left: ends.map(|ends| clocks.seconds_to(ends)),
            next: view.next.map(|next| clocks.next(next)),
            failing: view.fault.is_some(),
            last_error: mishap.map(|mishap| clocks.error(mishap)),
        }
    }

    fn report_secret(
        &self,
        clocks: Clocks,
        view: &SecretView<'_>,
        paths: &BTreeMap<SecretIndex, String>,
    ) -> Option<SecretReport> {
        let index = view.secret;
        let planned = self.lifecycle.demand().secret(index)?;
        let answer = self.answers.get(index.0).and_then(Option::as_ref);
        let came = self.memory.came(index);
        let read = self.ledger.read(index).or(came);
        let ends = self.memory.ends(index);
        let mishap = self.ledger.secret_fault(index);
        Some(SecretReport {
            path: paths.get(&index)?.clone(),
            kind: kind_of(&planned.dependency),
            store: planned.store.map(|store| self.store_name(store).to_owned()),
            version: answer.and_then(Answer::version),
            last_read: read.map(|at| clocks.time(at)),
            last_success: came.map(|at| clocks.time(at)),
            next: view.next.map(|next| clocks.next(next)),
            lease_seconds_left: ends.map(|ends| clocks.seconds_to(ends)),
            failing_since: view.failing_since.map(|since| clocks.time(since)),
            last_error: mishap.map(|mishap| clocks.error(mishap)),
        })
    }

    fn report_file(
        &self,
        clocks: Clocks,
        index: FileIndex,
        paths: &BTreeMap<SecretIndex, String>,
        generations: &[Option<String>],
    ) -> FileReport {
        let config = &self.config.files[index.0];
        let volume = Path::new(&self.config.volumes[config.volume].path);
        let path = volume.join(config.name.as_str());
        let change = self.ledger.change(index).map(|at| clocks.time(at));
        // An earlier life wrote it.
        let written = || Some(Time(fs::metadata(&path).ok()?.modified().ok()?));
        let change = change.or_else(written);
        let needs = self.lifecycle.demand().needs(index);
        let mishap = self.ledger.file_fault(index);
        FileReport {
            secrets: needs
                .filter_map(|secret| paths.get(&secret).cloned())
                .collect(),
            age_seconds: change.map(|change| Time(clocks.wall).since(change).as_secs()),
            last_change: change,
            generation: generations[config.volume].clone(),
            last_error: mishap.map(|mishap| clocks.error(mishap)),
            path: path.display().to_string(),
        }
    }

    fn report_reload(&self, clocks: Clocks, index: ReloadIndex) -> ReloadReport {
        let files = self.config.reload[index.0].on.iter();
        let mut reloads = self.lifecycle.reloads();
        let state = reloads.find(|(reload, _)| *reload == index);
        let state = state.map(|(_, state)| state);
        let last = state.and_then(ReloadState::last);
        ReloadReport {
            files: files.map(|file| file.name().to_string()).collect(),
            pending: state.is_some_and(|state| state.is_pending() || state.is_under_way()),
            last: last.map(|last| LastReload {
                at: clocks.time(last.at),
                attempt: last.attempt,
                success: last.result.is_ok(),
                given_up: last.given_up,
                message: match &last.result {
                    Ok(message) => message.clone(),
                    Err(fault) => fault.to_string(),
                },
            }),
        }
    }

    /// What each secret is called. Arguments tell those of one path apart, but may be secret, so
    /// they are counted instead.
    fn secret_paths(&self) -> BTreeMap<SecretIndex, String> {
        let mut seen: BTreeMap<_, usize> = BTreeMap::new();
        let mut paths = BTreeMap::new();
        for (index, secret) in self.lifecycle.demand().secrets() {
            let path = secret.dependency.path();
            let kind = kind_of(&secret.dependency);
            let count = seen.entry((secret.store, path, kind)).or_default();
            *count += 1;
            let name = match *count {
                1 => path.to_owned(),
                number => format!("{path} #{number}"),
            };
            paths.insert(index, name);
        }
        paths
    }

    /// The secrets with this path, and whether a refresh reads them again.
    pub(super) fn secrets_at(&self, path: &str) -> Vec<(SecretIndex, bool)> {
        let without_slash = path.strip_prefix('/').unwrap_or(path);
        let demand = self.lifecycle.demand();
        let views = self.lifecycle.secrets().filter(|view| {
            let secret = demand.secret(view.secret);
            secret.is_some_and(|secret| [path, without_slash].contains(&secret.dependency.path()))
        });
        views.map(|view| (view.secret, !view.issued)).collect()
    }
}

fn kind_of(dependency: &Dependency) -> &'static str {
    match dependency {
        Dependency::Read { .. } => "read",
        Dependency::List { .. } => "list",
        Dependency::Write { .. } => "write",
        Dependency::Certificate { .. } => "certificate",
        Dependency::File { .. } => "file",
    }
}
