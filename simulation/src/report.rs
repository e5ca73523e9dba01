//! What a run came to: JSON for programs, tables for people.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::{HOUR, SECOND, curves::Request, fleet::Fleet, population::Kind, verdict::Verdict};

/// Vault Agent's share of an interval after which a secret is read again, on average: 0.90 with
/// 0.05 to either side.
/// Source: <https://github.com/hashicorp/consul-template/blob/main/dependency/vault_common.go>.
const ORIGINAL_LOOK: f64 = 0.9;
/// Its share of a term after which tokens and leases are renewed, on average: two thirds, and a
/// third of a grace of 10 to 20 %.
/// Source: <https://github.com/hashicorp/vault/blob/main/api/lifetime_watcher.go>.
const ORIGINAL_RENEWAL: f64 = 2.0 / 3.0 + 0.15 / 3.0;

/// The machine-readable summary of a run.
pub fn json(fleet: &Fleet, verdict: &Verdict, seed: u64) -> Value {
    let curves = &fleet.store.curves;
    let totals = totals(fleet).into_iter();
    let totals = totals.map(|(request, count)| (request.name().to_owned(), json!(count)));
    let findings = verdict.findings.iter().map(|finding| {
        json!({ "promise": finding.promise, "measured": finding.measured, "kept": finding.kept })
    });
    json!({
        "scenario": fleet.store.schedule.name,
        "agents": fleet.pods(),
        "hours": fleet.store.schedule.length / HOUR,
        "interval_seconds": fleet.population().interval() / SECOND,
        "seed": seed,
        "steady_requests_per_second": verdict.steady,
        "events": curves.events,
        "renders": curves.renders,
        "requests": Value::Object(totals.collect()),
        "findings": findings.collect::<Vec<_>>(),
        "kept": verdict.is_kept(),
    })
}

/// The figures of a run as Markdown.
pub fn markdown(
    fleet: &Fleet,
    verdict: &Verdict,
    seed: u64,
    pictures: &[(String, String)],
    folder: &str,
) -> String {
    let schedule = &fleet.store.schedule;
    let pods = fleet.pods() as f64;
    let hours = schedule.length as f64 / HOUR as f64;
    let mut page = format!(
        "Scenario `{}`, {} agents, {hours} h, refresh interval {} s, seed {seed}. In calm times the store is asked {:.0} times a second.\n\n",
        schedule.name,
        fleet.pods(),
        fleet.population().interval() / SECOND,
        verdict.steady
    );
    page.push_str("### What was asserted\n\n| | measured | kept |\n|---|---|---|\n");
    for finding in &verdict.findings {
        let kept = if finding.kept { "yes" } else { "**no**" };
        let _ = writeln!(
            page,
            "| {} | {} | {kept} |",
            finding.promise, finding.measured
        );
    }
    page.push_str("\n### Requests per pod-hour\n\n| pod | share of the fleet | budget | calm times | whole run | Vault Agent, computed |\n|---|---|---|---|---|---|\n");
    for (kind, calm, overall) in &verdict.spent {
        let computed = original(*kind, fleet.population().interval());
        let _ = writeln!(
            page,
            "| {} | {} % | {} | {calm:.2} | {overall:.2} | {computed:.2} |",
            kind.name(),
            kind.share(),
            kind.budget()
        );
    }
    page.push_str("\n| request | in the whole run | per pod-hour of the fleet |\n|---|---|---|\n");
    for (request, count) in totals(fleet) {
        let _ = writeln!(
            page,
            "| {} | {count} | {:.4} |",
            request.name(),
            count as f64 / pods / hours
        );
    }
    page.push_str("\n### Curves\n\n");
    for (name, _) in pictures {
        let _ = writeln!(page, "![{name}]({folder}/{name})\n");
    }
    page
}

fn totals(fleet: &Fleet) -> Vec<(Request, u64)> {
    let minutes = &fleet.store.curves.kinds;
    let total = |request: Request| {
        let counts = minutes
            .iter()
            .map(|kinds| u64::from(kinds[request as usize]));
        (request, counts.sum())
    };
    Request::ALL.into_iter().map(total).collect()
}

/// Requests per pod and hour that Vault Agent's rules come to in calm times, when it looks as often
/// as we do: so that the longest time in which a change is not seen is the same.
fn original(kind: Kind, interval: u64) -> f64 {
    use crate::population::{
        Engine, LEASE_LIMIT, LEASE_TERM, ROTATION_PERIOD, TOKEN_LIMIT, TOKEN_TERM,
    };
    let in_an_hour = |time: f64| HOUR as f64 / time;
    // Ours looks after the interval and a twentieth at the latest, it after 0.95 of its interval.
    let its_interval = interval as f64 * 1.05 / 0.95;
    let renewals = in_an_hour(TOKEN_TERM as f64 * ORIGINAL_RENEWAL);
    let secrets = kind.engines().iter().map(|engine| match engine {
        Engine::KeyValue => in_an_hour(its_interval * ORIGINAL_LOOK),
        Engine::Database => {
            in_an_hour(LEASE_TERM as f64 * ORIGINAL_RENEWAL) + in_an_hour(LEASE_LIMIT as f64)
        }
        Engine::Certificate => {
            in_an_hour(crate::population::CERTIFICATE_LIFE as f64 * ORIGINAL_LOOK)
        }
        Engine::StaticRole => in_an_hour(ROTATION_PERIOD as f64),
    });
    // After each login everything is read again, and the engine of each path is asked for.
    let login = in_an_hour(TOKEN_LIMIT as f64) * (1.0 + 2.0 * kind.engines().len() as f64);
    renewals + login + secrets.sum::<f64>()
}
