//! Whether the promises were kept.

use crate::{
    HOUR, MINUTE, Millis, SECOND, curves::Curves, fleet::Fleet, population::Kind,
    schedule::Schedule,
};

/// After an outage the store is asked at most this many times as often as on a calm day.
pub const MOST_PEAK: f64 = 3.0;
/// The same after all tokens are lost: every agent is refused once and logs in once, at once, and
/// what hung on the tokens is issued again.
pub const MOST_PEAK_AFTER_LOSS: f64 = 3.5;
/// How long after an outage it is watched.
pub const AFTERMATH: Millis = 10 * MINUTE;
/// Every agent has an answer so soon after the store answers again.
pub const MOST_RECOVERY: Millis = 35 * SECOND;
/// Requests per pod-hour that come on top of the budget while the store fails or pods start.
pub const MOST_IN_TROUBLE: f64 = 160.0;
/// A change is rendered after the interval, lengthened by its random part, and a moment.
const JITTER: f64 = 0.05;
const MOMENT: Millis = 2 * SECOND;

/// One promise and what was measured.
#[derive(Clone, Debug)]
pub struct Finding {
    pub promise: String,
    pub measured: String,
    pub kept: bool,
}

/// All that a run came to.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Requests per second in calm times.
    pub steady: f64,
    pub findings: Vec<Finding>,
    /// Requests per pod and hour, by kind of pod: in calm times, and over the whole run.
    pub spent: Vec<(Kind, f64, f64)>,
}

impl Verdict {
    pub fn of(fleet: &Fleet) -> Self {
        let Fleet { store, .. } = fleet;
        let (schedule, curves) = (&store.schedule, &store.curves);
        let calm = calm_minutes(schedule);
        let rates = calm
            .iter()
            .map(|minute| curves.mean(minute * MINUTE, (minute + 1) * MINUTE));
        let steady = rates.sum::<f64>() / calm.len().max(1) as f64;
        let mut verdict = Self {
            steady,
            findings: Vec::new(),
            spent: Vec::new(),
        };
        verdict.expect(
            "calm minutes to compare with",
            calm.len() as f64,
            30.0,
            f64::MAX,
        );
        verdict.judge_breaches(curves);
        verdict.judge_peaks(schedule, curves);
        verdict.judge_recovery(schedule, curves, fleet);
        verdict.judge_budget(fleet, &calm);
        verdict
    }

    pub fn is_kept(&self) -> bool {
        self.findings.iter().all(|finding| finding.kept)
    }

    fn expect(&mut self, promise: impl Into<String>, measured: f64, least: f64, most: f64) {
        let measured_text = if measured.fract() == 0.0 {
            format!("{measured:.0}")
        } else {
            format!("{measured:.2}")
        };
        self.findings.push(Finding {
            promise: promise.into(),
            measured: measured_text,
            kept: (least..=most).contains(&measured),
        });
    }

    fn judge_breaches(&mut self, curves: &Curves) {
        let breaches = curves.breaches;
        for (promise, count) in [
            (
                "tokens that ended before they were renewed",
                breaches.late_tokens,
            ),
            (
                "leases that ended before they were renewed",
                breaches.late_leases,
            ),
            (
                "certificates that ended before the next",
                breaches.late_certificates,
            ),
            (
                "logins with a token that would have done",
                breaches.needless_logins,
            ),
            (
                "credentials issued without need",
                breaches.needless_credentials,
            ),
            (
                "certificates issued without need",
                breaches.needless_certificates,
            ),
            ("agents that ended by themselves", breaches.ended),
        ] {
            self.expect(promise, count as f64, 0.0, 0.0);
        }
    }

    fn judge_peaks(&mut self, schedule: &Schedule, curves: &Curves) {
        for (from, to, name) in schedule.events() {
            let end = (to + AFTERMATH).min(schedule.length);
            let peak = curves.peak(to, end) / self.steady;
            let at = from as f64 / HOUR as f64;
            let most = if schedule.loss == Some(from) {
                MOST_PEAK_AFTER_LOSS
            } else {
                MOST_PEAK
            };
            if to > from + 10 * SECOND {
                self.expect(
                    format!("peak during: {name} (hour {at:.1}), times the steady rate"),
                    curves.peak(from, to) / self.steady,
                    0.0,
                    MOST_PEAK,
                );
            }
            self.expect(
                format!("peak after: {name} (hour {at:.1}), times the steady rate"),
                peak,
                0.0,
                most,
            );
        }
        let peak = curves.peak(0, schedule.length) / self.steady;
        self.expect(
            "peak of the whole run, times the steady rate",
            peak,
            0.0,
            if schedule.loss.is_some() {
                MOST_PEAK_AFTER_LOSS
            } else {
                MOST_PEAK
            },
        );
    }

    fn judge_recovery(&mut self, schedule: &Schedule, curves: &Curves, fleet: &Fleet) {
        for (spell, (agents, longest)) in schedule.spells.iter().zip(&curves.recovered) {
            if !spell.condition.answers() {
                let name = spell.condition.name();
                let at = spell.from as f64 / HOUR as f64;
                let seconds = *longest as f64 / SECOND as f64;
                let most = MOST_RECOVERY as f64 / SECOND as f64;
                self.expect(
                    format!("seconds until the last of {agents} agents had an answer after: {name} (hour {at:.1})"),
                    seconds, 0.0, most,
                );
            }
        }
        if schedule.rotations.iter().any(|at| *at < schedule.length) {
            let interval = fleet.population().interval();
            let most = interval as f64 * (1.0 + JITTER) + MOMENT as f64;
            let seconds = curves.stalest as f64 / SECOND as f64;
            self.expect(
                "seconds until the last agent rendered a changed secret",
                seconds,
                0.001,
                most / SECOND as f64,
            );
        }
        let ailing = fleet.pods() - fleet.well();
        self.expect(
            "agents that lack a file or have a fault at the end",
            ailing as f64,
            0.0,
            0.0,
        );
    }

    fn judge_budget(&mut self, fleet: &Fleet, calm: &[u64]) {
        let curves = &fleet.store.curves;
        let schedule = &fleet.store.schedule;
        let all: Vec<_> = (0..schedule.length / MINUTE).collect();
        for kind in Kind::ALL {
            let pods = (0..fleet.pods())
                .filter(|pod| Kind::of(*pod) == kind)
                .count()
                .max(1) as f64;
            let in_an_hour = |minutes: &[u64]| {
                let requests = minutes
                    .iter()
                    .map(|minute| curves.pods[*minute as usize][kind as usize]);
                let requests: u64 = requests.map(u64::from).sum();
                requests as f64 * 60.0 / minutes.len().max(1) as f64 / pods
            };
            let spent = in_an_hour(calm);
            let overall = in_an_hour(&all);
            self.spent.push((kind, spent, overall));
            let name = kind.name();
            let budget = kind.budget();
            self.expect(
                format!("requests per pod-hour in calm times, {name}, at most {budget}"),
                spent,
                0.0,
                budget,
            );
            let troubled = budget + troubled_share(schedule) * MOST_IN_TROUBLE;
            self.expect(
                format!("requests per pod-hour over the run, {name}, at most {troubled:.1}"),
                overall,
                0.0,
                troubled,
            );
        }
    }
}

/// The share of the run in which the store fails or the pods start.
fn troubled_share(schedule: &Schedule) -> f64 {
    let events = schedule.events();
    let troubled: Millis = events.iter().map(|(from, to, _)| to - from).sum();
    troubled as f64 / schedule.length as f64
}

/// Minutes in which nothing happens, nor shortly before.
fn calm_minutes(schedule: &Schedule) -> Vec<u64> {
    let events = schedule.events();
    let is_calm = |minute: &u64| {
        let (from, to) = (minute * MINUTE, (minute + 1) * MINUTE);
        let mut events = events.iter();
        events.all(|(begins, ends, _)| ends + AFTERMATH <= from || *begins >= to)
    };
    (0..schedule.length / MINUTE).filter(is_calm).collect()
}
