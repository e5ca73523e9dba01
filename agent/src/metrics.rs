//! Counters for operators, in Prometheus' text format.
//!
//! Source of the format: <https://prometheus.io/docs/instrumenting/exposition_formats/>. Written by
//! hand because the whole of it is a dozen lines, and a metrics library is a fifth of the agent.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use crate::fault::Fault;

/// All counters of one agent.
#[derive(Debug, Default)]
pub struct Metrics {
    ready: AtomicBool,
    /// By kind and by what came of it.
    requests: Mutex<BTreeMap<(RequestKind, String), u64>>,
    logins: Results,
    renewals: Results,
    lease_renewals: Results,
    templates: Results,
    renders: Results,
    changes: AtomicU64,
    sent: AtomicU64,
    reloads: Mutex<BTreeMap<(&'static str, bool), u64>>,
    commands: Results,
    /// By [`EventResult`].
    events: [AtomicU64; 3],
    faults: Mutex<BTreeMap<(String, &'static str), u64>>,
}

#[derive(Debug, Default)]
struct Results {
    success: AtomicU64,
    failure: AtomicU64,
}

/// What a store was asked.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum RequestKind {
    Login,
    RenewToken,
    Revoke,
    Read,
    List,
    Write,
    Certificate,
    RenewLease,
    LookUp,
    /// Of a container of the pod.
    Forward,
}

/// What came of an event that a store sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EventResult {
    /// A secret of this agent was looked at.
    Looked,
    /// It was about another's.
    OfOthers,
    /// It was about no secret, or not to be understood.
    Unknown,
}

impl RequestKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::RenewToken => "renew-token",
            Self::Revoke => "revoke",
            Self::Read => "read",
            Self::List => "list",
            Self::Write => "write",
            Self::Certificate => "certificate",
            Self::RenewLease => "renew-lease",
            Self::LookUp => "look-up",
            Self::Forward => "forward",
        }
    }
}

impl Metrics {
    pub fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Relaxed);
    }

    pub fn is_ready(&self) -> bool {
        self.ready.load(Ordering::Relaxed)
    }

    /// A KV read may take two HTTP requests the first time.
    /// It is counted when its answer is there, or is known not to come.
    pub fn count_request(&self, kind: RequestKind, fault: Option<&Fault>) {
        let result = fault.map_or_else(|| "ok".to_owned(), |fault| fault.code.to_string());
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((kind, result)).or_default() += 1;
    }

    /// Requests over the wire, of which one thing asked for can take several.
    pub fn count_sent(&self, requests: u64) {
        self.sent.fetch_add(requests, Ordering::Relaxed);
    }

    pub fn count_lease_renewal(&self, success: bool) {
        self.lease_renewals.count(success);
    }

    /// One run of a template that had all it asked for.
    pub fn count_template(&self, success: bool) {
        self.templates.count(success);
    }

    pub fn count_login(&self, success: bool) {
        self.logins.count(success);
    }

    pub fn count_renewal(&self, success: bool) {
        self.renewals.count(success);
    }

    /// One rendering of a volume, and whether it changed any file.
    pub fn count_render(&self, success: bool, changed: bool) {
        self.renders.count(success);
        self.changes
            .fetch_add(u64::from(changed), Ordering::Relaxed);
    }

    /// One attempt to tell the application, by a kind of reload.
    pub fn count_reload(&self, kind: &'static str, success: bool) {
        let mut reloads = self.reloads.lock().unwrap_or_else(PoisonError::into_inner);
        *reloads.entry((kind, success)).or_default() += 1;
    }

    /// One program that was to run after a change of files.
    pub fn count_command(&self, success: bool) {
        self.commands.count(success);
    }

    pub fn count_event(&self, result: EventResult) {
        self.events[result as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub fn count_fault(&self, fault: &Fault) {
        let mut faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        *faults
            .entry((fault.code.to_string(), fault.whose.as_str()))
            .or_default() += 1;
    }

    /// Every kind is there from the beginning, so that its first failure can be seen to be one.
    fn write_reloads(&self, page: &mut String) {
        let reloads = self.reloads.lock().unwrap_or_else(PoisonError::into_inner);
        let kinds = ["command", "http", "signal", "touch"];
        let samples = kinds
            .into_iter()
            .flat_map(|kind| [(kind, true), (kind, false)]);
        let samples = samples.map(|(kind, success)| {
            let result = if success { "success" } else { "failure" };
            let labels = format!("{{kind=\"{kind}\",result=\"{result}\"}}");
            let count = reloads.get(&(kind, success)).copied();
            (labels, count.unwrap_or_default())
        });
        let samples: Vec<_> = samples.collect();
        let samples: Vec<_> = samples
            .iter()
            .map(|(labels, count)| (labels.as_str(), *count))
            .collect();
        let help = "Attempts to tell an application that files changed.";
        write_metric(page, "reloads_total", "counter", help, &samples);
    }

    /// What is counted, as Prometheus reads it; [`crate::report::gauges`] adds what is looked up.
    pub fn page(&self) -> String {
        let mut page = String::with_capacity(2048);
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let ready = u64::from(self.is_ready());
        write_metric(
            &mut page,
            "ready",
            "gauge",
            "Whether all files are there.",
            &[("", ready)],
        );
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let labels = requests.iter().map(|((kind, result), count)| {
            let kind = kind.as_str();
            (format!("{{kind=\"{kind}\",result=\"{result}\"}}"), *count)
        });
        let labels: Vec<(String, u64)> = labels.collect();
        let requests: Vec<(&str, u64)> = labels
            .iter()
            .map(|(labels, count)| (labels.as_str(), *count))
            .collect();
        write_metric(
            &mut page,
            "store_requests_total",
            "counter",
            "Requests to stores by kind and result.",
            &requests,
        );
        for (name, help, results) in [
            ("logins_total", "Logins to stores.", &self.logins),
            (
                "token_renewals_total",
                "Renewals of tokens.",
                &self.renewals,
            ),
            (
                "lease_renewals_total",
                "Renewals of leases.",
                &self.lease_renewals,
            ),
            (
                "template_renders_total",
                "Renderings of templates.",
                &self.templates,
            ),
            ("renders_total", "Renderings of volumes.", &self.renders),
            (
                "commands_total",
                "Programs run after changes of files.",
                &self.commands,
            ),
        ] {
            let samples = [
                ("{result=\"success\"}", load(&results.success)),
                ("{result=\"failure\"}", load(&results.failure)),
            ];
            write_metric(&mut page, name, "counter", help, &samples);
        }
        self.write_reloads(&mut page);
        for (name, help, count) in [
            (
                "store_requests_sent_total",
                "Requests to stores as they went over the wire, tries included.",
                &self.sent,
            ),
            ("generations_total", "Changes of files.", &self.changes),
        ] {
            write_metric(&mut page, name, "counter", help, &[("", load(count))]);
        }
        self.write_events(&mut page);
        let faults = self.faults.lock().unwrap_or_else(PoisonError::into_inner);
        let labels: Vec<(String, u64)> = faults
            .iter()
            .map(|((code, whose), count)| {
                (format!("{{code=\"{code}\",whose=\"{whose}\"}}"), *count)
            })
            .collect();
        let samples: Vec<(&str, u64)> = labels
            .iter()
            .map(|(labels, count)| (labels.as_str(), *count))
            .collect();
        write_metric(
            &mut page,
            "faults_total",
            "counter",
            "Failures by code.",
            &samples,
        );
        page
    }
}

impl Metrics {
    fn write_events(&self, page: &mut String) {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let [looked, others, unknown] = self.events.each_ref().map(count);
        let events = [
            ("{result=\"looked\"}", looked),
            ("{result=\"others\"}", others),
            ("{result=\"unknown\"}", unknown),
        ];
        let help = "Events that stores sent.";
        write_metric(page, "events_total", "counter", help, &events);
    }
}

impl Results {
    fn count(&self, success: bool) {
        let counter = if success {
            &self.success
        } else {
            &self.failure
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// The value of a label, quoted: what is in a configuration may hold any character.
pub(crate) fn label(value: &str) -> String {
    let mut label = String::with_capacity(value.len() + 2);
    label.push('"');
    for character in value.chars() {
        match character {
            '\\' => label.push_str("\\\\"),
            '"' => label.push_str("\\\""),
            '\n' => label.push_str("\\n"),
            other => label.push(other),
        }
    }
    label.push('"');
    label
}

pub(crate) fn write_metric(
    page: &mut String,
    name: &str,
    kind: &str,
    help: &str,
    samples: &[(&str, u64)],
) {
    let name = format!("vouchsafe_agent_{name}");
    let _ = writeln!(page, "# HELP {name} {help}\n# TYPE {name} {kind}");
    for (labels, value) in samples {
        let _ = writeln!(page, "{name}{labels} {value}");
    }
}

#[cfg(test)]
mod tests {
    use vouchsafe_shared::diagnostic::Code;

    use super::*;
    use crate::fault::{Retry, Whose};

    #[test]
    fn the_page_shows_what_was_counted() {
        let metrics = Metrics::default();
        metrics.set_ready(true);
        metrics.count_login(false);
        metrics.count_request(RequestKind::RenewLease, None);
        metrics.count_template(false);
        metrics.count_render(true, true);
        metrics.count_event(EventResult::OfOthers);
        metrics.count_fault(&Fault::new(
            Code::RateLimited,
            Whose::Store,
            Retry::Backoff,
            "x",
        ));
        let page = metrics.page();
        for line in [
            "vouchsafe_agent_ready 1",
            "vouchsafe_agent_logins_total{result=\"failure\"} 1",
            "vouchsafe_agent_renders_total{result=\"success\"} 1",
            "vouchsafe_agent_store_requests_total{kind=\"renew-lease\",result=\"ok\"} 1",
            "vouchsafe_agent_template_renders_total{result=\"failure\"} 1",
            "vouchsafe_agent_generations_total 1",
            "vouchsafe_agent_events_total{result=\"others\"} 1",
            "vouchsafe_agent_faults_total{code=\"VS3007\",whose=\"store\"} 1",
        ] {
            assert!(
                page.lines().any(|found| found == line),
                "{line} is not in\n{page}"
            );
        }
    }
}
